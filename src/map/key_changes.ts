/**
 * The changes of one key.
 *
 * Each look arms the word of the key first (`table/changes.ts` says why no change is missed). An
 * entry that expires changes without a write, so there is a look at that time at the latest.
 *
 * @module
 */

import * as changes from "../table/changes.ts";
import type { ChangeSource } from "./change_stream.ts";
import type { EntryAccess } from "./entry_access.ts";
import {
  isSame,
  KeyObserver,
  type KeyState,
  missedBetween,
} from "./key_observer.ts";
import { keptKey } from "./kept_key.ts";
import { Sleep } from "./sleep.ts";
import type { SharedMapChange } from "./wait_options.ts";

// Constants of its own: `layout.ts` says why.
const { arm, changeWord } = changes;

/** Finds out when the state of a key is another one than it was shown last. */
export class KeyChanges<K, V> implements ChangeSource<SharedMapChange<K, V>> {
  readonly #access: EntryAccess<K, V>;
  readonly #observer: KeyObserver<K, V>;
  readonly #what: string;
  readonly #key: K;
  readonly #prepared: unknown;
  readonly #word: number;
  #shown: KeyState<V>;
  readonly #sleep: Sleep;

  /**
   * @param access The access of the map object that watches.
   * @param key The key; what is there now counts as shown.
   * @param what What is done, for an error.
   */
  constructor(access: EntryAccess<K, V>, key: K, what: string) {
    this.#access = access;
    this.#observer = new KeyObserver(access);
    this.#sleep = new Sleep(access.hold.attachment.wakeUps);
    this.#what = what;
    this.#key = keptKey(key) as K;
    this.#prepared = keptKey(access.keys.pack(key, what));
    this.#word = changeWord(access.hold.attachment.key.hash);
    this.#shown = this.#observer.look();
  }

  next(wake: () => void): SharedMapChange<K, V> | undefined {
    this.rest();
    const { hold: { attachment }, keys, versions } = this.#access;
    keys.packPrepared(this.#prepared, this.#what);
    const armed = arm(attachment.segment.words, this.#word);
    const state = this.#observer.look();
    if (isSame(state.mark, this.#shown.mark)) {
      this.#sleep.begin(this.#word, armed, state.end, wake);
      return undefined;
    }
    const missed = missedBetween(this.#shown.writes, state.writes);
    this.#shown = state;
    return {
      key: keptKey(this.#key) as K,
      value: state.value === undefined
        ? undefined
        : versions.value(state.value),
      missed,
    };
  }

  rest(): void {
    this.#sleep.end();
  }
}
