/**
 * Change streams: what a loop over changes asks, and what ends it.
 *
 * A stream works when it is asked, and keeps nothing for a loop that is slow: what the loop gets
 * is the newest that there is when it asks.
 *
 * @module
 */

import { clearImmediate, setImmediate } from "node:timers";
import type { Hold } from "./hold.ts";
import { TimeSlices } from "./time_slices.ts";
import type { ScopeOptions } from "./wait_options.ts";
import { WaitScope } from "./wait_scope.ts";

const END = { done: true, value: undefined } as const;

/** Where changes come from. */
export interface ChangeSource<C> {
  /** How many first states are to be given still, before any other change. */
  readonly pending: number;
  /**
   * The next change, if there is one. It may run a codec of the caller's.
   *
   * @param wake If there is none, it is called once, as a task of its own, when it is time to ask
   * again.
   */
  next(wake: () => void): C | undefined;
  /** Takes back what would call `wake`. */
  rest(): void;
  /** The stream has ended. */
  end?(): void;
}

type Result<C> = IteratorResult<C, undefined>;

/** The changes of a source, one after another. */
export class ChangeStream<C>
  implements AsyncIterableIterator<C, undefined>, AsyncDisposable, Disposable {
  readonly #source: ChangeSource<C>;
  readonly #scope: WaitScope;
  /** Those who asked and have no answer yet. */
  readonly #pulls: PromiseWithResolvers<Result<C>>[] = [];
  #isServing = false;
  #isOver = false;
  /** What ended it and is yet to be thrown. */
  #failure: { readonly reason: unknown } | undefined;
  /** Since the event loop had its last turn, as far as is known. */
  readonly #slices = new TimeSlices();
  #turn: ReturnType<typeof setImmediate> | undefined;

  /**
   * @param hold The map object that watches.
   * @param source Where the changes come from.
   * @param options The caller's; the signal is not aborted yet.
   * @param what What is done, for an error.
   */
  constructor(
    hold: Hold,
    source: ChangeSource<C>,
    options: ScopeOptions,
    what: string,
  ) {
    this.#source = source;
    this.#scope = new WaitScope(
      hold,
      options,
      what,
      (reason) => this.#fail(reason),
    );
  }

  /** How many first states are to be given still. */
  get pending(): number {
    return this.#source.pending;
  }

  /** The next change; waits for one. */
  next(): Promise<Result<C>> {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) return Promise.reject(failure.reason);
    if (this.#isOver) return Promise.resolve(END);
    const pull = Promise.withResolvers<Result<C>>();
    if (this.#pulls.push(pull) === 1) this.#serve();
    return pull.promise;
  }

  /** Ends the stream. */
  return(): Promise<Result<C>> {
    this.#end();
    return Promise.resolve(END);
  }

  /** Ends the stream. */
  [Symbol.dispose](): void {
    this.#end();
  }

  /** Ends the stream. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#end();
    return Promise.resolve();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Answers those who asked, as far as there are changes. */
  #serve(): void {
    if (this.#isServing) return; // a codec of the caller's asks: the loop below goes on
    this.#isServing = true;
    try {
      while (this.#pulls.length > 0) {
        if (this.#slices.isOver) return this.#pause();
        const value = this.#source.next(this.#resume);
        if (this.#isOver) return this.#source.rest();
        if (value === undefined) return;
        this.#pulls.shift()!.resolve({ done: false, value });
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isServing = false;
    }
  }

  readonly #resume = () => {
    this.#slices.begin();
    this.#serve();
  };

  /** A key that changes all the time must not keep the event loop from everything else. */
  #pause(): void {
    this.#turn = setImmediate(this.#resume);
  }

  #fail(reason: unknown): void {
    if (this.#isOver) return;
    const first = this.#pulls.shift();
    if (first === undefined) this.#failure = { reason };
    else first.reject(reason);
    this.#end();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearImmediate(this.#turn);
    this.#source.rest();
    this.#source.end?.();
    this.#scope.leave();
    for (const pull of this.#pulls.splice(0)) pull.resolve(END);
  }
}
