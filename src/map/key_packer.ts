/**
 * Packing keys: from the caller's key to the scratch that lookups and writes work on.
 *
 * A codec of the caller's own may do anything while it encodes a key: use this map, so that the
 * scratch is lost; close it; throw; or never return. So a key is *prepared* by the codec first, and
 * *packed*, which runs none of the caller's code, when it is seen that the map is open still.
 *
 * @module
 */

import type { KeyFormat } from "../codec/codec.ts";
import { stringKeys } from "../codec/keys.ts";
import type { EncodedKey } from "../table/key.ts";
import type { FastPath } from "../table/fast_path_fallback.ts";
import type { Participant } from "../reclamation/participant.ts";
import { P_INFO } from "../segment/layout.ts";
import type { Words } from "../segment/atomics.ts";
import type { Hold } from "./hold.ts";

/** Packs the keys of one map object's operations into the attachment's scratch. */
export class KeyPacker<K> {
  readonly format: KeyFormat<K>;
  /** Whether keys are strings, for which the kernel has operations of their own. */
  readonly areTexts: boolean;
  readonly #hold: Hold;
  readonly #key: EncodedKey;
  readonly #participant: Participant;
  readonly #fastPath: FastPath;
  readonly #words: Words;
  /** Whether the caller's code runs. */
  readonly #isOwn: boolean;

  constructor(hold: Hold, format: KeyFormat<K>) {
    this.format = format;
    this.areTexts = (format as unknown) === stringKeys;
    this.#hold = hold;
    const { fastPath, key, participant, segment } = hold.attachment;
    this.#key = key;
    this.#participant = participant;
    this.#fastPath = fastPath;
    this.#words = segment.words;
    this.#isOwn = format.own !== undefined;
  }

  /**
   * Packs a key; returns what `packPrepared` takes, to pack it once more.
   *
   * @param key The key.
   * @param what What is done, for an error.
   */
  pack(key: K, what: string): unknown {
    this.#hold.checkOpen(what);
    const prepared = this.format.prepare(key);
    if (this.#isOwn) this.#hold.checkOpen(what);
    this.format.pack(prepared, this.#key);
    return prepared;
  }

  /** Packs a key, by the kernel if it is a short string. */
  packFast(key: K, what: string): void {
    if (this.areTexts && typeof key === "string") {
      this.#hold.checkOpen(what);
      const { base } = this.#participant;
      const hash = this.#fastPath.packText(base, key);
      if (hash !== 0) {
        this.#key.adopt(this.#words[base + P_INFO], hash);
        return;
      }
    }
    this.pack(key, what);
  }

  /** Packs a prepared key, after the caller's code ran. */
  packPrepared(prepared: unknown, what: string): void {
    this.#hold.checkOpen(what);
    this.format.pack(prepared, this.#key);
  }
}
