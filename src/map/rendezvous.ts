/**
 * Rendezvous: finding a map by its name, anywhere in the process.
 *
 * Everyone who holds a map of some name holds a Web Lock of a name that begins alike, and listens on one broadcast
 * channel. Whoever opens the name first takes turns with other openers (a lock again); then, if no lock says that somebody
 * holds the map, it creates one; else it asks on the channel, and any holder answers with the segment. A holder that is busy
 * answers when it comes to it; one that dies loses its lock, and the opener looks again. So there is no
 * moment at which two maps of one name come to be, and a map whose holders are all gone is gone.
 *
 * @module
 */

import { BroadcastChannel } from "node:worker_threads";
import { Lifeline, locks } from "../epoch/lifeline.ts";
import { Segment, type SegmentHandle } from "../segment/segment.ts";

/** How long to wait for an answer before looking again whether anyone is there to give one. */
const LOOK_AGAIN_MS = 50;

type Message =
  | { kind: "ask"; name: string; question: string }
  | { kind: "answer"; question: string; handle: SegmentHandle };

/** The channel stays open for good: in a worker that closed its last one, the runtime cannot open another. */
interface Channel {
  onmessage: (event: { data: Message }) => void;
  postMessage(message: Message): void;
  unref(): void;
}

/** The names that this worker answers for, each with its segment and how many attachments hold it here. */
const held = new Map<string, { handle: SegmentHandle; users: number }>();
const waiting = new Map<string, (handle: SegmentHandle) => void>();
let channel: Channel | undefined;

function theChannel(): Channel {
  if (channel !== undefined) return channel;
  channel = new BroadcastChannel("epochmap") as unknown as Channel;
  channel.onmessage = ({ data }) => receive(data);
  channel.unref();
  return channel;
}

function receive(message: Message): void {
  if (message.kind === "answer") {
    waiting.get(message.question)?.(message.handle);
    return;
  }
  const holding = held.get(message.name);
  if (holding === undefined) return;
  theChannel().postMessage({
    kind: "answer",
    question: message.question,
    handle: holding.handle,
  });
}

/** The locks of a name's holders begin with this; what follows tells them apart. */
function holderPrefix(name: string): string {
  return `epochmap holder ${JSON.stringify(name)} `;
}

/** Says that this worker holds the map of a name; returns how to take that back. */
function hold(name: string, handle: SegmentHandle): () => void {
  theChannel();
  const lifeline = Lifeline.hold(holderPrefix(name) + crypto.randomUUID());
  const holding = held.get(name) ?? { handle, users: 0 };
  holding.users++;
  held.set(name, holding);
  return () => {
    if (--holding.users === 0) held.delete(name);
    lifeline.release();
  };
}

/**
 * Joins the map of a name, or makes it.
 *
 * @param name The name, the same in all workers.
 * @param create Makes the map and returns its segment with what the caller wants of it. Others wait meanwhile.
 * @param join Attaches to a segment that somebody holds.
 * @returns What `create` or `join` returned, and how to stop holding the name.
 */
export async function meet<T>(
  name: string,
  create: () => Promise<{ segment: Segment; result: T }>,
  join: (segment: Segment) => T,
): Promise<{ result: T; letGo: () => void }> {
  return await locks.request(
    `epochmap opening ${JSON.stringify(name)}`,
    {},
    async () => {
      const handle = await find(name);
      if (handle !== undefined) {
        const result = join(Segment.attach(handle));
        return { result, letGo: hold(name, handle) };
      }
      const { segment, result } = await create();
      return { result, letGo: hold(name, segment.handle) };
    },
  );
}

/** The segment of a name; undefined when nobody holds it. */
async function find(name: string): Promise<SegmentHandle | undefined> {
  const own = held.get(name);
  if (own !== undefined) return own.handle;
  while (await isHeld(name)) {
    const handle = await ask(name);
    if (handle !== undefined) return handle;
  }
  return undefined;
}

async function isHeld(name: string): Promise<boolean> {
  const prefix = holderPrefix(name);
  const { held } = await locks.query();
  return held.some((lock) => lock.name.startsWith(prefix));
}

/** Asks once; undefined after a while without an answer. */
async function ask(name: string): Promise<SegmentHandle | undefined> {
  const question = crypto.randomUUID();
  const { promise, resolve } = Promise.withResolvers<
    SegmentHandle | undefined
  >();
  waiting.set(question, resolve);
  const timer = setTimeout(() => resolve(undefined), LOOK_AGAIN_MS);
  theChannel().postMessage({ kind: "ask", name, question });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    waiting.delete(question);
  }
}
