/**
 * Trouble: what goes wrong again and again is said when it begins, when it becomes something else,
 * and when it is over.
 *
 * @module
 */

import { aboutMap, type SnapshotError } from "../errors.ts";
import type { PersistOptions } from "./persist_options.ts";

/** Who hears of it. */
export interface TroubleEvents {
  /** It began, or became another one. */
  onError(error: SnapshotError): void;
  /** It is over. */
  onRecovered(): void;
}

/** One trouble, which comes and goes. */
export class Trouble {
  readonly #events: TroubleEvents;
  /** What was said last; undefined: all is well. */
  #said: string | undefined;

  constructor(events: TroubleEvents) {
    this.#events = events;
  }

  /** One that the same hear of. */
  another(): Trouble {
    return new Trouble(this.#events);
  }

  /** Something went wrong: says so, unless that was the last thing said. */
  fail(error: SnapshotError): void {
    const { path, reason } = error;
    const what = JSON.stringify([path, reason]); // not the message: that also says at which step
    if (what === this.#said) return;
    this.#said = what;
    this.#events.onError(error);
  }

  /** All went well: says so, if the last thing said was otherwise. */
  end(): void {
    if (this.#said === undefined) return;
    this.#said = undefined;
    this.#events.onRecovered();
  }
}

/** Tells the caller's `onError`, or else warns, of what goes wrong with a map. */
export function reporter(
  { onError = warn }: PersistOptions,
  name: string | undefined,
): (error: SnapshotError) => void {
  return (error) => onError(aboutMap(error, name));
}

/** What is done with an error that nobody asked for. */
export function warn(error: SnapshotError): void {
  console.warn(`${error.name}: ${error.message}`);
}

/** Says that what `warn` said of a directory is over. */
export function warnNoMore(directory: string): void {
  console.warn(`Snapshots are written into "${directory}" again`);
}
