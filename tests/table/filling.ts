/**
 * Fills a small table, and reads all of it back.
 *
 * @module
 */
import { assertStrictEquals } from "@std/assert";
import { Cursor } from "../../src/table/cursor.ts";
import type { Key, SmallTable } from "./small_table.ts";

/** Keys with a place of their own, some of them round the end of the table, some with one hash. */
export function keysOf(count: number): Key[] {
  return Array.from({ length: count }, (_, n): Key => {
    if (n % 10 === 0) return { n, hash: -1 - n };
    if (n % 10 === 1) return { n, hash: 0x33333333 };
    return n;
  });
}

export function fill(of: SmallTable, keys: readonly Key[]): void {
  keys.forEach((key, n) => of.set(key, n));
}

export function checkAll(
  of: SmallTable,
  keys: readonly Key[],
  what: string,
): void {
  keys.forEach((key, n) => assertStrictEquals(of.get(key), n, `${what}: ${n}`));
  assertStrictEquals(of.get(-5), undefined, what);
}

/** All keys of a scan, tombstones left out. */
export function scan(of: SmallTable): number[] {
  const cursor = new Cursor(of.segment, of.table.migration);
  const refs: number[] = [];
  const values: number[] = [];
  while (!cursor.done) {
    cursor.next(refs);
    for (const ref of refs) values.push(of.valueOf(ref));
  }
  return values.sort((a, b) => a - b);
}
