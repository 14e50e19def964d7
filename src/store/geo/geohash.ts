/**
 * Geohashes: places as numbers of 52 bits, which are the scores of their members. The bits of the
 * latitude and of the longitude take turns, the highest first, so places with the same beginning
 * are near each other.
 *
 * @module
 */

import type { Place } from "./place.ts";

/** The highest latitude that has a score, as in the projection of web maps. */
export const MOST_LATITUDE = 85.05112878;
export const MOST_LONGITUDE = 180;
/** The highest latitude of the geohashes that are written as text. */
const POLE = 90;
const BITS = 26;
const CELLS = 2 ** BITS;
const ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz";
const TEXT_LENGTH = 11;

/** The cell, of all those between two ends, that a coordinate is in. */
function cellOf(coordinate: number, most: number): number {
  return Math.floor((coordinate + most) / (2 * most) * CELLS);
}

/** The middle of a cell. */
function middleOf(cell: number, most: number): number {
  const least = cell / CELLS * (2 * most) - most;
  const end = (cell + 1) / CELLS * (2 * most) - most;
  return Math.min(most, Math.max(-most, (least + end) / 2));
}

function interleave(latitude: number, longitude: number): bigint {
  let hash = 0n;
  for (let bit = BITS - 1; bit >= 0; bit--) {
    const pair = (longitude >>> bit & 1) << 1 | latitude >>> bit & 1;
    hash = hash << 2n | BigInt(pair);
  }
  return hash;
}

/** The score of a place. */
export function scoreOf({ latitude, longitude }: Place): number {
  const hash = interleave(
    cellOf(latitude, MOST_LATITUDE),
    cellOf(longitude, MOST_LONGITUDE),
  );
  return Number(hash);
}

/** The place that has a score: the middle of what has it. */
export function placeOf(score: number): Place {
  let latitude = 0;
  let longitude = 0;
  const hash = Number.isFinite(score) ? BigInt(Math.trunc(score)) : 0n; // as Redis has it
  for (let bit = BITS - 1; bit >= 0; bit--) {
    const pair = Number(hash >> BigInt(2 * bit) & 3n);
    latitude = latitude * 2 + (pair & 1);
    longitude = longitude * 2 + (pair >> 1);
  }
  return {
    latitude: middleOf(latitude, MOST_LATITUDE),
    longitude: middleOf(longitude, MOST_LONGITUDE),
  };
}

/** The geohash of a score as text, with eleven characters; the last one says nothing. */
export function textOf(score: number): string {
  const { latitude, longitude } = placeOf(score);
  const hash = interleave(
    cellOf(latitude, POLE),
    cellOf(longitude, MOST_LONGITUDE),
  );
  let text = "";
  for (let i = 1; i <= TEXT_LENGTH; i++) {
    const shift = BigInt(2 * BITS - 5 * i);
    const digit = shift < 0n ? 0 : Number(hash >> shift & 31n);
    text += ALPHABET[digit];
  }
  return text;
}
