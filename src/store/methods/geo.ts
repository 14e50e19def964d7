/**
 * Methods for places.
 *
 * @module
 */

import { received } from "../../errors.ts";
import type { Key, Value } from "./caller.ts";
import { wordsOf } from "./options.ts";
import { SketchMethods } from "./sketches.ts";

/** A unit of distance: meters, kilometers, feet or miles. */
export type GeoUnit = "m" | "km" | "ft" | "mi";

/** A place, in degrees. */
export interface GeoPlace {
  /** From -180 to 180. */
  readonly longitude: number;
  /** From -85.05112878 to 85.05112878. */
  readonly latitude: number;
}

/** Options of {@linkcode GeoMethods.prototype.geoadd}. */
export interface GeoAddOptions {
  /** Only members that are not there. */
  nx?: boolean | undefined;
  /** Only members that are there. */
  xx?: boolean | undefined;
  /** Whether those count whose place is changed, and not only those that are new. */
  ch?: boolean | undefined;
}

/** What {@linkcode GeoMethods.prototype.geosearch} looks for. */
export interface GeoSearch {
  /** The middle of the area: a place, or that of a member. */
  from: GeoPlace | Value;
  /** The area, in units: a circle, or a box. */
  by: { radius: number } | { width: number; height: number };
  /**
   * The unit.
   *
   * @default {"m"}
   */
  unit?: GeoUnit | undefined;
  /** Whether the nearest come first, or the farthest; else they come in any order. */
  order?: "asc" | "desc" | undefined;
  /** How many; the nearest, unless `order` says otherwise. */
  count?: number | undefined;
}

/** Options of {@linkcode GeoMethods.prototype.georadius} and its like: as in a search. */
export type GeoRadiusOptions = Pick<GeoSearch, "unit" | "order" | "count">;

/** A member that was found. */
export interface GeoFound<T> {
  /** The member. */
  readonly member: T;
  /** How far it is from the middle, in the unit of the search. */
  readonly distance: number;
  /** Where it is. */
  readonly place: GeoPlace;
}

/**
 * The commands on places. They are kept as scores of a sorted set, which are geohashes: so all its
 * commands work on them, too. A place comes back within 0.6 m of what was set. Searches
 * are O(members of the sorted set). They throw a `StoreError` with the code `"WRONGTYPE"` if a key
 * holds something else.
 *
 * @typeParam T What values come back as.
 */
export abstract class GeoMethods<T> extends SketchMethods<T> {
  /**
   * Sets the places of members.
   *
   * @param key The sorted set.
   * @param places The members and their places.
   * @param options Of which members, and what is counted.
   * @returns How many members are new; with `ch: true`, also those whose place is changed.
   * @throws {StoreError} If a place is out of range.
   *
   * @example What is near
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * store.geoadd("cities", [
   *   ["Palermo", { longitude: 13.361389, latitude: 38.115556 }],
   *   ["Catania", { longitude: 15.087269, latitude: 37.502669 }],
   * ]);
   * assertEquals(store.geodist("cities", "Palermo", "Catania", "km"), 166.2742);
   * const near = store.geosearch("cities", {
   *   from: { longitude: 15, latitude: 37 },
   *   by: { radius: 100 },
   *   unit: "km",
   * });
   * assertEquals(near.map(({ member }) => member), ["Catania"]);
   * ```
   */
  geoadd(
    key: Key,
    places: Iterable<readonly [Value, GeoPlace]>,
    options?: GeoAddOptions,
  ): number {
    const words = [...places].flatMap(([member, place]) => [
      place.longitude,
      place.latitude,
      member,
    ]);
    if (words.length === 0) return 0;
    return this.count(
      "GEOADD",
      key,
      ...wordsOf(options, "add places"),
      ...words,
    );
  }

  /** How far a member is from another one; undefined: one of them is not there. */
  geodist(
    key: Key,
    a: Value,
    b: Value,
    unit: GeoUnit = "m",
  ): number | undefined {
    const distance = this.send("GEODIST", key, a, b, unit);
    return distance === null ? undefined : Number(distance);
  }

  /** The geohashes of members, as text of eleven characters. */
  geohash(key: Key, ...members: Value[]): (string | undefined)[] {
    const reply = this.send("GEOHASH", key, ...members) as (string | null)[];
    return reply.map((text) => text ?? undefined);
  }

  /** The places of members. */
  geopos(key: Key, ...members: Value[]): (GeoPlace | undefined)[] {
    const reply = this.send("GEOPOS", key, ...members) as (Pair | null)[];
    return reply.map((pair) => pair === null ? undefined : placeOf(pair));
  }

  /**
   * The members around a place, as {@linkcode GeoMethods.prototype.geosearch} finds them.
   *
   * @param key The sorted set.
   * @param from The place.
   * @param radius How far they may be, in units.
   * @param options The unit, the order, and how many.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * const palermo = { longitude: 13.361389, latitude: 38.115556 };
   * store.geoadd("cities", [["Palermo", palermo]]);
   * const near = store.georadius("cities", palermo, 1, { unit: "km" });
   * assertEquals(near.map(({ member }) => member), ["Palermo"]);
   * ```
   */
  georadius(
    key: Key,
    from: GeoPlace,
    radius: number,
    options?: GeoRadiusOptions,
  ): GeoFound<T>[] {
    return this.#around("GEORADIUS", key, from, radius, options);
  }

  /** The same. */
  georadius_ro(
    key: Key,
    from: GeoPlace,
    radius: number,
    options?: GeoRadiusOptions,
  ): GeoFound<T>[] {
    return this.#around("GEORADIUS_RO", key, from, radius, options);
  }

  /**
   * The members around another one, itself among them.
   *
   * @throws {StoreError} If that is not there.
   */
  georadiusbymember(
    key: Key,
    from: Value,
    radius: number,
    options?: GeoRadiusOptions,
  ): GeoFound<T>[] {
    return this.#around("GEORADIUSBYMEMBER", key, from, radius, options);
  }

  /** The same. */
  georadiusbymember_ro(
    key: Key,
    from: Value,
    radius: number,
    options?: GeoRadiusOptions,
  ): GeoFound<T>[] {
    return this.#around("GEORADIUSBYMEMBER_RO", key, from, radius, options);
  }

  #around(
    name: string,
    key: Key,
    from: GeoPlace | Value,
    radius: number,
    { count, order, unit = "m" }: GeoRadiusOptions = {},
  ): GeoFound<T>[] {
    const middle = isPlace(from) ? [from.longitude, from.latitude] : [from];
    const words = [...middle, radius, unit, ...limitWords(order, count)];
    return this.#found(name, key, words);
  }

  /**
   * The members in an area.
   *
   * @throws {StoreError} If a member that is to be the middle is not there.
   */
  geosearch(key: Key, search: GeoSearch): GeoFound<T>[] {
    return this.#found("GEOSEARCH", key, searchWords(search));
  }

  #found(name: string, key: Key, words: readonly Value[]): GeoFound<T>[] {
    const shown = ["WITHCOORD", "WITHDIST"];
    const reply = this.send(name, key, ...words, ...shown) as [
      string,
      string,
      Pair,
    ][];
    return reply.map(([member, distance, pair]) => ({
      member: this.decoding.decode(member),
      distance: Number(distance),
      place: placeOf(pair),
    }));
  }

  /**
   * Stores the members in an area, with their places, or, with `storedist`, with their distances as
   * scores; returns how many these are.
   */
  geosearchstore(
    target: Key,
    key: Key,
    search: GeoSearch,
    options?: { storedist?: boolean | undefined },
  ): number {
    const words = wordsOf(options, "store what is in an area");
    const all = [...searchWords(search), ...words];
    return this.count("GEOSEARCHSTORE", target, key, ...all);
  }
}

/** Longitude and latitude. */
type Pair = [string, string];

function placeOf([longitude, latitude]: Pair): GeoPlace {
  return { longitude: Number(longitude), latitude: Number(latitude) };
}

function searchWords(search: GeoSearch): Value[] {
  if (typeof search !== "object" || search === null || !("by" in search)) {
    throw new TypeError(
      `Cannot search an area: the search must be an object such as { from, by: { radius: 100 } }: ${
        received(search)
      }`,
    );
  }
  const { by, count, from, order, unit = "m" } = search;
  const words: Value[] = isPlace(from)
    ? ["FROMLONLAT", from.longitude, from.latitude]
    : ["FROMMEMBER", from];
  if ("radius" in by) words.push("BYRADIUS", by.radius, unit);
  else words.push("BYBOX", by.width, by.height, unit);
  return [...words, ...limitWords(order, count)];
}

function limitWords(
  order: GeoSearch["order"],
  count: GeoSearch["count"],
): Value[] {
  const words: Value[] = order === undefined ? [] : [order];
  return count === undefined ? words : [...words, "COUNT", count];
}

function isPlace(from: GeoPlace | Value): from is GeoPlace {
  return typeof from === "object" && from !== null && "longitude" in from;
}
