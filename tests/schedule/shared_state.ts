/**
 * The memory that the workers of a search share besides the segment. Only the worker
 * that runs reads and writes here, and the next one sees all that was written before.
 *
 * @module
 */

/** Workers that a search has at most. */
export const MOST_WORKERS = 4;
/** Operations of one program. */
export const MOST_OPERATIONS = 16;
/** Words of a segment that a search works on. */
export const SEGMENT_WORDS = 2 ** 18;

/** Words of it: a ticket for each worker, each on a cache line of its own, then these. */
export const TICKET_STRIDE = 16;
/** The scenario that is run. */
export const SCENARIO = 64;
/** The fault that is planted; 0: none. */
export const PLANTED = 65;
/** Whether every operation on a word is a point, and not only those on contended words. */
export const EXACT = 66;
/** Whether the operations are written down. */
export const TRACING = 67;
/** Accesses, ends of operations and ends of programs so far. */
export const STEPS = 68;
/** Those of them at which another worker may go on. */
export const POINTS = 69;
/** The next change of the plan, and the point at which it is due. */
export const NEXT = 70;
export const NEXT_AT = 71;
/** Begins and ends of operations so far. */
export const EVENTS = 72;
/** A bit for each worker that has not ended. */
export const ALIVE = 73;
/** Whether the run is over because something is wrong. */
export const ABORTED = 74;
/** Words that became contended in this run. */
export const GROWN = 75;
export const CHANGES = 76;
export const SWITCHES = 77;
export const FAILURE_BYTES = 78;
export const TRACED = 79;
/** The workers that have not ended run in this order. */
export const ORDER = 80;
/** For each worker the word on which it sleeps, + 1; 0: it is awake. */
export const ASLEEP = 84;

export const MOST_CHANGES = 4096;
export const MOST_SWITCHES = 8192;
export const MOST_TRACED = 2 ** 16;
/** Words per switch: the step, the point, who goes on, and whether the one before had ended. */
export const SWITCH_WORDS = 4;
/** Words per traced operation: see `trace.ts`. */
export const TRACE_WORDS = 6;

const MOST_FAILURE_BYTES = 2 ** 14;

/** One worker's view of it. */
export class SharedState {
  readonly buffer: SharedArrayBuffer;
  readonly words: Int32Array;
  /** Pairs: the point, and the worker that goes on there. */
  readonly changes: Int32Array;
  readonly switches: Int32Array;
  /** When each operation began and ended. */
  readonly times: Int32Array;
  readonly results: Float64Array;
  /** The words that became contended. */
  readonly grown: Int32Array;
  /** Per word of the segment two bits for each worker: read, written. */
  readonly touched: Uint8Array;
  /** Per word of the segment: whether another worker may go on before an access. */
  readonly contended: Uint8Array;
  readonly trace: Int32Array;
  readonly #failure: Uint8Array;

  constructor(buffer = new SharedArrayBuffer(2 ** 22)) {
    this.buffer = buffer;
    let at = 0;
    const words = (count: number) => {
      const view = new Int32Array(buffer, at, count);
      at += view.byteLength;
      return view;
    };
    const bytes = (count: number) => {
      const view = new Uint8Array(buffer, at, count);
      at += count;
      return view;
    };
    this.words = words(128);
    this.results = new Float64Array(buffer, at, MOST_WORKERS * MOST_OPERATIONS);
    at += this.results.byteLength;
    this.times = words(2 * MOST_WORKERS * MOST_OPERATIONS);
    this.changes = words(2 * MOST_CHANGES);
    this.switches = words(SWITCH_WORDS * MOST_SWITCHES);
    this.grown = words(SEGMENT_WORDS);
    this.trace = words(TRACE_WORDS * MOST_TRACED);
    this.touched = bytes(SEGMENT_WORDS);
    this.contended = bytes(SEGMENT_WORDS);
    this.#failure = bytes(MOST_FAILURE_BYTES);
  }

  /** What went wrong first; empty: nothing. */
  get failure(): string {
    const bytes = this.#failure.slice(0, this.words[FAILURE_BYTES]);
    return new TextDecoder().decode(bytes);
  }

  set failure(text: string) {
    const bytes = new TextEncoder().encode(text).slice(0, MOST_FAILURE_BYTES);
    this.#failure.set(bytes);
    this.words[FAILURE_BYTES] = bytes.length;
  }
}
