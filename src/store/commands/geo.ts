/**
 * Commands on places: members of sorted sets, whose scores are geohashes.
 *
 * @module
 */

import type { Scored, SortedSet } from "../collections.ts";
import { type Entry, newSortedSet } from "../entry.ts";
import { fail, SYNTAX } from "../errors.ts";
import {
  MOST_LATITUDE,
  MOST_LONGITUDE,
  placeOf,
  scoreOf,
  textOf,
} from "../geo/geohash.ts";
import {
  distanceIn,
  distanceOf,
  type Place,
  type Shape,
} from "../geo/place.ts";
import { formatDouble } from "../numbers.ts";
import type { Open } from "../space.ts";
import type { Args } from "./args.ts";
import {
  changes,
  type Command,
  commandsOf,
  joins,
  ONE_KEY,
  reads,
  TWO_KEYS,
} from "./command.ts";
import type { Reply } from "./reply.ts";

/** Meters in each unit. */
const UNITS = { M: 1, KM: 1000, FT: 0.3048, MI: 1609.34 } as const;
const UNIT_NAMES = Object.keys(UNITS) as (keyof typeof UNITS)[];
const NO_MEMBER = "ERR could not decode requested zset member";

function takeUnit(args: Args): number {
  const unit = args.takesOne(UNIT_NAMES) ??
    fail("ERR unsupported unit provided. please use M, KM, FT, MI");
  return UNITS[unit];
}

/** Takes a distance, which is not below 0, without its unit. */
function takeLength(args: Args, name: string): number {
  const length = args.float(`ERR need numeric ${name}`);
  return length < 0 ? fail(`ERR ${name} cannot be negative`) : length;
}

function takePlace(args: Args): Place {
  const longitude = args.float();
  const latitude = args.float();
  const isThere = Math.abs(longitude) <= MOST_LONGITUDE &&
    Math.abs(latitude) <= MOST_LATITUDE;
  if (isThere) return { longitude, latitude };
  return fail(
    `ERR invalid longitude,latitude pair ${longitude.toFixed(6)},${
      latitude.toFixed(6)
    }`,
  );
}

function wordsOf({ latitude, longitude }: Place): string[] {
  return [formatDouble(longitude), formatDouble(latitude)];
}

/** A distance as it is replied: with four places after the point. */
function distanceWord(meters: number, unit: number): string {
  return (meters / unit).toFixed(4);
}

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

function memberPlace(
  set: SortedSet | undefined,
  member: string,
): Place | undefined {
  const score = set?.scoreOf(member);
  return score === undefined ? undefined : placeOf(score);
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

/** What is looked for. */
interface Search {
  /** The middle: a place, or that of a member. */
  readonly from: Place | string;
  readonly shape: Shape;
  /** The unit that distances are replied in, in meters. */
  readonly unit: number;
  readonly order: "ASC" | "DESC" | undefined;
  readonly count: number;
  readonly withs: ReadonlySet<string>;
  /** Whether distances are stored, and not geohashes. */
  readonly storesDistances: boolean;
}

/** What was found: a member, its score, and its distance in meters. */
interface Found {
  readonly member: string;
  readonly score: number;
  readonly distance: number;
}

const WITHS = ["WITHCOORD", "WITHDIST", "WITHHASH"] as const;

function takeSearch(args: Args, name: string, stores: boolean): Search {
  const taken: Taken = { withs: new Set(), isAny: false, count: 0 };
  while (args.left > 0) {
    if (!takeOption(args, taken, stores) && !takeArea(args, taken)) {
      fail(SYNTAX);
    }
  }
  const { from, shape } = taken;
  if (from === undefined) {
    fail(
      `ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ${name}`,
    );
  }
  if (shape === undefined) {
    fail(`ERR exactly one of BYRADIUS and BYBOX can be specified for ${name}`);
  }
  const { count, isAny, order } = taken;
  if (isAny && count === 0) {
    fail("ERR the ANY argument requires COUNT argument");
  }
  return {
    from,
    shape,
    unit: taken.unit ?? UNITS.M,
    // Those that are nearest count, unless any do.
    order: order ?? (count > 0 && !isAny ? "ASC" : undefined),
    count,
    withs: taken.withs,
    storesDistances: taken.storesDistances === true,
  };
}

/** What was taken of a search so far. */
interface Taken {
  from?: Place | string;
  shape?: Shape;
  unit?: number;
  order?: "ASC" | "DESC";
  count: number;
  isAny: boolean;
  storesDistances?: boolean;
  readonly withs: Set<string>;
}

/** Takes what says how to reply; false: something else is next. */
function takeOption(args: Args, taken: Taken, stores: boolean): boolean {
  const order = args.takesOne(["ASC", "DESC"]);
  if (order !== undefined) {
    taken.order = order;
    return true;
  }
  if (args.takes("COUNT")) {
    taken.count = args.number();
    return taken.count > 0 || fail("ERR COUNT must be > 0");
  }
  if (args.takes("ANY")) return taken.isAny = true;
  if (stores) return args.takes("STOREDIST") && (taken.storesDistances = true);
  const shown = args.takesOne(WITHS);
  if (shown !== undefined) taken.withs.add(shown);
  return shown !== undefined;
}

/** Takes what says where to look, in the same way. */
function takeArea(args: Args, taken: Taken): boolean {
  if (taken.from === undefined) {
    if (args.takes("FROMMEMBER")) taken.from = args.next();
    else if (args.takes("FROMLONLAT")) taken.from = takePlace(args);
    if (taken.from !== undefined) return true;
  }
  if (taken.shape !== undefined) return false;
  const kind = args.takesOne(["BYRADIUS", "BYBOX"]);
  if (kind === undefined) return false;
  const names = kind === "BYRADIUS" ? ["radius"] : ["width", "height"];
  const [first, second] = names.map((name) => takeLength(args, name));
  const unit = taken.unit = takeUnit(args);
  taken.shape = kind === "BYRADIUS"
    ? { radius: first * unit }
    : { width: first * unit, height: second * unit };
  return true;
}

function find(
  set: SortedSet | undefined,
  { count, from, order, shape }: Search,
): Found[] {
  if (set === undefined) return [];
  const middle = typeof from === "string"
    ? memberPlace(set, from) ?? fail(NO_MEMBER)
    : from;
  const found: Found[] = [];
  for (const [member, score] of set.slice(0, set.length)) {
    const distance = distanceIn(shape, middle, placeOf(score));
    if (distance !== undefined) found.push({ member, score, distance });
  }
  const sign = order === "DESC" ? -1 : 1;
  if (order !== undefined) {
    found.sort((a, b) => sign * (a.distance - b.distance));
  }
  return count === 0 ? found : found.slice(0, count);
}

function replyOf({ distance, member, score }: Found, search: Search): Reply {
  const { unit, withs } = search;
  if (withs.size === 0) return member;
  const reply: Reply[] = [member];
  if (withs.has("WITHDIST")) reply.push(distanceWord(distance, unit));
  if (withs.has("WITHHASH")) reply.push(score);
  if (withs.has("WITHCOORD")) reply.push(wordsOf(placeOf(score)));
  return reply;
}

function parseSearch(args: Args): (entry: Entry) => Reply {
  const search = takeSearch(args, "geosearch", false);
  return ({ sortedSet }) =>
    find(sortedSet, search).map((found) => replyOf(found, search));
}

function parseSearchStore(args: Args): (open: Open) => Reply {
  const [target, key] = args.many(2);
  const search = takeSearch(args, "geosearchstore", true);
  return (open) => {
    const { storesDistances, unit } = search;
    const found = find(open(key).sortedSet, search);
    const made = newSortedSet();
    made.set(found.map(({ distance, member, score }) => [
      member,
      storesDistances ? distance / unit : score,
    ]));
    open(target).putCollection(made, Infinity);
    return found.length;
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
