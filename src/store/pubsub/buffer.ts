/**
 * Buffers: the messages that have come for one subscription, and that its loop has not asked for.
 *
 * A loop that is slow must not use more and more memory. So a buffer is bounded: when it is full,
 * the subscription ends, with an error, after the loop was given what had come before.
 *
 * @module
 */

import type { ChangeSource } from "../../map/change_stream.ts";
import { StoreError } from "../errors.ts";
import type { Message } from "./message.ts";

/** What each message counts for, besides its bytes. */
const MESSAGE_BYTES = 64;

/** A message that has come, and the name of the pattern that it fits. */
export interface Arrival {
  readonly message: Message;
  readonly pattern: string | undefined;
}

/** The error of a subscription that took its messages too late. */
export function cutOffError(): StoreError {
  return new StoreError(
    "OVERFLOW Messages came faster than they were taken, so some are lost: subscribe again, and take them sooner",
  );
}

/** What has come for one subscription. */
export class MessageBuffer<M> implements ChangeSource<M> {
  readonly pending = 0;
  readonly #most: number;
  readonly #read: (arrival: Arrival) => M;
  readonly #onEnd: () => void;
  /** From the oldest on; those before `#next` were given. */
  #arrivals: Arrival[] = [];
  #next = 0;
  #bytes = 0;
  #isCutOff = false;
  #wake: (() => void) | undefined;

  /**
   * @param most How many bytes it may hold, but for a single message.
   * @param read What makes of a message what the loop is given.
   * @param onEnd Called when the loop has ended.
   */
  constructor(
    most: number,
    read: (arrival: Arrival) => M,
    onEnd: () => void,
  ) {
    this.#most = most;
    this.#read = read;
    this.#onEnd = onEnd;
  }

  /** Adds a message; false: there is no room for it, and nothing more is added. */
  add(arrival: Arrival): boolean {
    const bytes = bytesOf(arrival);
    if (this.#bytes > 0 && this.#bytes + bytes > this.#most) return false;
    this.#bytes += bytes;
    this.#arrivals.push(arrival);
    this.#call();
    return true;
  }

  /** Messages are missing: the loop gets what is there, and then an error. */
  cutOff(): void {
    this.#isCutOff = true;
    this.#call();
  }

  #call(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  next(wake: () => void): M | undefined {
    if (this.#next < this.#arrivals.length) return this.#read(this.#take());
    if (this.#isCutOff) throw cutOffError();
    this.#wake = wake;
    return undefined;
  }

  #take(): Arrival {
    const arrival = this.#arrivals[this.#next++];
    this.#bytes -= bytesOf(arrival);
    if (this.#next * 2 >= this.#arrivals.length) { // amortized O(1)
      this.#arrivals = this.#arrivals.slice(this.#next);
      this.#next = 0;
    }
    return arrival;
  }

  rest(): void {
    this.#wake = undefined;
  }

  end(): void {
    this.#arrivals = [];
    this.#next = 0;
    this.#onEnd();
  }
}

function bytesOf({ message: { name, text } }: Arrival): number {
  return MESSAGE_BYTES + name.length + text.length;
}
