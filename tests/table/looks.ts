/**
 * Looks in TypeScript, by the functions that those of the kernel are compiled from: in
 * earnest a map without a kernel pins instead.
 *
 * @module
 */
import type { Attachment } from "../../src/map/attachment.ts";
import { KEY_SCRATCH_WORDS, P_KEY } from "../../src/segment/layout.ts";
import { glance, UNDECIDED } from "../../src/table/glance.ts";
import { look, lookPacked } from "../../src/table/look.ts";
import type { Quick } from "../../src/table/quick_over.ts";

/** Lets the maps of an attachment look, although it has no kernel. */
export function lookInTypeScript(attachment: Attachment): void {
  const { participant: { base }, segment: { floats, words } } = attachment;
  const from = base + P_KEY;
  const key = words.subarray(from, from + KEY_SCRATCH_WORDS);
  const looks: Pick<Quick, "glance" | "look" | "lookPacked"> = {
    look: (base, text, most) =>
      astray(() => look(words, floats, base, key, text, most)),
    lookPacked: (base, hash, info, most) =>
      astray(() => lookPacked(words, floats, base, key, hash, info, most)),
    glance: (_base, hash, info) => glance(words, hash, key, info),
  };
  Object.assign(attachment.quick, looks);
}

/** An index that leads out of the memory throws here, too, if not the same error. */
function astray(look: () => number): number {
  try {
    return look();
  } catch (error) {
    if (error instanceof RangeError) return UNDECIDED;
    throw error;
  }
}
