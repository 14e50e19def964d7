/**
 * A worker that does what the module it is given exports as `obey`.
 *
 * @module
 */

/** One worker; its orders are carried out one after the other. */
export class HelperWorker<Order> implements Disposable {
  readonly #script: string;
  readonly #worker = new Worker(new URL("./entry.js", import.meta.url), {
    type: "module",
  });

  /** @param script The address of the module. */
  constructor(script: URL) {
    this.#script = script.href;
  }

  /** Gives an order; resolves to what comes of it. */
  tell(order: Order): Promise<unknown> {
    return new Promise((resolve) => {
      this.#worker.onmessage = ({ data }) => resolve(data);
      this.#worker.postMessage({ script: this.#script, order });
    });
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}
