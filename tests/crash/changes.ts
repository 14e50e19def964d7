/**
 * What those who wait for keys are told: all of them wait, before a victim begins. Whatever it had
 * changed by its death must have disarmed the words of its keys once it is recovered.
 *
 * @module
 */
import { assert } from "@std/assert";
import { stringKeys } from "../../src/codec/keys.ts";
import { fixed, type Words } from "../../src/segment/atomics.ts";
import {
  ARMED,
  CHANGE_WORDS,
  CHANGES,
  H_WATCHED,
  V_STAMP,
} from "../../src/segment/layout.ts";
import { changeWord } from "../../src/table/changes.ts";
import { EncodedKey } from "../../src/table/key.ts";
import { isTombstone } from "../../src/table/version.ts";
import type { World } from "./world.ts";

/** One who waits for all keys. */
export class Waiter {
  readonly #world: World;
  readonly #words: Words;
  readonly #key: EncodedKey;
  readonly #seen: ReadonlyMap<string, string>;

  /** Arms all words. */
  constructor(world: World) {
    const { segment } = world.survivor;
    this.#world = world;
    this.#words = segment.words;
    this.#key = new EncodedKey(segment.seed);
    this.#words[H_WATCHED] = 1;
    this.#words.fill(ARMED, CHANGES, CHANGES + CHANGE_WORDS);
    this.#seen = new Map(
      [...world.map.keys()].map((key) => [key, this.#versionOf(key)]),
    );
  }

  /** What tells the newest version of a key from others; empty: there is none. */
  #versionOf(key: string): string {
    const { participant, table } = this.#world.survivor;
    stringKeys.pack(stringKeys.prepare(key), this.#key);
    participant.pin();
    try {
      const ref = table.find(this.#key);
      if (ref === 0 || isTombstone(this.#words, ref)) return "";
      return `${ref} since ${fixed(this.#words, ref * 4 + V_STAMP)}`;
    } finally {
      participant.unpin();
    }
  }

  /** Throws if a key changed, and its word is armed as it was. */
  check(): void {
    for (
      const key of new Set([...this.#seen.keys(), ...this.#world.map.keys()])
    ) {
      if (this.#versionOf(key) === (this.#seen.get(key) ?? "")) continue;
      const word = this.#words[changeWord(this.#key.hash)];
      assert(word !== ARMED, `nobody was told that ${key} changed`);
    }
  }
}
