/**
 * A worker that does what the module it is given exports as `obey`.
 *
 * @module
 */

/** Where the workers of the tests begin. */
export const ENTRY = new URL("./entry.js", import.meta.url);

/** One worker; its orders are carried out one after the other. */
export class HelperWorker<Order, Answer = unknown> implements Disposable {
  readonly #module: string;
  readonly #worker = new Worker(ENTRY, { type: "module" });

  /** @param module The address of the module. */
  constructor(module: URL) {
    this.#module = module.href;
  }

  /** Gives an order; resolves to what comes of it. */
  tell(order: Order): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data }) => resolve(data);
      this.#worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(`a worker: ${event.message}`));
      };
      this.#worker.postMessage({ module: this.#module, order });
    });
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}
