/**
 * Asking for an epoch, in any worker of the process: on a broadcast channel on which all writers
 * listen, and all workers that have ever asked.
 *
 * The one that asks does not know which worker writes, and that one may die before it answers. So a
 * question is asked again until it is answered, by the worker that writes then. Writing twice for
 * one question does no harm. Other messages on the channel are ignored.
 *
 * @module
 */

import { Channel } from "../map/channel.ts";
import type { Failure } from "./messages.ts";

type Message =
  | { kind: "flush"; map: string; question: string }
  | { kind: "flushed"; question: string; failure: Failure | undefined };

/** What comes of a question: what went wrong, or nothing. */
type Answer = (failure: Failure | undefined) => void;

/** What this thread has asked. */
const asked = new Map<string, Answer>();
/** Who writes in this thread, by the map's id. */
const writers = new Map<string, (answer: Answer) => void>();
/** Questions that are being answered. */
const underway = new Set<string>();
const channel = new Channel<Message>("epochmap flush", (data) => {
  if (isMessage(data)) receive(data);
});

function isMessage(data: unknown): data is Message {
  const { kind, question, map } = Object(data);
  return typeof question === "string" &&
    (kind === "flushed" || (kind === "flush" && typeof map === "string"));
}

function receive(message: Message): void {
  const { question } = message;
  if (message.kind === "flushed") return asked.get(question)?.(message.failure);
  if (underway.has(question)) return;
  const write = writers.get(message.map);
  if (write === undefined) return;
  underway.add(question);
  write((failure) => {
    underway.delete(question);
    channel.post({ kind: "flushed", question, failure });
  });
}

/** Answers all who ask for an epoch of a map, from here on. */
export function answerFlushes(
  map: string,
  write: (answer: Answer) => void,
): void {
  writers.set(map, write);
  channel.open();
}

/** One question for an epoch of a map. */
export class FlushQuestion implements Disposable {
  readonly #message: Message & { kind: "flush" };
  /** Fulfilled when it is answered. */
  readonly answer: Promise<{ failure: Failure | undefined }>;

  constructor(map: string) {
    const question = crypto.randomUUID();
    this.#message = { kind: "flush", map, question };
    this.answer = new Promise((resolve) =>
      asked.set(question, (failure) => resolve({ failure }))
    );
  }

  /** Asks, for the first time or again. */
  ask(): void {
    channel.post(this.#message);
  }

  [Symbol.dispose](): void {
    asked.delete(this.#message.question);
  }
}
