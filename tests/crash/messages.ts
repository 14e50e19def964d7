/**
 * Messages, as a victim dies while it publishes, subscribes, receives, or leaves.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { attachmentOf } from "../../src/api/shared_map.ts";
import type { Attachment } from "../../src/map/attachment.ts";
import { inboxWord, newestMessage } from "../../src/reclamation/inbox.ts";
import type { Message } from "../../src/store/pubsub/message.ts";
import { nameOf } from "../../src/store/pubsub/names.ts";
import { Publisher } from "../../src/store/pubsub/publisher.ts";
import { Receiver } from "../../src/store/pubsub/receiver.ts";
import { woken } from "./atomics.ts";
import { textOf } from "./text.ts";
import type { World } from "./world.ts";

const NEWS = nameOf("channel", "news");
const SPORT = nameOf("channel", "sport");
const PATTERN = nameOf("pattern", "ne*");
const TEXT = textOf("a message", 0, 30);
const LARGE = textOf("a message", 0, 20_000);

/** What the victim does, and what it may leave behind. */
interface Way {
  /** What is done before. */
  readonly prepare?: (world: World, victim: Attachment) => void;
  readonly act: (victim: Attachment, world: World) => void;
  /** What the survivors may have received by then. */
  readonly sent?: readonly string[];
  readonly leaks?: number;
}

/** A scenario of `scenarios.ts`. */
interface Scenario {
  readonly leaks: number;
  prepare(world: World): void;
  act(world: World): void;
  check(world: World): void;
}

/** What one has received. */
class Recorder {
  texts: string[] = [];
  isCutOff = false;
  /** Whether messages came before the victim began. */
  wasTold = false;

  receive({ text }: Message): void {
    this.texts.push(text);
  }

  cutOff(): void {
    this.isCutOff = true;
  }
}

/** Two survivors that are subscribed. */
const recorders = new WeakMap<World, Map<Attachment, Recorder>>();

function survivorsOf(world: World): Attachment[] {
  return [attachmentOf(world.map), world.survivor];
}

function publish(by: Attachment, text: string, name = NEWS): number {
  return new Publisher(by).publish({ name, text });
}

function subscribe(as: Attachment, ...names: string[]): void {
  const recorder = new Recorder();
  for (const name of names) Receiver.of(as).subscribe(name, recorder);
}

function scenario({ act, leaks = 0, prepare, sent = [] }: Way): Scenario {
  return {
    leaks,
    prepare(world) {
      world.fill("k", 20, (i) => 8 + i * i);
      const recorded = new Map<Attachment, Recorder>();
      for (const each of survivorsOf(world)) {
        const recorder = new Recorder();
        recorded.set(each, recorder);
        Receiver.of(each).subscribe(NEWS, recorder);
      }
      recorders.set(world, recorded);
      const victim = attachmentOf(world.victim);
      publish(victim, "", SPORT);
      prepare?.(world, victim);
      for (const [survivor, recorder] of recorded) {
        recorder.wasTold = hasMessages(survivor);
      }
    },
    act: (world) => act(attachmentOf(world.victim), world),
    check: (world) => check(world, sent),
  };
}

function hasMessages({ participant, segment: { words } }: Attachment): boolean {
  return newestMessage(words, participant.slot) !== 0;
}

/** Who did not hear of what came is woken; and all goes on. */
function check(world: World, sent: readonly string[]): void {
  for (const [survivor, recorder] of recorders.get(world)!) {
    const isTold = !hasMessages(survivor) || recorder.wasTold ||
      woken.has(inboxWord(survivor.participant.slot));
    assert(isTold, "a message came, and nobody was told");
    Receiver.of(survivor).receive();
    const { texts } = recorder;
    assertEquals(new Set(texts).size, texts.length, "one came twice");
    assertEquals(texts.filter((text) => !sent.includes(text)), []);
    recorder.texts = [];
  }
  checkUse(world);
}

function checkUse(world: World): void {
  const [publisher] = survivorsOf(world);
  const recorded = [...recorders.get(world)!];
  const open = recorded.filter(([, { isCutOff }]) => !isCutOff);
  assertEquals(publish(publisher, "after"), open.length);
  for (const [survivor, recorder] of recorded) {
    Receiver.of(survivor).receive();
    assertEquals(recorder.texts, recorder.isCutOff ? [] : ["after"]);
    Receiver.of(survivor).unsubscribe(NEWS, recorder);
    survivor.participant.collectAll();
  }
  assertEquals(publish(publisher, "for nobody"), 0);
}

/** Sends messages until the inboxes are full; returns those that came. */
function fillInboxes(by: Attachment): void {
  for (let i = 0; publish(by, `${i} ${TEXT}`) > 0; i++);
}

const MANY = Array.from({ length: 40 }, (_, i) => nameOf("channel", `${i}`));
const FULL = Array.from({ length: 1000 }, (_, i) => `${i} ${TEXT}`);

/** The scenarios, by name. */
export const MESSAGES: Record<string, Scenario> = {
  "publish() to two workers": scenario({
    act: (victim) => void publish(victim, TEXT),
    sent: [TEXT],
  }),
  "publish() of what takes a run of chunks": scenario({
    act: (victim) => void publish(victim, LARGE),
    sent: [LARGE],
  }),
  "publish() to inboxes that are full": scenario({
    prepare: (_, victim) => fillInboxes(victim),
    act: (victim) => void publish(victim, TEXT),
    sent: FULL,
  }),
  "the publish() that makes inboxes full": scenario({
    act: fillInboxes,
    sent: FULL,
  }),
  "publish() to itself": scenario({
    prepare: (_, victim) => subscribe(victim, NEWS, PATTERN),
    act: (victim) => void publish(victim, TEXT),
    sent: [TEXT],
  }),
  "the first subscribe()": scenario({
    act: (victim) => subscribe(victim, NEWS),
  }),
  "subscribe() to many channels": scenario({
    act: (victim) => subscribe(victim, NEWS, ...MANY),
  }),
  "unsubscribe()": scenario({
    act(victim) {
      const recorder = new Recorder();
      const receiver = Receiver.of(victim);
      for (const name of [NEWS, SPORT]) receiver.subscribe(name, recorder);
      publish(victim, TEXT);
      for (const name of [NEWS, SPORT]) receiver.unsubscribe(name, recorder);
    },
    sent: [TEXT],
  }),
  "receiving": scenario({
    prepare(world, victim) {
      subscribe(victim, NEWS, PATTERN);
      for (const text of ["a", "b", "c"]) publish(world.survivor, text);
    },
    act: (victim) => Receiver.of(victim).receive(),
    sent: ["a", "b", "c"],
  }),
  "receiving when messages are missing": scenario({
    prepare(world, victim) {
      subscribe(victim, NEWS);
      fillInboxes(world.survivor);
    },
    act: (victim) => Receiver.of(victim).receive(),
    sent: FULL,
  }),
  "close() with messages": scenario({
    prepare(world, victim) {
      subscribe(victim, NEWS);
      publish(world.survivor, TEXT);
    },
    act: (_, { victim }) => victim.close(),
    sent: [TEXT],
  }),
};
