/**
 * What a write is told that found no memory: how much it needs, how full the map is, and what would
 * help.
 *
 * @module
 */

import { MapFullError, type OpenSnapshot, theMap } from "../errors.ts";
import { noteOf, oldestHeld } from "../reclamation/registry.ts";
import { load, type Words } from "../segment/atomics.ts";
import type { Segment } from "../segment/segment.ts";
import { capacityOf, leastMaxBytes } from "./capacity.ts";
import { liveBytesOf } from "./counters.ts";

/** Throws if an entry of so many bytes does not fit, however empty the map is. */
export function refuseWhatNeverFits(segment: Segment, bytes: number): void {
  const { minCapacityShift } = segment;
  if (bytes <= capacityOf(segment, minCapacityShift)) return;
  const size = leastMaxBytes(
    segment,
    (geometry) => bytes <= capacityOf(geometry, minCapacityShift),
  );
  const remedy = size === undefined
    ? "store it in parts"
    : `create the map with a larger maxBytes, such as ${size}, or store it in parts`;
  throw refusal(segment, bytes, "can never fit", remedy);
}

/** The error for a write that needs so many bytes, after everything was tried. */
export function mapFull(segment: Segment, bytes: number): MapFullError {
  const snapshot = oldestOpen(segment.words);
  const remedy = snapshot !== undefined
    ? `a snapshot has been open for ${
      Math.round(snapshot.ageMs / 1000)
    } s (it shows tick ${snapshot.tick}), and what it shows cannot be reused: close it`
    : segment.evicts
    ? "create the map with a larger maxBytes"
    : `delete entries, or create the map with a larger maxBytes or with onFull: "evict"`;
  return refusal(segment, bytes, "does not fit now", remedy, snapshot);
}

function refusal(
  segment: Segment,
  needed: number,
  why: string,
  remedy: string,
  snapshot?: OpenSnapshot,
): MapFullError {
  const maxBytes = segment.buffer.byteLength;
  const liveBytes = liveBytesOf(segment);
  const mapName = segment.name;
  const where = mapName === undefined ? "a map" : theMap(mapName);
  return new MapFullError(
    `Cannot store the entry: it needs ${needed} bytes and ${why} in ${where} of ${maxBytes} bytes, of which live entries take ${liveBytes}: ${remedy}`,
    { needed, maxBytes, liveBytes, snapshot, mapName },
  );
}

/** The oldest snapshot that is open, dumps aside; undefined: there is none. */
function oldestOpen(words: Words): OpenSnapshot | undefined {
  const word = oldestHeld(words);
  if (word === 0) return undefined;
  const tick = load(words, word);
  const openedAt = load(words, noteOf(word)) * 1000;
  if (tick <= 0) return undefined; // closed meanwhile
  return { tick, epoch: tick, ageMs: Math.max(0, Date.now() - openedAt) };
}
