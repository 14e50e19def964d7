/**
 * Eviction: workers that put new entries into the small queue and take them out, and that insert
 * into a map with a most number of entries.
 *
 * @module
 */
import { H_QUEUE_TAIL, H_QUEUE_WORDS } from "../../../src/segment/layout.ts";
import { add } from "../../../src/segment/atomics.ts";
import type { Segment } from "../../../src/segment/segment.ts";
import { liveEntries } from "../../../src/table/account.ts";
import {
  dequeue,
  enqueue,
  NO_HASH,
  queueLength,
} from "../../../src/table/small_queue.ts";
import type { Event } from "../history.ts";
import * as op from "../operations.ts";
import type { Operation } from "../operations.ts";
import { type Scenario, type Setup, titleOf } from "../scenario.ts";

// ---- the small queue ----------------------------------------------------------------------------

const QUEUE = "the small queue";
const OLD = [11, 12];
const TAKE = op.dequeueHash;

function fillQueue({ founder: { segment: { words } } }: Setup): void {
  for (const hash of OLD) enqueue(words, hash);
}

/**
 * What came out was put in, and came out once: also if all who take a number for the next round of
 * places are stopped before they write there, so that what is left in them comes out.
 */
function checkQueue({ words }: Segment, events: readonly Event[]): string {
  const places = words[H_QUEUE_WORDS];
  const out = events
    .filter(({ operation }) => operation === TAKE)
    .map(({ result }) => result!);
  for (let i = queueLength(words); i > 0; i--) out.push(dequeue(words));
  words[H_QUEUE_TAIL] += places;
  for (let i = 0; i < places; i++) out.push(dequeue(words));
  const left = Array.from({ length: places }, (_, i) => OLD[0] + i);
  for (const { operation: { text } } of events) {
    const put = text.match(/^enqueue\((\d+)\)$/);
    if (put) left.push(Number(put[1]));
  }
  for (const hash of out) {
    if (hash === NO_HASH) continue;
    const at = left.indexOf(hash);
    if (at < 0) return `${hash} came out more often than it was put in`;
    left.splice(at, 1);
  }
  return "";
}

const PUT = op.enqueueHash(91);

/** All who take the next numbers are stopped before they write: the ring is overrun. */
const overrun: Operation = {
  text: "overrun()",
  run: ({ segment: { words } }) =>
    void add(words, H_QUEUE_TAIL, words[H_QUEUE_WORDS] - 1),
  spec: (_model, _worker, result) => result,
};

/** Hashes as many as there are places. */
function fillAll({ founder: { segment: { words } } }: Setup): void {
  for (let i = 0; i < words[H_QUEUE_WORDS]; i++) enqueue(words, OLD[0] + i);
}

const QUEUE_PROGRAMS: Scenario["programs"][] = [
  [[TAKE], [TAKE]],
  [[TAKE, TAKE], [TAKE, PUT]],
  [[PUT, TAKE], [TAKE, op.enqueueHash(92)]],
  [[TAKE, PUT], [TAKE, TAKE], [TAKE]],
  [[PUT, TAKE], [PUT, TAKE], [TAKE]],
];

const queue = { group: QUEUE, mostEntries: 4, check: checkQueue };
const FULL: Scenario["programs"] = [[TAKE], [PUT], [overrun, TAKE]];

const queues: Scenario[] = [
  ...QUEUE_PROGRAMS.map((programs) => ({
    ...queue,
    name: titleOf(programs, "two hashes are in the queue"),
    prepare: fillQueue,
    programs,
  })),
  {
    ...queue,
    name: titleOf(FULL, "the queue is full"),
    prepare: fillAll,
    programs: FULL,
  },
];

// ---- the most entries ---------------------------------------------------------------------------

const LIMIT = "the most entries";
const MOST = 3;

const STATES: Record<string, (setup: Setup) => void> = {
  "the map has its most entries": fillMap,
  "the map has its most entries, and a move has begun": (setup) => {
    fillMap(setup);
    op.startMove.run(setup.founder);
  },
  "the map has its most entries, one of them was read": (setup) => {
    fillMap(setup);
    for (let i = 0; i < 3; i++) setup.founder.map.get(1);
  },
};

function fillMap({ founder: { map }, takePermits }: Setup): void {
  for (let key = 1; key <= MOST; key++) map.set(key, key);
  takePermits();
}

/** When all have done what is due after an insertion, there are not too many. */
function checkLimit({ words }: Segment): string {
  const entries = liveEntries(words);
  return entries <= MOST ? "" : `there are ${entries} entries`;
}

/** What may insert, as a map with a most number of entries does it. */
function limited(operation: Operation): Operation[] {
  return [operation, op.keepLimit];
}

const INSERT = limited(op.set(5, 50));

const LIMIT_PROGRAMS: Scenario["programs"][] = [
  [INSERT, limited(op.set(6, 60))],
  [INSERT, limited(op.set(1, 100))],
  [INSERT, [op.remove(1)]],
  [INSERT, limited(op.increment(1))],
  [INSERT, [op.get(1), op.get(1)]],
  [INSERT, [op.remove(1), ...limited(op.set(1, 100))]],
  [INSERT, limited(op.set(6, 60)), limited(op.set(7, 70))],
];

const limits = Object.entries(STATES).flatMap(([state, prepare]) =>
  LIMIT_PROGRAMS.map((programs): Scenario => ({
    group: LIMIT,
    name: titleOf(programs, state),
    mostEntries: MOST,
    prepare,
    programs,
    check: checkLimit,
  }))
);

/** The same with LRU: what is noted of uses is in the way of nothing. */
const byLru = LIMIT_PROGRAMS.map((programs): Scenario => ({
  group: "the most entries, by LRU",
  name: titleOf(programs, "the map has its most entries"),
  mostEntries: MOST,
  policy: "lru",
  prepare: fillMap,
  programs,
  check: checkLimit,
}));

/** All of them. */
export const eviction: Scenario[] = [
  ...queues,
  ...limits,
  ...byLru,
  {
    ...limits[0],
    group: "the most entries, but one try each",
    name:
      "an insertion with one try to evict, beside a write of what it evicts",
    programs: [[op.set(5, 50), op.keepLimitOnce], [op.set(1, 100)]],
    isSlip: true,
  },
];
