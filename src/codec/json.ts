/**
 * JSON, and what it would drop without a word.
 *
 * JSON changes by its nature what it has no form for: see `ValueCodec`. But functions and symbols, which it leaves out, and objects
 * of which it makes `{}` because nothing of them is in their properties, are refused.
 *
 * @module
 */

import { types } from "node:util";
import { isBranded, isPlatform } from "./clone/platform.ts";
import { refuse, type Segment } from "./clone/refusal.ts";

const { getPrototypeOf, hasOwn } = Object;
const ROOT = Object.prototype;

/** An object that is looked through, and its place in another. */
interface Visit {
  readonly object: object;
  readonly place: Segment;
  readonly outer: Visit | undefined;
}

/** The JSON of a value; undefined if there is none. Throws `TypeError` for what JSON would drop, or cannot express. */
export function toJson(value: unknown): string | undefined {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    // A bigint is refused without its place; or there is a circle.
    if (error instanceof TypeError) check(value, new Set());
    throw error;
  }
  check(value, undefined);
  return text;
}

/** Looks through all parts of a value. Once there is JSON of it, it has no circles; else `seen` keeps from going round. */
function check(value: unknown, seen: Set<object> | undefined): void {
  if (typeof value !== "object" || value === null) {
    if (isDropped(value)) refuse(value, []);
    return;
  }
  const visits: Visit[] = [{ object: value, place: "", outer: undefined }];
  for (let i = visits.length; i > 0; i = visits.length) {
    const visit = visits.pop()!;
    if (seen?.has(visit.object)) continue;
    seen?.add(visit.object);
    checkParts(visit, visits);
  }
}

function checkParts(visit: Visit, visits: Visit[]): void {
  const { object } = visit;
  const prototype = getPrototypeOf(object);
  if (Array.isArray(object)) {
    for (let i = 0; i < object.length; i++) {
      checkPart(object[i], i, visit, visits);
    }
    return;
  }
  if (prototype !== ROOT && !isLookedThrough(visit, prototype)) return;
  for (const key in object) {
    const part = (object as Record<string, unknown>)[key];
    if (!checkPart(part, key, visit, visits)) return;
  }
}

/** Refuses a part, or has it looked through later; false if its object speaks for itself. */
function checkPart(
  part: unknown,
  place: Segment,
  outer: Visit,
  visits: Visit[],
): boolean {
  if (typeof part === "object") {
    if (part !== null) visits.push({ object: part, place, outer });
    return true;
  }
  if (!isDropped(part)) return true;
  const { object } = outer;
  if (speaks(object)) return false;
  if (hasOwn(object, place as string)) refuse(part, pathOf(outer, place));
  return true; // of its class: JSON does not look at it
}

/** Whether the properties of an object of some class are what JSON makes of it. Refuses those of the runtime. */
function isLookedThrough(visit: Visit, prototype: object | null): boolean {
  const { object } = visit;
  if (isOfJson(object)) return false;
  if (prototype !== null && isPlatform(prototype) || isBranded(object)) {
    refuse(object, pathOf(visit));
  }
  return !speaks(object);
}

/** What JSON changes by its nature: this is documented. */
function isOfJson(object: object): boolean {
  return types.isMap(object) || types.isSet(object) || types.isDate(object) ||
    types.isTypedArray(object) || types.isBoxedPrimitive(object) ||
    isTemporal(object);
}

function isTemporal(object: object): boolean {
  return Object.prototype.toString.call(object).startsWith("[object Temporal.");
}

/** Whether an object says what its JSON is. */
function speaks(object: object): boolean {
  return typeof (object as { toJSON?: unknown }).toJSON === "function";
}

/** What JSON leaves out, or cannot express. */
function isDropped(part: unknown): boolean {
  return typeof part === "function" || typeof part === "symbol" ||
    typeof part === "bigint";
}

function pathOf(visit: Visit, ...end: Segment[]): Segment[] {
  const path = end;
  for (let at: Visit = visit; at.outer !== undefined; at = at.outer) {
    path.unshift(at.place);
  }
  return path;
}
