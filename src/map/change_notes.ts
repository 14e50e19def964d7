/**
 * Change notes: what this thread does after it has changed an entry.
 *
 * @module
 */

import type { Segment } from "../segment/segment.ts";
import type { EncodedKey } from "../table/key.ts";
import * as tracking from "../table/tracking.ts";
import type { Attachment } from "./attachment.ts";
import * as background from "./background.ts";
import * as ownChanges from "./own_changes.ts";

// Constants of its own: `layout.ts` says why.
const { noteWrite } = tracking;
const { ticker } = background;
const { underway } = ownChanges;

/** Notes the changes to one key after the other: to the one that is packed. */
export class ChangeNotes {
  readonly #segment: Segment;
  readonly #key: EncodedKey;
  readonly #isCallers: boolean;
  readonly #attachment: Attachment;
  /** Whether eviction wants to hear of changes, or uses are tracked. */
  readonly #isHeard: boolean;

  /**
   * @param attachment The worker's hold on the map.
   * @param key Where keys are packed. Changes are noted if that is the attachment's own: those of
   * the caller of the map.
   */
  constructor(attachment: Attachment, key: EncodedKey) {
    const { segment } = attachment;
    this.#segment = segment;
    this.#key = key;
    this.#isCallers = key === attachment.key;
    this.#attachment = attachment;
    this.#isHeard = segment.keepsUses || segment.evicts;
  }

  /** Whether anybody wants to know which key has changed. */
  get wantsKey(): boolean {
    return this.#isHeard || underway.innermost !== undefined;
  }

  /** After a change of the packed key's entry; it need not be packed if nobody wants it. */
  note(): void {
    // What was evicted only changes how many there are.
    this.noteOne(this.#isHeard && this.#attachment.noteEntries() > 0);
  }

  /** Before the changes that were made together are noted, one by one. */
  beginMany(): void {
    if (this.#isHeard) this.#attachment.noteEntries();
  }

  /** After one of several changes; says whether it brought an entry where there was none. */
  noteOne(isInserted: boolean): void {
    if (!this.#isCallers) return;
    if (this.#isHeard) this.#tell(isInserted);
    if (ticker.isResting) ticker.wake();
    underway.innermost?.note(this.#segment, this.#key);
  }

  /** Tells of a caller's change those who keep to it. */
  #tell(isInserted: boolean): void {
    const { entryKeepers, evictionPolicy, participant, segment, weightKeeper } =
      this.#attachment;
    const { hash } = this.#key;
    noteWrite(segment.words, participant.base, hash);
    if (!segment.evicts) return;
    evictionPolicy.onChange?.(hash);
    if (isInserted) {
      evictionPolicy.onInsert?.(hash);
      for (const keeper of entryKeepers) keeper.keep();
    }
    weightKeeper?.keep();
  }
}
