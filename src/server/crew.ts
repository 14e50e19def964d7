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
import type { ServerRun } from "./serving.ts";
import type { Settings } from "./settings.ts";

/** A worker that dies sooner than this after its start, in milliseconds, is begun again later. */
const SOON_MS = 1000;
/** How much later: at most. */
const LONGEST_PAUSE_MS = 5000;

/** One worker. */
interface Member {
  readonly worker: Worker;
  /** Resolved with its port, when it listens; rejected if it cannot, or dies. */
  readonly listening: PromiseWithResolvers<number>;
  readonly stopped: PromiseWithResolvers<void>;
  readonly since: number;
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
  #place: Place;
  #isEnding = false;
  /** How long to wait before the next worker is begun that dies at once. */
  #pause = 0;

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
    const crew = new Crew(store, settings, run, place, size, events);
    try {
      // The first one says which port it is.
      const port = await crew.#begin(0).listening.promise;
      crew.#place = { ...place, port };
      const others = Array.from(
        { length: size - 1 },
        (_, i) => crew.#begin(i + 1).listening.promise,
      );
      await Promise.all(others);
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
      since: timers.elapsed(),
    };
    this.#members[index] = member;
    worker.addEventListener("message", (event: MessageEvent<FromWorker>) => {
      this.#hear(member, event.data);
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      void this.#replace(index, member, event.error ?? event.message);
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
  async #replace(index: number, member: Member, error: unknown): Promise<void> {
    member.worker.terminate();
    for (const round of this.#rounds.values()) this.#miss(round, member);
    member.stopped.resolve();
    member.listening.promise.catch(() => {}); // nobody may wait for it any more
    member.listening.reject(error);
    if (this.#isEnding) return;
    this.#events.onDeath(error);
    const isSoon = timers.elapsed() - member.since < SOON_MS;
    this.#pause = isSoon ? Math.min(2 * this.#pause + 50, LONGEST_PAUSE_MS) : 0;
    await sleep(this.#pause);
    if (this.#isEnding) return;
    const next = this.#begin(index);
    await next.listening.promise.catch((reason) => {
      if (this.#members[index] === next) {
        void this.#replace(index, next, reason);
      }
    });
  }

  // ---- what they ask ----------------------------------------------------------------------------

  #hear(member: Member, message: FromWorker): void {
    switch (message.kind) {
      case "listening":
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
    try {
      await this.#store.flush();
      this.#post(member, { kind: "reply", number, value: undefined });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#post(member, { kind: "refusal", number, reason });
    }
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
