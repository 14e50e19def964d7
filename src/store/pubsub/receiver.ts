/**
 * The receiver: all that one attachment is subscribed to, and the messages that come for it.
 *
 * All subscribers of an attachment share its inbox. A message comes into it once, is read once, and
 * is given to each of them that wants it. While there is none the attachment sleeps on the word of
 * the inbox. If the inbox was full, messages are missing: all subscribers are cut off then, after
 * they were given what had come before.
 *
 * @module
 */

import {
  inboxWord,
  openInbox,
  replaceSubscriptions,
  takeMessages,
} from "../../reclamation/inbox.ts";
import type { Participant } from "../../reclamation/participant.ts";
import {
  CLOSED_INBOX,
  NO_MESSAGE,
  P_HAND,
  P_INBOX,
  P_SUBSCRIPTIONS,
} from "../../segment/layout.ts";
import { own, poke, type Words } from "../../segment/atomics.ts";
import type { Attachment, Dependent } from "../../map/attachment.ts";
import { ticker } from "../../map/background.ts";
import { Reclaimer } from "../../map/reclaim.ts";
import type { Progress } from "../../map/reclaim_strategies.ts";
import { type Message, readMessage } from "./message.ts";
import {
  channelMatcher,
  isPattern,
  kindOf,
  PackedName,
  textOf,
} from "./names.ts";
import {
  addRecord,
  type BlockSize,
  blockSizeFor,
  findRecord,
  formatBlock,
  setCount,
} from "./subscription_block.ts";

/** Who is given messages. */
export interface Subscriber {
  /** A message has come; `pattern`: the name of the pattern that its channel fits. */
  receive(message: Message, pattern?: string): void;
  /** Messages are missing: nothing more comes. */
  cutOff(): void;
}

/** Those who want what has one name. */
interface Wanted {
  readonly subscribers: Set<Subscriber>;
  /** Of a pattern: whether a channel fits. */
  readonly matches: (channel: string) => boolean;
}

const receivers = new WeakMap<Attachment, Receiver>();
const NOTHING = () => false;

/** What comes for one attachment. */
export class Receiver implements Dependent {
  readonly #attachment: Attachment;
  readonly #participant: Participant;
  readonly #words: Words;
  readonly #reclaimer: Reclaimer;
  readonly #name: PackedName;
  /** By name, in the order in which they came. */
  readonly #wanted = new Map<string, Wanted>();
  readonly #patterns = new Map<string, Wanted>();
  #stop: (() => void) | undefined;

  constructor(attachment: Attachment) {
    const { participant, segment } = attachment;
    this.#attachment = attachment;
    this.#participant = participant;
    this.#words = segment.words;
    this.#reclaimer = new Reclaimer(attachment);
    this.#name = new PackedName(segment.seed);
  }

  /** The one receiver of an attachment. */
  static of(attachment: Attachment): Receiver {
    let receiver = receivers.get(attachment);
    if (receiver === undefined) {
      receiver = new Receiver(attachment);
      receivers.set(attachment, receiver);
    }
    return receiver;
  }

  // ---- subscribing ------------------------------------------------------------------------------

  /**
   * Has a subscriber given what has a name, from here on. Throws `MapFullError`, and then nothing
   * is changed. A second call does nothing. O(length of the name), amortized.
   */
  subscribe(name: string, subscriber: Subscriber): void {
    const wanted = this.#wanted.get(name);
    if (wanted?.subscribers.has(subscriber)) return;
    this.#participant.heal();
    this.#setCount(name, (wanted?.subscribers.size ?? 0) + 1);
    if (wanted === undefined) this.#add(name, subscriber);
    else wanted.subscribers.add(subscriber);
    this.#fallAsleep();
  }

  #add(name: string, subscriber: Subscriber): void {
    const wanted: Wanted = {
      subscribers: new Set([subscriber]),
      matches: isPattern(name) ? channelMatcher(textOf(name)) : NOTHING,
    };
    this.#wanted.set(name, wanted);
    if (isPattern(name)) this.#patterns.set(name, wanted);
  }

  /** Takes that back; needs no memory. A second call does nothing. */
  unsubscribe(name: string, subscriber: Subscriber): void {
    const wanted = this.#wanted.get(name);
    if (wanted === undefined || !wanted.subscribers.delete(subscriber)) return;
    const count = wanted.subscribers.size;
    if (count === 0) {
      this.#wanted.delete(name);
      this.#patterns.delete(name);
    }
    if (!this.#attachment.isOpen) return;
    this.#participant.heal();
    if (this.#wanted.size === 0) this.#closeInbox();
    else this.#setCount(name, count);
  }

  /** Says to all who publish how many subscribers there are for a name. */
  #setCount(name: string, count: number): void {
    const words = this.#words;
    this.#name.pack(name);
    const block = own(words, this.#participant.base + P_SUBSCRIPTIONS);
    if (block !== 0) {
      const record = findRecord(words, block, this.#name);
      if (record !== 0) return setCount(words, record, count);
      if (addRecord(words, block, this.#name, isPattern(name), count)) return;
    }
    this.#replaceBlock(new Map([...this.#counts(), [name, count]]));
  }

  #counts(): [name: string, count: number][] {
    return [...this.#wanted].map(([name, it]) => [name, it.subscribers.size]);
  }

  /**
   * Makes a block with these names and counts, and puts it in the place of the one that is there.
   */
  #replaceBlock(counts: ReadonlyMap<string, number>): void {
    const size = blockSizeFor(counts.keys());
    const shortage = { of: "entry", bytes: size.bytes } as const;
    let progress: Progress | undefined;
    while (!this.#tryToReplace(counts, size)) {
      progress = this.#reclaimer.reclaimFor(shortage, progress);
    }
    this.#participant.collectSometimes();
  }

  /** False: there is no memory. */
  #tryToReplace(
    counts: ReadonlyMap<string, number>,
    size: BlockSize,
  ): boolean {
    const words = this.#words;
    const { allocator, base } = this.#participant;
    this.#participant.enterSection();
    const block = allocator.allocate(size.bytes);
    if (block !== 0) {
      formatBlock(words, block, size);
      for (const [name, count] of counts) {
        this.#name.pack(name);
        addRecord(words, block, this.#name, isPattern(name), count);
      }
      if (own(words, base + P_INBOX) === CLOSED_INBOX) openInbox(words, base);
      replaceSubscriptions(words, base, block, this.#blockRefs);
      poke(words, base + P_HAND, 0);
    }
    this.#participant.leaveSection();
    return block !== 0;
  }

  /**
   * Moves the block out of the place of tables, as long as there is memory elsewhere: it would keep
   * them from growing in a full map.
   */
  tidy(): void {
    const { allocator, base } = this.#participant;
    const block = own(this.#words, base + P_SUBSCRIPTIONS);
    if (block === 0 || !allocator.isHigh(block)) return;
    const counts = new Map(this.#counts());
    this.#tryToReplace(counts, blockSizeFor(counts.keys()));
  }

  /** What the block takes that is there. */
  get #blockRefs(): number {
    const { allocator, base } = this.#participant;
    const block = own(this.#words, base + P_SUBSCRIPTIONS);
    return block === 0 ? 0 : allocator.refsOf(block);
  }

  /** Nobody is subscribed any more: what is in the inbox is for nobody. */
  #closeInbox(): void {
    this.#rest();
    this.#take(true);
  }

  // ---- receiving --------------------------------------------------------------------------------

  #fallAsleep(): void {
    if (this.#stop !== undefined || this.#wanted.size === 0) return;
    const { dependents, wakeUps } = this.#attachment;
    dependents.add(this);
    const word = inboxWord(this.#participant.slot);
    this.#stop = wakeUps.wait(word, NO_MESSAGE, this.#wake);
  }

  #rest(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#attachment.dependents.delete(this);
  }

  readonly #wake = () => {
    this.#stop = undefined;
    try {
      this.receive();
    } finally {
      this.#fallAsleep();
    }
  };

  /** Gives what has come to those who want it. */
  receive(): void {
    this.#participant.heal();
    const { messages, wasFull } = this.#take(false);
    for (const message of messages) this.#deliver(message);
    if (wasFull) this.#cutOff();
    if (ticker.isResting) ticker.wake(); // what was retired is to be freed
  }

  /** Takes all messages, the oldest first. */
  #take(closes: boolean): { messages: Message[]; wasFull: boolean } {
    const words = this.#words;
    const { segment } = this.#attachment;
    const participant = this.#participant;
    const { base } = participant;
    const runs: Message[][] = [];
    participant.pin();
    participant.enterSection();
    const { wasFull } = takeMessages(words, base, closes, (ref, isNewRun) => {
      if (isNewRun) runs.push([]);
      runs.at(-1)!.push(readMessage(segment, ref));
    });
    if (own(words, base + P_INBOX) === CLOSED_INBOX) {
      replaceSubscriptions(words, base, 0, this.#blockRefs);
    }
    participant.leaveSection();
    participant.unpin();
    participant.collectSometimes();
    return { messages: runs.flatMap((run) => run.reverse()), wasFull };
  }

  /** First those who want the channel, then those who have patterns, as in Redis. */
  #deliver(message: Message): void {
    const { name } = message;
    for (const one of [...this.#wanted.get(name)?.subscribers ?? []]) {
      one.receive(message);
    }
    if (kindOf(name) !== "channel") return;
    const channel = textOf(name);
    for (const [pattern, { matches, subscribers }] of [...this.#patterns]) {
      if (!matches(channel)) continue;
      for (const one of [...subscribers]) one.receive(message, pattern);
    }
  }

  #cutOff(): void {
    const all = new Set(
      [...this.#wanted.values()].flatMap((it) => [...it.subscribers]),
    );
    this.#wanted.clear();
    this.#patterns.clear();
    for (const one of all) one.cutOff();
  }

  /** The attachment is closed, and its participant closes the inbox. */
  close(): void {
    this.#rest();
    this.#wanted.clear();
    this.#patterns.clear();
  }
}
