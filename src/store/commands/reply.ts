/**
 * Replies of commands, with binary strings in them.
 *
 * @module
 */

/** A reply that is a word, such as OK, and no value. */
export class Status {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a command replies. Floats are strings, as Redis sends them. */
export type Reply = null | number | bigint | string | Status | readonly Reply[];

export const OK: Status = new Status("OK");

/** 1 or 0, as commands say true and false. */
export function flag(is: boolean): number {
  return is ? 1 : 0;
}
