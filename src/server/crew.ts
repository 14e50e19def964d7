/**
 * The workers of a server: they are begun, asked, begun again when they die, and ended.
 *
 * @module
 */

import { sleep, timers } from "../timers.ts";
import type { SharedStore } from "../store/shared_store.ts";
import { Counters } from "./counters.ts";
import type { Place } from "./here.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { saveStore } from "./saves.ts";
import type { ServerRun } from "./serving.ts";
import type { Settings } from "./settings.ts";

/** A worker that dies sooner than this after its start, in milliseconds, is begun again later. */
const SOON_MS = 1000;
/** How much later: at least, and at most. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5000;

/** One worker. */
interface Member {
  readonly worker: Worker;
  /** Resolved with its port, when it listens; rejected if it cannot, or dies. */
  readonly listening: PromiseWithResolvers<number>;
  readonly stopped: PromiseWithResolvers<void>;
  /** When it began to listen, on the clock that is never set back. */
  since: number | undefined;
}

/** A question that has gone to all workers. */
interface Round {
  /** Those that have not answered. */
  readonly missing: Set<Member>;
  readonly answers: unknown[];
  /** It is over. */
  readonly done: () => void;
}

/** What a crew tells the server. */
export interface CrewEvents {
  /** A worker has died: another one takes its place. */
  readonly onDeath: (error: unknown) => void;
  /** A client wants the server to end. */
  readonly onShutdown: () => void;
}

/**
 * The port, or one that is free. Throws if another program listens there: it might share its port,
 * and get a part of the clients. (So might two servers that begin within milliseconds.)
 */
function freePortAt({ hostname, port }: Place): number {
  const listener = Deno.listen({ hostname, port });
  listener.close();
  return (listener.addr as Deno.NetAddr).port;
}

/** The workers of one server. */
export class Crew {
  readonly #store: SharedStore;
  readonly #settings: Settings;
  readonly #run: ServerRun;
  readonly #counters: SharedArrayBuffer;
  readonly #events: CrewEvents;
  /** They, by their places. */
  readonly #members: Member[] = [];
  readonly #rounds = new Map<number, Round>();
  #lastRound = 0;
  readonly #place: Place;
  #isEnding = false;

  private constructor(
    store: SharedStore,
    settings: Settings,
    run: ServerRun,
    place: Place,
    size: number,
    events: CrewEvents,
  ) {
    this.#store = store;
    this.#settings = settings;
    this.#run = run;
    this.#place = place;
    this.#counters = Counters.memoryFor(size);
    this.#events = events;
  }

  /** Begins so many workers; returns when all of them listen. */
  static async begin(
    store: SharedStore,
    settings: Settings,
    run: ServerRun,
    place: Place,
    size: number,
    events: CrewEvents,
  ): Promise<Crew> {
    const free = { ...place, port: freePortAt(place) };
    const crew = new Crew(store, settings, run, free, size, events);
    try {
      await Promise.all(
        Array.from(
          { length: size },
          (_, i) => crew.#begin(i).listening.promise,
        ),
      );
    } catch (error) {
      crew.#isEnding = true;
      for (const { worker } of crew.#members) worker.terminate();
      throw error;
    }
    return crew;
  }

  get port(): number {
    return this.#place.port;
  }

  #begin(index: number): Member {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      type: "module",
      name: `epochmap server ${index}`,
    });
    const member: Member = {
      worker,
      listening: Promise.withResolvers(),
      stopped: Promise.withResolvers(),
      since: undefined,
    };
    this.#members[index] = member;
    worker.addEventListener("message", (event: MessageEvent<FromWorker>) => {
      this.#hear(member, event.data);
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#bury(index, member, event.error ?? new Error(event.message));
    });
    this.#post(member, {
      kind: "start",
      handle: this.#store.handle,
      settings: this.#settings,
      counters: this.#counters,
      index,
      place: this.#place,
      run: this.#run,
    });
    return member;
  }

  #post({ worker }: Member, message: ToWorker): void {
    worker.postMessage(message);
  }

  /** A worker has died: only its clients are gone. */
  #bury(index: number, member: Member, error: unknown): void {
    const { listening, since, stopped, worker } = member;
    worker.terminate();
    for (const round of this.#rounds.values()) this.#miss(round, member);
    stopped.resolve();
    if (since === undefined) listening.reject(error); // the one that began it is told
    else if (!this.#isEnding) void this.#replace(index, since, error);
  }

  /** Begins another one in its place, and another one, until one listens. */
  async #replace(index: number, since: number, error: unknown): Promise<void> {
    this.#events.onDeath(error);
    let pause = timers.elapsed() - since < SOON_MS ? FIRST_PAUSE_MS : 0;
    while (!this.#isEnding) {
      await sleep(pause);
      if (this.#isEnding) return;
      const next = this.#begin(index);
      try {
        await next.listening.promise;
        return;
      } catch (reason) {
        next.worker.terminate();
        this.#events.onDeath(reason);
        pause = Math.min(2 * pause + FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
      }
    }
  }

  // ---- what they ask ----------------------------------------------------------------------------

  #hear(member: Member, message: FromWorker): void {
    switch (message.kind) {
      case "listening":
        member.since = timers.elapsed();
        member.listening.resolve(message.port);
        break;
      case "failed":
        member.listening.reject(message.reason);
        break;
      case "ask":
        this.#askAll(member, message);
        break;
      case "answer":
        this.#answered(member, message.number, message.answer);
        break;
      case "save":
        void this.#save(member, message.number);
        break;
      case "shutdown":
        this.#events.onShutdown();
        break;
      case "stopped":
        member.stopped.resolve();
    }
  }

  #askAll(
    member: Member,
    { ask, name, number }: FromWorker & { kind: "ask" },
  ): void {
    if (name === "set") Object.assign(this.#settings, ask); // for those that come later
    const round = ++this.#lastRound;
    const answers: unknown[] = [];
    this.#rounds.set(round, {
      missing: new Set(this.#members),
      answers,
      done: () => {
        this.#rounds.delete(round);
        this.#post(member, { kind: "reply", number, value: answers });
      },
    });
    for (const one of this.#members) {
      this.#post(one, { kind: "question", number: round, name, ask });
    }
  }

  #answered(member: Member, number: number, answer: unknown): void {
    const round = this.#rounds.get(number);
    if (round === undefined) return; // it was taken for dead
    round.answers.push(answer);
    this.#miss(round, member);
  }

  /** There is nothing more to come from a worker. */
  #miss({ done, missing }: Round, member: Member): void {
    if (missing.delete(member) && missing.size === 0) done();
  }

  async #save(member: Member, number: number): Promise<void> {
    const value = await saveStore(this.#store);
    this.#post(member, { kind: "reply", number, value });
  }

  // ---- the end ----------------------------------------------------------------------------------

  /** Ends all workers, when their clients have what is to be sent to them. */
  async end(): Promise<void> {
    this.#isEnding = true;
    const members = [...this.#members];
    for (const member of members) this.#post(member, { kind: "stop" });
    await Promise.all(members.map(({ stopped }) => stopped.promise));
    for (const { worker } of members) worker.terminate();
  }
}
