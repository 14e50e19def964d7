/**
 * Holds: one map object's share of an attachment. The map objects that a thread opened by one name
 * share an attachment, as a map has few places. Each hold ends by itself, and closes what was
 * opened by it. With the last one the attachment ends.
 *
 * @module
 */

import type { Participant } from "../reclamation/participant.ts";
import { mapClosed } from "../errors.ts";
import type { Attachment } from "./attachment.ts";
import * as transactions from "./running_transactions.ts";

// A constant of its own: `layout.ts` says why.
const { refuseWithin, running } = transactions;

/** One map object's share of an attachment. */
export class Hold {
  readonly attachment: Attachment;
  readonly #participant: Participant;
  readonly #release: () => void;
  readonly #endings: (() => void)[] = [];
  /** The pins that the caller of the map keeps. */
  #pins = 0;
  /**
   * Set twice before it is used, so that the compiler does not take it for a constant: as the base
   * of a participant.
   */
  #isOpen = false;

  /**
   * @param attachment The attachment.
   * @param release Called once, at the end: closes the attachment if this was the last hold.
   */
  constructor(attachment: Attachment, release: () => void) {
    this.attachment = attachment;
    this.#participant = attachment.participant;
    this.#release = release;
    this.#isOpen = true;
  }

  /** The only hold of an attachment. */
  static whole(attachment: Attachment): Hold {
    return new Hold(attachment, () => attachment.close());
  }

  /** Whether `close` was not called. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * Throws `ClosedError` after `close`; repairs what was cut short. To be called before each
   * operation that writes.
   */
  checkOpen(what: string): void {
    this.checkReadable(what);
    this.#participant.heal();
  }

  /** As `checkOpen`, for a write of its own: none is made within a transaction of the map. */
  checkWritable(what: string): void {
    this.checkOpen(what);
    if (running.innermost !== undefined) {
      refuseWithin(this.attachment.segment, what);
    }
  }

  /** As `checkOpen`, for an operation that only reads: if it has to pin, that repairs. */
  checkReadable(what: string): void {
    if (!this.#isOpen) throw mapClosed(what, this.attachment.segment.name);
  }

  /** Pins for the caller of the map; returns what ends the pin. Closing the hold ends it, too. */
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
   * Calls something before the hold ends, while the attachment is still open; at once if it has
   * ended.
   */
  beforeEnd(ending: () => void): void {
    if (this.#isOpen) this.#endings.push(ending);
    else ending();
  }

  /** Ends the hold, and what was opened by it; a second call does nothing. */
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
