/**
 * The publisher: sends a message to all workers that have subscribers for its channel.
 *
 * It goes through the participants, pinned, looks up the channel in what each of them says that it
 * wants (`subscription_block.ts`), and pushes the message on the inbox of each that wants it
 * (`reclamation/inbox.ts`). Nobody counts subscribers together, so there is nothing to correct
 * after a death.
 *
 * @module
 */

import { participantBase } from "../../segment/participants.ts";
import { H_PARTICIPANTS, P_SUBSCRIPTIONS } from "../../segment/layout.ts";
import { load, type Words } from "../../segment/atomics.ts";
import type { Participant } from "../../reclamation/participant.ts";
import { Posts } from "../../reclamation/posts.ts";
import type { Attachment } from "../../map/attachment.ts";
import { Reclaimer } from "../../map/reclaim.ts";
import type { Progress } from "../../map/reclaim_strategies.ts";
import {
  type Message,
  messageBytes,
  packMessage,
  writeMessage,
} from "./message.ts";
import { channelMatcher, kindOf, nameOf, PackedName, textOf } from "./names.ts";
import {
  countAt,
  findRecord,
  forEachPattern,
  forEachRecord,
  nameAt,
} from "./subscription_block.ts";

/** Patterns whose matchers are kept; when there are more, all are made anew. */
const MOST_MATCHERS = 1000;

/** A worker that wants a message. */
interface Target {
  readonly slot: number;
  /** How many of its subscribers do. */
  readonly count: number;
}

/** What one attachment sends. */
export class Publisher {
  readonly #attachment: Attachment;
  readonly #participant: Participant;
  readonly #words: Words;
  readonly #posts: Posts;
  readonly #reclaimer: Reclaimer;
  readonly #name: PackedName;
  readonly #matchers = new Map<string, (text: string) => boolean>();

  constructor(attachment: Attachment) {
    const { participant, segment } = attachment;
    this.#attachment = attachment;
    this.#participant = participant;
    this.#words = segment.words;
    this.#posts = new Posts(participant);
    this.#reclaimer = new Reclaimer(attachment);
    this.#name = new PackedName(segment.seed);
  }

  /**
   * Sends a message to all who want it at this moment; returns how many subscribers get it. Throws
   * `MapFullError` if there is no memory for it, and then nobody gets it. Lock-free.
   * O(participants + patterns + bytes × workers that want it).
   */
  publish(message: Message): number {
    const participant = this.#participant;
    const bytes = messageBytes(message);
    this.#name.pack(message.name);
    let progress: Progress | undefined;
    for (;;) {
      participant.pin();
      const sent = this.#tryPublish(message, bytes);
      participant.unpin();
      if (sent >= 0) {
        participant.collectSometimes();
        return sent;
      }
      progress = this.#reclaimer.reclaimFor({ of: "entry", bytes }, progress);
    }
  }

  /** The same; -1: there was no memory. */
  #tryPublish(message: Message, bytes: number): number {
    const targets = this.#targetsOf(message.name);
    if (targets.length === 0) return 0;
    const packed = packMessage(message);
    this.#participant.enterSection();
    const sent = this.#draftAll(targets.length, message, packed, bytes)
      ? this.#pushAll(targets, bytes)
      : -1;
    this.#posts.end();
    this.#participant.leaveSection();
    return sent;
  }

  /** A copy for each; false: there is no memory. */
  #draftAll(
    count: number,
    message: Message,
    packed: Uint8Array,
    bytes: number,
  ): boolean {
    for (let i = 0; i < count; i++) {
      const ref = this.#posts.draft(bytes);
      if (ref === 0) return false;
      writeMessage(this.#attachment.segment, ref, message, packed);
    }
    return true;
  }

  #pushAll(targets: readonly Target[], bytes: number): number {
    const refs = this.#participant.allocator.blockRefs(bytes);
    let sent = 0;
    for (const { count, slot } of targets) {
      if (this.#posts.push(slot, refs) === "pushed") sent += count;
    }
    return sent;
  }

  #targetsOf(name: string): Target[] {
    const words = this.#words;
    const targets: Target[] = [];
    this.#forEachBlock((block, slot) => {
      const record = findRecord(words, block, this.#name);
      let count = record === 0 ? 0 : countAt(words, record);
      if (kindOf(name) === "channel") {
        count += this.#countPatterns(block, textOf(name));
      }
      if (count > 0) targets.push({ slot, count });
    });
    return targets;
  }

  /** How many subscribers there are whose patterns fit. */
  #countPatterns(block: number, channel: string): number {
    const words = this.#words;
    let sum = 0;
    forEachPattern(words, block, (record) => {
      const matches = this.#matcherOf(textOf(nameAt(words, record)));
      if (matches(channel)) sum += countAt(words, record);
    });
    return sum;
  }

  #matcherOf(pattern: string): (text: string) => boolean {
    const known = this.#matchers.get(pattern);
    if (known !== undefined) return known;
    if (this.#matchers.size === MOST_MATCHERS) this.#matchers.clear();
    const matcher = channelMatcher(pattern);
    this.#matchers.set(pattern, matcher);
    return matcher;
  }

  /** Calls back with each participant's subscriptions. The caller is pinned. */
  #forEachBlock(visit: (block: number, slot: number) => void): void {
    const words = this.#words;
    const slots = load(words, H_PARTICIPANTS);
    for (let slot = 0; slot < slots; slot++) {
      const block = load(words, participantBase(slot) + P_SUBSCRIPTIONS);
      if (block !== 0) visit(block, slot);
    }
  }

  // ---- questions --------------------------------------------------------------------------------

  /** The channels that somebody is subscribed to, in no order. */
  channels(kind: "channel" | "shard"): string[] {
    return [...this.#textsOf(kind)];
  }

  /** How many patterns somebody is subscribed to. */
  get patterns(): number {
    return this.#textsOf("pattern").size;
  }

  /** How many subscribers a channel has, those of patterns aside. */
  subscribers(kind: "channel" | "shard", channel: string): number {
    const words = this.#words;
    this.#name.pack(nameOf(kind, channel));
    let sum = 0;
    this.#attachment.pinned(() =>
      this.#forEachBlock((block) => {
        const record = findRecord(words, block, this.#name);
        if (record !== 0) sum += countAt(words, record);
      })
    );
    return sum;
  }

  #textsOf(kind: ReturnType<typeof kindOf>): Set<string> {
    const words = this.#words;
    const texts = new Set<string>();
    this.#attachment.pinned(() =>
      this.#forEachBlock((block) =>
        forEachRecord(words, block, (record) => {
          const name = nameAt(words, record);
          if (kindOf(name) === kind) texts.add(textOf(name));
        })
      )
    );
    return texts;
  }
}
