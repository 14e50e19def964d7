/**
 * Lifelines: a Web Lock that a worker holds for as long as it lives.
 *
 * The runtime releases a worker's locks when the worker ends, however it ends: so a held lock is a
 * sign of life that needs no heartbeat and no timeout. A request for a name that nobody else uses
 * takes effect at once, inside the call.
 *
 * A lock that is held in the ordinary way keeps the event loop, and so the process, alive: a
 * program that forgot to close a map would never end. Therefore the request carries an abort signal
 * that throws where the runtime first looks at it, which is after the lock is granted and before
 * anything waits for it: the request fails, and the lock stays with the worker. Such a lock is
 * released by stealing it from oneself. Where a runtime does not look, or looks earlier, the
 * callback holds the lock in the ordinary way: correct, though the program must then close its maps
 * in order to end.
 *
 * @module
 */

interface LockManager {
  request<T>(
    name: string,
    options: LockRequest,
    callback: (lock: object | null) => T,
  ): Promise<Awaited<T>>;
  query(): Promise<{ held: LockInfo[]; pending: LockInfo[] }>;
}

interface LockRequest {
  mode?: "exclusive" | "shared";
  ifAvailable?: boolean;
  steal?: boolean;
  signal?: AbortSignal;
}

interface LockInfo {
  name: string;
  /** The worker that holds it. */
  clientId: string;
}

/** The process's lock manager: Deno has it, its types do not say so everywhere. */
export const locks: LockManager =
  (navigator as unknown as { locks: LockManager }).locks;

/** A lock that is held until it is released or the worker ends. */
export class Lifeline {
  readonly name: string;
  #release?: () => void;
  #ended = false;

  private constructor(name: string) {
    this.name = name;
  }

  /**
   * Takes the lock, inside this call. Nobody else may request the name but with `ifAvailable`.
   *
   * @param name The name of the lock, unique to this holder.
   */
  static hold(name: string): Lifeline {
    const line = new Lifeline(name);
    const { signal } = new AbortController();
    const keep = new Error("the lock is kept");
    // `throwIfAborted` comes first and must pass; only the look after the grant throws.
    Object.defineProperty(signal, "aborted", {
      get() {
        throw keep;
      },
    });
    Object.defineProperty(signal, "throwIfAborted", { value: () => {} });
    locks.request(name, { signal }, () => line.#holdOrdinarily()).catch(
      (error: unknown) => {
        if (error !== keep && !line.#ended) throw error;
      },
    );
    return line;
  }

  #holdOrdinarily(): Promise<void> | undefined {
    if (this.#ended) return undefined;
    return new Promise((resolve) => this.#release = resolve);
  }

  /** Lets go of the lock. */
  release(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#release !== undefined) return this.#release();
    locks.request(this.name, { steal: true }, () => {});
  }
}
