import { assertEquals } from "@std/assert";
import type { SharedMap } from "../../mod.ts";
import { audit } from "../crash/audit.ts";
import { readBooks } from "../crash/books.ts";

/**
 * Asserts that every block of the map's memory is in one place, that none is
 * lost, and that all counters are right. Nobody may be at work on the map.
 */
export function assertSound<K, V>(map: SharedMap<K, V>): void {
  const { buffer } = map.handle;
  const found = audit(buffer);
  assertEquals(found.faults, []);
  assertEquals(found.leaks, []);
  const { slots, ...books } = readBooks(buffer, found);
  assertEquals(slots.real <= slots.counted, true, "slots");
  for (const [name, { counted, real }] of Object.entries(books)) {
    assertEquals(counted, real, name);
  }
}
