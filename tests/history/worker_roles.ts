import type { Stage } from "../testing/role.ts";
import { type WorkloadName, WORKLOADS } from "./workloads.ts";
import { type FaultName, faulty } from "./faults.ts";
import type { Operation } from "./operation.ts";
import { Recorder } from "./recorder.ts";
import {
  programOf,
  type Recording,
  recordingOf,
  type Scene,
  sceneOf,
} from "./scene.ts";
import { StartingLine } from "./starting_line.ts";
import { LOOKS, type Subject } from "./verbs.ts";

/** What the players are told. */
export interface Input {
  readonly workload: WorkloadName;
  readonly seed: number;
  /** How many, of each map. */
  readonly histories: number;
  readonly groups: readonly (readonly string[])[];
  readonly clock: SharedArrayBuffer;
  readonly line: SharedArrayBuffer;
  /** The maps: each has a fault, or none. */
  readonly faults: readonly (FaultName | undefined)[];
}

/** Histories between two turns of the event loop. */
const HISTORIES_PER_REST = 64;

export const roles = {
  /** Plays histories together with the others; returns its own operations of each. */
  async player(stage: Stage, input: Input): Promise<Operation[][]> {
    const player = new Player(stage, input);
    const played: Operation[][] = [];
    for (const fault of input.faults) {
      const recorder = player.recorderOf(fault);
      for (let i = 0; i < input.histories; i++) {
        played.push(player.play(played.length, recorder));
        if (played.length % HISTORIES_PER_REST === 0) await stage.rest();
      }
    }
    return played;
  },
};

/** One worker of a campaign. */
class Player {
  readonly #stage: Stage;
  readonly #input: Input;
  readonly #map: Subject;
  readonly #line: StartingLine;
  readonly #work: () => void;

  constructor(stage: Stage, input: Input) {
    const map = stage.attach<string, number>();
    this.#stage = stage;
    this.#input = input;
    this.#map = map;
    this.#line = new StartingLine(input.line, stage);
    this.#work = WORKLOADS[input.workload].begin(map, stage.index);
  }

  /** A recorder of a map that has a fault, or none. */
  recorderOf(fault: FaultName | undefined): Recorder {
    const map = fault ? faulty(this.#map, fault) : this.#map;
    return new Recorder(map, this.#input.clock);
  }

  /** Plays one history. The first worker prepares the keys, and in the end reads what they hold. */
  play(history: number, recorder: Recorder): Operation[] {
    const { workload, groups, seed } = this.#input;
    const { index } = this.#stage;
    const scene = sceneOf(seed, history, groups, WORKLOADS[workload]);
    const program = programOf(scene, seed, history, index);
    const before = index === 0 ? this.#prepare(scene, recorder) : [];
    this.#line.meet();
    this.#perform(program, scene.keys, recorder);
    this.#line.meet();
    const after = index === 0 ? this.#readAll(scene, recorder) : [];
    return [...before, ...program, ...after];
  }

  #prepare({ keys, prepared }: Scene, recorder: Recorder): Recording[] {
    for (const key of keys) this.#map.delete(key);
    const sets = prepared.map((key) => recordingOf("set", key, 0, key + 1));
    for (const set of sets) recorder.record(set, keys);
    return sets;
  }

  #readAll({ keys }: Scene, recorder: Recorder): Recording[] {
    const gets = keys.map((_, key) => recordingOf("get", key, 0, 0));
    for (const get of gets) recorder.record(get, keys);
    return gets;
  }

  #perform(
    program: readonly Recording[],
    keys: readonly string[],
    recorder: Recorder,
  ): void {
    const { random } = this.#stage;
    const look = () => random.pick(LOOKS);
    for (const recording of program) {
      if (random.chance(0.5)) this.#work();
      recorder.record(recording, keys);
      if (random.chance(0.4)) recorder.readSnapshot(look(), keys);
    }
    recorder.readSnapshots(look(), keys);
  }
}
