import type { WorkerContext } from "../testing/role.ts";
import { type WorkloadName, WORKLOADS } from "./workloads.ts";
import { type FaultName, faulty } from "./faults.ts";
import type { Operation } from "./operation.ts";
import { Recorder } from "./recorder.ts";
import {
  type Kind,
  programOf,
  type Recording,
  recordingOf,
  type Shape,
  shapeOf,
} from "./generator.ts";
import { Barrier } from "../testing/barrier.ts";
import { SNAPSHOT_READERS, type Subject } from "./verbs.ts";

/** What the clients are told. */
export interface Input {
  readonly workload: WorkloadName;
  readonly seed: number;
  /** How many, of each map. */
  readonly histories: number;
  readonly kinds: readonly Kind[];
  readonly groups: readonly (readonly string[])[];
  readonly clock: SharedArrayBuffer;
  readonly barrier: SharedArrayBuffer;
  /** The maps: each has a fault, or none. */
  readonly faults: readonly (FaultName | undefined)[];
}

/**
 * How often a worker reads the barrier before it sleeps. To be woken takes longer than a
 * history, so workers that spin start together. But where there are more workers than
 * processors, one that spins keeps another from arriving.
 */
const SPINS = 10_000;

/** Histories after which the event loop runs once. */
const HISTORIES_PER_REST = 64;

export const roles = {
  /** Runs histories together with the others; returns its own operations of each. */
  async client(context: WorkerContext, input: Input): Promise<Operation[][]> {
    const client = new Client(context, input);
    const recorded: Operation[][] = [];
    for (const fault of input.faults) {
      const recorder = client.recorderOf(fault);
      for (let i = 0; i < input.histories; i++) {
        recorded.push(client.run(recorded.length, recorder));
        if (recorded.length % HISTORIES_PER_REST === 0) await context.rest();
      }
    }
    return recorded;
  },
};

/** One worker of a campaign. */
class Client {
  readonly #context: WorkerContext;
  readonly #input: Input;
  readonly #map: Subject;
  readonly #barrier: Barrier;
  readonly #work: () => void;

  constructor(context: WorkerContext, input: Input) {
    const map = context.attach<string, number>();
    this.#context = context;
    this.#input = input;
    this.#map = map;
    this.#barrier = new Barrier(
      input.barrier,
      context.count,
      () => context.stopped,
      context.count <= navigator.hardwareConcurrency ? SPINS : 0,
    );
    this.#work = WORKLOADS[input.workload].begin(map, context.index);
  }

  /** A recorder of a map that has a fault, or none. */
  recorderOf(fault: FaultName | undefined): Recorder {
    const map = fault ? faulty(this.#map, fault) : this.#map;
    return new Recorder(map, this.#input.clock);
  }

  /**
   * Runs one history. The first worker prepares the keys, and in the end reads what they
   * hold.
   */
  run(history: number, recorder: Recorder): Operation[] {
    const { kinds, workload, groups, seed } = this.#input;
    const { index } = this.#context;
    const mix = WORKLOADS[workload];
    const shape = shapeOf(seed, history, groups, mix, kinds);
    const program = programOf(shape, seed, history, index);
    const before = index === 0 ? this.#prepare(shape, recorder) : [];
    this.#barrier.wait();
    this.#perform(program, shape.keys, recorder);
    this.#barrier.wait();
    const after = index === 0 ? this.#readAll(shape, recorder) : [];
    return [...before, ...program, ...after];
  }

  #prepare({ keys, prepared }: Shape, recorder: Recorder): Recording[] {
    for (const key of keys) this.#map.delete(key);
    const sets = prepared.map((key) => recordingOf("set", key, 0, key + 1));
    for (const set of sets) recorder.record(set, keys);
    return sets;
  }

  #readAll({ keys }: Shape, recorder: Recorder): Recording[] {
    const gets = keys.map((_, key) => recordingOf("get", key, 0, 0));
    for (const get of gets) recorder.record(get, keys);
    return gets;
  }

  #perform(
    program: readonly Recording[],
    keys: readonly string[],
    recorder: Recorder,
  ): void {
    const { random } = this.#context;
    const reader = () => random.pick(SNAPSHOT_READERS);
    for (const recording of program) {
      if (random.chance(0.5)) this.#work();
      recorder.record(recording, keys);
      if (random.chance(0.4)) recorder.readSnapshot(reader(), keys);
    }
    recorder.readSnapshots(reader(), keys);
  }
}
