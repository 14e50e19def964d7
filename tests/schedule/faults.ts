/**
 * Faults that are planted to see that the search finds them: each changes what some
 * operations on words do, as a slip in the map's code would.
 *
 * @module
 */
import {
  ARMED,
  C_LEASE,
  C_STATUS,
  CHANGE_WORDS,
  CHANGES,
  CLOSED,
  EMPTY,
  FINAL,
  FROZEN,
  GOING,
  GONE,
  H_ANY_CHANGE,
  H_ERA,
  H_FIRST_CHUNK,
  H_LONG_KEY,
  H_PARTICIPANTS,
  H_QUEUE,
  H_QUEUE_WORDS,
  H_ROOT,
  H_WATCHED,
  H_WRITTEN,
  INSTALLING,
  LEASE_WORDS,
  LEASES,
  M_TAKEN,
  MAX_CLASSES,
  MAX_PARTICIPANTS,
  MOVED,
  N_BIRTH,
  N_CHILDREN,
  NO_MESSAGE,
  OPENING,
  P_COMMIT,
  P_DRAFT,
  P_HAND,
  P_HELPING,
  P_HORIZON,
  P_INBOX,
  P_LOADING,
  P_NOTES,
  P_PIN,
  P_REGISTRY,
  P_STATE,
  PARTICIPANT_WORDS,
  PARTICIPANTS,
  PENDING,
  R_STAMP,
  READY,
  REF_MASK,
  REGISTRY_WORDS,
  T_PERMITS,
  T_REAPER,
  T_ROOT_SINCE,
  TRANSFER,
  TRANSFER_WAYS,
  V_PREV,
  V_STAMP,
} from "../../src/segment/layout.ts";
import { reserveOf } from "../../src/segment/long_key.ts";
import { treeStamp } from "../../src/reclamation/tree.ts";
import { LAST_PLACE } from "../../src/reclamation/registry.ts";
import { participantBase } from "../../src/segment/participants.ts";
import type { Words } from "../../src/segment/atomics.ts";
import { NO_HASH } from "../../src/table/small_queue.ts";
import { headOf, isGuard, writesOf } from "../../src/table/commit_record.ts";
import { isProvisional, isTombstone } from "../../src/table/version.ts";
import { PLANTED } from "./shared_state.ts";
import { tablesOf } from "./places.ts";
import { hashOf, TWINS } from "./scenarios/keys.ts";
import { slotOf } from "./participants.ts";
import { currentWorker, isRunning, sharedState } from "./scheduler.ts";
import { wakeAll } from "./sleepers.ts";

/** What an operation does instead; undefined: what it should. */
export interface Injection {
  load?(words: Words, index: number): number | undefined;
  /** True: nothing is stored. */
  store?(words: Words, index: number, value: number): boolean;
  /** Another value. */
  poke?(words: Words, index: number, value: number): number | undefined;
  compareAndSet?(
    words: Words,
    index: number,
    expected: number,
    value: number,
  ): boolean | undefined;
  /** True: nobody is woken. */
  notify?(words: Words, index: number): boolean;
  /** Nobody looks whether a word has changed before it falls asleep. */
  sleepsAnyway?: true;
  /** Every optimistic read is confirmed. */
  confirmsAll?: true;
}

/** A slip, and what shows it: a group of scenarios, or one. */
export interface Fault extends Injection {
  readonly of: string;
}

const NOTHING: Injection = {};
/** Long over when a scenario begins. */
const FIRST_ERA = 1;

/** Later than any birth of a scenario. */
const LATER = 1_000;
/** The upper half of the first word of those nodes: no other record begins like this. */
const NODE = -0x7fff;

function isNodeHead(head: number): boolean {
  return head >> 16 === NODE;
}

/** Whether a word belongs to the root or to the table after it. */
function isInTable(words: Int32Array, index: number): boolean {
  return tablesOf(words).some(({ table, end }) =>
    table <= index && index < end
  );
}

/** Whether it is this word of the root, or of the table after it. */
function isOfTable(words: Int32Array, index: number, word: number): boolean {
  return tablesOf(words).some(({ table }) => table + word === index);
}

/** Whether it is this word of a block. */
function isOfBlock(words: Int32Array, index: number, word: number): boolean {
  return index >= words[H_FIRST_CHUNK] * 4 && index % 4 === word &&
    !isInTable(words, index);
}

function isOfParticipant(index: number, first: number, count = 1): boolean {
  const at = index - PARTICIPANTS;
  const word = at % PARTICIPANT_WORDS;
  return at >= 0 && at < MAX_PARTICIPANTS * PARTICIPANT_WORDS &&
    word >= first && word < first + count;
}

function isChangeWord(index: number): boolean {
  return index >= CHANGES && index < CHANGES + CHANGE_WORDS;
}

function isInbox(index: number): boolean {
  return isOfParticipant(index, P_INBOX);
}

/** Whether the worker that runs is the one that receives messages: see `messages.ts`. */
function isReceiver(): boolean {
  return currentWorker() === 0;
}

/** Whether it is what a change of a key makes of its word. */
function isDisarming(index: number, value: number): boolean {
  return isChangeWord(index) && (value & ARMED) === 0;
}

/** Whether it is the status of a commit record that somebody owns. */
function isStatus(words: Words, index: number): boolean {
  for (let slot = 0; slot < words[H_PARTICIPANTS]; slot++) {
    const record = Math.abs(words[participantBase(slot) + P_COMMIT]);
    if (record !== 0 && record * 4 + C_STATUS === index) return true;
  }
  return false;
}

/** Whether a link leads to what a commit record decides about. */
function isProvisionalLink(words: Words, link: number): boolean {
  const ref = link & REF_MASK;
  return link !== MOVED && ref !== 0 && link !== GONE &&
    isProvisional(words[ref * 4 + V_STAMP]);
}

function isGuardLink(words: Words, link: number): boolean {
  if (!isProvisionalLink(words, link)) return false;
  const ref = link & REF_MASK;
  return isGuard(words, words[ref * 4 + V_STAMP] & REF_MASK, ref);
}

/** Whether the worker that runs has a version in hand. */
function isWriting(words: Words): boolean {
  return words[participantBase(slotOf(currentWorker())) + P_HAND] !== 0;
}

/** Whether a write is that of an empty place of the small queue. */
function isEmptying(
  words: Words,
  index: number,
  _expected: number,
  value: number,
): boolean {
  const place = index - words[H_QUEUE];
  return place >= 0 && place < words[H_QUEUE_WORDS] && value === NO_HASH;
}

function isLease(index: number): boolean {
  return index >= LEASES && index < LEASES + LEASE_WORDS;
}

/** Whether the worker that runs has taken a lease: its number says so. */
function isOwnLease(lease: number): boolean {
  return (lease >> 5 & 127) === slotOf(currentWorker());
}

/** The last lease of each worker, and how often it was looked at. */
const looks: { lease: number; count: number }[] = [];

/** The lease that the first commit record relies on that has an owner. */
function leaseOfRecord(words: Words): number | undefined {
  for (let slot = 0; slot < words[H_PARTICIPANTS]; slot++) {
    const record = Math.abs(words[participantBase(slot) + P_COMMIT]);
    if (record === 0) continue;
    return words[headOf(record, writesOf(words, record)) + C_LEASE];
  }
  return undefined;
}

/** What each worker saw when it began to look for its key. */
const wereWatched: number[] = [];

/** Whether a word is in the record of the worker that runs. */
function isMine(index: number): boolean {
  const base = participantBase(slotOf(currentWorker()));
  return index >= base && index < base + PARTICIPANT_WORDS;
}

/** Whether a compare-and-set is the one that a fault is about. */
type IsMeant = (
  words: Words,
  index: number,
  expected: number,
  value: number,
) => boolean;

/** A compare-and-set that claims success, and does nothing if another was faster. */
function blind(isMeant: IsMeant): Injection {
  return {
    compareAndSet(words, index, expected, value) {
      if (!isMeant(words, index, expected, value)) return undefined;
      if (words[index] === expected) words[index] = value;
      return true;
    },
  };
}

/** A compare-and-set that sets, even if another was faster. */
function forced(isMeant: IsMeant): Injection {
  return {
    compareAndSet(words, index, expected, value) {
      if (!isMeant(words, index, expected, value)) return undefined;
      words[index] = value;
      return true;
    },
  };
}

/** A compare-and-set that does nothing, and says what it is told to say. */
function skipped(
  says: boolean,
  isMeant: IsMeant,
): Injection {
  return {
    compareAndSet: (words, index, expected, value) =>
      isMeant(words, index, expected, value) ? says : undefined,
  };
}

/** Whether it takes the word of the reserve from the one that lowers it: it is doubted then. */
const isConfirmation: IsMeant = (_, index, expected, value) => {
  const [from, to] = [expected, value].map(reserveOf);
  return index === H_LONG_KEY && from.isTaken && from.chunks === to.chunks &&
    to.isDoubted && !to.isTaken;
};

/** Whether fewer chunks are kept. */
const isLowering: IsMeant = (_, index, expected, value) =>
  index === H_LONG_KEY && reserveOf(value).chunks < reserveOf(expected).chunks;

/** Whether more chunks are kept. */
const isRaising: IsMeant = (_, index, expected, value) =>
  index === H_LONG_KEY && reserveOf(value).chunks > reserveOf(expected).chunks;

const [ONE, OTHER] = TWINS;
const FROZEN_HASH = hashOf(1);
const KEPT =
  "bring a long key (12288) | lowerReserve(); check the reserve of all: " +
  "more is kept than needed";
const DUMPED =
  "dump(); dumpChanges() | set(1, 3); set(1, 4) | revokeDumps(); set(2, 5): " +
  "two entries";

/** The slips, by name. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  "versions are not settled": {
    of: "snapshots",
    ...skipped(
      false,
      (words, index, expected) =>
        expected === 0 && isOfBlock(words, index, V_STAMP),
    ),
  },
  "versions are not pruned": {
    of: "snapshot(); snapshot.get(1); snapshot.get(1); snapshot.close() | " +
      "set(1, 1); set(1, 2): two entries",
    ...skipped(
      false,
      (words, index) => isOfBlock(words, index, V_PREV),
    ),
  },
  "all who prune a version retire what it replaced": {
    of: "increment(1) | set(1, 1); collectAll(); set(3, 3): two entries",
    ...blind(
      (words, index) => isOfBlock(words, index, V_PREV),
    ),
  },
  "what is to be taken out of its chain may still change": {
    of: "chains",
    ...skipped(
      true,
      (words, index, expected, value) =>
        value === (expected | GOING) && isOfBlock(words, index, V_PREV),
    ),
  },
  "a version is taken out of its chain whatever came in between": {
    of: "chains",
    ...blind(
      (words, index, expected, value) =>
        (expected & FINAL) !== 0 && (value & GOING) === 0 &&
        isOfBlock(words, index, V_PREV),
    ),
  },
  "empty slots are not closed": {
    of: "set(2, 1); get(2) | set(3, 2) | start(): " +
      "a move half done, the key moved",
    ...skipped(
      true,
      (words, index, expected, value) =>
        expected === EMPTY && value === CLOSED && isInTable(words, index),
    ),
  },
  "a link is frozen whatever came in between": {
    of: `start(); move the slots of ${FROZEN_HASH} | set(1, 20): ` +
      "a move not begun",
    ...blind(
      (words, index, expected, value) =>
        value === (expected | FROZEN) && expected !== value &&
        isInTable(words, index),
    ),
  },
  "a lost race for a link goes unnoticed": {
    of: "set(1, 10) | swap(1, 20): the key is present",
    ...blind(
      (words, index, _, value) =>
        value > 0 && (value & FROZEN) === 0 && index % 2 === 1 &&
        isInTable(words, index) && !isOfTable(words, index, T_PERMITS),
    ),
  },
  "the last permit is given to all who ask": {
    of: "keys with one hash",
    ...blind(
      (words, index, expected, value) =>
        isOfTable(words, index, T_PERMITS) && value >= 0 && value < expected,
    ),
  },
  "a tombstone is dropped while its key may still be moved": {
    of: "finish() | finish(); delete(1); get(1): " +
      "a move half done, the key not moved",
    load: (words, index) =>
      isOfTable(words, index, T_ROOT_SINCE) ? FIRST_ERA : undefined,
  },
  "a slot whose key is gone is linked again": {
    of:
      `delete(${ONE}); set(${OTHER}, 10) | set(${OTHER}, 20) | get(${OTHER}): ` +
      "keys with one hash, the first present",
    load: (words, index) =>
      words[index] === GONE && isInTable(words, index) ? 0 : undefined,
    compareAndSet(words, index, expected, value) {
      if (expected !== 0 || words[index] !== GONE) return;
      if (!isInTable(words, index)) return;
      words[index] = value;
      return true;
    },
  },
  "all who switch the root retire the table": {
    of: "set(1, 10) | start(); finish(): a move half done, the key absent",
    ...blind(
      // By then the table is the root no more.
      (words, index) => isOfBlock(words, index, T_REAPER % 4),
    ),
  },
  "memory is reused without grace": {
    of: "readers",
    poke: (words, index, value) =>
      isOfBlock(words, index, R_STAMP) && value === words[H_ERA]
        ? value - 4
        : undefined,
  },
  "a tree is freed without grace": {
    of: "trees",
    poke: (words, index, value) =>
      isOfBlock(words, index, R_STAMP) && value === treeStamp(words[H_ERA])
        ? value - 4
        : undefined,
  },
  "a node stays among the children of another when it is freed": {
    of: "trees",
    poke: (words, index, value) =>
      isOfBlock(words, index, N_CHILDREN) && value === words[index] - 1
        ? value + 1
        : undefined,
  },
  "a node counts as younger than it is": {
    of:
      "add(1, 0, 1); add(1, 0, 1); collectAll() | snapshot(); snapshot.get(1); snapshot.close(): a pair in a tree",
    poke: (words, index, value) =>
      isOfBlock(words, index, N_BIRTH) && isNodeHead(words[index - N_BIRTH])
        ? value + LATER
        : undefined,
  },
  "a draft is kept when its version is linked": {
    of:
      "add(1, 0, 1); add(1, 0, 1); collectAll() | add(1, 1, 1); add(1, 1, 1); collectAll(): a pair in a tree",
    poke(words, index, value) {
      if (!isOfParticipant(index, P_DRAFT) || value !== 0) return;
      return words[index - P_DRAFT + P_HAND] < 0 ? words[index] : undefined;
    },
  },
  "what was loaded counts as being loaded when it is linked": {
    of:
      "load(1, 5, 6); collectAll() | add(1, 0, 1); collectAll(): a pair in a tree",
    poke(words, index, value) {
      if (!isOfParticipant(index, P_LOADING) || value !== 0) return;
      const isDraft = words[index - P_LOADING + P_DRAFT] === words[index];
      return isDraft ? words[index] : undefined;
    },
  },
  "nothing says what is being loaded": {
    of: "recover(4); collectAll() | add(1, 1, 1); collectAll() | " +
      "snapshot(); snapshot.get(1); snapshot.get(1): " +
      "a death at step 84 of a load",
    poke: (_, index) => isOfParticipant(index, P_LOADING) ? 0 : undefined,
  },
  "a tree that is held is taken for one node": {
    of:
      "cut(1); collectAll() | snapshot(); snapshot.get(1); snapshot.close(): a pair in a tree",
    poke: (words, index, value) =>
      isOfBlock(words, index, R_STAMP) && value < 0 ? ~value : undefined,
  },
  "what never counts stays where it was installed": {
    of: "commits",
    ...skipped(
      true,
      (words, index, expected, value) =>
        isInTable(words, index) && isProvisionalLink(words, expected) &&
        !isProvisionalLink(words, value) && (value & FROZEN) === 0,
    ),
  },
  "a guard is not installed": {
    of: "commits",
    ...skipped(
      true,
      (words, index, expected, value) =>
        isInTable(words, index) && expected !== 0 && isGuardLink(words, value),
    ),
  },
  "who reads takes a record that is ready for one that is not": {
    of: "commits",
    load: (words, index) =>
      isStatus(words, index) && words[index] === READY && !isWriting(words) &&
        words[participantBase(slotOf(currentWorker())) + P_HELPING] === 0
        ? INSTALLING
        : undefined,
  },
  "a record is decided when it is not ready": {
    of: "commits",
    load: (words, index) =>
      isStatus(words, index) && words[index] === INSTALLING &&
        words[participantBase(slotOf(currentWorker())) + P_HELPING] === 0
        ? READY
        : undefined,
    compareAndSet(words, index, expected, value) {
      if (!isStatus(words, index) || expected !== READY) return;
      if (words[index] !== READY && words[index] !== INSTALLING) return false;
      words[index] = value;
      return true;
    },
  },
  "the stamps of what counts stay as they are": {
    of: "commits",
    ...skipped(
      true,
      (words, index, expected) =>
        isOfBlock(words, index, V_STAMP) && isProvisional(expected),
    ),
  },
  "what is retired bears the era of the own pin": {
    of: "set(1, 1); collectAll() | advance(); ttl(1): two entries",
    poke(words, index, value) {
      if (!isOfBlock(words, index, R_STAMP) || value !== words[H_ERA]) return;
      return words[participantBase(slotOf(currentWorker())) + P_PIN] || value;
    },
  },
  "the era advances past pins": {
    of: "readers",
    load: (_, index) => isOfParticipant(index, P_PIN) ? 0 : undefined,
  },
  "an optimistic read is always confirmed": {
    of: "get(1) | set(1, 1); collectAll(); set(3, 3): two entries",
    confirmsAll: true,
  },
  "a snapshot is not announced": {
    of: "snapshots",
    store: (_, index, value) =>
      value === PENDING && isOfParticipant(index, P_REGISTRY, REGISTRY_WORDS),
  },
  "nobody says that something is written": {
    of: "snapshots",
    ...skipped(true, (_, index) => index === H_WRITTEN),
  },
  "words of the transfer cache are claimed blindly": {
    of: "allocate(2000); free(); consolidate(); allocate(2000) | " +
      "allocate(2000); free(); flush(); allocate(2000): blocks on offer",
    ...blind(
      (_, index) =>
        index >= TRANSFER && index < TRANSFER + MAX_CLASSES * TRANSFER_WAYS,
    ),
  },
  "what is kept for long keys is lowered whatever came in between": {
    of: KEPT,
    ...forced(isLowering),
  },
  "a lost race to keep more for a long key goes unnoticed": {
    of: "link a long key (12288); check the reserve | " +
      "bring a long key (8192); check the reserve: nothing is kept",
    ...blind(isRaising),
  },
  "a long key is brought while what is kept for it is lowered": {
    of: KEPT,
    ...skipped(true, isConfirmation),
  },
  "an entry is given more time when it is too late": {
    of: "getOrInsert(1, 10) | expire(1, 1000) | " +
      "10 ms pass; get(1); set(2, 7): the key lives for 10 ms",
    compareAndSet(words, index, expected, value) {
      if (expected !== 0 || value >= 0) return;
      if (!isOfBlock(words, index, V_STAMP)) return;
      if (words[index] === 0) words[index] = -value;
      return true;
    },
  },
  "horizons are ignored": {
    of: "dumps",
    load: (_, index) =>
      isOfParticipant(index, P_HORIZON) && !isMine(index) ? 0 : undefined,
  },
  "a dump does not check whether it was revoked": {
    of: DUMPED,
    compareAndSet: (_, index, expected, value) =>
      expected === value && isOfParticipant(index, P_REGISTRY, REGISTRY_WORDS)
        ? true
        : undefined,
  },
  "a dump is not announced": {
    of: DUMPED,
    store: (_, index, value) =>
      value === OPENING && isOfParticipant(index, P_REGISTRY, REGISTRY_WORDS),
    compareAndSet(words, index, expected, value) {
      if (expected !== OPENING) return;
      words[index] = value;
      return true;
    },
  },
  "dumps are taken to have passed everything": {
    of: DUMPED,
    load: (_, index) =>
      isOfParticipant(index, P_NOTES, REGISTRY_WORDS) ? LAST_PLACE : undefined,
  },
  "a record is given to all who want it": {
    of: "attachments",
    ...blind((_, index) => isOfParticipant(index, P_STATE)),
  },
  "someone who is merely slow is recovered": {
    of: "recovery of the living",
  },
  "a waiting worker reads the key before it arms its word": {
    of: "waiting, but only after a look",
  },
  "who waits for all compares the words before it arms its own": {
    of: "waiting for all, but only after a comparison",
  },
  "who is to sleep does not look whether its word has changed": {
    of: "waiting",
    sleepsAnyway: true,
  },
  "a write wakes before it disarms": {
    of: "waiting",
    load(words, index) {
      if (isWriting(words) && isChangeWord(index)) wakeAll(index);
      return undefined;
    },
    notify: (_, index) => isChangeWord(index),
  },
  "a write disarms a word and wakes nobody": {
    of: "waiting",
    notify: (_, index) => isChangeWord(index),
  },
  "those who wait for all are told before the word of the key is disarmed": {
    of: "waiting for all",
    load(words, index) {
      if (!isWriting(words)) return;
      if (index === H_ANY_CHANGE) return 0;
      if (!isChangeWord(index)) return;
      words[H_ANY_CHANGE] = (words[H_ANY_CHANGE] & ~ARMED) + 2;
      wakeAll(H_ANY_CHANGE);
    },
  },
  "a write looks whether anybody waits before it links": {
    of: "waiting",
    load(words, index) {
      if (index === H_ROOT) wereWatched[currentWorker()] = words[H_WATCHED];
      return index === H_WATCHED && isWriting(words)
        ? wereWatched[currentWorker()]
        : undefined;
    },
  },
  "a change disarms no word": {
    of: "waiting",
    ...skipped(
      true,
      (_, index, __, value) => isDisarming(index, value),
    ),
  },
  "a tombstone is linked and nobody told": {
    of: "arm(1); get(1); sleep(1) | delete(1): the key is present",
    load(words, index) {
      if (index !== H_WATCHED) return;
      const base = participantBase(slotOf(currentWorker()));
      return isTombstone(words, -words[base + P_HAND]) ? 0 : undefined;
    },
  },
  "a value is loaded before the lease is taken": {
    of: "loading, but the lease comes late",
  },
  "a key is deleted before its original changes": {
    of: "loading, but the delete comes before the change",
  },
  "a write leaves the leases of its key alone": {
    of: "loading",
    ...skipped(
      true,
      (_, index, expected, value) =>
        isLease(index) && value === 0 && !isOwnLease(expected),
    ),
  },
  "a lease is looked at before the link only": {
    of: "loading",
    store(_, index, value) {
      if (isLease(index)) looks[currentWorker()] = { lease: value, count: 0 };
      return false;
    },
    load(words, index) {
      const look = looks[currentWorker()];
      if (!isLease(index) || look === undefined) return;
      return look.count++ === 0 ? words[index] : look.lease;
    },
  },
  "who recovers a worker takes its lease for good": {
    of: "deaths in loading",
    load: (words, index) =>
      isLease(index) && currentWorker() === 0
        ? leaseOfRecord(words)
        : undefined,
  },
  "two workers take one hash out of the small queue": {
    of: "dequeue() | enqueue(91) | overrun(); dequeue(): the queue is full",
    ...blind(isEmptying),
  },
  "what is taken out of the small queue stays in its place": {
    of: "the small queue",
    ...skipped(true, isEmptying),
  },
  "who takes messages loses those that come meanwhile": {
    of: "messages",
    ...forced((_, index, _expected, value) =>
      isInbox(index) && value === NO_MESSAGE
    ),
  },
  "who pushes a message loses what others have pushed": {
    of: "messages",
    ...forced((_, index, _expected, value) => isInbox(index) && value > 0),
  },
  "a message wakes nobody": {
    of: "messages",
    notify: (_, index) => isInbox(index),
  },
  "who pushes a message has no pin": {
    of: "messages",
    store: (_, index) => isOfParticipant(index, P_PIN) && !isReceiver(),
  },
  "who is to wait for messages does not look whether there are any": {
    of: "messages",
    sleepsAnyway: true,
  },
  "what is taken out of an inbox bears no mark": {
    of: "deaths of those who push",
    store: (words, index, value) =>
      value === 1 && isOfBlock(words, index, M_TAKEN),
  },
  "a use gives an entry that idles more time by a plain write": {
    of: "a time to idle, but uses do not renew",
  },
  "who finds the entry replaced that it was to evict evicts no other one": {
    of: "the most entries, but one try each",
  },
};

const INJECTIONS = [NOTHING, ...Object.values(FAULTS)];

/** The number by which the shared state names a fault. */
export function numberOf(fault: string | undefined): number {
  return fault === undefined ? 0 : 1 + Object.keys(FAULTS).indexOf(fault);
}

/** What is injected at the moment. */
export function injection(): Injection {
  return isRunning() ? INJECTIONS[sharedState().words[PLANTED]] : NOTHING;
}
