/**
 * Searching members of sorted sets by their places: what a search is told, and what it finds.
 *
 * @module
 */

import type { SortedSet } from "../collections.ts";
import { fail, SYNTAX } from "../errors.ts";
import { MOST_LATITUDE, MOST_LONGITUDE, placeOf } from "../geo/geohash.ts";
import { distanceIn, type Place, type Shape } from "../geo/place.ts";
import { formatDouble } from "../numbers.ts";
import type { Args } from "./args.ts";
import type { Reply } from "./reply.ts";

/** Meters in each unit. */
export const UNITS = { M: 1, KM: 1000, FT: 0.3048, MI: 1609.34 } as const;
const UNIT_NAMES = Object.keys(UNITS) as (keyof typeof UNITS)[];
const NO_MEMBER = "ERR could not decode requested zset member";

export function takeUnit(args: Args): number {
  const unit = args.takesOne(UNIT_NAMES) ??
    fail("ERR unsupported unit provided. please use M, KM, FT, MI");
  return UNITS[unit];
}

/** Takes a distance, which is not below 0, without its unit. */
function takeLength(args: Args, name: string): number {
  const length = args.float(`ERR need numeric ${name}`);
  return length < 0 ? fail(`ERR ${name} cannot be negative`) : length;
}

export function takePlace(args: Args): Place {
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

export function wordsOf({ latitude, longitude }: Place): string[] {
  return [formatDouble(longitude), formatDouble(latitude)];
}

/** A distance as it is replied: with four places after the point. */
export function distanceWord(meters: number, unit: number): string {
  return (meters / unit).toFixed(4);
}

/** The place of a member; undefined: it is not there. */
export function memberPlace(
  set: SortedSet | undefined,
  member: string,
): Place | undefined {
  const score = set?.scoreOf(member);
  return score === undefined ? undefined : placeOf(score);
}

/** What is looked for. */
export interface Search {
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
export interface Found {
  readonly member: string;
  readonly score: number;
  readonly distance: number;
}

const WITHS = ["WITHCOORD", "WITHDIST", "WITHHASH"] as const;

/** Takes what GEOSEARCH is told, or GEOSEARCHSTORE. */
export function takeSearch(args: Args, name: string, stores: boolean): Search {
  const taken: Taken = { withs: new Set(), isAny: false, count: 0 };
  while (args.left > 0) {
    if (!takeOption(args, taken, stores) && !takeArea(args, taken)) {
      fail(SYNTAX);
    }
  }
  if (taken.from === undefined) {
    fail(
      `ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ${name}`,
    );
  }
  if (taken.shape === undefined) {
    fail(`ERR exactly one of BYRADIUS and BYBOX can be specified for ${name}`);
  }
  return searchOf(taken, taken.from, taken.shape);
}

function searchOf(taken: Taken, from: Place | string, shape: Shape): Search {
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

/** What GEORADIUS and its like are told: where, and where to what is found is to go. */
export interface RadiusSearch {
  readonly key: string;
  readonly search: Search;
  /** Undefined: it is replied. */
  readonly target: string | undefined;
}

/**
 * Takes what GEORADIUS is told, or, with `byMember`, GEORADIUSBYMEMBER: what it stores, if it
 * `stores`, is said behind the area.
 */
export function takeRadius(
  args: Args,
  byMember: boolean,
  stores: boolean,
): RadiusSearch {
  const key = args.next();
  const from = byMember ? args.next() : takePlace(args);
  const length = takeLength(args, "radius");
  const unit = takeUnit(args);
  const taken: Taken = { withs: new Set(), isAny: false, count: 0, unit };
  let target: string | undefined;
  while (args.left > 0) {
    const isLast = args.left === 1;
    const word = stores && !isLast && args.takesOne(["STORE", "STOREDIST"]);
    if (word) {
      target = args.next();
      taken.storesDistances = word === "STOREDIST";
    } else if (!takeOption(args, taken, false)) fail(SYNTAX);
  }
  if (target !== undefined && taken.withs.size > 0) {
    fail(
      "ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options",
    );
  }
  const search = searchOf(taken, from, { radius: length * unit });
  return { key, search, target };
}

/** The members in an area. */
export function find(
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

/** What is replied of one. */
export function replyOf(
  { distance, member, score }: Found,
  search: Search,
): Reply {
  const { unit, withs } = search;
  if (withs.size === 0) return member;
  const reply: Reply[] = [member];
  if (withs.has("WITHDIST")) reply.push(distanceWord(distance, unit));
  if (withs.has("WITHHASH")) reply.push(score);
  if (withs.has("WITHCOORD")) reply.push(wordsOf(placeOf(score)));
  return reply;
}
