/**
 * Trouble: an error that comes again and again is reported when it begins, when it becomes another
 * error, and when it is over.
 *
 * @module
 */

import { aboutMap, type SnapshotError } from "../errors.ts";
import type { PersistOptions } from "./persist_options.ts";

/** What to call. */
export interface TroubleEvents {
  /** It began, or became another one. */
  onError(error: SnapshotError): void;
  /** It is over. */
  onRecovered(): void;
}

/** One trouble, which comes and goes. */
export class Trouble {
  readonly #events: TroubleEvents;
  /** The error that was reported last; undefined: all is well. */
  #said: string | undefined;

  constructor(events: TroubleEvents) {
    this.#events = events;
  }

  /** Another trouble that is reported in the same way. */
  another(): Trouble {
    return new Trouble(this.#events);
  }

  /** After an error: reports it, unless it was the last thing reported. */
  fail(error: SnapshotError): void {
    const { path, reason } = error;
    const what = JSON.stringify([path, reason]); // not the message: that also says at which step
    if (what === this.#said) return;
    this.#said = what;
    this.#events.onError(error);
  }

  /** After a success: reports it, if the last thing reported was an error. */
  end(): void {
    if (this.#said === undefined) return;
    this.#said = undefined;
    this.#events.onRecovered();
  }
}

/** Reports errors of a map to the caller's `onError`, or else prints a warning. */
export function reporter(
  { onError = warn }: PersistOptions,
  name: string | undefined,
): (error: SnapshotError) => void {
  return (error) => onError(aboutMap(error, name));
}

/** Prints an error that nobody asked for. */
export function warn(error: SnapshotError): void {
  console.warn(`${error.name}: ${error.message}`);
}

/** Prints that the errors of a directory are over. */
export function warnNoMore(directory: string): void {
  console.warn(`Snapshots are written into "${directory}" again`);
}
