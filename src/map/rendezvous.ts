/**
 * Rendezvous: finding a map by its name, anywhere in the process.
 *
 * A thread that has the map of a name holds a Web Lock whose name says so, and listens on one
 * broadcast channel. Openers of a name take turns, by another lock. The one whose turn it is makes
 * the map, if no lock says that a thread holds it; else it asks on the channel, and any holder
 * answers with the segment. A holder that is busy answers when it comes back to its event loop; one
 * that dies loses its lock, and the opener checks again. So two maps of one name never come to be,
 * and a map whose holders are all gone is gone. All map objects of a thread share one attachment,
 * and nobody needs to be asked.
 *
 * Anybody may send anything on the channel. Messages of other forms are ignored, and so are answers
 * with another segment than a holder's lock names. An opener does not wait for ever for a thread
 * that gives no sign of life. A thread that is making the map, which may take long, says so when it
 * is asked.
 *
 * @module
 */

import { Lifeline, locks } from "../reclamation/lifeline.ts";
import { HandleError, theMap } from "../errors.ts";
import { Segment, type SegmentHandle } from "../segment/segment.ts";
import { timers } from "../timers.ts";
import { attachTo } from "./attach.ts";
import type { Attachment } from "./attachment.ts";
import { Channel } from "./channel.ts";
import { Hold } from "./hold.ts";
import { describe, type Holder, holderLock, holdersOf } from "./holder.ts";

/**
 * How long to wait for an answer before checking again whether there is anybody to give one, in
 * milliseconds.
 */
const LOOK_AGAIN_MS = 50;
/**
 * The longest time between two looks that counts as silence of the others, in milliseconds. In more
 * this thread itself had no processor, and what others sent meanwhile is not yet read.
 */
const MOST_SILENCE_MS = 2 * LOOK_AGAIN_MS;

type Message =
  /**
   * Asks those that have the map. Every thread on the channel has to unpack every answer, with the
   * memory in it, which takes some milliseconds: so only the opener whose turn it is asks.
   */
  | { kind: "ask"; name: string; question: string }
  /** Asks the one that is making the map, if there is one. */
  | { kind: "askCreator"; name: string; question: string }
  | { kind: "answer"; question: string; handle: SegmentHandle }
  /** The sender is making the map. */
  | { kind: "creating"; question: string };

/** This thread's attachment to the map of a name. */
interface Holding {
  attachment: Attachment;
  lifeline: Lifeline;
  /** How many map objects share it. */
  users: number;
}

/** The maps that this thread has by name. */
const held = new Map<string, Holding>();
/** The names of the maps that this thread is making. */
const creating = new Set<string>();
/** The openers of this thread that wait for others, by their questions. */
const waits = new Map<string, Wait>();
const channel = new Channel<Message>("epochmap", receive);

function receive(data: unknown): void {
  if (!isMessage(data)) return;
  const { question } = data;
  switch (data.kind) {
    case "ask": {
      const handle = held.get(data.name)?.attachment.segment.handle;
      if (handle === undefined) return;
      return channel.post({ kind: "answer", question, handle });
    }
    case "askCreator":
      if (!creating.has(data.name)) return;
      return channel.post({ kind: "creating", question });
    default:
      return waits.get(question)?.receive(data);
  }
}

/**
 * Whether it has the form of a message. The handle in an answer is checked where it is used.
 */
function isMessage(data: unknown): data is Message {
  if (typeof data !== "object" || data === null) return false;
  const { kind, question, name, handle } = data as Record<string, unknown>;
  if (typeof question !== "string") return false;
  switch (kind) {
    case "ask":
    case "askCreator":
      return typeof name === "string";
    case "answer":
      return typeof handle === "object" && handle !== null;
    default:
      return kind === "creating";
  }
}

/** How a map is opened. */
export interface Opening {
  /** Makes the map. Others wait meanwhile. */
  create: () => Promise<Attachment>;
  /** Checks a segment that somebody holds, before it is joined; may throw. */
  check: (segment: Segment) => void;
  /** How long to wait for others that give no sign of life, in milliseconds. */
  timeout: number;
}

/**
 * Joins the map of a name, or makes it.
 *
 * @param name The name, the same in all threads.
 * @param opening How it is opened.
 * @returns A hold of this thread's attachment.
 * @throws {HandleError} If the threads that have the map, or are opening it, give no sign of life.
 */
export async function meet(name: string, opening: Opening): Promise<Hold> {
  const { check, create, timeout } = opening;
  const own = held.get(name);
  if (own !== undefined) {
    check(own.attachment.segment);
    return share(name);
  }
  channel.open();
  const wait = new Wait(name, timeout);
  waits.set(wait.question, wait);
  try {
    return await inTurn(wait, async () => {
      const segment = held.get(name)?.attachment.segment ?? await find(wait);
      if (segment !== undefined) check(segment);
      if (!held.has(name)) {
        const attachment = segment === undefined
          ? await announced(name, create)
          : attachTo(segment);
        hold(name, attachment);
      }
      return share(name);
    });
  } finally {
    waits.delete(wait.question);
  }
}

async function announced<T>(name: string, create: () => Promise<T>) {
  creating.add(name);
  try {
    return await create();
  } finally {
    creating.delete(name);
  }
}

/** Notes, and tells others, that this thread has the map of a name. */
function hold(name: string, attachment: Attachment): void {
  const lifeline = Lifeline.hold(holderLock(name, attachment));
  held.set(name, { attachment, lifeline, users: 0 });
}

/** A hold of the attachment that this thread has by a name. */
function share(name: string): Hold {
  const holding = held.get(name)!;
  const { attachment, lifeline } = holding;
  holding.users++;
  return new Hold(attachment, () => {
    if (--holding.users > 0) return;
    try {
      attachment.close();
    } finally {
      held.delete(name);
      lifeline.release();
    }
  });
}

// ---- waiting for others -------------------------------------------------------------------------

/**
 * One opener's wait: what it asks, what it has heard, and how long it goes on.
 *
 * Replies count whenever they come, also long after the opener has looked for them: where a thread
 * gets the processor seldom, its timers are over before it reads what came in time.
 */
class Wait {
  readonly name: string;
  readonly question = crypto.randomUUID();
  readonly #timeout: number;
  /** How long nothing was heard, in milliseconds, as far as this thread could hear. */
  #silence = 0;
  #lookedAt = timers.elapsed();
  /** The segment that an answer brought, of one of the holders. */
  #segment: Segment | undefined;
  /** The threads that were last found to have the map. */
  #holders: readonly Holder[] = [];
  /** Called when there is a segment. */
  #wake = () => {};
  /** The error for an answer that led to no map, perhaps from another version of this module. */
  #refused: HandleError | undefined;

  constructor(name: string, timeout: number) {
    this.name = name;
    this.#timeout = timeout;
  }

  /** Asks the thread that is making the map for a sign of life. */
  askCreator(): void {
    const { name, question } = this;
    channel.post({ kind: "askCreator", name, question });
    if (creating.has(name)) this.#hear(); // the channel does not lead back to this thread
  }

  /** Takes notice of a reply. */
  receive(reply: Message): void {
    if (reply.kind === "creating") return this.#hear();
    if (reply.kind !== "answer" || this.#isAnswered()) return;
    const segment = this.#segmentIn(reply.handle);
    if (segment === undefined || !isHeld(segment, this.#holders)) return;
    this.#segment = segment;
    this.#wake();
  }

  /** Asks holders, and waits for an answer, but not long; undefined if there was none. */
  async answerOf(holders: readonly Holder[]): Promise<Segment | undefined> {
    this.#holders = holders;
    if (!this.#isAnswered()) {
      const { name, question } = this;
      channel.post({ kind: "ask", name, question });
      await this.#forAnswer();
    }
    return this.#isAnswered() ? this.#segment : undefined;
  }

  #isAnswered(): boolean {
    return this.#segment !== undefined && isHeld(this.#segment, this.#holders);
  }

  async #forAnswer(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = timers.setTimeout(resolve, LOOK_AGAIN_MS);
    try {
      await promise;
    } finally {
      timers.clear(timer);
    }
  }

  /** Counts the time since the last look, and tells whether the wait is over. */
  isOver(): boolean {
    const now = timers.elapsed();
    this.#silence += Math.min(now - this.#lookedAt, MOST_SILENCE_MS);
    this.#lookedAt = now;
    return this.#silence >= this.#timeout;
  }

  /** The error for a wait that is over. */
  error(who: string): HandleError {
    const error = new HandleError(
      `Cannot open ${
        theMap(this.name)
      }: in process ${Deno.pid}, ${who} gave no answer for ${this.#timeout} ms: let that thread come back to its event loop, end it, or give open() a longer timeout`,
      { mapName: this.name },
    );
    if (this.#refused !== undefined) error.cause = this.#refused;
    return error;
  }

  #hear(): void {
    this.#silence = 0;
    this.#lookedAt = timers.elapsed();
  }

  /** The segment of a handle; undefined if it leads to none. */
  #segmentIn(handle: SegmentHandle): Segment | undefined {
    try {
      return Segment.attach(handle);
    } catch (error) {
      if (!(error instanceof HandleError)) throw error;
      this.#refused = error;
      return undefined;
    }
  }
}

function isHeld(segment: Segment, holders: readonly Holder[]): boolean {
  return holders.some(({ id }) => id === segment.id);
}

/**
 * Does work when it is this opener's turn. Throws `HandleError` if the turn does not come.
 */
async function inTurn<T>(wait: Wait, work: () => Promise<T>): Promise<T> {
  const lock = `epochmap opening ${JSON.stringify(wait.name)}`;
  const giveUp = new AbortController();
  const watch = timers.setInterval(async () => {
    if (!wait.isOver()) return wait.askCreator();
    timers.clear(watch);
    giveUp.abort(wait.error(await whoIsInTheWay(wait.name, lock)));
  }, LOOK_AGAIN_MS);
  watch.unref();
  try {
    return await locks.request(lock, { signal: giveUp.signal }, () => {
      timers.clear(watch);
      return work();
    });
  } finally {
    timers.clear(watch);
  }
}

/**
 * Which threads keep the turn from coming, for an error: the one whose turn it is, or those that it
 * waits for.
 */
async function whoIsInTheWay(name: string, lock: string): Promise<string> {
  const holders = describe(await holdersOf(name));
  const { held } = await locks.query();
  const clientId = held.find((it) => it.name === lock)?.clientId;
  const opener =
    `the thread that is about to open it (client ${clientId} of the Web Locks)`;
  return holders === "" ? opener : `${holders} and ${opener}`;
}

/**
 * The segment of a name; undefined when nobody holds it. Throws `HandleError` if nobody answers.
 */
async function find(wait: Wait): Promise<Segment | undefined> {
  for (;;) {
    const holders = await holdersOf(wait.name);
    if (holders.length === 0) return undefined;
    const segment = await wait.answerOf(holders);
    if (segment !== undefined) return segment;
    if (wait.isOver()) throw wait.error(describe(holders));
  }
}
