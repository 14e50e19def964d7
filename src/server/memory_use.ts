/**
 * How much memory a key takes.
 *
 * @module
 */

import type { MapParts } from "../api/shared_map.ts";
import { REF_SHIFT } from "../segment/layout.ts";
import { bytesOf, nodeRefs } from "../table/version.ts";

/**
 * The bytes that a key takes, with what is under it, before they are rounded up to blocks;
 * undefined: it is not there.
 */
export function memoryOf(
  { access: { hold, keys, lookup } }: MapParts<string, unknown>,
  key: string,
): number | undefined {
  const what = "measure an entry";
  hold.checkOpen(what);
  keys.packFast(key, what);
  const { words } = hold.attachment.segment;
  return lookup.visit((ref) =>
    ref === 0 ? undefined : bytesOf(words, ref) +
      (nodeRefs(words, ref) << REF_SHIFT)
  );
}
