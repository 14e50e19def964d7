/**
 * Workers that are reused: to start one takes longer than most of what it does.
 *
 * @module
 */

/** Workers that have done what they were told, for crews that come one after another. */
export class WorkerPool implements Disposable {
  readonly #idle = new Map<string, Worker[]>();

  /** One of this name, if there is one. */
  take(name: string): Worker | undefined {
    return this.#idle.get(name)?.pop();
  }

  give(worker: Worker, name: string): void {
    worker.onmessage = worker.onerror = null;
    this.#idle.getOrInsertComputed(name, () => []).push(worker);
  }

  /** Ends them. */
  [Symbol.dispose](): void {
    for (const worker of [...this.#idle.values()].flat()) worker.terminate();
    this.#idle.clear();
  }
}
