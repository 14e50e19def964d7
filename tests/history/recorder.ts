/**
 * Recording: calls operations, and notes when they were called and returned.
 *
 * A moment is a tick of one counter that all workers share: `Atomics.add` just
 * before the call, and just after the return. That gives all events one total
 * order which agrees with what happened: if one operation returned before
 * another was called, its ticks are smaller. A recorded interval is a little
 * longer than the real one, never shorter. So a history that is not
 * linearizable as recorded was not linearizable as it happened: there are no
 * false alarms.
 *
 * The price is paid in what can be found. The counter is one contended cache
 * line, some 20 to 100 ns an event, and each `Atomics.add` is a full fence: the
 * workers' operations overlap less than they would, and no write is still in a
 * store buffer when the next operation begins. What needs that to go wrong is
 * not found here. `stumbling_test.ts` makes up for the lesser overlap.
 *
 * Records are allocated before the history begins; into them go small integers
 * and what the map answered.
 *
 * @module
 */
import { MapFullError, type SharedMapSnapshot } from "../../mod.ts";
import { type Answer, FULL } from "./operation.ts";
import type { Recording } from "./generator.ts";
import { perform, TRANSACTION } from "./transactions.ts";
import {
  BULK_VERBS,
  isBulkVerb,
  KEY_VERBS,
  type KeyVerbName,
  SNAPSHOT,
  type SnapshotReader,
  type Subject,
} from "./verbs.ts";

/** A snapshot that was not read yet, and the record that waits for what it shows. */
interface Unread {
  readonly snapshot: SharedMapSnapshot<string, number>;
  readonly recording: Recording;
}

/** The clock of a campaign: a word in shared memory. */
export function newClock(): SharedArrayBuffer {
  return new SharedArrayBuffer(4);
}

/** One worker's recorder. */
export class Recorder {
  readonly #map: Subject;
  readonly #clock: Int32Array;
  readonly #unread: Unread[] = [];

  constructor(map: Subject, clock: SharedArrayBuffer) {
    this.#map = map;
    this.#clock = new Int32Array(clock);
  }

  /** Calls an operation and fills in its record. */
  record(recording: Recording, keys: readonly string[]): void {
    const { verb } = recording;
    if (verb === SNAPSHOT) this.#open(recording);
    else if (verb === TRANSACTION) this.#transact(recording, keys);
    else if (isBulkVerb(verb)) {
      this.#callOnAll(BULK_VERBS[verb].call, recording, keys);
    } else this.#callOnOne(verb, recording, keys[recording.key]);
  }

  #callOnOne(verb: KeyVerbName, recording: Recording, key: string): void {
    const { call } = KEY_VERBS[verb];
    // A guess that is often right; this read is not recorded, as it changes nothing.
    if (verb === "compareAndSet" || verb === "compareAndDelete") {
      recording.expected = this.#map.get(key);
    }
    recording.called = Atomics.add(this.#clock, 0, 1);
    const answer = orFull(() => call(this.#map, key, recording));
    recording.returned = Atomics.add(this.#clock, 0, 1);
    recording.answer = answer;
  }

  #callOnAll(
    call: (typeof BULK_VERBS)[keyof typeof BULK_VERBS]["call"],
    recording: Recording,
    keys: readonly string[],
  ): void {
    recording.called = Atomics.add(this.#clock, 0, 1);
    const answer = call(this.#map, keys, recording);
    recording.returned = Atomics.add(this.#clock, 0, 1);
    recording.answer = answer;
  }

  #transact(recording: Recording, keys: readonly string[]): void {
    const plan = recording.plan!;
    recording.called = Atomics.add(this.#clock, 0, 1);
    const answer = orFull(() => perform(this.#map, plan, keys));
    recording.returned = Atomics.add(this.#clock, 0, 1);
    recording.answer = answer;
  }

  #open(recording: Recording): void {
    recording.called = Atomics.add(this.#clock, 0, 1);
    const snapshot = this.#map.snapshot();
    recording.returned = Atomics.add(this.#clock, 0, 1);
    this.#unread.push({ snapshot, recording });
  }

  /** Reads the oldest open snapshot, if there is one, and closes it. */
  readSnapshot(read: SnapshotReader, keys: readonly string[]): void {
    const first = this.#unread.shift();
    if (first === undefined) return;
    first.recording.answer = read(first.snapshot, keys);
    first.snapshot.close();
  }

  /** The same with all that are open. */
  readSnapshots(read: SnapshotReader, keys: readonly string[]): void {
    while (this.#unread.length > 0) this.readSnapshot(read, keys);
  }
}

/** That the map is full is an answer, too: the checker decides whether it may be. */
function orFull(call: () => Answer): Answer {
  try {
    return call();
  } catch (error) {
    if (error instanceof MapFullError) return FULL;
    throw error;
  }
}
