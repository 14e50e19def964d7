/**
 * The workers' side of a test with many workers: a worker plays one role, begins
 * together with the others, and sends back what came of it.
 *
 * @module
 */
import {
  type AttachOptions,
  SharedMap,
  type SharedMapHandle,
} from "../../mod.ts";
import { Random } from "./random.ts";

/** Words of the board that all workers of a crew share. */
export const BOARD = { gate: 0, stop: 1, arrived: 2, round: 3, words: 4 };

/** What a worker is told. */
export interface Call {
  /** The module of the roles: it exports them as `roles`. */
  readonly script: string;
  readonly role: string;
  readonly input: unknown;
  readonly handle: SharedMapHandle;
  readonly board: SharedArrayBuffer;
  /** A board of those in the same role. */
  readonly troupe: SharedArrayBuffer;
  readonly index: number;
  readonly count: number;
  readonly seed: number;
}

/** What a worker says. */
export type Answer =
  | { kind: "ready" }
  | { kind: "done"; output: unknown }
  | { kind: "failed"; message: string };

/** What a role may use. */
export class Stage implements Disposable {
  readonly handle: SharedMapHandle;
  /** Which of the workers in this role this one is, and how many there are. */
  readonly index: number;
  readonly count: number;
  /** Choices that the test's seed decides. */
  readonly random: Random;
  readonly #board: Int32Array;
  readonly #troupe: Int32Array;
  readonly #attached: Disposable[] = [];

  constructor(call: Call) {
    this.handle = call.handle;
    this.index = call.index;
    this.count = call.count;
    this.random = new Random(call.seed);
    this.#board = new Int32Array(call.board);
    this.#troupe = new Int32Array(call.troupe);
  }

  /** Attaches to the map until the role ends. */
  attach<K = string, V = unknown>(
    options?: AttachOptions<K, V>,
  ): SharedMap<K, V> {
    const map = SharedMap.attach<K, V>(this.handle, options);
    this.#attached.push(map);
    return map;
  }

  /** Whether the others are done. */
  get stopped(): boolean {
    return Atomics.load(this.#board, BOARD.stop) !== 0;
  }

  /** Lets the event loop have a turn. */
  async rest(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }

  /** Waits for the others in this role, to go on side by side. */
  meet(): void {
    const troupe = this.#troupe;
    const round = Atomics.load(troupe, BOARD.round);
    if (Atomics.add(troupe, BOARD.arrived, 1) === this.count - 1) {
      Atomics.store(troupe, BOARD.arrived, 0);
      Atomics.add(troupe, BOARD.round, 1);
      Atomics.notify(troupe, BOARD.round);
      return;
    }
    while (Atomics.load(troupe, BOARD.round) === round) {
      if (this.stopped) throw new Error("another worker failed");
      Atomics.wait(troupe, BOARD.round, round, 1_000);
    }
  }

  /** The same, with the event loop running meanwhile. */
  async gather(): Promise<void> {
    const troupe = this.#troupe;
    const round = Atomics.load(troupe, BOARD.round);
    if (Atomics.add(troupe, BOARD.arrived, 1) === this.count - 1) {
      Atomics.store(troupe, BOARD.arrived, 0);
      Atomics.add(troupe, BOARD.round, 1);
    }
    while (Atomics.load(troupe, BOARD.round) === round) {
      if (this.stopped) throw new Error("another worker failed");
      await this.rest();
    }
  }

  /** Waits for everyone at the beginning. */
  waitForStart(): void {
    Atomics.wait(this.#board, BOARD.gate, 0);
  }

  [Symbol.dispose](): void {
    for (const map of this.#attached) map[Symbol.dispose]();
  }
}

/** Something that a worker can do in a test. The input is checked by `Crew.add`. */
export type Role = (stage: Stage, input: never) => unknown;

/** Plays the role that a worker is called for; says when it is about to begin, and returns what came of it. */
export async function obey(
  call: Call,
  say: (answer: Answer) => void,
): Promise<Answer> {
  try {
    const { roles } = await import(call.script);
    const output = await playOn(new Stage(call), call, roles[call.role], say);
    return { kind: "done", output };
  } catch (error) {
    const { stack } = error as Error;
    return { kind: "failed", message: stack ?? String(error) };
  }
}

async function playOn(
  stage: Stage,
  call: Call,
  role: Role,
  say: (answer: Answer) => void,
): Promise<unknown> {
  using _ = stage; // closes what it attached before the answer is sent
  say({ kind: "ready" });
  stage.waitForStart();
  return await role(stage, call.input as never);
}
