/**
 * What is known of clients besides what they ask: for `CLIENT LIST` and its like.
 *
 * @module
 */

/** One client, as others see it. */
export interface ListedClient {
  readonly id: number;
  /** Where it is from: its address and port. */
  readonly address: string;
  /** What it is connected to, likewise. */
  readonly localAddress: string;
  /** What kind of client it is. */
  readonly type: "normal" | "pubsub";
  /** The line of `CLIENT LIST`, without its end. */
  describe(): string;
  /** Wakes it from the command that it waits in; false: it does not. */
  wake(how: "timeout" | "error"): boolean;
  /** Closes its connection when all replies are sent. */
  leave(): void;
  /** Closes its connection, if nothing has come from it since, and nothing is to come to it. */
  killIfIdleSince(elapsed: number): void;
  /** Closes its connection. */
  kill(): void;
}
