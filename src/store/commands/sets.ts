/**
 * Commands on sets.
 *
 * @module
 */

import type { Members } from "../collections.ts";
import { type Entry, newMembers } from "../entry.ts";
import { fail } from "../errors.ts";
import type { Open } from "../space.ts";
import { type Args, TOO_FEW_KEYS } from "./args.ts";
import {
  ALL_KEYS,
  changes,
  type Command,
  commandsOf,
  joins,
  NO_KEYS,
  ONE_KEY,
  reads,
  TWO_KEYS,
} from "./command.ts";
import { pickSome, takePicking } from "./picking.ts";
import { flag, type Reply } from "./reply.ts";
import { scanReply, takeCursor, takeScanning } from "./scanning.ts";

/** What is made of several sets: a set of members. */
type Combine = (sets: readonly (Members | undefined)[]) => Set<string>;

const union: Combine = (sets) =>
  new Set(sets.flatMap((set) => set?.all() ?? []));

const intersect: Combine = (sets) => {
  const [smallest, ...others] = sets.toSorted((a, b) => sizeOf(a) - sizeOf(b));
  const members = smallest?.all() ?? [];
  return new Set(
    members.filter((member) => others.every((set) => set?.has(member))),
  );
};

const subtract: Combine = ([first, ...others]) => {
  const members = first?.all() ?? [];
  return new Set(
    members.filter((member) => !others.some((set) => set?.has(member))),
  );
};

function sizeOf(set: Members | undefined): number {
  return set?.length ?? 0;
}

function combineOf(combine: Combine, open: Open, keys: readonly string[]) {
  return combine(keys.map((key) => open(key).members));
}

function parseCombine(combine: Combine) {
  return joins((args) => {
    const keys = args.rest();
    return (open) => [...combineOf(combine, open, keys)];
  });
}

function parseStore(combine: Combine) {
  return joins((args) => {
    const target = args.next();
    const keys = args.rest();
    return (open) => {
      const made = newMembers();
      made.add([...combineOf(combine, open, keys)]);
      open(target).putCollection(made, Infinity);
      return made.length;
    };
  });
}

function parseIntercard(args: Args): (open: Open) => Reply {
  const count = args.number(TOO_FEW_KEYS);
  if (count <= 0) fail(TOO_FEW_KEYS);
  if (count > args.left) {
    fail("ERR Number of keys can't be greater than number of args");
  }
  const keys = args.many(count);
  const limit = args.limit();
  return (open) => {
    const { size } = combineOf(intersect, open, keys);
    return Math.min(limit, size);
  };
}

function parseAdd(args: Args): (entry: Entry) => Reply {
  const members = args.rest();
  return (entry) => {
    const set = entry.members ?? newMembers();
    const added = set.add(members);
    if (added > 0) entry.putCollection(set);
    return added;
  };
}

function parseRemove(args: Args): (entry: Entry) => Reply {
  const members = args.rest();
  return (entry) => {
    const set = entry.members;
    const removed = set?.remove(members) ?? 0;
    if (removed > 0) entry.putCollection(set!);
    return removed;
  };
}

function parsePop(args: Args): (entry: Entry) => Reply {
  const hasCount = args.left > 0;
  const message = "ERR value is out of range, must be positive";
  const count = hasCount ? args.number(message) : 1;
  if (count < 0) fail(message);
  args.end();
  return (entry) => {
    const set = entry.members;
    if (set === undefined) return hasCount ? [] : null;
    const popped = pickSome(set.length, count).map((index) => set.at(index));
    if (popped.length === set.length) entry.delete();
    else if (popped.length > 0) {
      set.remove(popped);
      entry.putCollection(set);
    }
    return hasCount ? popped : popped[0];
  };
}

function parseRandom(args: Args): (entry: Entry) => Reply {
  const hasCount = args.left > 0;
  const pick = hasCount ? takePicking(args) : undefined;
  args.end();
  return (entry) => {
    const set = entry.members;
    if (set === undefined) return hasCount ? [] : null;
    if (pick === undefined) return set.at(pickSome(set.length, 1)[0]);
    return pick(set.length).map((index) => set.at(index));
  };
}

function parseMove(args: Args): (open: Open) => Reply {
  const [from, to, member] = args.many(3);
  return (open) => {
    const source = open(from);
    const set = source.members;
    if (set === undefined) return 0;
    const target = open(to);
    const other = target.members ?? newMembers();
    if (from === to) return flag(set.has(member));
    if (set.remove([member]) === 0) return 0;
    source.putCollection(set);
    if (other.add([member]) > 0) target.putCollection(other);
    return 1;
  };
}

function parseScan(args: Args): (entry: Entry) => Reply {
  const scanning = takeScanning(args, takeCursor(args), false);
  return (entry) => {
    const step = entry.members?.scan(scanning.cursor, scanning.count) ??
      { cursor: 0, items: [] };
    return scanReply(scanning, step, (member) => member, (member) => [member]);
  };
}

const command = commandsOf("set");

/** The commands on sets. */
export const SETS: readonly Command[] = [
  command(
    "SADD",
    -3,
    "write fast",
    ONE_KEY,
    "Adds members; returns how many are new",
    changes(parseAdd),
  ),
  command(
    "SCARD",
    2,
    "readonly fast",
    ONE_KEY,
    "How many members a set has",
    reads(() => ({ members }) => sizeOf(members)),
  ),
  command(
    "SDIFF",
    -2,
    "readonly",
    ALL_KEYS,
    "The members of the first set that no other one has",
    parseCombine(subtract),
  ),
  command(
    "SDIFFSTORE",
    -3,
    "write",
    ALL_KEYS,
    "Stores what SDIFF returns",
    parseStore(subtract),
  ),
  command(
    "SINTER",
    -2,
    "readonly",
    ALL_KEYS,
    "The members that all sets have",
    parseCombine(intersect),
  ),
  command(
    "SINTERCARD",
    -3,
    "readonly movablekeys",
    NO_KEYS,
    "How many members all sets have",
    joins(parseIntercard),
  ),
  command(
    "SINTERSTORE",
    -3,
    "write",
    ALL_KEYS,
    "Stores what SINTER returns",
    parseStore(intersect),
  ),
  command(
    "SISMEMBER",
    3,
    "readonly fast",
    ONE_KEY,
    "Whether a set has a member",
    reads((args) => {
      const member = args.next();
      return ({ members }) => flag(members?.has(member) ?? false);
    }),
  ),
  command(
    "SMEMBERS",
    2,
    "readonly",
    ONE_KEY,
    "All members of a set",
    reads(() => ({ members }) => members?.all() ?? []),
  ),
  command(
    "SMISMEMBER",
    -3,
    "readonly fast",
    ONE_KEY,
    "Whether a set has each of several members",
    reads((args) => {
      const wanted = args.rest();
      return ({ members }) =>
        wanted.map((member) => flag(members?.has(member) ?? false));
    }),
  ),
  command(
    "SMOVE",
    4,
    "write fast",
    TWO_KEYS,
    "Moves a member from one set to another",
    joins(parseMove),
  ),
  command(
    "SPOP",
    -2,
    "write fast",
    ONE_KEY,
    "Removes members by chance, and returns them",
    changes(parsePop),
  ),
  command(
    "SRANDMEMBER",
    -2,
    "readonly",
    ONE_KEY,
    "Members by chance",
    reads(parseRandom),
  ),
  command(
    "SREM",
    -3,
    "write fast",
    ONE_KEY,
    "Removes members; returns how many were there",
    changes(parseRemove),
  ),
  command(
    "SSCAN",
    -3,
    "readonly",
    ONE_KEY,
    "Some of the members, and a cursor to go on with",
    reads(parseScan),
  ),
  command(
    "SUNION",
    -2,
    "readonly",
    ALL_KEYS,
    "The members that any of the sets has",
    parseCombine(union),
  ),
  command(
    "SUNIONSTORE",
    -3,
    "write",
    ALL_KEYS,
    "Stores what SUNION returns",
    parseStore(union),
  ),
];
