import type { ContenderName } from "../peers/all.ts";
import type { MixName } from "./mixes.ts";

/** What the harness asks of one worker. */
export interface Task {
  readonly contender: ContenderName;
  readonly mix: MixName;
  /** This worker's number, from 0, and how many there are. */
  readonly worker: number;
  readonly workers: number;
  readonly seed: number;
  /** The rehearsals warm the compiler up; then it counts. Each act is on a map of its own. */
  readonly rehearsals: readonly Act[];
  readonly performances: readonly Act[];
}

/** One go at one map. */
export interface Act {
  /** What `Contender.attach` takes. */
  readonly handle: unknown;
  readonly gate: SharedArrayBuffer;
  readonly seconds: number;
  /** The entries of the whole map: there from the start, or when grown up. */
  readonly entries: number;
}

/** What a worker did in one act. */
export interface Tally {
  readonly operations: number;
  /** Answers that a correct map does not give. */
  readonly wrong: number;
  /** By the common clock, in milliseconds. */
  readonly started: number;
  readonly ended: number;
  /** How long a processor really worked for this worker. */
  readonly processorSeconds: number;
}

/** A worker's reply: what it did in each performance. */
export type Reply =
  | { readonly tallies: readonly Tally[] }
  | { readonly error: string };
