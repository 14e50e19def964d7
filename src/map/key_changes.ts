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
  missedSince,
  type Noted,
  UNSEEN,
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
  #noted: Noted;
  readonly #sleep: Sleep;

  /**
   * @param access The access of the map object that watches.
   * @param key The key.
   * @param initial Whether the state that it is in now is to be shown; else it counts as shown.
   * @param what What is done, for an error.
   */
  constructor(
    access: EntryAccess<K, V>,
    key: K,
    initial: boolean,
    what: string,
  ) {
    this.#access = access;
    this.#observer = new KeyObserver(access);
    this.#sleep = new Sleep(access.hold.attachment.wakeUps);
    this.#what = what;
    this.#key = keptKey(key) as K;
    this.#prepared = keptKey(access.keys.pack(key, what));
    this.#word = changeWord(access.hold.attachment.key.hash);
    const { mark, writes } = this.#observer.look();
    this.#noted = { mark: initial ? UNSEEN : mark, writes };
  }

  get pending(): number {
    return this.#noted.mark === UNSEEN ? 1 : 0;
  }

  next(wake: () => void): SharedMapChange<K, V> | undefined {
    this.rest();
    const { hold: { attachment }, keys, versions } = this.#access;
    keys.packPrepared(this.#prepared, this.#what);
    const armed = arm(attachment.segment.words, this.#word);
    const state = this.#observer.look();
    if (isSame(state.mark, this.#noted.mark)) {
      this.#sleep.begin(this.#word, armed, state.end, wake);
      return undefined;
    }
    const missed = missedSince(this.#noted, state.writes);
    this.#noted = { mark: state.mark, writes: state.writes };
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
