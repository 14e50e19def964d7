/**
 * Tagged JSON: every value that a map can hold, as JSON and back, without loss.
 *
 * What JSON has is written as it is. Everything else is an object whose only key is a tag, which
 * begins with `$`:
 *
 * ```text
 * {"$number": "NaN"}        also "Infinity", "-Infinity" and "-0"
 * {"$bigint": "12"}
 * {"$bytes": "AQID"}        a Uint8Array, base64
 * {"$undefined": true}      inside of arrays and objects
 * {"$date": 1700000000000}  milliseconds since 1970, null if invalid
 * {"$regexp": ["a+", "g"]}  source and flags
 * {"$map": [[key, value]]}  entries in their order
 * {"$set": [value]}
 * {"$object": {...}}        an object that looks like one of these: its only key begins with $
 * {"$clone": "EAEA…"}       anything else: the bytes that a map keeps it as, base64
 * ```
 *
 * The last form is for a value in which something has no tag (other typed arrays, errors, arrays
 * with holes), in which an object occurs twice (or in a cycle), or that is nested deeply. Then the
 * whole value has this form, so that all of it stays together. (Earlier versions wrote V8's own
 * structured clone. It is still read.)
 *
 * @module
 */

import { cloneFromBytes, cloneToBytes } from "../codec/clone/clone.ts";
import { isResizable } from "../codec/clone/buffers.ts";
import { received } from "../errors.ts";
import { DataError } from "./errors.ts";

/** Deeper values are left to the structured clone: JSON is read and written recursively. */
const MOST_DEPTH = 200;

/** A value as tagged JSON: `JSON.stringify` takes it. */
export function toTagged(value: unknown): unknown {
  const tagger = new Tagger();
  const tagged = tagger.tag(value, 0);
  if (tagger.isFaithful) return tagged;
  // Only objects have no form of their own.
  return { $clone: cloneToBytes(value as object).toBase64() };
}

/** Tags one value. */
class Tagger {
  /** Whether all that was met has a form in tagged JSON. */
  isFaithful = true;
  readonly #seen = new Set<object>();

  tag(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case "number":
        return Number.isFinite(value) && !Object.is(value, -0)
          ? value
          : { $number: Object.is(value, -0) ? "-0" : String(value) };
      case "bigint":
        return { $bigint: String(value) };
      case "undefined":
        return { $undefined: true };
      case "object":
        return value === null ? null : this.#tagObject(value, depth);
    }
    return value;
  }

  #tagObject(value: object, depth: number): unknown {
    if (this.#seen.has(value) || depth > MOST_DEPTH) return this.#giveUp();
    this.#seen.add(value);
    const tag = (part: unknown) => this.tag(part, depth + 1);
    switch (Object.getPrototypeOf(value)) {
      case Object.prototype:
        return tagPlain(value, tag);
      case Array.prototype:
        return isDense(value as unknown[])
          ? (value as unknown[]).map(tag)
          : this.#giveUp();
      case Uint8Array.prototype:
        return this.#tagBytes(value as Uint8Array);
      case Date.prototype:
        return { $date: dateOf(value as Date) };
      case RegExp.prototype: {
        const { flags, source } = value as RegExp;
        return { $regexp: [source, flags] };
      }
      case Map.prototype:
        return {
          $map: [...value as Map<unknown, unknown>].map((pair) =>
            pair.map(tag)
          ),
        };
      case Set.prototype:
        return { $set: [...value as Set<unknown>].map(tag) };
    }
    return this.#giveUp();
  }

  #tagBytes(bytes: Uint8Array): unknown {
    const { buffer } = bytes;
    const isAlone = !this.#seen.has(buffer) && !isResizable(buffer) &&
      bytes.length === buffer.byteLength;
    this.#seen.add(buffer);
    return isAlone ? { $bytes: bytes.toBase64() } : this.#giveUp();
  }

  #giveUp(): null {
    this.isFaithful = false;
    return null;
  }
}

function tagPlain(value: object, tag: (part: unknown) => unknown): unknown {
  const pairs = Object.entries(value);
  // `fromEntries` makes a property even of "__proto__".
  const plain = Object.fromEntries(
    pairs.map(([key, part]) => [key, tag(part)]),
  );
  return isTag(pairs.map(([key]) => key)) ? { $object: plain } : plain;
}

/** Whether an object with these keys stands for something else. */
function isTag(keys: readonly string[]): boolean {
  return keys.length === 1 && keys[0].startsWith("$");
}

/** Whether an array has all of its elements, and nothing besides. */
function isDense(array: unknown[]): boolean {
  const keys = Object.keys(array);
  return keys.length === array.length &&
    keys.every((key, i) => key === String(i));
}

/** A number that JSON can express; null: an invalid date. */
function dateOf(date: Date): number | null {
  const time = date.getTime();
  return isNaN(time) ? null : time;
}

/**
 * The value of tagged JSON that was parsed. Throws a `DataError` for a tag that is unknown or has
 * the wrong content.
 */
export function fromTagged(json: unknown): unknown {
  if (json === null || typeof json !== "object") return json;
  if (Array.isArray(json)) return json.map(fromTagged);
  const keys = Object.keys(json);
  const content = (json as Record<string, unknown>)[keys[0]];
  return isTag(keys) ? untag(keys[0], content) : fromPlain(json);
}

function fromPlain(json: object): unknown {
  return Object.fromEntries(
    Object.entries(json).map(([key, part]) => [key, fromTagged(part)]),
  );
}

function untag(tag: string, content: unknown): unknown {
  const kind = Object.hasOwn(TAGS, tag) ? TAGS[tag] : undefined;
  if (kind === undefined) {
    throw new DataError(
      `expected one of the tags ${
        Object.keys(TAGS).join(", ")
      }, or {"$object": …} around an object that has such a key: received ${
        JSON.stringify(tag)
      }`,
    );
  }
  if (!kind.fits(content)) refuse(tag, kind.expected, content);
  try {
    return kind.read(content);
  } catch (cause) {
    if (cause instanceof DataError) throw cause; // it is about something inside
    refuse(tag, kind.expected, content);
  }
}

function refuse(tag: string, expected: string, content: unknown): never {
  throw new DataError(`expected ${expected} in "${tag}": ${received(content)}`);
}

/** What may stand in a tag, and what it stands for. */
interface Tag {
  readonly expected: string;
  fits(content: unknown): boolean;
  /** Throws for content that cannot be read, though it fits. */
  // deno-lint-ignore no-explicit-any
  read(content: any): unknown;
}

const NUMBERS = ["NaN", "Infinity", "-Infinity", "-0"];

const TAGS: Readonly<Record<string, Tag>> = {
  $number: {
    expected: "NaN, Infinity, -Infinity or -0, as a string",
    fits: (content) => NUMBERS.includes(content as string),
    read: Number,
  },
  $bigint: {
    expected: "a whole number, as a string of digits",
    fits: (content) => isString(content) && /^-?\d+$/.test(content),
    read: BigInt,
  },
  $bytes: {
    expected: "bytes in base64",
    fits: isString,
    read: (text: string) => Uint8Array.fromBase64(text),
  },
  $undefined: {
    expected: "true",
    fits: (content) => content === true,
    read: () => undefined,
  },
  $date: {
    expected: "milliseconds since 1970, or null",
    fits: (content) => content === null || typeof content === "number",
    read: (time: number | null) => new Date(time ?? NaN),
  },
  $regexp: {
    expected: "the source and the flags of a regular expression",
    fits: (content) => isPair(content) && content.every(isString),
    read: ([source, flags]: [string, string]) => new RegExp(source, flags),
  },
  $map: {
    expected: "a list of pairs",
    fits: (content) => Array.isArray(content) && content.every(isPair),
    read: (pairs: [unknown, unknown][]) =>
      new Map(
        pairs.map(([key, value]) => [fromTagged(key), fromTagged(value)]),
      ),
  },
  $set: {
    expected: "a list",
    fits: Array.isArray,
    read: (values: unknown[]) => new Set(values.map(fromTagged)),
  },
  $object: {
    expected: "an object",
    fits: (content) =>
      content !== null && typeof content === "object" &&
      !Array.isArray(content),
    read: fromPlain,
  },
  $clone: {
    expected: "a structured clone in base64",
    fits: isString,
    read: (text: string) => cloneFromBytes(Uint8Array.fromBase64(text)),
  },
};

function isString(content: unknown): content is string {
  return typeof content === "string";
}

function isPair(content: unknown): content is [unknown, unknown] {
  return Array.isArray(content) && content.length === 2;
}
