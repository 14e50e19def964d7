/**
 * The changes of many keys: of all, or of those that begin alike.
 *
 * A change word stands for the keys whose hashes begin alike, and these lie together in the table
 * (`table/changes.ts`). So a word that has changed is armed anew, and then a cursor reads its keys:
 * what differs from what was shown last has changed. For that the watcher remembers, with a mark of
 * its state, each key that has a version, also one that says that there is no entry. When the loop
 * asks for one of the keys, it is looked at once more, so that the loop gets the newest value.
 *
 * While there are words that have changed, nobody sleeps, and writers have nobody to wake.
 *
 * @module
 */

import { clearImmediate, setImmediate } from "node:timers";
import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import * as changes from "../table/changes.ts";
import { Cursor } from "../table/cursor.ts";
import * as versions from "../table/version.ts";
import type { Attachment } from "./attachment.ts";
import type { ChangeSource } from "./change_stream.ts";
import type { EntryAccess } from "./entry_access.ts";
import {
  ABSENT,
  isSame,
  KeyObserver,
  type Mark,
  missedSince,
  NONE,
  type Noted,
  UNSEEN,
} from "./key_observer.ts";
import { type Id, idOf, keptKey } from "./kept_key.ts";
import { Sleep } from "./sleep.ts";
import { TimeSlices } from "./time_slices.ts";
import type { Taken } from "./version_reader.ts";
import type { SharedMapChange } from "./wait_options.ts";

// Constants of its own: `layout.ts` says why.
const { CHANGE_SHIFT, CHANGE_WORDS, CHANGES, H_ANY_CHANGE } = layout;
const { hint, load } = access;
const { arm } = changes;
const { endOf } = versions;

/** Hashes of one word. */
const WIDTH = 2 ** CHANGE_SHIFT;

/** A key, and the state in which it was shown last. */
interface Shown<K> extends Noted {
  readonly key: Taken<K>;
}

/** A key that may have changed. */
interface Candidate<K> {
  readonly id: Id;
  readonly key: Taken<K>;
  readonly word: number;
}

/** What is done with a key that was met, with the mark of its state, and its version. */
type Found<K> = (candidate: Candidate<K>, mark: Mark, ref: number) => void;

/** Finds out which keys are in other states than they were shown last. */
export class ManyChanges<K, V> implements ChangeSource<SharedMapChange<K, V>> {
  readonly #access: EntryAccess<K, V>;
  readonly #attachment: Attachment;
  readonly #observer: KeyObserver<K, V>;
  readonly #matches: (key: Taken<K>) => boolean;
  readonly #what: string;
  /** What each word was armed to. */
  readonly #armed = new Int32Array(CHANGE_WORDS);
  /** When the first entry of each word expires. */
  readonly #due = new Float64Array(CHANGE_WORDS).fill(Infinity);
  /** The keys of each word. */
  readonly #shown: (Map<Id, Shown<K>> | undefined)[] = [];
  /** What the last scan found that is not shown yet. */
  #candidates: Candidate<K>[] = [];
  #pending = 0;
  /** Where to go on, so that no word is left behind by those that change all the time. */
  #at = 0;
  readonly #refs: number[] = [];
  readonly #sleep: Sleep;
  #turn: ReturnType<typeof setImmediate> | undefined;

  /**
   * Reads all keys.
   *
   * @param access The access of the map object that watches.
   * @param matches Whether a key is watched.
   * @param initial Whether what is there now is to be shown; else it counts as shown.
   * @param what What is done, for an error.
   */
  constructor(
    access: EntryAccess<K, V>,
    matches: (key: Taken<K>) => boolean,
    initial: boolean,
    what: string,
  ) {
    this.#access = access;
    this.#attachment = access.hold.attachment;
    this.#sleep = new Sleep(this.#attachment.wakeUps);
    this.#observer = new KeyObserver(access);
    this.#matches = matches;
    this.#what = what;
    for (let word = 0; word < CHANGE_WORDS; word++) this.#arm(word);
    const { format } = access.keys;
    this.#scan(0, CHANGE_WORDS, (candidate, mark, ref) => {
      const { id, key, word } = candidate;
      format.pack(key, this.#attachment.key);
      const writes = this.#observer.writesOf(ref);
      const isPending = initial && !isSame(mark, ABSENT);
      if (isPending) this.#candidates.push(candidate);
      const noted = isPending ? UNSEEN : mark;
      this.#shownOf(word).set(id, { key, mark: noted, writes });
    });
    this.#pending = this.#candidates.length; // a scan meets each key once
  }

  get pending(): number {
    return this.#pending;
  }

  next(wake: () => void): SharedMapChange<K, V> | undefined {
    this.rest();
    this.#access.hold.checkOpen(this.#what);
    const slice = new TimeSlices();
    for (;;) {
      const candidate = this.#candidates.pop();
      if (candidate !== undefined) {
        const change = this.#show(candidate);
        if (change !== undefined) return change;
      } else if (slice.isOver) {
        this.#turn = setImmediate(wake);
        return undefined;
      } else {
        const word = this.#changedWord(hint);
        if (word < 0) {
          if (this.#fallAsleep(wake)) return undefined;
        } else this.#search(word);
      }
    }
  }

  rest(): void {
    this.#sleep.end();
    clearImmediate(this.#turn);
  }

  #arm(word: number): void {
    const { words } = this.#attachment.segment;
    this.#armed[word] = arm(words, CHANGES + word);
  }

  #shownOf(word: number): Map<Id, Shown<K>> {
    return this.#shown[word] ??= new Map();
  }

  /** A word that has changed, or of which an entry has expired; -1: none. */
  #changedWord(read: typeof load): number {
    const { words } = this.#attachment.segment;
    const now = Date.now();
    for (let i = 0; i < CHANGE_WORDS; i++) {
      const word = (this.#at + i) & (CHANGE_WORDS - 1);
      const isAsArmed = read(words, CHANGES + word) === this.#armed[word];
      if (isAsArmed && this.#due[word] > now) continue;
      this.#at = word + 1;
      return word;
    }
    return -1;
  }

  /** Sleeps until something changes; false if it has. */
  #fallAsleep(wake: () => void): boolean {
    const { words } = this.#attachment.segment;
    // The words are compared after that: see `table/changes.ts`.
    const armed = arm(words, H_ANY_CHANGE);
    const word = this.#changedWord(load);
    if (word >= 0) {
      this.#search(word);
      return false;
    }
    const due = this.#due.reduce((a, b) => Math.min(a, b));
    this.#sleep.begin(H_ANY_CHANGE, armed, due, wake);
    return true;
  }

  /** Looks for keys of a word that are not as they were shown. */
  #search(word: number): void {
    this.#arm(word); // before its keys are read
    this.#due[word] = Infinity;
    const shown = this.#shownOf(word);
    const met = new Set<Id>();
    this.#scan(word, word + 1, (candidate, mark) => {
      const { id } = candidate;
      met.add(id);
      if (!isSame(shown.get(id)?.mark ?? ABSENT, mark)) {
        this.#candidates.push(candidate);
      }
    });
    for (const [id, { key, mark }] of shown) {
      if (met.has(id)) continue;
      if (isSame(mark, ABSENT)) shown.delete(id);
      else this.#candidates.push({ id, key, word });
    }
  }

  /**
   * Calls back with each key that is watched and has a version, of the words from one on to
   * another; while pinned.
   */
  #scan(
    from: number,
    to: number,
    found: Found<K>,
  ): void {
    const { participant, segment, table } = this.#attachment;
    const cursor = new Cursor(
      segment,
      table.migration,
      from * WIDTH,
      to * WIDTH,
    );
    while (!cursor.done) {
      participant.pin();
      try {
        this.#scanRange(cursor, found);
      } finally {
        participant.unpin();
      }
    }
  }

  #scanRange(
    cursor: Cursor,
    found: Found<K>,
  ): void {
    const { segment } = this.#attachment;
    const { versions } = this.#access;
    const refs = this.#refs;
    const now = Date.now(); // before it is read: what is saved in time must not seem gone
    cursor.next(refs);
    for (let i = 0; i < refs.length; i++) {
      const ref = refs[i];
      const key = versions.takeKey(ref);
      if (!this.#matches(key)) continue;
      const word = cursor.hashAt(i) >>> CHANGE_SHIFT;
      const end = endOf(segment, ref);
      const isLive = end > now;
      if (isLive) this.#due[word] = Math.min(this.#due[word], end);
      const mark = isLive ? this.#observer.markOf(ref) : ABSENT;
      found({ id: idOf(key), key, word }, mark, ref);
    }
  }

  /** Looks at a key once more; undefined: it is as it was shown. */
  #show({ id, key, word }: Candidate<K>): SharedMapChange<K, V> | undefined {
    const { keys, versions } = this.#access;
    keys.packPrepared(key, this.#what);
    const { mark, value, writes } = this.#observer.look();
    const shown = this.#shownOf(word);
    const before = shown.get(id);
    if (isSame(before?.mark ?? ABSENT, mark)) return undefined;
    if (before?.mark === UNSEEN) this.#pending--;
    if (writes === NONE) shown.delete(id);
    else shown.set(id, { key, mark, writes });
    return {
      key: versions.key(keptKey(key) as Taken<K>),
      value: value === undefined ? undefined : versions.value(value),
      missed: missedSince(before, writes),
    };
  }
}
