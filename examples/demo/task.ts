/**
 * A worker with one message to get and one to give.
 *
 * @module
 */

/** Starts a worker and waits for what it reports. */
export class Task<Report> {
  /** What the worker reported; `undefined` if it was terminated first. */
  readonly report: Promise<Report | undefined>;
  #worker: Worker;
  #finish!: (report: Report | undefined) => void;

  constructor(module: URL, message: unknown, ports: MessagePort[] = []) {
    this.#worker = new Worker(module, { type: "module" });
    this.report = new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#worker.onmessage = ({ data }) => resolve(data);
      this.#worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message));
      };
    });
    this.#worker.postMessage(message, ports);
  }

  /** Ends the worker, whatever it is doing. */
  terminate() {
    this.#worker.terminate();
    this.#finish(undefined);
  }
}
