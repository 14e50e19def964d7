/**
 * Load scopes: what ends a load, or the wait for one, from outside.
 *
 * @module
 */

import { Alarm } from "./alarm.ts";
import type { Hold } from "./hold.ts";
import { type ScopeOptions, timedOut } from "./wait_options.ts";
import { WaitScope } from "./wait_scope.ts";

/** One load, or one wait for another's, from its beginning to its end. */
export class LoadScope {
  readonly #end = new AbortController();
  readonly #scope: WaitScope;
  readonly #timeout: Alarm;

  /**
   * @param hold The map object that loads.
   * @param options What the caller says. The signal is not aborted yet.
   * @param what What is done, for an error.
   */
  constructor(
    hold: Hold,
    options: ScopeOptions & { readonly timeout: number },
    what: string,
  ) {
    const end = (reason: unknown) => this.#end.abort(reason);
    this.#scope = new WaitScope(hold, options, what, end);
    this.#timeout = new Alarm(() => end(timedOut(options.timeout, what)));
    this.#timeout.set(options.timeout);
  }

  /** Aborted at the end of time, with the caller's signal, or when the map is closed. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** As the promise; rejects when the signal is aborted, with its reason. */
  within<T>(promise: PromiseLike<T>): Promise<T> {
    const { signal } = this;
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason);
      if (signal.aborted) abort();
      signal.addEventListener("abort", abort, { once: true });
      const end = () => signal.removeEventListener("abort", abort);
      promise.then((value) => {
        end();
        resolve(value);
      }, (error) => {
        end();
        reject(error);
      });
    });
  }

  /** It has ended. */
  leave(): void {
    this.#timeout.clear();
    this.#scope.leave();
  }
}
