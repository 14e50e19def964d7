/**
 * Messages between the workers of a scenario: each is a digit, and what was taken is a number.
 *
 * @module
 */
import {
  closeInbox,
  inboxWord,
  messageBefore,
  newestMessage,
  openInbox,
  takeMessages,
} from "../../src/reclamation/inbox.ts";
import { Posts } from "../../src/reclamation/posts.ts";
import { sleepOn } from "../../src/segment/atomics.ts";
import { M_FIRST, NO_MESSAGE } from "../../src/segment/layout.ts";
import type { Segment } from "../../src/segment/segment.ts";
import type { Client } from "./client.ts";
import type { Event } from "./history.ts";
import type { Operation } from "./operations.ts";
import { slotOf } from "./participants.ts";
import { isAsleep } from "./sleepers.ts";

/** The worker that receives. */
const RECEIVER = 0;
const BYTES = 40;
const REFS = 3;
/** So many fit into an inbox. */
export const MOST = 2;

/** Opens the inbox of the receiver. */
export function open({ participant, segment }: Client): void {
  openInbox(segment.words, participant.base);
}

/** Drafts a message with a digit for each of so many; from here on it is pinned. */
export function draft(me: Client, digit: number, count: number): void {
  const { participant, segment: { words } } = me;
  const posts = new Posts(participant);
  participant.pin();
  participant.enterSection();
  for (let i = 0; i < count; i++) {
    const message = posts.draft(BYTES);
    words[message * 4 + M_FIRST] = digit;
  }
}

/** Pushes what was drafted; returns how many took it. */
export function push(
  { participant }: Client,
  to: readonly number[],
  most = Infinity,
): number {
  const posts = new Posts(participant, most);
  const pushed = to.filter((slot) => posts.push(slot, REFS) === "pushed");
  posts.end();
  participant.leaveSection();
  participant.unpin();
  return pushed.length;
}

/** Sends a digit to some participants; returns how many took it. */
export function send(
  me: Client,
  digit: number,
  to: readonly number[],
  most?: number,
): number {
  draft(me, digit, to.length);
  return push(me, to, most);
}

/** Sends a digit to the receiver, and to others; returns whether the receiver took it. */
export const post = (
  digit: number,
  ...others: readonly number[]
): Operation => ({
  text: `post(${[digit, ...others].join(", ")})`,
  run: (me) => send(me, digit, [...others, slotOf(RECEIVER)]),
});

/** The same, if there are not MOST already. */
export const postBounded = (digit: number): Operation => ({
  text: `post(${digit}) if there is room`,
  run: (me) => send(me, digit, [slotOf(RECEIVER)], MOST * REFS),
});

/** Takes what there is, as digits from the oldest on; a last 9: the inbox was full. */
export function takeAll(me: Client, closes = false): number {
  const { participant, segment: { words } } = me;
  let taken: number[] = [];
  let run: number[] = [];
  const { wasFull } = me.pinned(() => {
    participant.enterSection();
    const result = takeMessages(
      words,
      participant.base,
      closes,
      (message, isNewRun) => {
        if (isNewRun) {
          taken.push(...run.reverse());
          run = [];
        }
        run.push(words[message * 4 + M_FIRST]);
      },
    );
    participant.leaveSection();
    return result;
  });
  taken = [...taken, ...run.reverse(), ...wasFull ? [FULL] : []];
  return taken.reduce((number, digit) => number * 10 + digit, 0);
}

const FULL = 9;

export const take: Operation = { text: "take()", run: (me) => takeAll(me) };

/** The same, and closes the inbox. */
export const takeAndClose: Operation = {
  text: "take() and close",
  run: (me) => takeAll(me, true),
};

/** As one does that leaves. */
export const close: Operation = {
  text: "close the inbox",
  run: ({ participant, segment: { words } }) => {
    participant.pin();
    participant.enterSection();
    closeInbox(words, participant.base);
    participant.leaveSection();
    participant.unpin();
    return undefined;
  },
};

export const sleep: Operation = {
  text: "sleep on the inbox",
  run: ({ participant, segment: { words } }) =>
    void sleepOn(words, inboxWord(participant.slot), NO_MESSAGE),
};

/** What is in the receiver's inbox, from the oldest on. */
function leftIn({ words }: Segment): number[] {
  const left: number[] = [];
  let at = newestMessage(words, slotOf(RECEIVER));
  for (; at !== 0; at = messageBefore(words, at)) {
    left.unshift(words[at * 4 + M_FIRST]);
  }
  return left;
}

/**
 * What is wrong: a message that was lost, or came twice, or too early; or nobody woke the receiver.
 */
export function checkMessages(
  segment: Segment,
  events: readonly Event[],
): string {
  const taken = events.filter(({ operation: { text } }) =>
    text.startsWith("take()")
  ).flatMap(({ result }) => result === 0 ? [] : digitsOf(result!));
  const left = leftIn(segment);
  const got = [...taken.filter((digit) => digit !== FULL), ...left];
  const isClosed = events.some(({ operation }) => operation === close);
  const sent = events.filter(({ operation: { text }, result }) =>
    text.startsWith("post(") && result! > 0
  ).map(({ operation, worker }) => ({ worker, digit: digitOf(operation) }));
  const missing = sent.find(({ digit }) => !got.includes(digit));
  if (missing !== undefined && !isClosed) return `${missing.digit} is lost`;
  if (new Set(got).size < got.length) return `${got}: one came twice`;
  for (const { digit, worker } of sent) {
    const later = sent.findLast((it) => it.worker === worker)!.digit;
    const [at, after] = [got.indexOf(digit), got.indexOf(later)];
    if (at >= 0 && after >= 0 && at > after) return `${got}: not in order`;
  }
  return left.length > 0 && isAsleep(RECEIVER)
    ? `${left} came, and nobody woke the receiver`
    : "";
}

function digitsOf(number: number): number[] {
  return [...String(number)].map(Number);
}

function digitOf({ text }: Operation): number {
  return Number(text.match(/\d/)![0]);
}
