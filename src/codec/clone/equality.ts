/**
 * Whether two values that came out of clones are equal: of the same kinds, with equal parts. Keys
 * of objects, entries of maps and members of sets may come in any order. Numbers are the same where
 * they are for a `Map`.
 *
 * @module
 */

import { types } from "node:util";

const { getPrototypeOf, hasOwn, is, keys: keysOf } = Object;

type Pair = readonly [unknown, unknown];

/** Pairs of objects that are equal if nothing else differs. */
type Assumed = Map<object, Set<object>>;

/** Compares two values, without a stack as deep as they are. */
export function areEqual(
  a: unknown,
  b: unknown,
  assumed: Assumed = new Map(),
): boolean {
  const pairs: Pair[] = [[a, b]];
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [one, other] = pair;
    if (!isObject(one) || !isObject(other)) {
      if (!areSame(one, other)) return false;
    } else if (
      assume(one, other, assumed) && !areAlike(one, other, pairs, assumed)
    ) return false;
  }
  return true;
}

/** Notes a pair; false if it was noted before: this ends circles. */
function assume(a: object, b: object, assumed: Assumed): boolean {
  const others = assumed.get(a);
  if (others === undefined) assumed.set(a, new Set([b]));
  else if (others.has(b)) return false;
  else others.add(b);
  return true;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function areSame(a: unknown, b: unknown): boolean {
  return a === b || is(a, b);
}

/** Whether two objects are equal if the pairs of their parts are, which are added. */
function areAlike(
  a: object,
  b: object,
  pairs: Pair[],
  assumed: Assumed,
): boolean {
  if (getPrototypeOf(a) !== getPrototypeOf(b)) return false;
  if (types.isMap(a)) {
    return types.isMap(b) && areAlikeMaps(a, b, pairs, assumed);
  }
  if (types.isSet(a)) return types.isSet(b) && areEqualSets(a, b, assumed);
  if (types.isDate(a)) {
    return types.isDate(b) && areSame(a.getTime(), b.getTime());
  }
  if (types.isRegExp(a)) return String(a) === String(b);
  if (types.isBoxedPrimitive(a)) return areSame(a.valueOf(), b.valueOf());
  if (types.isNativeError(a)) {
    return pairOwn(a, b, ["message", "cause", "errors"], pairs);
  }
  if (types.isArrayBuffer(a)) {
    return types.isArrayBuffer(b) && areEqualItems(bytesOf(a), bytesOf(b));
  }
  if (ArrayBuffer.isView(a)) {
    return ArrayBuffer.isView(b) && areEqualItems(itemsOf(a), itemsOf(b));
  }
  return areAlikeObjects(a, b, pairs);
}

function areAlikeObjects(a: object, b: object, pairs: Pair[]): boolean {
  if (Array.isArray(a) && a.length !== (b as unknown[]).length) return false;
  const keys = keysOf(a);
  return keys.length === keysOf(b).length &&
    keys.every((key) => hasOwn(b, key)) &&
    pairOwn(a, b, keys, pairs);
}

/** Adds the pairs of some properties; false if only one of the two has one. */
function pairOwn(
  a: object,
  b: object,
  keys: readonly string[],
  pairs: Pair[],
): boolean {
  for (const key of keys) {
    if (hasOwn(a, key) !== hasOwn(b, key)) return false;
    const name = key as keyof object;
    if (hasOwn(a, key)) pairs.push([a[name], b[name]]);
  }
  return true;
}

function areAlikeMaps(
  a: Map<unknown, unknown>,
  b: Map<unknown, unknown>,
  pairs: Pair[],
  assumed: Assumed,
): boolean {
  if (a.size !== b.size) return false;
  const others = [...b].filter(([key]) => isObject(key));
  for (const [key, value] of a) {
    if (!isObject(key)) {
      if (!b.has(key)) return false;
      pairs.push([value, b.get(key)]);
    } else if (!takeEqual([key, value], others, assumed)) return false;
  }
  return true;
}

function areEqualSets(
  a: Set<unknown>,
  b: Set<unknown>,
  assumed: Assumed,
): boolean {
  if (a.size !== b.size) return false;
  const others = [...b].filter(isObject);
  return [...a].every((member) =>
    isObject(member) ? takeEqual(member, others, assumed) : b.has(member)
  );
}

/**
 * Removes the first equal one from a list; false if none is. What is assumed on the way counts
 * for this one only.
 */
function takeEqual(
  wanted: unknown,
  from: unknown[],
  assumed: Assumed,
): boolean {
  const found = from.findIndex((other) =>
    areEqual(wanted, other, copyOf(assumed))
  );
  if (found >= 0) from.splice(found, 1);
  return found >= 0;
}

function copyOf(assumed: Assumed): Assumed {
  return new Map([...assumed].map(([one, others]) => [one, new Set(others)]));
}

type Items = ArrayLike<number | bigint>;

function bytesOf(buffer: ArrayBuffer): Items {
  return new Uint8Array(buffer);
}

function itemsOf(view: ArrayBufferView): Items {
  return view instanceof DataView
    ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
    : view as ArrayBufferView & Items;
}

function areEqualItems(a: Items, b: Items): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (!areSame(a[i], b[i])) return false;
  }
  return true;
}
