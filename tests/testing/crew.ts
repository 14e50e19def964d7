/**
 * The test's side of a test with many workers: starts them, lets them begin
 * together, and collects what came of it.
 *
 * @module
 */
import type { SharedMapHandle } from "../../mod.ts";
import { ENTRY } from "./helper_worker.ts";
import { handleFor, type Kernels } from "./kernels.ts";
import { Barrier } from "./barrier.ts";
import { type Answer, type Call, type Role, SIGNALS } from "./role.ts";
import type { WorkerPool } from "./worker_pool.ts";

/** Longer than any role takes: a worker that is silent for so long is stuck. */
const TIMEOUT_MS = 120_000;

const ROLE_MODULE = new URL("./role.ts", import.meta.url).href;

/**
 * Workers that run the roles of one module on one map.
 *
 * @typeParam Roles The roles of the module.
 */
export class Crew<Roles extends Record<string, Role>>
  implements AsyncDisposable {
  readonly #script: URL;
  readonly #handle: SharedMapHandle;
  readonly #seed: number;
  readonly #kernels: Kernels;
  readonly #pool: WorkerPool | undefined;
  readonly #signals = new SharedArrayBuffer(SIGNALS.words * 4);
  readonly #workers: Worker[] = [];
  /** Those that have said what came of it, and their roles. */
  readonly #done = new Map<Worker, string>();
  readonly #ready: Promise<void>[] = [];
  readonly #results: Promise<unknown>[] = [];
  readonly #timers: ReturnType<typeof setTimeout>[] = [];

  /**
   * @param script The module, which exports the roles as `roles`.
   * @param handle The map that they work on.
   * @param seed Decides what the workers choose.
   * @param kernels Which of them have the kernel.
   * @param pool Workers to be used before new ones are started; they go back there.
   */
  constructor(
    script: URL,
    handle: SharedMapHandle,
    seed: number,
    kernels: Kernels = "with the kernel and without",
    pool?: WorkerPool,
  ) {
    this.#script = script;
    this.#handle = handle;
    this.#seed = seed;
    this.#kernels = kernels;
    this.#pool = pool;
  }

  /** Adds workers in one role; resolves to what they return, in order. */
  add<Name extends keyof Roles & string>(
    role: Name,
    count: number,
    input: Parameters<Roles[Name]>[1],
  ): Promise<Awaited<ReturnType<Roles[Name]>>[]> {
    const barrier = Barrier.memory();
    const results = Array.from({ length: count }, (_, index) => {
      const worker = this.#workers.length;
      const seed = this.#seed + worker * 7919;
      const script = this.#script.href;
      const handle = handleFor(worker, this.#handle, this.#kernels);
      const signals = this.#signals;
      const place = { role, input, barrier, index, count, seed };
      return this.#start({ script, handle, signals, ...place });
    });
    const all = Promise.all(results);
    all.catch(() => this.stop()); // nobody waits for the one that failed
    this.#results.push(all);
    return all as Promise<Awaited<ReturnType<Roles[Name]>>[]>;
  }

  #start(call: Call): Promise<unknown> {
    const worker = this.#pool?.take(call.role) ??
      new Worker(ENTRY, { type: "module", name: call.role });
    this.#workers.push(worker);
    const ready = Promise.withResolvers<void>();
    const done = Promise.withResolvers<unknown>();
    const fail = (why: string) => {
      const who = `the worker "${call.role}" ${call.index}`;
      const error = new Error(`seed ${this.#seed}: ${who}: ${why}`);
      ready.reject(error);
      done.reject(error);
    };
    const timer = setTimeout(() => fail("is stuck"), TIMEOUT_MS);
    this.#timers.push(timer);
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if (data.kind === "ready") return ready.resolve();
      clearTimeout(timer);
      this.#done.set(worker, call.role);
      if (data.kind === "done") return done.resolve(data.output);
      fail(data.message);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      clearTimeout(timer);
      fail(event.message);
    };
    ready.promise.catch(() => {});
    done.promise.catch(() => {});
    this.#ready.push(ready.promise);
    worker.postMessage({ module: ROLE_MODULE, order: call });
    return done.promise;
  }

  /** Lets all begin at once, when all are ready. */
  async start(): Promise<void> {
    await Promise.all(this.#ready);
    const signals = new Int32Array(this.#signals);
    Atomics.store(signals, SIGNALS.start, 1);
    Atomics.notify(signals, SIGNALS.start);
  }

  /** Stops the roles that go on until they are told to stop. */
  stop(): void {
    Atomics.store(new Int32Array(this.#signals), SIGNALS.stop, 1);
  }

  /** Ends all workers where they yield, and asks them for nothing any more. */
  terminate(): void {
    for (const worker of this.#workers.splice(0)) worker.terminate();
    this.#done.clear();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#results.length = 0; // there will be none
  }

  /** Ends all workers: first by asking. Those that are done may be used again. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await Promise.allSettled([this.start(), ...this.#results]);
    if (this.#pool !== undefined) this.#giveBack(this.#pool);
    this.terminate();
  }

  #giveBack(pool: WorkerPool): void {
    for (const [worker, role] of this.#done) {
      this.#workers.splice(this.#workers.indexOf(worker), 1);
      pool.give(worker, role);
    }
    this.#done.clear();
  }
}
