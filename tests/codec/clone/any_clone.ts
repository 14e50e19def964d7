/**
 * Random values that the structured clone algorithm takes. Any part can occur again
 * elsewhere in the value.
 *
 * @module
 */

import type { Random } from "../../testing/random.ts";

const NUMBERS = [
  ...[0, -0, 1, -1, 127, 128, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 32],
  ...[NaN, Infinity, -Infinity, 0.1, 5e-324, 2 ** 53, -1.5, 1.7e12],
];
const TEXTS = [
  ...["", "a", "é", "日", "😀", "\ud800", "\udc00x", "\0", "\uFEFFx", "\xff"],
  ...["x".repeat(63), "x".repeat(64), "é".repeat(50), "日".repeat(49)],
  ...[
    "plain text with a – dash ".repeat(9),
    "é".repeat(3000),
    "\ud800".repeat(99),
  ],
  "x".repeat(5000),
];
const KEYS = [
  ...["a", "b", "name", "id", "ключ", "", "__proto__", "constructor", "toJSON"],
  ...["toString", "0", "7", "4294967295", "-1", "1.5", "length", "\ud800"],
];
const BIGINTS = [0n, 1n, -1n, 2n ** 64n, -(3n ** 200n)];
const ERRORS = [Error, EvalError, RangeError, ReferenceError, SyntaxError];
const KINDS = [
  ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array],
  ...[Int32Array, Uint32Array, Float16Array, Float32Array, Float64Array],
  ...[BigInt64Array, BigUint64Array],
];

class Point {
  constructor(readonly x: unknown, readonly y: unknown) {}
  get sum() {
    return 1;
  }
}

/** Makes values. */
export class CloneMaker {
  readonly #random: Random;
  /** What may come again. */
  readonly #made: object[] = [];
  readonly #buffers: ArrayBuffer[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  any(depth = 4): unknown {
    const random = this.#random;
    if (random.chance(0.5) || depth === 0) return this.#primitive();
    if (this.#made.length > 0 && random.chance(0.15)) {
      return random.pick(this.#made);
    }
    return this.object(depth);
  }

  /** An object of any kind. */
  object(depth = 4): object {
    return this.#random.pick([
      () => this.#plain({}, depth),
      () => this.#plain({}, depth),
      () => this.#plain(Object.create(null), depth),
      () => this.#array(depth),
      () => this.#array(depth),
      () => this.#map(depth),
      () => this.#set(depth),
      () => this.#error(depth),
      () => this.#keep(new Point(this.any(depth - 1), this.any(depth - 1))),
      () => this.#keep(new Date(this.#random.pick([0, NaN, 1.5e12, -8.64e15]))),
      () => this.#regexp(),
      () => this.#keep(Object(this.#boxable())),
      () => this.#keep(this.#buffer()),
      () => this.#view(),
      () => this.#view(),
    ])();
  }

  #keep<T extends object>(object: T): T {
    this.#made.push(object);
    return object;
  }

  #primitive(): unknown {
    return this.#random.pick([
      () => this.#random.pick([null, undefined, true, false]),
      () => this.#random.pick(NUMBERS),
      () => this.#random.word() >> this.#random.below(32),
      () => this.#random.word() / 8,
      () => this.#random.pick(TEXTS),
      () => this.#random.pick(TEXTS),
      () => this.#random.pick(BIGINTS),
    ])();
  }

  #boxable(): unknown {
    const { pick } = this.#random;
    return pick.call(this.#random, [1, -0, NaN, "text", "", true, false, 5n]);
  }

  #several(most = 5): unknown[] {
    return Array.from({ length: this.#random.below(most) });
  }

  #plain(object: Record<string, unknown>, depth: number): object {
    this.#keep(object);
    const count = this.#random.pick([1, 3, 3, 12, 120]);
    for (const _ of this.#several(count)) {
      const key = this.#random.chance(0.7)
        ? this.#random.pick(KEYS)
        : `key${this.#random.below(300)}`;
      const value = this.any(depth - 1);
      Object.defineProperty(object, key, {
        ...(this.#random.chance(0.1) ? { get: () => value } : { value }),
        enumerable: this.#random.chance(0.95),
        configurable: true,
      });
    }
    return object;
  }

  #array(depth: number): object {
    const array: unknown[] = this.#keep([]);
    for (const _ of this.#several(7)) array.push(this.any(depth - 1));
    const random = this.#random;
    if (random.chance(0.2)) array[array.length + random.below(5)] = 1;
    if (random.chance(0.1)) array.length += random.below(3);
    if (random.chance(0.1)) delete array[0];
    if (random.chance(0.05)) array[3e9] = "far";
    if (random.chance(0.1)) {
      Object.assign(array, { extra: this.any(depth - 1) });
    }
    return array;
  }

  #map(depth: number): object {
    const map = this.#keep(new Map());
    for (const _ of this.#several()) {
      map.set(this.any(depth - 1), this.any(depth - 1));
    }
    return map;
  }

  #set(depth: number): object {
    const set = this.#keep(new Set());
    for (const _ of this.#several()) set.add(this.any(depth - 1));
    return set;
  }

  #error(depth: number): object {
    const random = this.#random;
    const Kind = random.pick(ERRORS);
    const error = this.#keep(new Kind(random.pick(TEXTS)));
    if (random.chance(0.5)) error.cause = this.any(depth - 1);
    if (random.chance(0.2)) error.name = random.pick(["TypeError", "Mine", ""]);
    if (random.chance(0.2)) Reflect.deleteProperty(error, "message");
    if (random.chance(0.2)) Reflect.deleteProperty(error, "stack");
    return error;
  }

  #regexp(): object {
    const random = this.#random;
    const source = random.pick(["", "a+", "\\u{1F600}", "é"]);
    const regexp = new RegExp(source, random.pick(["", "g", "dgimsuy", "v"]));
    regexp.lastIndex = random.below(3);
    return this.#keep(regexp);
  }

  #buffer(): ArrayBuffer {
    const random = this.#random;
    if (this.#buffers.length > 0 && random.chance(0.4)) {
      return random.pick(this.#buffers);
    }
    const length = 8 * random.below(6);
    const buffer = random.chance(0.2)
      ? new ArrayBuffer(length, { maxByteLength: length + 8 * random.below(3) })
      : new ArrayBuffer(length);
    new Uint8Array(buffer).forEach((_, i, all) => all[i] = random.below(256));
    this.#buffers.push(buffer);
    return buffer;
  }

  #view(): object {
    const random = this.#random;
    const buffer = this.#buffer();
    const offset = 8 * random.below(buffer.byteLength / 8 + 1);
    const rest = buffer.byteLength - offset;
    const Kind = random.pick(KINDS);
    const length = random.below(rest / Kind.BYTES_PER_ELEMENT + 1);
    if (random.chance(0.2)) return this.#keep(new DataView(buffer, offset));
    if (random.chance(0.3)) return this.#keep(new Kind(buffer, offset));
    return this.#keep(new Kind(buffer, offset, length));
  }
}
