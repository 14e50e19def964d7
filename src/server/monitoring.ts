/**
 * Monitoring: clients that are shown all commands, of all workers.
 *
 * Each worker knows how many such clients there are, in all workers. As long as there is one, it
 * sends a line for each command to all workers, which show it to their own.
 *
 * @module
 */

import { timers } from "../timers.ts";
import type { Peers } from "./peers.ts";

/** Shows a line. */
type Show = (line: string) => void;

/** The clients of one worker that are shown all commands, and how many there are in all. */
export class Monitoring {
  readonly #peers: Peers;
  readonly #own = new Set<Show>();
  #count = 0;

  constructor(peers: Peers) {
    this.#peers = peers;
  }

  /** Whether commands are to be shown. */
  get isOn(): boolean {
    return this.#count > 0;
  }

  /** Begins to show commands; returns what ends it. */
  begin(show: Show): () => void {
    this.#own.add(show);
    void this.#peers.ask("monitors", 1);
    return () => {
      this.#own.delete(show);
      void this.#peers.ask("monitors", -1);
    };
  }

  /** There are so many more. */
  change(by: number): void {
    this.#count = Math.max(0, this.#count + by);
  }

  /** Shows a line to the clients of this worker; how many there are. */
  showOwn(line: string): number {
    for (const show of this.#own) show(line);
    return this.#own.size;
  }

  /** Shows a command to the clients of all workers. */
  show(
    { address }: { readonly address: string },
    words: readonly string[],
  ): void {
    void this.#showAll(lineOf(address, words));
  }

  async #showAll(line: string): Promise<void> {
    const counts = await this.#peers.ask("show", line);
    // The worker that had the last one may have died.
    if (counts.every((count) => count === 0)) this.#count = 0;
  }
}

function lineOf(address: string, words: readonly string[]): string {
  const time = (timers.now() / 1000).toFixed(6);
  return `${time} [0 ${address}] ${words.map(quoted).join(" ")}`;
}

/** A word in quotes, in which all bytes can be read. */
function quoted(word: string): string {
  const text = word.replaceAll(/["\\]/g, "\\$&")
    .replaceAll(/[^ -~]/g, (char) => {
      const code = char.charCodeAt(0).toString(16).padStart(2, "0");
      return `\\x${code}`;
    });
  return `"${text}"`;
}
