/**
 * Arguments of a command, which are taken one after the other.
 *
 * @module
 */

import { fail, NOT_A_FLOAT, NOT_AN_INTEGER, SYNTAX } from "../errors.ts";
import { type Integer, parseDouble, parseInteger } from "../numbers.ts";

/** There must be a key, at least. */
export const TOO_FEW_KEYS = "ERR numkeys should be greater than 0";

/** The integer of an argument that is looked at late; fails with `message` if it is none. */
export function toInteger(
  text: string,
  message: string = NOT_AN_INTEGER,
): Integer {
  return parseInteger(text) ?? fail(message);
}

/** The arguments of one call: binary strings. */
export class Args {
  readonly #all: readonly string[];
  #next = 0;

  /** @param all The arguments, without the command's name. */
  constructor(all: readonly string[]) {
    this.#all = all;
  }

  /** How many are left. */
  get left(): number {
    return this.#all.length - this.#next;
  }

  /** Takes the next one. */
  next(): string {
    return this.#next < this.#all.length
      ? this.#all[this.#next++]
      : fail(SYNTAX);
  }

  /** Takes all that are left. */
  rest(): string[] {
    const rest = this.#all.slice(this.#next);
    this.#next = this.#all.length;
    return rest;
  }

  /** Takes so many. */
  many(count: number): string[] {
    if (count > this.left) fail(SYNTAX);
    const many = this.#all.slice(this.#next, this.#next + count);
    this.#next += count;
    return many;
  }

  /** Takes all that are left as pairs; fails with `message` if one is odd. */
  pairs(message: string): [string, string][] {
    if (this.left % 2 !== 0) fail(message);
    const pairs: [string, string][] = [];
    while (this.left > 0) pairs.push([this.next(), this.next()]);
    return pairs;
  }

  /** Takes the next one, which must be an integer of 64 bits. */
  integer(message: string = NOT_AN_INTEGER): Integer {
    return toInteger(this.next(), message);
  }

  /** The same as a number, which is exact up to 2 ** 53. */
  number(message?: string): number {
    return Number(this.integer(message));
  }

  /** Takes the next one, which must be a float, perhaps infinite. */
  float(message: string = NOT_A_FLOAT): number {
    return parseDouble(this.next()) ?? fail(message);
  }

  /** Takes the next one if it is this word, in upper or lower case. */
  takes(word: string): boolean {
    if (this.left === 0) return false;
    if (this.#all[this.#next].toUpperCase() !== word) return false;
    this.#next++;
    return true;
  }

  /** Takes the next one, if it is one of these words. */
  takesOne<W extends string>(words: readonly W[]): W | undefined {
    return words.find((word) => this.takes(word));
  }

  /** Fails if anything is left. */
  end(): void {
    if (this.left > 0) fail(SYNTAX);
  }

  /** Takes all that are left, which may be `LIMIT` and a number; 0, or nothing, is none. */
  limit(): number {
    let limit = 0;
    while (this.left > 0) {
      if (!this.takes("LIMIT")) fail(SYNTAX);
      const message = "ERR LIMIT can't be negative";
      limit = this.number(message);
      if (limit < 0) fail(message);
    }
    return limit === 0 ? Infinity : limit;
  }

  /** Takes a number of keys, and so many keys. */
  keys(): string[] {
    const count = this.number(TOO_FEW_KEYS);
    if (count <= 0) fail(TOO_FEW_KEYS);
    return this.many(count);
  }
}
