/**
 * Channels: what one thread of the process sends, all others that listen hear. Anybody may send
 * anything on them.
 *
 * @module
 */

import { BroadcastChannel } from "node:worker_threads";

/** What is used of the runtime's channels; its types differ. */
interface Opened {
  onmessage: (event: { data: unknown }) => void;
  postMessage(message: unknown): void;
  unref(): void;
}

/**
 * A channel of this thread. It is never closed: in a worker that has closed its last one, the
 * runtime cannot open another. It does not keep the program running.
 */
export class Channel<Message> {
  readonly #name: string;
  readonly #hear: (data: unknown) => void;
  #opened: Opened | undefined;

  /**
   * @param name The name, the same in all threads.
   * @param hear Called with what others send, once the channel is open.
   */
  constructor(name: string, hear: (data: unknown) => void) {
    this.#name = name;
    this.#hear = hear;
  }

  /** Opens it, if it is not open yet. */
  open(): void {
    this.#open();
  }

  /** Tells all others that have it open. */
  post(message: Message): void {
    this.#open().postMessage(message);
  }

  #open(): Opened {
    if (this.#opened !== undefined) return this.#opened;
    const opened = new BroadcastChannel(this.#name) as unknown as Opened;
    opened.onmessage = ({ data }) => this.#hear(data);
    opened.unref();
    return this.#opened = opened;
  }
}
