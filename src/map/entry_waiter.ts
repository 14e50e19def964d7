/**
 * Waiting for an entry: from a key and what is wanted of its value to a promise of that value.
 *
 * Each round arms the word of the key, looks, and sleeps if what it sees is not wanted
 * (`table/changes.ts` says why no change is missed). An entry that expires changes without a write,
 * so the next round begins at that time at the latest.
 *
 * @module
 */

import { received } from "../errors.ts";
import * as changes from "../table/changes.ts";
import * as versions from "../table/version.ts";
import { Alarm } from "./alarm.ts";
import type { EntryAccess } from "./entry_access.ts";
import { keptKey } from "./kept_key.ts";
import { Sleep } from "./sleep.ts";
import { type PresentEntry, PresentVersion } from "./present_entry.ts";
import type { Part, Taken } from "./version_reader.ts";
import { timedOut, type WaitOptions } from "./wait_options.ts";
import { WaitScope } from "./wait_scope.ts";

// Constants of its own: `layout.ts` says why.
const { arm, changeWord } = changes;
const { endOf } = versions;

const WHAT = "wait for an entry";

/** What a round saw of the entry. */
interface Seen<T> {
  /** What is looked at of it, to be finished; undefined: there is none. */
  readonly value: Taken<T> | undefined;
  /** When it expires. */
  readonly end: number;
}

/** One wait for one key, of whose entries a part is looked at. */
export class EntryWaiter<K, V, T> {
  readonly #access: EntryAccess<K, V>;
  readonly #part: Part<T>;
  readonly #key: unknown;
  readonly #word: number;
  readonly #until: (value: T | undefined) => boolean;
  readonly #resolve: (value: T | undefined) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #scope: WaitScope;
  readonly #timeout: Alarm;
  readonly #sleep: Sleep;
  #isOver = false;

  private constructor(
    access: EntryAccess<K, V>,
    key: K,
    part: Part<T>,
    options: WaitOptions<T>,
    resolve: (value: T | undefined) => void,
    reject: (reason: unknown) => void,
  ) {
    const { hold } = access;
    const { timeout = Infinity, until = isThere } = options;
    this.#access = access;
    this.#part = part;
    this.#sleep = new Sleep(hold.attachment.wakeUps);
    this.#key = keptKey(access.keys.pack(key, WHAT));
    this.#word = changeWord(hold.attachment.key.hash);
    options.signal?.throwIfAborted(); // after the caller's code
    this.#until = until;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#scope = new WaitScope(
      hold,
      options,
      WHAT,
      (reason) => this.#end(() => this.#reject(reason)),
    );
    this.#timeout = new Alarm(() =>
      this.#end(() => this.#reject(timedOut(timeout, WHAT)))
    );
    this.#timeout.set(timeout);
    this.#look();
  }

  /** Resolves to the first value that is wanted; the options are checked. */
  static wait<K, V>(
    access: EntryAccess<K, V>,
    key: K,
    options: WaitOptions<V>,
  ): Promise<V | undefined> {
    const { valuePart } = access.versions;
    return new Promise((resolve, reject) => {
      new EntryWaiter(access, key, valuePart, options, resolve, reject);
    });
  }

  /**
   * The same of what `look` says of an entry, for the layers above. It runs while the map is
   * pinned, and uses nothing of the map but what it is given.
   */
  static waitFor<K, V, T>(
    access: EntryAccess<K, V>,
    key: K,
    look: (present: PresentEntry<V>) => T | undefined,
    options: WaitOptions<T>,
  ): Promise<T | undefined> {
    const { hold: { attachment: { segment } }, versions } = access;
    const part: Part<T> = {
      take: (ref) => look(new PresentVersion(segment, versions, ref)) as never,
      finish: (taken) => taken as never,
    };
    return new Promise((resolve, reject) => {
      new EntryWaiter(access, key, part, options, resolve, reject);
    });
  }

  /** A round. Runs the caller's code, which may end the wait. */
  #look(): void {
    this.#sleep.end();
    try {
      const { hold: { attachment }, keys } = this.#access;
      keys.packPrepared(this.#key, WHAT);
      const armed = arm(attachment.segment.words, this.#word);
      const { end, value } = this.#see();
      const finished = value === undefined
        ? undefined
        : this.#part.finish(value);
      const isWanted = this.#accepts(finished);
      if (this.#isOver) return;
      if (isWanted) return this.#end(() => this.#resolve(finished));
      this.#sleep.begin(this.#word, armed, end, () => this.#look());
    } catch (error) {
      this.#end(() => this.#reject(error));
    }
  }

  #see(): Seen<T> {
    const { hold: { attachment: { segment } }, lookup } = this.#access;
    return lookup.visit((ref) =>
      ref === 0
        ? { value: undefined, end: Infinity }
        : { value: this.#part.take(ref), end: endOf(segment, ref) }
    );
  }

  #accepts(value: T | undefined): boolean {
    const answer: unknown = (0, this.#until)(value);
    if (typeof answer === "boolean") return answer;
    throw new TypeError(
      `Cannot ${WHAT}: until must return true or false: ${received(answer)}`,
    );
  }

  #end(settle: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#sleep.end();
    this.#timeout.clear();
    this.#scope.leave();
    settle();
  }
}

function isThere(value: unknown): boolean {
  return value !== undefined;
}
