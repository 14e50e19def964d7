/**
 * Saving: epochs that clients ask for.
 *
 * @module
 */

import { timers } from "../timers.ts";

/** What this worker has had saved. */
export class Saves {
  readonly #save: () => Promise<void>;
  /** When an epoch was last asked for and written, in milliseconds since 1970. */
  lastSave: number = timers.now();
  /** Whether the last one could not be written. */
  hasFailed = false;
  #current: Promise<void> | undefined;

  /** @param save Has an epoch written. */
  constructor(save: () => Promise<void>) {
    this.#save = save;
  }

  get isSaving(): boolean {
    return this.#current !== undefined;
  }

  /** Has an epoch written; joins the one that is being written. */
  run(): Promise<void> {
    return this.#current ??= this.#run();
  }

  async #run(): Promise<void> {
    try {
      await this.#save();
      this.lastSave = timers.now();
      this.hasFailed = false;
    } catch (error) {
      this.hasFailed = true;
      throw error;
    } finally {
      this.#current = undefined;
    }
  }
}
