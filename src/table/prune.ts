/**
 * Pruning: what becomes of a version that was replaced.
 *
 * A version is settled and pruned before it is replaced itself. So a chain of `prev` links has,
 * besides the newest version, only versions that some open snapshot needed when they died. What no
 * open snapshot shows any more may be taken out of the middle (`table/chain.ts`). So before a
 * `prev` is copied to take a version out, it is frozen.
 *
 * @module
 */

import * as limbo from "../reclamation/limbo.ts";
import * as registry from "../reclamation/registry.ts";
import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const { FINAL, GOING, REF_MASK, V_PREV, V_STAMP } = layout;
const { compareAndSet, hint, load, fixed } = access;
const { hold, retire } = limbo;
const { isShown } = registry;
const { contentRefs } = versions;

/**
 * Makes the `prev` of a settled version of a key with this hash final. The version it replaced is
 * retired if no open snapshot shows it; otherwise the participant with this record holds it until
 * none does.
 */
export function prune(
  words: Words,
  base: number,
  ref: number,
  hash: number,
): void {
  const at = ref * 4 + V_PREV;
  if ((hint(words, at) & FINAL) !== 0) return;
  const old = load(words, at);
  if ((old & FINAL) !== 0) return;
  const death = fixed(words, ref * 4 + V_STAMP);
  if (isShown(words, fixed(words, old * 4 + V_STAMP), death, hash)) {
    if (compareAndSet(words, at, old, old | FINAL)) {
      hold(words, base, old, death);
    }
    return;
  }
  const older = freeze(words, old);
  if (compareAndSet(words, at, old, older & REF_MASK | FINAL)) {
    retire(words, base, old, contentRefs(words, old));
  }
}

/**
 * Freezes the `prev` of a version that is to be taken out of its chain, and returns it. The caller
 * knows that no snapshot shows the version; that stays so. Lock-free.
 */
export function freeze(words: Words, ref: number): number {
  const at = ref * 4 + V_PREV;
  let prev = load(words, at);
  // Where nothing is older nothing can change.
  while ((prev & REF_MASK) !== 0 && (prev & GOING) === 0) {
    if (compareAndSet(words, at, prev, prev | GOING)) break;
    prev = load(words, at);
  }
  return prev;
}
