/**
 * Posts: the messages that one participant sends.
 *
 * All that are to be pushed are drafted first, so that there is memory for each of them, or nobody
 * gets any. They are chained from `P_DRAFT`, as the nodes of a tree are (`table/trees.ts`). From
 * there a message goes into `P_POSTING`, and then to its receiver. If that takes none, it stays
 * there for the next one: those of one post are alike. What is left goes back to the draft, and is
 * freed.
 *
 * @module
 */

import {
  H_TOTAL_REFS,
  M_TO,
  P_DRAFT,
  P_HAND,
  P_POSTING,
  R_LINK,
} from "../segment/layout.ts";
import { fixed, own, poke, type Words } from "../segment/atomics.ts";
import { beginMessage, mostRefs, type Pushed, pushMessage } from "./inbox.ts";
import type { Participant } from "./participant.ts";

/** The messages of one participant. */
export class Posts {
  readonly #participant: Participant;
  readonly #words: Words;
  readonly #most: number;

  /**
   * @param participant Who sends them.
   * @param most The most refs that the messages of one inbox may take, but for a single one.
   */
  constructor(
    participant: Participant,
    most: number = mostRefs(
      fixed(participant.segment.words, H_TOTAL_REFS),
    ),
  ) {
    this.#participant = participant;
    this.#words = participant.segment.words;
    this.#most = most;
  }

  /**
   * Memory for a message of so many bytes in all; 0: there is none. The caller is in a section, and
   * pinned, until `end`.
   */
  draft(bytes: number): number {
    const words = this.#words;
    const { allocator, base, slot } = this.#participant;
    const ref = allocator.allocate(bytes);
    if (ref === 0) return 0;
    poke(words, ref * 4 + R_LINK, own(words, base + P_DRAFT));
    poke(words, base + P_DRAFT, ref); // it is led to by this from here on
    poke(words, base + P_HAND, 0);
    beginMessage(words, ref, slot); // after that: a run whose first word is 0 is in hand at most
    return ref;
  }

  /**
   * Pushes the message that was drafted last, or the one that the receiver before has not taken.
   *
   * @param to The participant (slot) to which it goes.
   * @param refs What it takes.
   */
  push(to: number, refs: number): Pushed {
    const words = this.#words;
    const { base } = this.#participant;
    const message = own(words, base + P_POSTING) || this.#undraft();
    poke(words, message * 4 + M_TO, to);
    const pushed = pushMessage(words, message, refs, this.#most);
    if (pushed === "pushed") poke(words, base + P_POSTING, 0);
    return pushed;
  }

  #undraft(): number {
    const words = this.#words;
    const { base } = this.#participant;
    const message = own(words, base + P_DRAFT);
    const next = own(words, message * 4 + R_LINK);
    poke(words, base + P_POSTING, message);
    poke(words, base + P_DRAFT, next); // before others can put it into a queue
    return message;
  }

  /** Frees what was not pushed. */
  end(): void {
    const words = this.#words;
    const { allocator, base } = this.#participant;
    const rest = own(words, base + P_POSTING);
    if (rest !== 0) {
      poke(words, rest * 4 + R_LINK, own(words, base + P_DRAFT));
      poke(words, base + P_DRAFT, rest);
      poke(words, base + P_POSTING, 0);
    }
    for (;;) {
      const ref = own(words, base + P_DRAFT);
      if (ref === 0) return;
      const next = own(words, ref * 4 + R_LINK);
      allocator.freeFrom(ref, () => poke(words, base + P_DRAFT, next));
    }
  }
}
