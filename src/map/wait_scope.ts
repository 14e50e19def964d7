/**
 * Wait scopes: what ends a wait from outside, and what the wait must leave behind when it ends.
 *
 * @module
 */

import { mapClosed } from "../errors.ts";
import type { Dependent } from "./attachment.ts";
import type { Hold } from "./hold.ts";
import { keepAlive } from "./keep_alive.ts";
import type { ScopeOptions } from "./wait_options.ts";

/** One wait, from its beginning to its end. */
export class WaitScope implements Dependent {
  readonly owner: Hold;
  readonly #what: string;
  readonly #signal: AbortSignal | undefined;
  readonly #fail: (reason: unknown) => void;
  readonly #release: (() => void) | undefined;

  /**
   * @param hold The map object that waits.
   * @param options The caller's. The signal is not aborted yet.
   * @param what What is done, for an error.
   * @param fail Called once at most: when the signal is aborted, or the map closed. It must leave
   * the scope.
   */
  constructor(
    hold: Hold,
    { ref = true, signal }: ScopeOptions,
    what: string,
    fail: (reason: unknown) => void,
  ) {
    this.owner = hold;
    this.#what = what;
    this.#signal = signal;
    this.#fail = fail;
    hold.attachment.dependents.add(this);
    signal?.addEventListener("abort", this.#abort);
    this.#release = ref ? keepAlive() : undefined;
  }

  readonly #abort = () => this.#fail(this.#signal!.reason);

  /** The map is closed. */
  close(): void {
    this.#fail(mapClosed(this.#what, this.owner.attachment.segment.name));
  }

  /** The wait has ended. Can be called again. */
  leave(): void {
    this.owner.attachment.dependents.delete(this);
    this.#signal?.removeEventListener("abort", this.#abort);
    this.#release?.();
  }
}
