/**
 * Iteration: range by range in the order of hashes, pinned only while a range is read. What was
 * read is finished one by one, when the caller asks for it.
 *
 * @module
 */

import { Cursor } from "../table/cursor.ts";
import type { Attachment } from "./attachment.ts";
import type { Part, Taken } from "./version_reader.ts";

const END = { done: true, value: undefined } as const;

/**
 * Iterates over a part of each version that `select` chooses. It is a class, because a generator
 * costs as much per entry as reading the entry does.
 */
export class Scan<T> extends Iterator<T, undefined> {
  readonly #attachment: Attachment;
  readonly #cursor: Cursor;
  readonly #select: (newest: number, now: number) => number;
  readonly #part: Part<T>;
  readonly #checkOpen: () => void;
  readonly #refs: number[] = [];
  /** What the range at hand holds, and how much of that was handed out. */
  #found: Taken<T>[] = [];
  #given = 0;
  #ended = false;

  /**
   * @param attachment The worker's hold on the map.
   * @param select From a key's newest version to the one that is wanted, or 0 for none. It also
   * gets the time before the version was found: one that had not expired then counts as live, since
   * it may have been replaced in time.
   * @param part What the iterator gives of it.
   * @param checkOpen Throws when the iterator may not go on.
   */
  constructor(
    attachment: Attachment,
    select: (newest: number, now: number) => number,
    part: Part<T>,
    checkOpen: () => void,
  ) {
    super();
    checkOpen();
    this.#attachment = attachment;
    this.#cursor = new Cursor(attachment.segment, attachment.table.migration);
    this.#select = select;
    this.#part = part;
    this.#checkOpen = checkOpen;
  }

  next(): IteratorResult<T, undefined> {
    if (this.#ended) return END;
    this.#ended = true; // if one of these throws
    this.#checkOpen();
    while (this.#given === this.#found.length) {
      if (this.#cursor.done) return this.return();
      this.#readRange();
    }
    const value = this.#part.finish(this.#found[this.#given++]);
    this.#ended = false;
    return { done: false, value };
  }

  override [Symbol.iterator](): this {
    return this;
  }

  /** Ends the iteration. */
  override return(): IteratorReturnResult<undefined> {
    this.#ended = true;
    this.#found = [];
    return END;
  }

  #readRange(): void {
    const { participant } = this.#attachment;
    const refs = this.#refs;
    const found: Taken<T>[] = [];
    participant.pin();
    try {
      const now = Date.now();
      this.#cursor.next(refs);
      for (let i = 0; i < refs.length; i++) {
        const ref = this.#select(refs[i], now);
        if (ref !== 0) found.push(this.#part.take(ref));
      }
    } finally {
      participant.unpin();
    }
    participant.collectSometimes();
    this.#found = found;
    this.#given = 0;
  }
}
