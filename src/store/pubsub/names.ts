/**
 * Names of what is subscribed to: channels, patterns and shard channels, which have nothing to do
 * with each other. A name is a binary string: a character for the kind, then the channel or the
 * pattern.
 *
 * @module
 */

import { packAndHash } from "../../table/hash.ts";
import type { KeyWords } from "../../segment/atomics.ts";
import { globMatcher } from "../glob.ts";

/** What a name is of. */
export type Kind = "channel" | "pattern" | "shard";

const LETTERS: Readonly<Record<Kind, string>> = {
  channel: "c",
  pattern: "p",
  shard: "s",
};
const KINDS: ReadonlyMap<string, Kind> = new Map(
  Object.entries(LETTERS).map(([kind, letter]) => [letter, kind as Kind]),
);

/** The name of a channel, or of a pattern. */
export function nameOf(kind: Kind, text: string): string {
  return LETTERS[kind] + text;
}

/** What a name is of. */
export function kindOf(name: string): Kind {
  return KINDS.get(name[0])!;
}

/** Whether a name is that of a pattern. */
export function isPattern(name: string): boolean {
  return kindOf(name) === "pattern";
}

/** The channel, or the pattern, of a name. */
export function textOf(name: string): string {
  return name.slice(1);
}

/** The matcher of a pattern. As in Redis 7.0, no channel without a character fits one with some. */
export function channelMatcher(pattern: string): (channel: string) => boolean {
  const matches = globMatcher(pattern);
  return (channel) => channel === "" ? pattern === "" : matches(channel);
}

/** How many words a name of so many bytes takes. */
export function wordsFor(length: number): number {
  return (length + 3) >>> 2;
}

/** A name as words, with its hash. */
export class PackedName {
  readonly #seed: readonly [number, number];
  /** Zeros behind the last byte, up to a whole word. */
  words: KeyWords = new Int32Array(16);
  length = 0;
  hash = 0;

  /** @param seed The seed of the map. */
  constructor(seed: readonly [number, number]) {
    this.#seed = seed;
  }

  /** Packs a name. O(length). */
  pack(name: string): void {
    const count = wordsFor(name.length);
    if (count > this.words.length) this.words = new Int32Array(2 * count);
    const [k0, k1] = this.#seed;
    this.hash = packAndHash(name, this.words, k0, k1);
    this.length = name.length;
  }
}
