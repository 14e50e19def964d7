/**
 * Inboxes: how participants send each other messages, without a thread in between.
 *
 * A participant's inbox is a word of its record, from which messages hang: a stack. Any participant
 * pushes a message, by one compare-and-set (Treiber, "Systems programming: coping with
 * parallelism", 1986). The owner alone takes, and all at once. So no word of a message in the chain
 * changes but its mark, and a compare-and-set cannot take one chain for another: who pushes is
 * pinned, and what it has read of the chain is not reused until it has pushed.
 *
 * Each message says how long the chain is from it on. So who pushes sees how much its receiver has
 * not taken yet. If that is too much, it sets a flag in the place of the push (`FULL_INBOX`), and
 * nobody pushes any more until the owner has taken the others: so what a receiver that does not
 * take can hold up is bounded, and it learns that it has missed something.
 *
 * The owner marks each message before it takes the chain, takes it by one compare-and-set, and
 * retires it as one tree. It has written down before which one (`beginTreeMove`). A recovery can
 * tell whether the dead had pushed a message: it is in the chain; or else it is marked, as all are
 * that have left the chain. Its memory was not reused, because the dead is pinned. Then it wakes
 * the receiver, in case the dead had not come to that.
 *
 * An inbox is closed while its owner has no subscriptions, and in a record that nobody has.
 *
 * (`tests/model/inbox.pml` checks all of this.)
 *
 * @module
 */

import { assert, CHECKED } from "../segment/assert.ts";
import {
  CLOSED_INBOX,
  FULL_INBOX,
  M_DEPTH,
  M_REFS,
  M_TAKEN,
  M_TO,
  MESSAGE,
  N_CHILDREN,
  N_FIRST,
  NO_MESSAGE,
  P_INBOX,
  P_SUBSCRIPTIONS,
  R_STAMP,
  REF_MASK,
  SUBSCRIPTIONS,
} from "../segment/layout.ts";
import {
  compareAndSet,
  fixed,
  load,
  notify,
  own,
  poke,
  store,
  type Words,
} from "../segment/atomics.ts";
import { participantBase } from "../segment/participants.ts";
import { retireTree } from "./limbo.ts";
import { beginTreeMove, endTreeMove } from "./tree.ts";

/** The most messages in an inbox: to take them keeps the receiver's event loop busy. */
export const MOST_MESSAGES = 65_536;
/** The part of the segment that the messages in one inbox may take: a 64th. */
const SHARE_SHIFT = 6;

/** What became of a push. */
export type Pushed = "pushed" | "full" | "closed";

/** The word of a participant's inbox. */
export function inboxWord(slot: number): number {
  return participantBase(slot) + P_INBOX;
}

/** The newest message of an inbox that holds this; 0: there is none. */
function newestOf(held: number): number {
  return held === NO_MESSAGE ? 0 : held & REF_MASK;
}

/** The newest message in the inbox of the participant in a slot; 0: there is none. */
export function newestMessage(words: Words, slot: number): number {
  return newestOf(load(words, inboxWord(slot)));
}

/** The message that was pushed before another one; 0: there is none. */
export function messageBefore(words: Words, message: number): number {
  return fixed(words, message * 4 + N_FIRST);
}

/** The refs that the messages of one inbox may take in a segment of so many. */
export function mostRefs(totalRefs: number): number {
  return totalRefs >>> SHARE_SHIFT;
}

// ---- pushing ------------------------------------------------------------------------------------

/** Makes a message of a block that nobody else can reach. */
export function beginMessage(words: Words, message: number, to: number): void {
  poke(words, message * 4 + N_CHILDREN, MESSAGE);
  poke(words, message * 4 + M_TAKEN, 0);
  poke(words, message * 4 + R_STAMP, 0); // it is in no queue: `repair.ts` asks
  poke(words, message * 4 + M_TO, to);
}

/**
 * Pushes a message on the inbox of the participant to which it goes, or sees that it takes none.
 * Lock-free: it is tried again if another one has pushed, or the owner has taken. The caller is
 * pinned until its record says nothing of the message any more.
 *
 * @param words The segment.
 * @param message The message.
 * @param refs What it takes.
 * @param most The most refs that messages in an inbox take, but for a single one.
 */
export function pushMessage(
  words: Words,
  message: number,
  refs: number,
  most: number,
): Pushed {
  const inbox = inboxWord(own(words, message * 4 + M_TO));
  for (;;) {
    const held = load(words, inbox);
    if (held === CLOSED_INBOX) return "closed";
    if (held !== NO_MESSAGE && (held & FULL_INBOX) !== 0) return "full";
    const before = newestOf(held);
    const depth = before === 0 ? 1 : fixed(words, before * 4 + M_DEPTH) + 1;
    const sum = before === 0 ? refs : fixed(words, before * 4 + M_REFS) + refs;
    if (before !== 0 && (depth > MOST_MESSAGES || sum > most)) {
      if (compareAndSet(words, inbox, held, held | FULL_INBOX)) return "full";
      continue;
    }
    const children = before === 0 ? MESSAGE : MESSAGE + 1;
    poke(words, message * 4 + N_CHILDREN, children);
    poke(words, message * 4 + N_FIRST, before);
    poke(words, message * 4 + M_DEPTH, depth);
    poke(words, message * 4 + M_REFS, sum);
    if (!compareAndSet(words, inbox, held, message)) continue;
    if (before === 0) notify(words, inbox);
    return "pushed";
  }
}

/**
 * Whether a message was pushed, of a participant that is dead, or that was cut short, and is pinned
 * still. The mark is read after the chain: what is not in that any more was marked before.
 */
export function isPushed(words: Words, message: number): boolean {
  return isInInbox(words, own(words, message * 4 + M_TO), message) ||
    load(words, message * 4 + M_TAKEN) !== 0;
}

/** Wakes the receiver of a message: who has pushed it may not have come to that. */
export function rewake(words: Words, message: number): void {
  notify(words, inboxWord(own(words, message * 4 + M_TO)));
}

/** Whether a message is in the inbox of the participant in a slot. */
function isInInbox(words: Words, slot: number, message: number): boolean {
  let at = newestMessage(words, slot);
  while (at !== 0 && at !== message) at = messageBefore(words, at);
  return at !== 0;
}

// ---- the owner ----------------------------------------------------------------------------------

/** Opens an inbox that is closed, as its owner. */
export function openInbox(words: Words, base: number): void {
  if (CHECKED) {
    assert(words[base + P_INBOX] === CLOSED_INBOX, "it opens what is closed");
  }
  store(words, base + P_INBOX, NO_MESSAGE);
}

/** What was taken. */
export interface Taken {
  /** Whether there were more: the inbox was full, and is closed now. */
  readonly wasFull: boolean;
}

/**
 * Takes all messages of an inbox, and retires them. The participant with this record is its owner,
 * and is pinned and in a section, or is dead.
 *
 * @param words The segment.
 * @param base The record.
 * @param closes Whether the inbox is closed with that. One that is full is closed anyway.
 * @param look Called with each message while it is in the inbox, the newest first; if others are
 * pushed meanwhile, again from the newest of them, to where the last call ended.
 */
export function takeMessages(
  words: Words,
  base: number,
  closes: boolean,
  look: (message: number, isNewRun: boolean) => void = () => {},
): Taken {
  const inbox = base + P_INBOX;
  let seen = 0;
  for (;;) {
    const held = load(words, inbox);
    if (held === CLOSED_INBOX) return { wasFull: false };
    if (held === NO_MESSAGE && !closes) return { wasFull: false };
    const newest = newestOf(held);
    let isNewRun = true;
    for (let at = newest; at !== seen; at = messageBefore(words, at)) {
      store(words, at * 4 + M_TAKEN, 1);
      look(at, isNewRun);
      isNewRun = false;
    }
    seen = newest;
    const wasFull = held !== NO_MESSAGE && (held & FULL_INBOX) !== 0;
    const next = closes || wasFull ? CLOSED_INBOX : NO_MESSAGE;
    if (newest !== 0) beginTreeMove(words, base, newest);
    const isTaken = compareAndSet(words, inbox, held, next);
    if (isTaken && newest !== 0) {
      retireTree(words, base, newest, fixed(words, newest * 4 + M_REFS));
    }
    if (newest !== 0) endTreeMove(words, base);
    if (isTaken) return { wasFull };
  }
}

// ---- subscriptions ------------------------------------------------------------------------------

/**
 * Puts another block in the place of what says which messages the owner of a record wants, 0 for
 * none, and retires the one before. The new one is in hand until then, and its first word, if it is
 * a run of chunks, is 0; the caller is in a section.
 */
export function replaceSubscriptions(
  words: Words,
  base: number,
  block: number,
  refs: number,
): void {
  const before = own(words, base + P_SUBSCRIPTIONS);
  if (before !== 0) beginTreeMove(words, base, before);
  store(words, base + P_SUBSCRIPTIONS, block);
  noteSubscriptions(words, base);
  if (before === 0) return;
  retireTree(words, base, before, refs);
  endTreeMove(words, base);
}

/**
 * Says in the block that it is linked: in its first word, by which a recovery knows a run of chunks
 * that is not. A recovery says it if the dead did not come to that. Can be repeated.
 */
export function noteSubscriptions(words: Words, base: number): void {
  const block = own(words, base + P_SUBSCRIPTIONS);
  if (block !== 0) poke(words, block * 4 + N_CHILDREN, SUBSCRIPTIONS);
}

// ---- at the end ---------------------------------------------------------------------------------

/**
 * Ends all that a participant receives, which leaves, or is dead: it wants no messages, and those
 * in its inbox are retired. Can be repeated.
 */
export function closeInbox(words: Words, base: number): void {
  replaceSubscriptions(words, base, 0, 0);
  takeMessages(words, base, true);
}

/**
 * Whether a tree that is on its way to a queue has not begun it: it is in the inbox of the
 * participant in a slot, or is its subscriptions.
 */
export function isReceived(words: Words, slot: number, root: number): boolean {
  const base = participantBase(slot);
  return own(words, base + P_SUBSCRIPTIONS) === root ||
    isInInbox(words, slot, root);
}
