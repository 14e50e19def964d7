/**
 * S3-FIFO: which entry should go next.
 *
 * New entries pass through a small queue, of a tenth of all. What was read when it comes out stays,
 * and becomes part of the main part; what was not read is evicted. So an entry that is asked for
 * only once takes little room from the others. A key that comes back soon after that (its *ghost*
 * is still known) is put into the main part at once.
 *
 * The main part has no queue of its own: hands go round the slots of the table (`hand.ts`), lower
 * the heat of what was read since they last came by, and evict what has none. So nothing is ever
 * moved from one part to the other: an entry is in the small queue if its ghost word says so
 * (`ghosts.ts`), and else in the main part.
 *
 * What has expired goes first of what is met, however often it was read.
 *
 * Which place a hand comes to next stands in its participant's record, and whoever has the record
 * next may go on from there. How many entries there are, roughly, stands in a word for all.
 *
 * Source: Yang, Zhang, Qiu, Yue, Vinayak, "FIFO Queues Are All You Need for Cache Eviction", SOSP
 * 2023. There the main part is a queue, too: an entry comes to its end, and so stays for a whole
 * round at least. Here the hand may be about to come by; so it gets there with a heat of 1, where
 * the paper has 0.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as participants from "../segment/participants.ts";
import * as registry from "../reclamation/registry.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import * as rules from "./eviction_rule.ts";
import type { Rule } from "./eviction_rule.ts";
import * as ghosts from "./ghosts.ts";
import * as hands from "./hand.ts";
import * as heat from "./heat.ts";
import * as residents from "./resident.ts";
import * as queues from "./small_queue.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const {
  H_ENTRIES_SEEN,
  H_QUEUE_TAIL,
  H_ROOT,
  H_TTL_USED,
  P_ENTRIES,
  P_LINE,
} = layout;
const { sumHints } = participants;
const { placeOf } = registry;
const { hint, load, own, poke } = access;
const { mayGo } = rules;
const { forget, isQueued, noteEvicted, noteInserted, noteQueued } = ghosts;
const { LINE_SLOTS, nextLine } = hands;
const { cool, coolTo, warm } = heat;
const { hashThere, residentAt, residentOf } = residents;
const { dequeue, enqueue, NO_HASH, queueLength } = queues;
const { hasExpired } = versions;

/** The share of the small queue in all entries. */
const SMALL_SHARE = 10;
/** The heat with which an entry stays when it leaves the small queue. */
const HEAT_TO_STAY = 2;
/** Slots that one choice looks at. */
const MOST_LOOKS = 64;
/** What is put into the small queue between two looks at how many entries there are: 2 ** 6. */
const COUNT_MASK = 63;

/** What this choice spared first, although it could have been evicted; 0: nothing. */
let spared = 0;

/** Notes that a key with this hash was inserted. O(1), wait-free. */
export function noteInsertion(words: Words, hash: number): void {
  if (noteInserted(words, hash, countEntries(words))) enqueue(words, hash);
  else warm(words, hash);
}

/**
 * The newest version of the entry that should go next; 0: none was met. The caller is pinned. It
 * looks at a bounded number of slots.
 *
 * @param words The segment.
 * @param base The record of the participant that chooses.
 * @param last The highest hash, as an unsigned number, that the entry should have.
 * @param rule Which versions may go.
 */
export function choose(
  words: Words,
  base: number,
  last: number,
  rule: Rule,
): number {
  const share = (countEntries(words) / SMALL_SHARE) | 0;
  const most = share < 1 ? 1 : share;
  spared = 0;
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const ref = queueLength(words) > most
      ? lookAtQueue(words, last, rule)
      : lookAtMain(words, base, last, rule);
    if (ref !== 0) return ref;
  }
  return spared !== 0 ? spared : lookAtQueue(words, last, rule);
}

/** How many entries there are. Many participants count them, so that is looked up now and then. */
function countEntries(words: Words): number {
  const seen = hint(words, H_ENTRIES_SEEN);
  const isDue = (hint(words, H_QUEUE_TAIL) & COUNT_MASK) === 0;
  if (seen !== 0 && !isDue) return seen;
  const entries = sumHints(words, P_ENTRIES);
  poke(words, H_ENTRIES_SEEN, entries);
  return entries;
}

/** Takes the next key out of the small queue; its newest version, if it should go; else 0. */
function lookAtQueue(words: Words, last: number, rule: Rule): number {
  const hash = dequeue(words);
  if (hash === NO_HASH || !isQueued(words, hash)) return 0;
  const ref = residentOf(words, hash);
  if (ref === 0) {
    forget(words, hash); // it was deleted
    return 0;
  }
  if (placeOf(hash) > placeOf(last) || !mayGo(rule, words, ref, hash)) {
    enqueue(words, hash);
    noteQueued(words, hash);
    return 0;
  }
  if (isOver(words, ref)) {
    forget(words, hash);
    return ref;
  }
  if (coolTo(words, hash, 1) >= HEAT_TO_STAY) {
    forget(words, hash); // from here on it is in the main part
    if (spared === 0) spared = ref;
    return 0;
  }
  coolTo(words, hash, 0); // when it comes back, it begins anew
  noteEvicted(words, hash);
  return ref;
}

/** Looks at the next slot; its newest version, if it should go; else 0. */
function lookAtMain(
  words: Words,
  base: number,
  last: number,
  rule: Rule,
): number {
  const ref = residentAt(words, nextPlace(words, base, last));
  if (ref === 0) return 0;
  const hash = hashThere();
  if (isOver(words, ref)) return mayGo(rule, words, ref, hash) ? ref : 0;
  if (isQueued(words, hash)) return 0;
  if (cool(words, hash) === 0) return mayGo(rule, words, ref, hash) ? ref : 0;
  if (spared === 0 && mayGo(rule, words, ref, hash)) spared = ref;
  return 0;
}

/**
 * The next place of the line that this hand has taken; behind its end, which is where another one
 * begins, the first one of a new line.
 */
function nextPlace(words: Words, base: number, last: number): number {
  let place = own(words, base + P_LINE);
  if ((place & (LINE_SLOTS - 1)) === 0) {
    place = nextLine(words, load(words, H_ROOT) * 4, last);
  }
  poke(words, base + P_LINE, place + 1);
  return place;
}

function isOver(words: Words, ref: number): boolean {
  return load(words, H_TTL_USED) !== 0 && hasExpired(words, ref);
}
