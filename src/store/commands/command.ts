/**
 * Commands: what the table has of each.
 *
 * @module
 */

import type { Entry } from "../entry.ts";
import type { Open, Space } from "../space.ts";
import type { Args } from "./args.ts";
import type { Reply } from "./reply.ts";

/** Where commands belong, as Redis groups them. */
export type Group =
  | "string"
  | "bitmap"
  | "generic"
  | "list"
  | "set"
  | "hash"
  | "sorted-set"
  | "stream"
  | "hyperloglog"
  | "geo"
  | "pubsub";

/** What a command does, as Redis flags it. */
export type Flag = "write" | "readonly" | "fast" | "blocking" | "movablekeys";

/** A call whose arguments are parsed. It may run several times. */
export interface Run {
  (space: Space): Reply;
  /** What is waited for if it replies null, where the command may wait. */
  readonly waits?: Waits;
}

/** What a command waits for: something to take under a key. */
export interface Waits {
  /** The keys, in the order in which they are tried. */
  readonly keys: readonly string[];
  /**
   * The line in which it waits for each key: those in one line are served in the order in which
   * they came. Undefined: it takes nothing from anybody, and waits in no line.
   */
  readonly line: string | undefined;
  /** How long, in milliseconds. */
  readonly timeout: number;
  /** Whether there is something to take under one of the keys, or no sense in waiting. */
  isReady(entry: Entry, key: string): boolean;
  /** Takes it from one of the keys; null: there is nothing. */
  take(open: Open, key: string): Reply;
}

/** Where the keys are among the words of a command: the first, the last, and the step. */
export type KeyPlaces = readonly [first: number, last: number, step: number];

/** One command. */
export interface Command {
  /** Its name, in upper case. */
  readonly name: string;
  /** How many words it has, with its name; negative: at least so many. */
  readonly arity: number;
  readonly flags: readonly Flag[];
  /** [0, 0, 0]: there are none, or the arguments say where (`movablekeys`). */
  readonly keys: KeyPlaces;
  readonly group: Group;
  /** What it does, in a sentence without an end. */
  readonly summary: string;
  /** Parses its arguments. Throws a `StoreError`. */
  readonly parse: (args: Args) => Run;
}

export const ONE_KEY: KeyPlaces = [1, 1, 1];
export const TWO_KEYS: KeyPlaces = [1, 2, 1];
export const ALL_KEYS: KeyPlaces = [1, -1, 1];
export const NO_KEYS: KeyPlaces = [0, 0, 0];

/** Makes commands of one group. */
export function commandsOf(
  group: Group,
): (
  name: string,
  arity: number,
  flags: string,
  keys: KeyPlaces,
  summary: string,
  parse: (args: Args) => Run,
) => Command {
  return (name, arity, flags, keys, summary, parse) => ({
    name,
    arity,
    flags: flags.split(" ") as Flag[],
    keys,
    group,
    summary,
    parse,
  });
}

/** Parses a key, and what is to be done with it; that reads the entry. */
export function reads(
  parse: (args: Args) => (entry: Entry) => Reply,
): (args: Args) => Run {
  return (args) => {
    const key = args.next();
    const command = parse(args);
    return (space) => space.read(key, command);
  };
}

/** The same, where it changes the entry. */
export function changes(
  parse: (args: Args) => (entry: Entry) => Reply,
): (args: Args) => Run {
  return (args) => {
    const key = args.next();
    const command = parse(args);
    return (space) => space.change(key, command);
  };
}

/** Parses what is to be done with several keys at one moment. */
export function joins(
  parse: (args: Args) => (open: Open) => Reply,
): (args: Args) => Run {
  return (args) => {
    const command = parse(args);
    return (space) => space.all(command);
  };
}
