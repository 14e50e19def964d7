/**
 * Holds: one map object's part in an attachment. The map objects that a thread opened by one name
 * share an attachment, as its places are few; each ends by itself, and takes along what was opened
 * by it. With the last one the attachment ends.
 *
 * @module
 */

import type { Participant } from "../reclamation/participant.ts";
import { mapClosed } from "../errors.ts";
import type { Attachment } from "./attachment.ts";

/** One map object's part in an attachment. */
export class Hold {
  readonly attachment: Attachment;
  readonly #participant: Participant;
  readonly #release: () => void;
  readonly #endings: (() => void)[] = [];
  /** The pins that the caller of the map keeps. */
  #pins = 0;
  /** Changes once before it is used, as the base of a participant does. */
  #isOpen = false;

  /**
   * @param attachment What it is a part of.
   * @param release Called once, at the end: closes the attachment, if this was the last part.
   */
  constructor(attachment: Attachment, release: () => void) {
    this.attachment = attachment;
    this.#participant = attachment.participant;
    this.#release = release;
    this.#isOpen = true;
  }

  /** The one and only part of an attachment. */
  static whole(attachment: Attachment): Hold {
    return new Hold(attachment, () => attachment.close());
  }

  /** Whether `close` was not called. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * Throws `ClosedError` after `close`; heals what was cut short. Before each operation that
   * writes.
   */
  checkOpen(what: string): void {
    this.checkReadable(what);
    this.#participant.heal();
  }

  /** As `checkOpen`, for an operation that only reads: whatever pins heals. */
  checkReadable(what: string): void {
    if (!this.#isOpen) throw mapClosed(what, this.attachment.segment.name);
  }

  /** Pins for the caller of the map; returns how to end that, which the close does, too. */
  keepPin(): () => void {
    this.#participant.keepPin();
    this.#pins++;
    let isKept = true;
    return () => {
      if (isKept && this.#isOpen) this.#releasePin();
      isKept = false;
    };
  }

  #releasePin(): void {
    this.#pins--;
    this.#participant.releasePin();
  }

  /**
   * Has something called when this ends, while the attachment is still open; at once if it has
   * ended.
   */
  beforeEnd(ending: () => void): void {
    if (this.#isOpen) this.#endings.push(ending);
    else ending();
  }

  /** Ends this part, and what was opened by it; again is nothing. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      for (const dependent of this.attachment.dependents) {
        if (dependent.owner === this) dependent.close();
      }
      while (this.#pins > 0) this.#releasePin();
      for (const ending of this.#endings) ending();
    } finally {
      this.#release();
    }
  }
}
