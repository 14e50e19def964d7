/**
 * Commands that take elements from the first of several keys that has some, at once or as soon as
 * one has.
 *
 * @module
 */

import type { Entry } from "../entry.ts";
import { fail, SYNTAX } from "../errors.ts";
import type { Open } from "../space.ts";
import type { Args } from "./args.ts";
import { takeFirst, takeTimeout, waiting } from "./blocking.ts";
import type { TypeName } from "../stored.ts";
import type { Run } from "./command.ts";
import type { Reply } from "./reply.ts";

/** Takes at most so many elements from an end of what a key holds; null: there is nothing. */
type Pop<End> = (entry: Entry, end: End, count: number) => Reply;

interface ManyPop<End> {
  readonly keys: string[];
  readonly end: End;
  readonly count: number;
}

function takeManyPop<End extends string>(
  args: Args,
  ends: readonly End[],
): ManyPop<End> {
  const keys = args.keys();
  const end = args.takesOne(ends) ?? fail(SYNTAX);
  const message = "ERR count should be greater than 0";
  const count = args.takes("COUNT") ? args.number(message) : 1;
  if (count <= 0) fail(message);
  args.end();
  return { keys, end, count };
}

/** How to take from one key; the reply names it. */
function taking<End>(pop: Pop<End>, { count, end }: ManyPop<End>) {
  return (open: Open, key: string): Reply => {
    const popped = pop(open(key), end, count);
    return popped === null ? null : [key, popped];
  };
}

/** Parses `LMPOP` and its like. */
export function parseManyPop<End extends string>(
  ends: readonly End[],
  pop: Pop<End>,
) {
  return (args: Args): (open: Open) => Reply => {
    const many = takeManyPop(args, ends);
    const { keys } = many;
    const take = taking(pop, many);
    return (open) => takeFirst(open, { keys, take });
  };
}

/** Parses `BLMPOP` and its like. */
export function parseBlockingManyPop<End extends string>(
  type: TypeName,
  ends: readonly End[],
  pop: Pop<End>,
) {
  return (args: Args): Run => {
    const timeout = takeTimeout(args.next());
    const many = takeManyPop(args, ends);
    const { keys } = many;
    return waiting({ keys, timeout, type, take: taking(pop, many) });
  };
}

/**
 * Parses `BLPOP` and its like.
 *
 * @param type What the keys have to hold.
 * @param pop Takes one element, and replies its parts; null: there is none.
 */
export function parseBlockingPop(
  type: TypeName,
  pop: (entry: Entry) => readonly string[] | null,
) {
  return (args: Args): Run => {
    const keys = args.many(args.left - 1);
    const timeout = takeTimeout(args.next());
    return waiting({
      keys,
      timeout,
      type,
      take(open, key) {
        const popped = pop(open(key));
        return popped && [key, ...popped];
      },
    });
  };
}
