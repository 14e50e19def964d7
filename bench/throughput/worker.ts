/// <reference lib="deno.worker" />
import { KEY_COUNT } from "../measure/fresh_keys.ts";
import { Random } from "../measure/random.ts";
import { loadContender } from "../peers/all.ts";
import type { Contender } from "../peers/contender.ts";
import { Gate, now } from "./gate.ts";
import { MIXES, operationsOf } from "./mixes.ts";
import { empty, fill, play } from "./play.ts";
import { processorTime } from "./processor_time.ts";
import type { Act, Reply, Tally, Task } from "./task.ts";
import { Walk } from "./walk.ts";

/** One worker of one sample: rehearses, performs, replies. */
self.onmessage = async ({ data }: MessageEvent<Task>) => {
  self.postMessage(await reply(data));
};

async function reply(task: Task): Promise<Reply> {
  try {
    const contender = await loadContender(task.contender);
    for (const act of task.rehearsals) await rehearse(contender, task, act);
    const tallies: Tally[] = [];
    for (const act of task.performances) {
      tallies.push(await perform(contender, task, act));
    }
    return { tallies };
  } catch (error) {
    return { error: String(error) };
  }
}

/** The same as what counts, until time is up: a map that has grown is emptied, and grows again. */
async function rehearse(
  contender: Contender,
  task: Task,
  { entries, gate, handle, seconds }: Act,
): Promise<void> {
  const { growing } = MIXES[task.mix];
  const share = Math.ceil(entries / task.workers);
  const map = contender.attach(handle);
  const walk = walkOf(task);
  if (!growing) await fill(map, walk, share);
  const order = orderOf(task);
  const deadline = new Gate(gate, task.workers).pass() + seconds * 1_000;
  do {
    const insertions = growing ? walk.inserted + share : Infinity;
    await play(map, walk, order, { deadline, insertions });
    if (growing) await empty(map, walk);
  } while (now() < deadline);
  map.close?.();
}

async function perform(
  contender: Contender,
  task: Task,
  act: Act,
): Promise<Tally> {
  const { growing } = MIXES[task.mix];
  const share = Math.ceil(act.entries / task.workers);
  const map = contender.attach(act.handle);
  const walk = walkOf(task);
  if (!growing) await fill(map, walk, share);
  const order = orderOf(task);
  const started = new Gate(act.gate, task.workers).pass();
  const before = processorTime();
  const { operations, wrong } = await play(map, walk, order, {
    deadline: started + act.seconds * 1_000,
    insertions: growing ? share : Infinity,
  });
  const ended = now();
  const processorSeconds = processorTime() - before;
  map.close?.();
  return {
    operations,
    wrong: contender.isMap ? wrong : 0,
    started,
    ended,
    processorSeconds,
  };
}

function walkOf({ worker, workers, seed }: Task): Walk {
  const keys = Math.floor(KEY_COUNT / workers);
  return new Walk(worker * keys, keys, new Random(seed + worker));
}

/** Each worker has an order of its own, or all would insert at the same moment. */
function orderOf({ mix, worker, seed }: Task): Uint8Array {
  const order = Uint8Array.from(operationsOf(MIXES[mix]));
  return new Random(seed + worker).shuffle(order);
}
