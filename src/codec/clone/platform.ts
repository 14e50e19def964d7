/**
 * Values that are not plain data: whether one holds something that a copy of its properties
 * would lose.
 *
 * @module
 */

import { types } from "node:util";

const { getPrototypeOf, hasOwn, getOwnPropertyDescriptor } = Object;
const tagOf = Object.prototype.toString;
const sourceOf = Function.prototype.toString;

/**
 * A property that the runtime reads before it clones an object: what it throws comes out as a
 * `DataCloneError`.
 */
export const HOST_OBJECT: symbol = Symbol.for("Deno.core.hostObject");

/** Objects of `Deno` whose classes can be had only through them. */
const STANDARD_STREAMS = ["stdin", "stdout", "stderr"];

/** What is known about the prototypes of objects. */
const verdicts = new WeakMap<object, boolean>();

/**
 * Whether objects with this prototype belong to the runtime, or are maps of this module: their
 * state is not in their properties. Objects of the program's own classes do not, unless the
 * class extends such a one.
 */
export function isPlatform(prototype: object): boolean {
  let verdict = verdicts.get(prototype);
  if (verdict === undefined) {
    verdict = judge(prototype);
    verdicts.set(prototype, verdict);
  }
  return verdict;
}

function judge(prototype: object): boolean {
  for (
    let at: object | null = prototype;
    at !== null && !isRoot(at);
    at = getPrototypeOf(at)
  ) {
    if (hasOwn(at, HOST_OBJECT)) return true;
    const make = getOwnPropertyDescriptor(at, "constructor")?.value;
    if (typeof make === "function") {
      if (isOfRuntime(make)) return true;
    } else if (hasOwn(at, Symbol.toStringTag) || hasOnlyNativeMethods(at)) {
      return true; // iterators and the like, which have no constructor
    }
  }
  return false;
}

/** Whether a prototype has methods, and all of them are the engine's. */
function hasOnlyNativeMethods(prototype: object): boolean {
  const methods = Reflect.ownKeys(prototype)
    .map((key) => getOwnPropertyDescriptor(prototype, key)!.value)
    .filter((value) => typeof value === "function");
  return methods.length > 0 && methods.every(isNative);
}

function isNative(make: object): boolean {
  return sourceOf.call(make).endsWith("{ [native code] }");
}

/** Whether this is `Object.prototype`, perhaps that of another realm. */
function isRoot(prototype: object): boolean {
  return getPrototypeOf(prototype) === null &&
    hasOwn(prototype, "hasOwnProperty");
}

/**
 * Whether a constructor is the engine's, or one of the globals that a runtime defines: those are
 * not enumerable.
 */
function isOfRuntime(make: { name?: unknown }): boolean {
  if (isNative(make)) return true;
  const name = String(make.name);
  const global = getOwnPropertyDescriptor(globalThis, name);
  if (global !== undefined && global.enumerable === false) {
    return (globalThis as Record<string, unknown>)[name] === make;
  }
  const deno = (globalThis as { Deno?: Record<string, unknown> }).Deno;
  if (deno === undefined) return false;
  return (hasOwn(deno, name) && deno[name] === make) ||
    STANDARD_STREAMS.some((stream) => deno[stream]?.constructor === make);
}

/** Whether an object has the mark that the runtime gives to what it implements in JavaScript. */
export function isBranded(value: object): boolean {
  return Object.getOwnPropertySymbols(value).some(({ description = "" }) =>
    description === "[[webidl.brand]]" || description.startsWith("Deno.")
  );
}

/** Whether an object without enumerable properties is just that, and no `Math`, no arguments. */
export function isNothingElse(value: object): boolean {
  return tagOf.call(value) === "[object Object]" && !types.isMap(value) &&
    !types.isSet(value);
}

/** How a message calls a value. */
export function nameOf(value: unknown): string {
  if (typeof value === "function") return "function";
  if (typeof value === "symbol") return "symbol";
  if (typeof value === "bigint") return "bigint";
  if (types.isProxy(value)) return "Proxy";
  const tag = tagOf.call(value).slice(8, -1);
  if (tag !== "Object" && tag !== "Error") return tag;
  const name = (value as object).constructor?.name;
  return typeof name === "string" && name !== "" ? name : tag;
}

/** What to store instead, by the name of what was refused. */
const ADVICE: Readonly<Record<string, string>> = {
  function: "store the data that it works on",
  symbol: "store its description, a string",
  bigint: "store its digits, a string",
  Proxy: "store a copy of what it stands for, as `{ ...object }` makes it",
  Promise: "await it, and store what it gives",
  URL: "store its `href`",
  URLSearchParams: "store `String(params)`",
  Headers: "store `[...headers]`",
  FormData: "store `[...form]`, with the bytes of the files",
  Response: "store its status, `[...headers]` and `await response.bytes()`",
  Request: "store its method, its url, `[...headers]` and its bytes",
  Blob: "store `await blob.bytes()` and its type",
  File: "store its name, its type and `await file.bytes()`",
  CryptoKey: "store what `crypto.subtle.exportKey` gives",
  ReadableStream: "read it, and store its bytes",
  AbortSignal: "store whether it is aborted, and the reason",
  AbortController: "store whether it is aborted, and the reason",
  DOMException: "store its name and its message",
  SharedArrayBuffer: "store a copy of its bytes, `new Uint8Array(buffer)`",
  Arguments: "store `[...arguments]`",
  SharedMap: "store its entries, `[...map]`, or the name that it is opened by",
  SharedMapSnapshot: "store its entries, `[...snapshot]`",
};

/** What to store instead of this. */
export function adviceFor(name: string): string {
  if (Object.hasOwn(ADVICE, name)) return ADVICE[name];
  if (/Iterator|Generator/.test(name)) return "store its items, an array";
  if (name.includes(".")) return "store its string"; // Temporal.Instant
  return "store the data that you need of it, as plain objects";
}
