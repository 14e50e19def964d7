/**
 * The inspection of a map's memory, whatever was done there before: what must hold throws here if
 * it does not.
 *
 * @module
 */
import type { SharedMap } from "../../mod.ts";
import { Segment } from "../../src/segment/segment.ts";
import {
  type Counters,
  inspect,
  type Inspection,
  lostIn,
} from "../../src/table/inspect.ts";

/** What an inspection found that may be. */
export interface Inspected {
  /** Blocks that nobody has. */
  readonly leaks: Inspection["leaks"];
  /** Refs in them. */
  readonly lost: number;
  readonly counters: Counters;
}

/** Looks at a segment while nobody works on it. */
export function audit(buffer: SharedArrayBuffer): Inspection {
  return inspect(Segment.attach({ buffer }));
}

/** The same. Throws if a block has two owners, or a list leads astray. */
export function inspectBlocks(buffer: SharedArrayBuffer): Inspection {
  const found = audit(buffer);
  if (found.faults.length > 0) throw new Error(found.faults.join("\n"));
  return found;
}

/** Throws also if a counter is wrong: only what is lost may count as used or not. */
export function inspectMemory(buffer: SharedArrayBuffer): Inspected {
  const found = inspectBlocks(buffer);
  const { counters, leaks, miscounts } = found;
  if (miscounts.length > 0) throw new Error(miscounts.join("\n"));
  return { leaks, lost: lostIn(found), counters };
}

/**
 * Throws unless every block of a map's memory is in one place, none is lost, and all
 * counters are right. Nobody may be at work on the map.
 */
export function assertSound<K, V>(map: SharedMap<K, V>): void {
  const { leaks } = inspectMemory(map.handle.buffer);
  if (leaks.length === 0) return;
  throw new Error(`blocks leaked: ${leaks.map(({ ref }) => ref).join(", ")}`);
}
