/**
 * The inspection of a segment after a run: every block has one owner, the counters are
 * right, and the map can be used.
 *
 * @module
 */
import { MapFullError } from "../../mod.ts";
import type { Segment } from "../../src/segment/segment.ts";
import { inspectBlocks, inspectMemory } from "../testing/inspection.ts";
import { Client } from "./client.ts";
import { Entries } from "./entries.ts";
import { FOUNDER } from "./participants.ts";

/** Throws if anything is wrong; returns what was in the map, which is used up. */
export function inspect(segment: Segment, leaks: number): Entries {
  checkMemory(segment, leaks);
  const founder = new Client(segment, FOUNDER);
  const entries = readEntries(founder);
  for (const [key, value] of entries) checkUse(founder, key, value, leaks > 0);
  founder.participant.collectAll();
  inspectBlocks(segment.buffer);
  return entries;
}

function checkMemory({ buffer }: Segment, most: number): void {
  const { leaks } = inspectMemory(buffer);
  if (leaks.length <= most) return;
  throw new Error(`blocks leaked: ${leaks.map(({ ref }) => ref).join(", ")}`);
}

/** What an iteration gives; a snapshot must show the same. */
export function readEntries({ map }: Client): Entries {
  const pairs = [...map];
  const entries = new Entries(pairs);
  for (const key of entries.keys()) entries.expire(key, map.ttl(key)!);
  if (entries.size < pairs.length) throw new Error("a key is there twice");
  using snapshot = map.snapshot();
  for (const [key, value] of snapshot) {
    if (entries.get(key) !== value) {
      throw new Error(`a snapshot shows ${value} for the key ${key}`);
    }
  }
  return entries;
}

/** A map whose memory was taken away may be full, but what is there can be taken out. */
function checkUse(
  { map }: Client,
  key: number,
  value: number,
  mayBeFull: boolean,
): void {
  const seen = [map.get(key), map.take(key), map.get(key)];
  try {
    map.set(key, value);
    seen.push(map.get(key));
  } catch (error) {
    if (!mayBeFull || !(error instanceof MapFullError)) throw error;
    seen.push(value);
  }
  const wanted = [value, value, undefined, value];
  if (seen.some((it, i) => it !== wanted[i])) {
    throw new Error(`the key ${key} shows ${seen.join(", ")} in use`);
  }
}
