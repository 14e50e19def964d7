/**
 * What those who wait for keys are told: they wait for each key, and for all, before a victim begins.
 * Whatever it had changed by its death must have disarmed the words of its keys, and woken who sleeps
 * there, once it is recovered.
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
  H_ANY_CHANGE,
  H_WATCHED,
  V_STAMP,
} from "../../src/segment/layout.ts";
import { changeWord } from "../../src/table/changes.ts";
import { EncodedKey } from "../../src/table/key.ts";
import { isTombstone } from "../../src/table/version.ts";
import { woken } from "./atomics.ts";
import type { World } from "./world.ts";

/** One who waits for each key, and for all. */
export class Waiter {
  readonly #world: World;
  readonly #words: Words;
  readonly #key: EncodedKey;
  readonly #seen: Map<string, string>;

  /** Arms all words. */
  constructor(world: World) {
    const { segment } = world.survivor;
    this.#world = world;
    this.#words = segment.words;
    this.#key = new EncodedKey(segment.seed);
    this.#words[H_WATCHED] = 1;
    this.#words[H_ANY_CHANGE] = ARMED;
    this.#words.fill(ARMED, CHANGES, CHANGES + CHANGE_WORDS);
    woken.clear();
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

  /**
   * Lets others go on. If they wake those who wait for all, these look at the keys of each word
   * that has changed, and wait again, as do those who were woken there. So what the victim told
   * nobody, or not all, has to be told yet.
   */
  beside(others: () => void): void {
    others();
    if (!this.#isTold(H_ANY_CHANGE)) return;
    this.#arm(H_ANY_CHANGE);
    const changed = new Set<number>();
    for (const key of this.#keys()) {
      const version = this.#versionOf(key);
      const word = changeWord(this.#key.hash);
      if (!this.#isTold(word)) continue;
      this.#seen.set(key, version);
      changed.add(word);
    }
    for (const word of changed) this.#arm(word);
  }

  /** Whether a word was disarmed, and who sleeps there woken. */
  #isTold(word: number): boolean {
    return this.#words[word] !== ARMED && woken.has(word);
  }

  #arm(word: number): void {
    this.#words[word] = ARMED;
    woken.delete(word);
  }

  /** Those that are there, and those that were. */
  #keys(): Set<string> {
    return new Set([...this.#seen.keys(), ...this.#world.map.keys()]);
  }

  /** Throws if a key changed, and who waits for it, or for all, was not told. */
  check(): void {
    for (const key of this.#keys()) {
      if (this.#versionOf(key) === (this.#seen.get(key) ?? "")) continue;
      for (const word of [changeWord(this.#key.hash), H_ANY_CHANGE]) {
        assert(
          this.#isTold(word),
          `nobody was told at ${word} that ${key} changed`,
        );
      }
    }
  }
}
