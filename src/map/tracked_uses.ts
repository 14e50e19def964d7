/**
 * Tracked uses: what is known of how entries are used, for the caller of the map.
 *
 * @module
 */

import { H_PARTICIPANTS } from "../segment/layout.ts";
import { load } from "../segment/atomics.ts";
import { participantBase } from "../segment/participants.ts";
import type { Segment } from "../segment/segment.ts";
import { liveEntries } from "../table/account.ts";
import { heatOf } from "../table/heat.ts";
import { forEachHot } from "../table/hot_keys.ts";
import { residentOf } from "../table/resident.ts";
import { type Sample, sampleVersions } from "../table/sample.ts";
import { keepMinute } from "../table/tracking.ts";
import {
  ageAt,
  countAt,
  TWICE_USES_PER_SAMPLE,
  UNUSED,
  useOf,
} from "../table/uses.ts";
import { hasExpired, isTombstone } from "../table/version.ts";
import type { Attachment } from "./attachment.ts";
import type { EntryAccess } from "./entry_access.ts";
import type { Taken } from "./version_reader.ts";

const MINUTE_MS = 60_000;

/** What {@linkcode SharedMap.prototype.access} returns. */
export interface SharedMapAccess {
  /**
   * How often the entry is used. In a map with `track`: a logarithmic count, from 5 for the first
   * use to 255 for about a million, less one for each minute without a use; 0 if nothing is known.
   * It goes by a sample of one use in 64: so it takes some dozen uses until it rises at all.
   * In another map that evicts: how often it was read of late, from 0 to 3.
   */
  frequency: number;
  /**
   * How long ago it was used last, in milliseconds, by whole minutes; undefined if that is not
   * known, as in a map without `track`.
   */
  idle: number | undefined;
}

/** What {@linkcode SharedMap.prototype.hottest} returns of each key. */
export interface HotKey<K> {
  /** The key. */
  key: K;
  /** About how often it was used in this minute and the one before, by all workers. */
  uses: number;
}

/** What {@linkcode SharedMap.prototype.ages} returns: entries by how long ago they were used. */
export interface EntryAge {
  /** They were used less than so many milliseconds ago, and not less than the one before says. */
  within: number;
  /** About how many they are. */
  entries: number;
}

/** In minutes; what is older, or not known, is in the last one. */
const AGES = [1, 5, 15, 60, 360, 1440, Infinity];
/** More minutes than can be told apart: of what is not known. */
const OLDEST = 0x10000;
/** Entries that are met for the ages, so many from each of some places. */
const MET = 1024;
const MET_TOGETHER = 8;

/** What is known of the uses of a key, by its hash. O(1). */
export function accessOf(
  { keepsUses, words }: Segment,
  hash: number,
): SharedMapAccess {
  if (!keepsUses) return { frequency: heatOf(words, hash), idle: undefined };
  const minute = keepMinute(words);
  const word = useOf(words, hash);
  if (word === UNUSED) return { frequency: 0, idle: undefined };
  return {
    frequency: countAt(word, minute),
    idle: ageAt(word, minute) * MINUTE_MS,
  };
}

/** The keys of entries that all workers use most, the hottest first. */
export function hottestOf<K, V>(
  { hold: { attachment }, versions }: EntryAccess<K, V>,
  most: number,
): HotKey<K>[] {
  const { segment: { words } } = attachment;
  const uses = [...countsOf(words)].sort(([, a], [, b]) => b - a);
  const found: { key: Taken<K>; uses: number }[] = [];
  attachment.pinned(() => {
    for (const [hash, count] of uses) {
      if (found.length === most) break;
      const ref = residentOf(words, hash);
      if (ref === 0 || isTombstone(words, ref) || hasExpired(words, ref)) {
        continue;
      }
      const key = versions.takeKey(ref);
      found.push({ key, uses: Math.round(count * TWICE_USES_PER_SAMPLE / 2) });
    }
  });
  return found.map(({ key, uses }) => ({ key: versions.key(key), uses }));
}

/** How many entries were used last how long ago, by a sample of them. */
export function agesOf(attachment: Attachment): EntryAge[] {
  const { segment: { words } } = attachment;
  const counts = AGES.map(() => 0);
  const sample: Sample = { refs: [], hashes: [] };
  const minute = keepMinute(words);
  let met = 0;
  attachment.pinned(() => {
    for (let tries = 0; tries < MET / MET_TOGETHER; tries++) {
      sampleVersions(words, MET_TOGETHER, sample);
      for (const hash of sample.hashes) {
        const word = useOf(words, hash);
        const age = word === UNUSED ? OLDEST : ageAt(word, minute);
        counts[AGES.findLastIndex((from) => from <= age) + 1]++;
        met++;
      }
    }
  });
  const scale = met === 0 ? 0 : liveEntries(words) / met;
  return AGES.map((minutes, i) => ({
    within: minutes * MINUTE_MS,
    entries: Math.round(counts[i] * scale),
  }));
}

/** By hash: the samples of all participants together. */
function countsOf(words: Segment["words"]): Map<number, number> {
  keepMinute(words);
  const counts = new Map<number, number>();
  const slots = load(words, H_PARTICIPANTS);
  for (let slot = 0; slot < slots; slot++) {
    forEachHot(words, participantBase(slot), (hash, count) => {
      counts.set(hash, (counts.get(hash) ?? 0) + count);
    });
  }
  return counts;
}
