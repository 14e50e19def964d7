/**
 * Fast commits: whole operations in one call of the kernel, with steps of their own, those of
 * `table/fast_path.ts`. These are searched as the others are, and take the same words through the
 * same states. They give up where anything is out of the ordinary, and leave that to `commit.ts`.
 *
 * They collect now and then, as each write does, when the kernel says that it is due.
 *
 * Most exist twice: for the key that is packed, and for a key that is a string, which the kernel
 * packs. After the latter the scratch has that key, but nobody knows of it, unless somebody wants
 * to know what has changed.
 *
 * @module
 */

import type { Participant } from "../reclamation/participant.ts";
import * as layout from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import * as optimistic from "../table/optimistic_read.ts";
import type { EncodedKey } from "../table/key.ts";
import * as lookups from "../table/fast_lookup.ts";
import * as fastPath from "../table/fast_path.ts";
import type { FastPath } from "../table/fast_path_fallback.ts";
import type { Table } from "../table/table.ts";
import * as versions from "../table/version.ts";
import type { Attachment } from "./attachment.ts";
import type { ChangeNotes } from "./change_notes.ts";
import type { Prepared } from "./version_maker.ts";

// Constants of its own: `layout.ts` says why.
const { P_DELETED, P_HASH, P_INFO, P_RESULT, TAG_NUMBER, TAG_SHIFT } = layout;
const { NUMBER_INFO } = lookups;
const { ABSENT, ANY_VERSION, DONE, DUE, touchHome, UNDONE } = fastPath;
const { endOf, isStructure, valueIndex } = versions;
const { UNDECIDED } = optimistic;

/** The fast path did not take the entry: that is left to `tryCommit`. */
export const NOT_TAKEN: unique symbol = Symbol("not taken");

/** Commits to one key after the other. */
export class FastCommitter {
  readonly #participant: Participant;
  readonly #segment: Segment;
  readonly #table: Table;
  readonly #fastPath: FastPath;
  readonly #key: EncodedKey;
  readonly #changes: ChangeNotes;
  /** Whether entries are weighed: the kernel weighs nothing. */
  readonly #areWeighed: boolean;
  // The kernel returns one number. What else it has to say stands in the participant's record, and
  // is read right after the call.
  readonly #deleted: number;
  readonly #hash: number;
  readonly #info: number;
  readonly #result: number;

  /**
   * @param attachment The worker's hold on the map.
   * @param key Where keys are packed.
   * @param changes What notes the changes to them.
   */
  constructor(attachment: Attachment, key: EncodedKey, changes: ChangeNotes) {
    const { fastPath, participant, segment, table } = attachment;
    const { base } = participant;
    this.#participant = participant;
    this.#segment = segment;
    this.#table = table;
    this.#fastPath = fastPath;
    this.#key = key;
    this.#changes = changes;
    this.#areWeighed = segment.mostWeight > 0;
    this.#deleted = base + P_DELETED;
    this.#hash = base + P_HASH;
    this.#info = base + P_INFO;
    this.#result = (base + P_RESULT) / 2;
  }

  // ---- the packed key ---------------------------------------------------------------------------

  /**
   * The newest version of the packed key, to be replaced, by an optimistic read, negated if it is
   * not live; 0: there is none. `UNDECIDED` also if it expires, as the clock would have to be
   * asked, and if it is a structure, which nothing is linked over here. The map is pinned.
   */
  find(): number {
    return this.#judge(this.#newest());
  }

  #judge(found: number): number {
    if (found <= 0) return found; // none, or undecided
    if (isStructure(this.#segment.words, found)) return UNDECIDED;
    const end = endOf(this.#segment, found);
    if (end === Infinity) return found;
    return end === -Infinity ? -found : UNDECIDED;
  }

  #newest(): number {
    const key = this.#key;
    if (!key.fitsScratch) return UNDECIDED;
    return this.#fastPath.findToWrite(
      this.#participant.base,
      key.hash,
      key.info,
    );
  }

  /** Publishes a version with a prepared value, if that is a number, and does not expire. */
  put({ tag, number }: Prepared, expiry: number): boolean {
    const key = this.#key;
    return tag === TAG_NUMBER && expiry === Infinity && !this.#areWeighed &&
      key.fitsScratch &&
      this.#hasDonePacked(
        this.#fastPath.putNumber(
          this.#participant.base,
          key.hash,
          key.info,
          NUMBER_INFO,
          number,
        ),
      );
  }

  /**
   * Exchanges one number for another, neither NaN, if there is that one, and it does not expire.
   */
  exchange(expected: unknown, next: unknown): boolean {
    const key = this.#key;
    return !this.#areWeighed && key.fitsScratch &&
      typeof expected === "number" && typeof next === "number" &&
      next === next &&
      this.#hasDonePacked(
        this.#fastPath.exchange(
          this.#participant.base,
          key.hash,
          key.info,
          NUMBER_INFO,
          expected,
          next,
        ),
      );
  }

  /**
   * Adds to a number, or to 0 if there is none. Returns the sum; NaN if nothing was done, or the
   * number is NaN.
   */
  increment(by: number): number {
    const key = this.#key;
    const isDone = key.fitsScratch &&
      this.#hasDonePacked(
        this.#fastPath.increment(
          this.#participant.base,
          key.hash,
          key.info,
          NUMBER_INFO,
          by,
        ),
      );
    return isDone ? this.#segment.floats[this.#result] : NaN;
  }

  /** Deletes the entry of the packed key: `DONE`, `ABSENT` or `UNDONE`. */
  remove(): number {
    return this.#attend(this.#bury(ANY_VERSION));
  }

  /** The same, if its version is the one that is expected; what is due is left to do. */
  #bury(expected: number): number {
    const key = this.#key;
    if (!key.fitsScratch) return UNDONE;
    const { base } = this.#participant;
    const outcome = this.#fastPath.remove(base, key.hash, key.info, expected);
    if (isDone(outcome)) this.#changes.note();
    return outcome;
  }

  /**
   * The same, and reads what is deleted: returns what `read` makes of its version, undefined if
   * there is none, or `NOT_TAKEN`.
   *
   * @param read Reads the version, while pinned.
   * @param isSafe Whether that cannot fail: then it may come after, and the entry is found and
   * deleted in one call.
   */
  take<T>(
    read: (ref: number) => T,
    isSafe: boolean,
  ): T | undefined | typeof NOT_TAKEN {
    const participant = this.#participant;
    let taken: T | undefined | typeof NOT_TAKEN;
    participant.pin();
    try {
      taken = isSafe
        ? this.#readDeleted(this.#bury(ANY_VERSION), read)
        : this.#readThenDelete(this.find(), read);
    } finally {
      participant.unpin();
    }
    this.#attend(DUE);
    return taken;
  }

  #readDeleted<T>(
    outcome: number,
    read: (ref: number) => T,
  ): T | undefined | typeof NOT_TAKEN {
    if (isDone(outcome)) return read(this.#segment.words[this.#deleted]);
    return outcome === ABSENT ? undefined : NOT_TAKEN;
  }

  #readThenDelete<T>(
    found: number,
    read: (ref: number) => T,
  ): T | undefined | typeof NOT_TAKEN {
    if (found === UNDECIDED) return NOT_TAKEN;
    if (found <= 0) return undefined;
    const value = read(found);
    return isDone(this.#bury(found)) ? value : NOT_TAKEN;
  }

  // ---- keys that are strings --------------------------------------------------------------------

  /** Sets the value of a key to a number. */
  putNumberByText(text: string, value: number): boolean {
    return value === value && this.#hasDone(
      this.#fastPath.putNumberByText(
        this.#participant.base,
        text,
        NUMBER_INFO,
        value,
      ),
    );
  }

  /** Sets the value of a key to a string of at most `MEDIUM_TEXT` units. */
  putTextByText(text: string, value: string): boolean {
    const { base } = this.#participant;
    return this.#hasDone(this.#fastPath.putTextByText(base, text, value));
  }

  /** Sets the value of a key to a prepared one, in two calls: the value is written between them. */
  putByText(text: string, values: Prepared): boolean {
    const { base } = this.#participant;
    const segment = this.#segment;
    const { words } = segment;
    const info = values.tag << TAG_SHIFT | values.byteLength;
    const version = this.#fastPath.makeByText(base, text, info);
    if (version === 0) return this.#hasDone(UNDONE);
    const hash = words[this.#hash];
    touchHome(words, base, hash);
    values.write(segment, valueIndex(words, version));
    const outcome = this.#fastPath.publish(base, hash, version, ANY_VERSION);
    if (outcome !== DONE) this.#participant.allocator.free(version);
    this.#participant.leaveSection();
    return this.#hasDone(outcome === DONE ? DUE : outcome); // to publish is no whole operation
  }

  /** As `exchange`. */
  exchangeByText(text: string, expected: number, next: unknown): boolean {
    if (this.#areWeighed) return false;
    return typeof next === "number" && next === next && this.#hasDone(
      this.#fastPath.exchangeByText(
        this.#participant.base,
        text,
        NUMBER_INFO,
        expected,
        next,
      ),
    );
  }

  /** As `increment`. */
  incrementByText(text: string, by: number): number {
    const { base } = this.#participant;
    const outcome = this.#fastPath.incrementByText(base, text, NUMBER_INFO, by);
    return this.#hasDone(outcome) ? this.#segment.floats[this.#result] : NaN;
  }

  /** As `remove`. */
  removeByText(text: string): number {
    return this.#attend(this.#buryByText(text));
  }

  #buryByText(text: string): number {
    const { base } = this.#participant;
    const outcome = this.#fastPath.removeByText(base, text, ANY_VERSION);
    if (isDone(outcome)) this.#note();
    else this.#key.forget();
    return outcome;
  }

  /** As `take`. */
  takeByText<T>(
    text: string,
    read: (ref: number) => T,
    isSafe: boolean,
  ): T | undefined | typeof NOT_TAKEN {
    const participant = this.#participant;
    let taken: T | undefined | typeof NOT_TAKEN;
    participant.pin();
    try {
      taken = isSafe
        ? this.#readDeleted(this.#buryByText(text), read)
        : this.#readThenDelete(this.#findByText(text), read);
    } finally {
      participant.unpin();
    }
    this.#attend(DUE);
    return taken;
  }

  /** As `find`; the key is packed then, if that is decided. */
  #findByText(text: string): number {
    const found = this.#fastPath.findByText(this.#participant.base, text);
    if (found === UNDECIDED) this.#key.forget();
    else this.#adopt();
    return this.#judge(found);
  }

  #hasDone(outcome: number): boolean {
    if (outcome === UNDONE) this.#key.forget();
    else this.#note();
    return this.#attend(outcome) === DONE;
  }

  /** The same for the packed key. */
  #hasDonePacked(outcome: number): boolean {
    if (outcome !== UNDONE) this.#changes.note();
    return this.#attend(outcome) === DONE;
  }

  /** Does what the kernel says is due after it has changed an entry; that is `DONE` then. */
  #attend(outcome: number): number {
    if (outcome !== DUE) return outcome;
    this.#table.lookAtTombstones();
    this.#participant.collectSometimes();
    return DONE;
  }

  /** After a change of the entry of a key that the kernel has packed. */
  #note(): void {
    if (this.#changes.wantsKey) this.#adopt();
    else this.#key.forget();
    this.#changes.note();
  }

  /** Takes over the key that the kernel has packed. */
  #adopt(): void {
    const { words } = this.#segment;
    this.#key.adopt(words[this.#info], words[this.#hash]);
  }
}

/** Whether an operation of the kernel is done, whatever is due. */
function isDone(outcome: number): boolean {
  return outcome === DONE || outcome === DUE;
}
