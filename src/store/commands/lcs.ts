/**
 * The longest common subsequence of two strings: LCS.
 *
 * @module
 */

import type { Entry } from "../entry.ts";
import { fail, SYNTAX } from "../errors.ts";
import type { Open } from "../space.ts";
import type { Args } from "./args.ts";
import { type Command, commandsOf, joins, TWO_KEYS } from "./command.ts";
import type { Reply } from "./reply.ts";

/** What is alike: where in the one string and in the other, and how long. */
interface Match {
  readonly a: number;
  readonly b: number;
  readonly length: number;
}

function parseLcs(args: Args): (open: Open) => Reply {
  const keys = args.many(2);
  let wantsLength = false;
  let wantsPlaces = false;
  let withLength = false;
  let least = 0;
  while (args.left > 0) {
    if (args.takes("LEN")) wantsLength = true;
    else if (args.takes("IDX")) wantsPlaces = true;
    else if (args.takes("WITHMATCHLEN")) withLength = true;
    else if (args.takes("MINMATCHLEN")) least = Math.max(0, args.number());
    else fail(SYNTAX);
  }
  if (wantsLength && wantsPlaces) {
    fail(
      "ERR If you want both the length and indexes, please just use IDX.",
    );
  }
  return (open) => {
    const [a, b] = keys.map((key) => textOf(open(key)));
    const table = lengthsOf(a, b);
    const length = table[a.length * (b.length + 1) + b.length];
    if (wantsLength) return length;
    const matches = matchesOf(a, b, table);
    if (!wantsPlaces) {
      return matches.map(({ a: at, length }) => a.slice(at, at + length))
        .reverse().join("");
    }
    const places = matches.filter(({ length }) => length >= least)
      .map((match) => placesOf(match, withLength));
    return ["matches", places, "len", length];
  };
}

function textOf(entry: Entry): string {
  if (entry.exists && entry.type !== "string") {
    fail("ERR The specified keys must contain string values");
  }
  return entry.string ?? "";
}

/** The lengths for all pairs of beginnings, row by row. */
function lengthsOf(a: string, b: string): Uint32Array {
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const at = i * width + j;
      table[at] = a[i - 1] === b[j - 1]
        ? table[at - width - 1] + 1
        : Math.max(table[at - width], table[at - 1]);
    }
  }
  return table;
}

/** What is alike, from the end on: stretches that lie side by side in both. */
function matchesOf(a: string, b: string, table: Uint32Array): Match[] {
  const width = b.length + 1;
  const matches: Match[] = [];
  let length = 0;
  let i = a.length;
  let j = b.length;
  const close = () => {
    if (length > 0) matches.push({ a: i, b: j, length });
    length = 0;
  };
  while (i > 0 && j > 0) {
    if (a[i - 1] === b[j - 1]) {
      i--;
      j--;
      length++;
      continue;
    }
    close();
    if (table[(i - 1) * width + j] > table[i * width + j - 1]) i--;
    else j--;
  }
  close();
  return matches;
}

function placesOf({ a, b, length }: Match, withLength: boolean): Reply {
  const places = [[a, a + length - 1], [b, b + length - 1]];
  return withLength ? [...places, length] : places;
}

/** The command LCS. */
export const LCS: readonly Command[] = [
  commandsOf("string")(
    "LCS",
    -3,
    "readonly",
    TWO_KEYS,
    "The longest common subsequence of two strings",
    joins(parseLcs),
  ),
];
