import { type ContenderName, loadContender } from "../peers/all.ts";
import type { Contender, Plan, Stage } from "../peers/contender.ts";
import { commitMemory } from "./commit_memory.ts";
import { Gate } from "./gate.ts";
import { entriesOf, MIXES, type MixName } from "./mixes.ts";
import type { Act, Reply, Tally, Task } from "./task.ts";

/** One cell of the tables: who plays what with how many workers. */
export interface Cell {
  readonly contender: ContenderName;
  readonly mix: MixName;
  readonly workers: number;
}

/** How long and how large. */
export interface Scale {
  /** How long one sample is counted. */
  readonly seconds: number;
  /** How long its workers warm up before it, if each has a processor. */
  readonly warmUp: number;
  /** Half of this many entries are there in the level mixes. */
  readonly capacity: number;
}

/** One measurement of one cell. */
export interface Sample extends Cell {
  readonly round: number;
  /** All workers together; `NaN` if the sample failed. */
  readonly operationsPerSecond: number;
  readonly operations: number;
  readonly seconds: number;
  /** The processor time of all workers together. */
  readonly processorSeconds: number;
  readonly wrong: number;
  readonly error?: string;
}

/** Takes one sample. Its maps live in the memory of the calling thread. */
export async function takeSample(
  cell: Cell,
  scale: Scale,
  round: number,
): Promise<Sample> {
  const contender = await loadContender(cell.contender);
  const rehearsals = Array.from(
    { length: REHEARSALS },
    () => setUp(contender, cell, rehearsalOf(cell, scale)),
  );
  const performances = Array.from(
    { length: MIXES[cell.mix].growing ? GROWTHS : 1 },
    () => setUp(contender, cell, scale),
  );
  const settings = [...rehearsals, ...performances];
  const workers = Array.from({ length: cell.workers }, startWorker);
  try {
    const patience = 30_000 + 20_000 * scale.seconds;
    const replies = await Promise.all(workers.map((worker, n) => {
      const task: Task = {
        contender: cell.contender,
        mix: cell.mix,
        workers: cell.workers,
        worker: n,
        seed: 1_000 * round,
        rehearsals: rehearsals.map(({ acts }) => acts[n]),
        performances: performances.map(({ acts }) => acts[n]),
      };
      const ports = settings.flatMap((it) => it.ports[n]);
      return ask(worker, task, ports, patience);
    }));
    return { ...cell, round, ...sumUp(replies) };
  } finally {
    for (const worker of workers) worker.terminate();
    for (const { stage } of settings) stage.close();
  }
}

/**
 * What V8 compiles while a worker has one map is for that one only, and it compiles anew at
 * the second one, which takes about as long as a sample. What it has by then is good for
 * the third.
 */
const REHEARSALS = 2;

/**
 * A map grows up in a tenth of a second, which says little on a machine with other
 * programs: so several do, one after the other.
 */
const GROWTHS = 4;

/**
 * A level mix rehearses on a smaller map, which is soon filled; the growing one
 * needs all the room, or the rehearsal would be over at once. Workers that share a
 * processor, with each other's compilers too, need as much longer.
 */
function rehearsalOf({ mix, workers }: Cell, scale: Scale): Scale {
  const share = Math.max(1, workers / navigator.hardwareConcurrency);
  const capacity = MIXES[mix].growing ? scale.capacity : scale.capacity / 8;
  return { ...scale, seconds: scale.warmUp * share / REHEARSALS, capacity };
}

/** A map that is ready, and what each worker gets of it. */
interface Setting {
  readonly stage: Stage;
  readonly acts: readonly Act[];
  readonly ports: readonly MessagePort[][];
}

function setUp(contender: Contender, cell: Cell, scale: Scale): Setting {
  const mix = MIXES[cell.mix];
  const entries = entriesOf(mix, scale.capacity);
  const stage = contender.create(planOf(entries, mix.growing, cell.workers));
  const handles = Array.from({ length: cell.workers }, () => stage.handle());
  commitMemory(handles[0].message);
  const gate = Gate.create();
  const { seconds } = scale;
  return {
    stage,
    acts: handles.map(({ message }) => ({
      handle: message,
      gate,
      seconds,
      entries,
    })),
    ports: handles.map(({ ports = [] }) => ports),
  };
}

/** Workers round their shares up and finish their last hundred operations. */
function planOf(entries: number, growing: boolean, workers: number): Plan {
  return { entries: entries + 300 * workers, growing };
}

function startWorker(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), {
    type: "module",
  });
}

function ask(
  worker: Worker,
  task: Task,
  ports: MessagePort[],
  patience: number,
): Promise<Reply> {
  return new Promise((resolve) => {
    const error = `no answer within ${patience / 1_000} s`;
    const timer = setTimeout(() => resolve({ error }), patience);
    const settle = (reply: Reply) => {
      clearTimeout(timer);
      resolve(reply);
    };
    worker.onmessage = ({ data }) => settle(data);
    worker.onerror = (event) => {
      event.preventDefault();
      settle({ error: event.message });
    };
    worker.postMessage(task, ports);
  });
}

type Outcome = Omit<Sample, keyof Cell | "round">;

function sumUp(replies: readonly Reply[]): Outcome {
  const ofWorkers: (readonly Tally[])[] = [];
  for (const reply of replies) {
    if ("error" in reply) return { ...FAILED, error: reply.error };
    ofWorkers.push(reply.tallies);
  }
  const tallies = ofWorkers.flat();
  const operations = sum(tallies.map((tally) => tally.operations));
  const wrong = sum(tallies.map((tally) => tally.wrong));
  const seconds = sum(
    ofWorkers[0].map((_, act) => secondsOf(ofWorkers.map((of) => of[act]))),
  );
  const operationsPerSecond = operations / seconds;
  const processorSeconds = sum(tallies.map((it) => it.processorSeconds));
  return { operationsPerSecond, operations, seconds, processorSeconds, wrong };
}

/** The time of an act runs from the opening of the gate to the end of the last worker. */
function secondsOf(tallies: readonly Tally[]): number {
  const ended = Math.max(...tallies.map((tally) => tally.ended));
  return (ended - tallies[0].started) / 1_000;
}

const FAILED: Outcome = {
  operationsPerSecond: NaN,
  operations: 0,
  seconds: 0,
  processorSeconds: 0,
  wrong: 0,
};

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
