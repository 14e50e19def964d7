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
import { valueAt, valueOf } from "./pairs.ts";
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
export function readEntries(client: Client): Entries {
  const { map } = client;
  const keys = [...map.keys()];
  const entries = new Entries(keys.map((key) => [key, valueOf(client, key)!]));
  for (const key of keys) entries.expire(key, map.ttl(key)!);
  if (entries.size < keys.length) throw new Error("a key is there twice");
  using snapshot = map.snapshot();
  for (const key of snapshot.keys()) {
    const value = valueAt(client, key, snapshot.tick);
    if (entries.get(key) !== value) {
      throw new Error(`a snapshot shows ${value} for the key ${key}`);
    }
  }
  return entries;
}

/** A map whose memory was taken away may be full, but what is there can be taken out. */
function checkUse(
  client: Client,
  key: number,
  value: number,
  mayBeFull: boolean,
): void {
  const { map } = client;
  const seen = [valueOf(client, key), valueOf(client, key)];
  map.delete(key);
  seen.push(map.get(key));
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
