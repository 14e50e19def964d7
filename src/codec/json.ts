/**
 * JSON, and what it would drop silently.
 *
 * JSON changes by its nature what it has no form for: see `ValueCodec`. But functions and symbols,
 * which it leaves out, and objects of which it makes `{}` because nothing of them is in their
 * properties, are refused.
 *
 * @module
 */

import { types } from "node:util";
import { isBranded, isNothingElse, isPlatform } from "./clone/platform.ts";
import { refuse, type Segment } from "./clone/refusal.ts";

const { getPrototypeOf, hasOwn } = Object;
const ROOT = Object.prototype;

/** An object that is searched, and its place in another. */
interface Visit {
  readonly object: object;
  readonly place: Segment;
  readonly outer: Visit | undefined;
  /** Whether it is what another object has said that its JSON is: it is not asked itself. */
  readonly isSaid?: boolean;
}

/**
 * The JSON of a value; undefined if there is none. Throws `TypeError` for what JSON would drop, or
 * cannot express.
 */
export function toJson(value: unknown): string | undefined {
  const text = stringify(value);
  new Search(false).check(value);
  return text;
}

function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    // A bigint is refused without its place; or there is a circle, or a getter threw.
    if (cause instanceof TypeError) new Search(true).check(value);
    if (!isEndOfStack(cause)) throw cause;
    throw new RangeError(
      'Cannot encode the value: it is nested too deeply for JSON: make it flatter, or use the codec "any"',
      { cause },
    );
  }
}

function isEndOfStack(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes("call stack");
}

/** Searches all parts of a value for what JSON drops, or has failed at. */
class Search {
  /** What is still to be searched. */
  readonly #visits: Visit[] = [];
  /** What was searched, if the value may have circles. A value that has JSON has none. */
  readonly #seen: Set<object> | undefined;

  constructor(hasFailed: boolean) {
    this.#seen = hasFailed ? new Set() : undefined;
  }

  check(value: unknown): void {
    if (typeof value !== "object" || value === null) {
      if (this.#isDropped(value)) refuse(value, []);
      return;
    }
    this.#visits.push({ object: value, place: "", outer: undefined });
    for (
      let visit = this.#visits.pop();
      visit !== undefined;
      visit = this.#visits.pop()
    ) {
      if (this.#seen?.has(visit.object)) continue;
      this.#seen?.add(visit.object);
      this.#checkParts(visit);
    }
  }

  #checkParts(visit: Visit): void {
    const { object } = visit;
    if (Array.isArray(object)) {
      for (let i = 0; i < object.length; i++) {
        this.#checkPart(object[i], i, visit);
      }
      return;
    }
    const prototype = getPrototypeOf(object);
    if (prototype !== ROOT && !isLookedThrough(visit, prototype)) return;
    if (!visit.isSaid && speaks(object)) return this.#checkSaid(visit);
    let isEmpty = true;
    for (const key in object) {
      isEmpty = false;
      const part = (object as Record<string, unknown>)[key];
      this.#checkPart(part, key, visit);
    }
    if (isEmpty && prototype === ROOT) checkEmpty(visit);
  }

  /** Checks what an object says that its JSON is, in its place. */
  #checkSaid(visit: Visit): void {
    if (this.#seen !== undefined) return; // it may be what failed
    const { object, place, outer } = visit;
    const said = (object as Speaker).toJSON(String(place));
    if (typeof said === "object" && said !== null) {
      this.#visits.push({ object: said, place, outer, isSaid: true });
    } else if (this.#isDropped(said)) refuse(said, pathOf(visit));
  }

  /** Refuses a part, or puts it on the list of what is to be searched. */
  #checkPart(part: unknown, place: Segment, outer: Visit): void {
    if (typeof part === "object") {
      if (part !== null) this.#visits.push({ object: part, place, outer });
      return;
    }
    if (!this.#isDropped(part)) return;
    // JSON does not look at what is of its class, and `toJSON` is for JSON itself.
    const isData = hasOwn(outer.object, place as string) && place !== "toJSON";
    if (isData) refuse(part, pathOf(outer, place));
  }

  #isDropped(part: unknown): boolean {
    switch (typeof part) {
      case "function":
        return !speaks(part);
      case "symbol":
        return true;
      case "bigint": // some programs give it a `toJSON`
        return this.#seen !== undefined;
    }
    return false;
  }
}

/**
 * Whether the properties of an object of some class are what JSON makes of it. Refuses those of the
 * runtime.
 */
function isLookedThrough(visit: Visit, prototype: object | null): boolean {
  const { object } = visit;
  if (isOfJson(object)) return false;
  if ((prototype !== null && isPlatform(prototype)) || isBranded(object)) {
    refuse(object, pathOf(visit));
  }
  return true;
}

/** Refuses what has nothing in its properties, but is more than that, as `Math` is. */
function checkEmpty(visit: Visit): void {
  const { object } = visit;
  if (!isNothingElse(object)) refuse(object, pathOf(visit));
}

/** What JSON changes by its nature: this is documented. */
function isOfJson(object: object): boolean {
  return types.isMap(object) || types.isSet(object) || types.isDate(object) ||
    types.isTypedArray(object) || isTemporal(object) ||
    (types.isBoxedPrimitive(object) && !types.isSymbolObject(object));
}

function isTemporal(object: object): boolean {
  return Object.prototype.toString.call(object).startsWith("[object Temporal.");
}

/** An object that says what its JSON is. */
interface Speaker {
  toJSON(key: string): unknown;
}

function speaks(object: object): object is Speaker {
  return typeof (object as Partial<Speaker>).toJSON === "function";
}

function pathOf(visit: Visit, ...end: Segment[]): Segment[] {
  const path = end;
  for (let at: Visit = visit; at.outer !== undefined; at = at.outer) {
    path.push(at.place);
  }
  return path.reverse();
}
