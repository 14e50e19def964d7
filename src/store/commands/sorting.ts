/**
 * Sorting what is in a list, a set or a sorted set: SORT.
 *
 * @module
 */

import { type Entry, newList } from "../entry.ts";
import { fail, SYNTAX, WRONG_TYPE } from "../errors.ts";
import { parseDouble } from "../numbers.ts";
import type { Open } from "../space.ts";
import type { Args } from "./args.ts";
import { type Command, commandsOf, joins, ONE_KEY } from "./command.ts";
import type { Reply } from "./reply.ts";

/** What is asked for. */
interface Sorting {
  readonly key: string;
  readonly by: string | undefined;
  readonly gets: readonly string[];
  readonly offset: number;
  /** Below 0: all. */
  readonly count: number;
  readonly isReversed: boolean;
  readonly isAlpha: boolean;
  readonly target: string | undefined;
}

function takeSorting(args: Args, stores: boolean): Sorting {
  const key = args.next();
  const gets: string[] = [];
  let by: string | undefined;
  let target: string | undefined;
  let [offset, count] = [0, -1];
  let isReversed = false;
  let isAlpha = false;
  while (args.left > 0) {
    if (args.takes("ASC")) isReversed = false;
    else if (args.takes("DESC")) isReversed = true;
    else if (args.takes("ALPHA")) isAlpha = true;
    else if (args.left > 2 && args.takes("LIMIT")) {
      offset = args.number();
      count = args.number();
    } else if (args.left < 2) fail(SYNTAX);
    else if (stores && args.takes("STORE")) target = args.next();
    else if (args.takes("BY")) by = args.next();
    else if (args.takes("GET")) gets.push(args.next());
    else fail(SYNTAX);
  }
  return { key, by, gets, offset, count, isReversed, isAlpha, target };
}

/** The elements, in the order that they have by themselves. */
function elementsOf(entry: Entry): string[] {
  switch (entry.type) {
    case undefined:
      return [];
    case "list":
      return entry.list!.slice(0, entry.list!.length);
    case "set":
      return entry.members!.all();
    case "zset":
      return entry.sortedSet!.slice(0, entry.sortedSet!.length)
        .map(([member]) => member);
    default:
      return fail(WRONG_TYPE);
  }
}

/** What a pattern leads to from an element; undefined: there is nothing. */
function lookUp(
  open: Open,
  pattern: string,
  element: string,
): string | undefined {
  if (pattern === "#") return element;
  const star = pattern.indexOf("*");
  if (star < 0) return undefined;
  const arrow = pattern.indexOf("->", star);
  const hasField = arrow >= 0 && arrow + 2 < pattern.length;
  const end = hasField ? arrow : pattern.length;
  const entry = open(
    pattern.slice(0, star) + element + pattern.slice(star + 1, end),
  );
  if (hasField) {
    return entry.type === "hash"
      ? entry.fields!.get(pattern.slice(arrow + 2))
      : undefined;
  }
  return entry.type === "string" ? entry.string : undefined;
}

/** An element, and what it is sorted by. */
interface Weighed {
  readonly element: string;
  readonly score: number;
  /** Undefined: there is none, which comes before all. */
  readonly text: string | undefined;
}

function weigh(
  open: Open,
  { by, isAlpha }: Sorting,
  element: string,
): Weighed {
  const text = by === undefined ? element : lookUp(open, by, element);
  const score = isAlpha || text === undefined ? 0 : parseDouble(text) ??
    fail("ERR One or more scores can't be converted into double");
  return { element, score, text };
}

function compareTexts(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  return b !== undefined && a < b ? -1 : 1;
}

function sorted(open: Open, sorting: Sorting): string[] {
  const { by, isReversed, key, target } = sorting;
  const entry = open(key);
  const elements = elementsOf(entry);
  const sign = isReversed ? -1 : 1;
  const staysAsIs = by !== undefined && !by.includes("*");
  if (staysAsIs && !(entry.type === "set" && target !== undefined)) {
    return isReversed && entry.type === "zset" ? elements.reverse() : elements;
  }
  // The order of a set means nothing: what is stored of it has one all the same.
  const rule = staysAsIs
    ? { ...sorting, by: undefined, isAlpha: true }
    : sorting;
  const compare = rule.isAlpha
    ? (a: Weighed, b: Weighed) => compareTexts(a.text, b.text)
    : (a: Weighed, b: Weighed) =>
      a.score - b.score || compareTexts(a.element, b.element);
  return elements.map((element) => weigh(open, rule, element))
    .sort((a, b) => sign * compare(a, b))
    .map(({ element }) => element);
}

function selected(elements: string[], { count, offset }: Sorting): string[] {
  const from = Math.max(0, offset);
  return elements.slice(from, count < 0 ? undefined : from + count);
}

function parseSort(stores: boolean) {
  return joins((args) => {
    const sorting = takeSorting(args, stores);
    return (open) => sort(open, sorting);
  });
}

function sort(open: Open, sorting: Sorting): Reply {
  const { gets, target } = sorting;
  const elements = selected(sorted(open, sorting), sorting);
  const found = gets.length === 0
    ? elements
    : elements.flatMap((element) =>
      gets.map((pattern) => lookUp(open, pattern, element) ?? null)
    );
  if (target === undefined) return found;
  const list = newList();
  list.insert(0, found.map((one) => one ?? ""));
  open(target).putCollection(list, Infinity);
  return found.length;
}

const command = commandsOf("generic");

/** The commands that sort. */
export const SORTING: readonly Command[] = [
  command(
    "SORT",
    -2,
    "write movablekeys",
    ONE_KEY,
    "Sorts a list, a set or a sorted set, and may store what it returns",
    parseSort(true),
  ),
  command(
    "SORT_RO",
    -2,
    "readonly movablekeys",
    ONE_KEY,
    "SORT that stores nothing",
    parseSort(false),
  ),
];
