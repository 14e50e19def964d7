/**
 * A worker that serves clients: `crew.ts` begins it.
 *
 * @module
 */

import { SharedStore } from "../store/shared_store.ts";
import { answer } from "./answers.ts";
import { Counters } from "./counters.ts";
import { Here } from "./here.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import type { Peers } from "./peers.ts";
import { type Owner, Serving } from "./serving.ts";

/** What the global scope of a worker has, and that of a main program has not. */
interface WorkerScope {
  postMessage(message: FromWorker): void;
  addEventListener(
    type: "message",
    listener: (event: MessageEvent<ToWorker>) => void,
  ): void;
}

const scope = globalThis as unknown as WorkerScope;
const post = (message: FromWorker) => scope.postMessage(message);

/** Requests to the worker that began the server, and their replies. */
class Requests {
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #last = 0;

  /** Sends one; returns what is replied. */
  send<T>(make: (number: number) => FromWorker): Promise<T> {
    const number = ++this.#last;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(number, waiting);
    post(make(number));
    return waiting.promise as Promise<T>;
  }

  /** Takes one that has been replied to. */
  settled(number: number): PromiseWithResolvers<unknown> {
    const waiting = this.#waiting.get(number)!;
    this.#waiting.delete(number);
    return waiting;
  }
}

const requests = new Requests();

const peers: Peers = {
  ask: (name, ask) =>
    requests.send((number) => ({ kind: "ask", number, name, ask })),
};

const owner: Owner = {
  save: () => requests.send((number) => ({ kind: "save", number })),
  shutdown: () => post({ kind: "shutdown" }),
};

let serving: Serving;
let here: Here;

async function start(
  { counters, handle, index, place, run, settings }: ToWorker & {
    kind: "start";
  },
): Promise<void> {
  try {
    serving = new Serving(
      SharedStore.attach(handle),
      settings,
      new Counters(counters, index),
      owner,
      peers,
      run,
    );
    here = await Here.begin(serving, place);
    post({ kind: "listening", port: serving.port });
  } catch (reason) {
    post({ kind: "failed", reason });
  }
}

async function stop(): Promise<void> {
  await here.end();
  serving.store.close();
  post({ kind: "stopped" });
}

scope.addEventListener("message", ({ data }) => {
  switch (data.kind) {
    case "start":
      void start(data);
      break;
    case "question": {
      const { ask, name, number } = data;
      post({ kind: "answer", number, answer: answer(serving, name, ask) });
      break;
    }
    case "reply":
      requests.settled(data.number).resolve(data.value);
      break;
    case "stop":
      void stop();
  }
});
