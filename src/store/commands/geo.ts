/**
 * Commands on places: members of sorted sets, whose scores are geohashes.
 *
 * @module
 */

import type { Scored } from "../collections.ts";
import { type Entry, newSortedSet } from "../entry.ts";
import { fail, SYNTAX } from "../errors.ts";
import { placeOf, scoreOf, textOf } from "../geo/geohash.ts";
import { distanceOf } from "../geo/place.ts";
import type { Open } from "../space.ts";
import type { Args } from "./args.ts";
import {
  changes,
  type Command,
  commandsOf,
  joins,
  ONE_KEY,
  reads,
  type Run,
  TWO_KEYS,
} from "./command.ts";
import {
  distanceWord,
  find,
  memberPlace,
  replyOf,
  type Search,
  takePlace,
  takeRadius,
  takeSearch,
  takeUnit,
  UNITS,
  wordsOf,
} from "./geo_search.ts";
import type { Reply } from "./reply.ts";

// ---- members ------------------------------------------------------------------------------------

function parseAdd(args: Args): (entry: Entry) => Reply {
  const words = new Set<string>();
  let word: string | undefined;
  while ((word = args.takesOne(["NX", "XX", "CH"])) !== undefined) {
    words.add(word);
  }
  if (args.left % 3 !== 0 || (words.has("NX") && words.has("XX"))) fail(SYNTAX);
  const members: Scored[] = [];
  while (args.left > 0) {
    const score = scoreOf(takePlace(args));
    members.push([args.next(), score]);
  }
  return (entry) => add(entry, members, words);
}

function add(
  entry: Entry,
  members: readonly Scored[],
  words: ReadonlySet<string>,
): number {
  const set = entry.sortedSet ?? newSortedSet();
  const scores = new Map<string, number>();
  let count = 0;
  for (const [member, score] of members) {
    const before = scores.get(member) ?? set.scoreOf(member);
    const isWanted = !words.has(before === undefined ? "XX" : "NX");
    if (!isWanted || before === score) continue;
    if (before === undefined || words.has("CH")) count++;
    scores.set(member, score);
  }
  if (scores.size > 0) {
    set.set([...scores]);
    entry.putCollection(set);
  }
  return count;
}

function parseDistance(args: Args): (entry: Entry) => Reply {
  const [a, b] = args.many(2);
  const unit = args.left > 0 ? takeUnit(args) : UNITS.M;
  args.end();
  return ({ sortedSet }) => {
    const [one, other] = [a, b].map((name) => memberPlace(sortedSet, name));
    return one === undefined || other === undefined
      ? null
      : distanceWord(distanceOf(one, other), unit);
  };
}

/** Replies with something of each member; null for those that are not there. */
function parseMembers(reply: (score: number) => Reply) {
  return reads((args) => {
    const members = args.rest();
    return ({ sortedSet }) =>
      members.map((member) => {
        const score = sortedSet?.scoreOf(member);
        return score === undefined ? null : reply(score);
      });
  });
}

// ---- searching ----------------------------------------------------------------------------------

function parseSearch(args: Args): (entry: Entry) => Reply {
  const search = takeSearch(args, "geosearch", false);
  return ({ sortedSet }) =>
    find(sortedSet, search).map((found) => replyOf(found, search));
}

function parseSearchStore(args: Args): (open: Open) => Reply {
  const [target, key] = args.many(2);
  const search = takeSearch(args, "geosearchstore", true);
  return (open) => store(open, key, search, target);
}

/** Stores what a search finds; returns how many members that are. */
function store(
  open: Open,
  key: string,
  search: Search,
  target: string,
): number {
  const { storesDistances, unit } = search;
  const found = find(open(key).sortedSet, search);
  const made = newSortedSet();
  made.set(found.map(({ distance, member, score }) => [
    member,
    storesDistances ? distance / unit : score,
  ]));
  open(target).putCollection(made, Infinity);
  return found.length;
}

function parseRadius(byMember: boolean, stores: boolean) {
  return (args: Args): Run => {
    const { key, search, target } = takeRadius(args, byMember, stores);
    if (target === undefined) {
      return (space) =>
        space.read(
          key,
          ({ sortedSet }) =>
            find(sortedSet, search).map((found) => replyOf(found, search)),
        );
    }
    return (space) => space.all((open) => store(open, key, search, target));
  };
}

const command = commandsOf("geo");

/** The commands on places. */
export const GEO: readonly Command[] = [
  command(
    "GEOADD",
    -5,
    "write",
    ONE_KEY,
    "Sets the places of members",
    changes(parseAdd),
  ),
  command(
    "GEODIST",
    -4,
    "readonly",
    ONE_KEY,
    "How far a member is from another one",
    reads(parseDistance),
  ),
  command(
    "GEOHASH",
    -2,
    "readonly",
    ONE_KEY,
    "The geohashes of members",
    parseMembers(textOf),
  ),
  command(
    "GEOPOS",
    -2,
    "readonly",
    ONE_KEY,
    "The places of members",
    parseMembers((score) => wordsOf(placeOf(score))),
  ),
  command(
    "GEORADIUS",
    -6,
    "write movablekeys",
    ONE_KEY,
    "The members around a place, which it may store",
    parseRadius(false, true),
  ),
  command(
    "GEORADIUS_RO",
    -6,
    "readonly",
    ONE_KEY,
    "GEORADIUS that stores nothing",
    parseRadius(false, false),
  ),
  command(
    "GEORADIUSBYMEMBER",
    -5,
    "write movablekeys",
    ONE_KEY,
    "The members around another one, which it may store",
    parseRadius(true, true),
  ),
  command(
    "GEORADIUSBYMEMBER_RO",
    -5,
    "readonly",
    ONE_KEY,
    "GEORADIUSBYMEMBER that stores nothing",
    parseRadius(true, false),
  ),
  command(
    "GEOSEARCH",
    -7,
    "readonly",
    ONE_KEY,
    "The members in an area",
    reads(parseSearch),
  ),
  command(
    "GEOSEARCHSTORE",
    -8,
    "write",
    TWO_KEYS,
    "Stores what GEOSEARCH returns",
    joins(parseSearchStore),
  ),
];
