/**
 * The workers' side of a test with many workers: a worker runs one role, begins
 * together with the others, and sends back what came of it.
 *
 * @module
 */
import {
  type AttachOptions,
  SharedMap,
  type SharedMapHandle,
} from "../../mod.ts";
import { Barrier } from "./barrier.ts";
import { Random } from "./random.ts";

/** Words that all workers of a crew share: whether they may begin, and whether they are to stop. */
export const SIGNALS = { start: 0, stop: 1, words: 2 };

/** What a worker is told. */
export interface Call {
  /** The module of the roles: it exports them as `roles`. */
  readonly script: string;
  readonly role: string;
  readonly input: unknown;
  readonly handle: SharedMapHandle;
  /** See `SIGNALS`. */
  readonly signals: SharedArrayBuffer;
  /** Where the workers in the same role meet. */
  readonly barrier: SharedArrayBuffer;
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
export class WorkerContext implements Disposable {
  readonly handle: SharedMapHandle;
  /** Which of the workers in this role this one is, and how many there are. */
  readonly index: number;
  readonly count: number;
  /** Choices that the test's seed decides. */
  readonly random: Random;
  readonly #signals: Int32Array;
  readonly #barrier: Barrier;
  readonly #attached: Disposable[] = [];

  constructor(call: Call) {
    this.handle = call.handle;
    this.index = call.index;
    this.count = call.count;
    this.random = new Random(call.seed);
    this.#signals = new Int32Array(call.signals);
    this.#barrier = new Barrier(call.barrier, call.count, () => this.stopped);
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
    return Atomics.load(this.#signals, SIGNALS.stop) !== 0;
  }

  /** Lets the event loop run. */
  async rest(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }

  /** Waits for the others in this role, to go on side by side. */
  meet(): void {
    this.#barrier.wait();
  }

  /** The same, with the event loop running meanwhile. */
  async meetAsync(): Promise<void> {
    await this.#barrier.waitAsync();
  }

  /** Returns when all workers of the crew are ready. */
  waitForStart(): void {
    Atomics.wait(this.#signals, SIGNALS.start, 0);
  }

  [Symbol.dispose](): void {
    for (const map of this.#attached) map[Symbol.dispose]();
  }
}

/** Something that a worker can do in a test. The input is checked by `Crew.add`. */
export type Role = (context: WorkerContext, input: never) => unknown;

/**
 * Runs the role that a worker is called for: says when it is ready, and returns what came
 * of it.
 */
export async function obey(
  call: Call,
  say: (answer: Answer) => void,
): Promise<Answer> {
  try {
    const { roles } = await import(call.script);
    const output = await runRole(
      new WorkerContext(call),
      call,
      roles[call.role],
      say,
    );
    return { kind: "done", output };
  } catch (error) {
    const { stack } = error as Error;
    return { kind: "failed", message: stack ?? String(error) };
  }
}

async function runRole(
  context: WorkerContext,
  call: Call,
  role: Role,
  say: (answer: Answer) => void,
): Promise<unknown> {
  using _ = context; // closes what it attached before the answer is sent
  say({ kind: "ready" });
  context.waitForStart();
  return await role(context, call.input as never);
}
