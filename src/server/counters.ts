/**
 * What each worker of a server counts, where all of them can read it.
 *
 * A worker counts in private memory, and copies that into its own row now and then: so counting
 * costs nothing, and what others read is a little old.
 *
 * @module
 */

/** What is counted, in the order of a row. */
export const COUNTERS = [
  /** Clients that are connected. */
  "clients",
  /** Clients that wait in a command. */
  "blocked",
  /** Clients that are subscribed to something. */
  "subscribers",
  /** Connections there ever were. */
  "connections",
  /** Connections that were refused. */
  "rejected",
  /** Commands that were run. */
  "commands",
  /** Replies that were errors. */
  "errors",
  /** Bytes that came. */
  "received",
  /** Bytes that were sent. */
  "sent",
  /** Clients that were cut off, as they did not take what was sent. */
  "cutOff",
] as const;

/** The name of a counter. */
export type CounterName = typeof COUNTERS[number];
/** All counters of one worker, or of all of them. */
export type Counts = Record<CounterName, number>;

/** How many counters each worker has. */
const ROW = COUNTERS.length;

function zeros(): Counts {
  return Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Counts;
}

/** The counters of all workers of a server. */
export class Counters {
  /** Those of this worker: it counts here. */
  readonly own: Counts = zeros();
  readonly #rows: BigInt64Array;
  readonly #row: number;
  readonly #ids: Int32Array;

  /**
   * @param memory From `memoryFor`, the same for all workers.
   * @param worker The place of this worker among them.
   */
  constructor(memory: SharedArrayBuffer, worker: number) {
    this.#rows = new BigInt64Array(memory, 8);
    this.#row = worker * ROW;
    this.#ids = new Int32Array(memory, 0, 2);
    // What a worker in this place has counted before it died goes on; its clients are gone.
    COUNTERS.forEach((name, i) => {
      this.own[name] = Number(Atomics.load(this.#rows, this.#row + i));
    });
    this.own.clients = this.own.blocked = this.own.subscribers = 0;
    this.publish();
  }

  /** Memory for the counters of so many workers. */
  static memoryFor(workers: number): SharedArrayBuffer {
    return new SharedArrayBuffer(8 + workers * ROW * 8);
  }

  /** A number for a client, or a slow command, which no other one of any worker has. */
  nextId(of: "client" | "slow"): number {
    return Atomics.add(this.#ids, of === "client" ? 0 : 1, 1) + 1;
  }

  /** Lets the others see what this worker has counted. */
  publish(): void {
    COUNTERS.forEach((name, i) => {
      Atomics.store(this.#rows, this.#row + i, BigInt(this.own[name]));
    });
  }

  /** Sets what grows to 0. */
  reset(): void {
    const { blocked, clients, subscribers } = this.own;
    Object.assign(this.own, zeros(), { blocked, clients, subscribers });
    this.publish();
  }

  /** The sums over all workers. */
  totals(): Counts {
    this.publish();
    const totals = zeros();
    for (let at = 0; at < this.#rows.length; at++) {
      const name = COUNTERS[at % ROW];
      totals[name] += Number(Atomics.load(this.#rows, at));
    }
    return totals;
  }
}
