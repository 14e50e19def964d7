/**
 * The inspection of a segment's memory, whatever was done there before.
 *
 * @module
 */
import type { SharedMap } from "../../mod.ts";
import { audit, type Findings } from "./audit.ts";
import { type Counter, type Counters, readCounters } from "./counters.ts";

/** What an inspection found that may be. */
export interface Inspected {
  /** Blocks that nobody has. */
  readonly leaks: Findings["leaks"];
  /** Refs in them. */
  readonly lost: number;
  readonly counters: Counters;
}

/** Looks at a segment while nobody works on it. Throws if a block has two owners, or a list leads astray. */
export function inspectBlocks(buffer: SharedArrayBuffer): Findings {
  const found = audit(buffer);
  if (found.faults.length > 0) throw new Error(found.faults.join("\n"));
  return found;
}

/** Throws also if a counter is wrong: only what is lost may count as used or not. */
export function inspectMemory(buffer: SharedArrayBuffer): Inspected {
  const found = inspectBlocks(buffer);
  const { leaks } = found;
  const lost = leaks.reduce((sum, { refs }) => sum + refs, 0);
  const counters = readCounters(buffer, found);
  const { slots, usedRefs, ...exact } = counters;
  for (const [name, counter] of Object.entries(exact)) {
    checkBounds(name, counter, counter.real, counter.real);
  }
  checkBounds("slots", slots, slots.real, Infinity);
  checkBounds("used refs", usedRefs, usedRefs.real - lost, usedRefs.real);
  return { leaks, lost, counters };
}

function checkBounds(
  name: string,
  { counted, real }: Counter,
  least: number,
  most: number,
): void {
  if (least <= counted && counted <= most) return;
  throw new Error(`${counted} ${name} are counted, while there are ${real}`);
}

/** Throws unless every block of a map's memory is in one place, none is lost, and all counters are right. Nobody may be at work on the map. */
export function assertSound<K, V>(map: SharedMap<K, V>): void {
  const { leaks } = inspectMemory(map.handle.buffer);
  if (leaks.length === 0) return;
  throw new Error(`blocks leaked: ${leaks.map(({ ref }) => ref).join(", ")}`);
}
