/**
 * Change notes: what this thread does after it has changed an entry.
 *
 * @module
 */

import type { Segment } from "../segment/segment.ts";
import type { EncodedKey } from "../table/key.ts";
import type { Attachment } from "./attachment.ts";
import * as background from "./background.ts";
import type { EvictionPolicy } from "./eviction_policy.ts";
import * as ownChanges from "./own_changes.ts";

// Constants of its own: `layout.ts` says why.
const { ticker } = background;
const { underway } = ownChanges;

/** Notes the changes to one key after the other: to the one that is packed. */
export class ChangeNotes {
  readonly #segment: Segment;
  readonly #key: EncodedKey;
  readonly #isCallers: boolean;
  /** The policy of eviction that hears of changes; undefined: none does. */
  readonly #listener: EvictionPolicy | undefined;

  /**
   * @param attachment The worker's hold on the map.
   * @param key Where keys are packed. Changes are noted if that is the attachment's own: those of
   * the caller of the map.
   */
  constructor(attachment: Attachment, key: EncodedKey) {
    const { evictionPolicy, segment } = attachment;
    this.#segment = segment;
    this.#key = key;
    this.#isCallers = key === attachment.key;
    const isHeard = segment.evicts && evictionPolicy.onChange !== undefined;
    this.#listener = isHeard ? evictionPolicy : undefined;
  }

  /** Whether anybody wants to know which key has changed. */
  get wantsKey(): boolean {
    return this.#listener !== undefined || underway.innermost !== undefined;
  }

  /** After a change of the packed key's entry; it need not be packed if nobody wants it. */
  note(): void {
    if (!this.#isCallers) return;
    if (ticker.isResting) ticker.wake();
    this.#listener?.onChange?.(this.#key.hash);
    underway.innermost?.note(this.#segment, this.#key);
  }
}
