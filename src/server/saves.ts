/**
 * Saving: epochs that clients ask for.
 *
 * @module
 */

import { SnapshotError } from "../errors.ts";
import type { SharedStore } from "../store/shared_store.ts";
import { timers } from "../timers.ts";

/** What this worker has had saved. */
export class Saves {
  readonly #save: () => Promise<string | undefined>;
  /** When an epoch was last asked for and written, in milliseconds since 1970. */
  lastSave: number = timers.now();
  /** Whether the last one could not be written. */
  hasFailed = false;
  #current: Promise<string | undefined> | undefined;

  /** @param save Has an epoch written; resolves with why it could not. */
  constructor(save: () => Promise<string | undefined>) {
    this.#save = save;
  }

  get isSaving(): boolean {
    return this.#current !== undefined;
  }

  /** Has an epoch written, or joins the one that is being written; why it could not be. */
  run(): Promise<string | undefined> {
    return this.#current ??= this.#run();
  }

  async #run(): Promise<string | undefined> {
    try {
      const failure = await this.#save();
      this.hasFailed = failure !== undefined;
      if (failure === undefined) this.lastSave = timers.now();
      return failure;
    } finally {
      this.#current = undefined;
    }
  }
}

/** Has an epoch of a store written; why it could not be. */
export async function saveStore(
  store: SharedStore,
): Promise<string | undefined> {
  try {
    await store.flush();
    return undefined;
  } catch (error) {
    if (error instanceof SnapshotError) return error.message;
    throw error;
  }
}
