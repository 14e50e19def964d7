/**
 * The slow log: commands that took long, and how long. Each worker has one of its own.
 *
 * The commonest commands, which are done on the shortest way, are not timed: reading the clock
 * would take a good part of what they take.
 *
 * @module
 */

import { timers } from "../timers.ts";
import type { SlowCommand } from "./peers.ts";
import type { Settings } from "./settings.ts";

/** The most words of a command that are kept, and the most characters of each. */
const MOST_WORDS = 32;
const MOST_CHARACTERS = 128;

/** The client that has sent a command. */
interface Sender {
  readonly address: string;
  readonly name: string;
}

/** The slow commands of this worker. */
export class SlowLog {
  readonly #settings: Settings;
  readonly #nextId: () => number;
  /** From the oldest on. */
  #commands: SlowCommand[] = [];

  /**
   * @param settings They say what is slow, and how many are kept.
   * @param nextId Gives numbers that no worker has given before.
   */
  constructor(settings: Settings, nextId: () => number) {
    this.#settings = settings;
    this.#nextId = nextId;
  }

  /** Whether a command that took so long is to be added. */
  isSlow(micros: number): boolean {
    const { slowMicros } = this.#settings;
    return slowMicros >= 0 && micros >= slowMicros;
  }

  /** Adds a command, with its name and its words. */
  add(
    micros: number,
    { address, name }: Sender,
    words: readonly string[],
  ): void {
    this.#commands.push({
      id: this.#nextId(),
      time: Math.floor(timers.now() / 1000),
      micros: Math.round(micros),
      words: shortened(words),
      address,
      clientName: name,
    });
    const more = this.#commands.length - this.#settings.slowLogLength;
    if (more > 0) this.#commands.splice(0, more);
  }

  /** They, from the oldest on. */
  get commands(): readonly SlowCommand[] {
    return this.#commands;
  }

  /** Forgets all of them. */
  clear(): void {
    this.#commands = [];
  }
}

function shortened(words: readonly string[]): string[] {
  const kept = words.slice(0, MOST_WORDS).map((word) => {
    const more = word.length - MOST_CHARACTERS;
    return more > 0
      ? `${word.slice(0, MOST_CHARACTERS)}... (${more} more bytes)`
      : word;
  });
  const more = words.length - MOST_WORDS;
  if (more > 0) {
    kept[MOST_WORDS - 1] = `... (${more + 1} more arguments)`;
  }
  return kept;
}
