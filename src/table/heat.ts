/**
 * Heat: how often an entry was read of late, from 0 to 3, in maps that ask for it.
 *
 * It stands in words of its own, which are neither moved nor freed as long as the map exists. A
 * word has four *cells*, each with a fingerprint of a hash and a count; the other bits of the hash
 * choose the word. So heat belongs to a key, and not to a version or a slot: it outlasts an update
 * and a move of the table without anybody's help. Two keys whose hashes agree in all of these bits
 * share a cell, and a key may lose its cell to another one. That is why heat is a hint, on which
 * nothing may depend but which entry goes first.
 *
 * Words are read and written plainly. A worker that is late writes what it read long ago, and so
 * undoes what others have counted in this word meanwhile; that makes the hint worse, and does no
 * other harm, since nobody else's words can be here. A reader writes nothing while the count is at
 * its highest: what everybody reads stays in the caches of all processors.
 *
 * In maps that track uses, heat stands in the words of `uses.ts`, and has no cells.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import * as uses from "./uses.ts";

// Constants of its own: `layout.ts` says why.
const { H_HEAT, H_HEAT_MASK, H_HOT } = layout;
const { fixed, hint, poke } = access;
const { coolUse, heatIn, noteUse, useOf } = uses;

/** The highest heat. */
export const MOST_HEAT = 3;

// A cell is a byte: the highest six bits of a hash, and a count of two. No map has so many words
// that the bits which choose one of them reach the fingerprint.
const CELL_BITS = 8;
const CELL_MASK = 0xff;
const WORD_BITS = 32;
/** A hash shifted right by this has the fingerprint where a cell has it. */
const FINGERPRINT_SHIFT = 24;
/** The lowest bit of each cell, and the highest. */
const LOWEST = 0x01010101;
const HIGHEST = -0x7f7f7f80;
/** No cell has the fingerprint. */
const NO_CELL = -1;

/**
 * Raises the heat of a key, if the map keeps heat. O(1), wait-free.
 */
export function warm(words: Words, hash: number): void {
  if (fixed(words, H_HEAT) === 0) return;
  if (tracks(words)) noteUse(words, hash, true);
  else warmCell(words, hash);
}

/** The same in a map that keeps heat in cells. */
export function warmCell(words: Words, hash: number): void {
  const at = wordOf(words, hash);
  const cells = hint(words, at);
  const hottest = ((hash >>> FINGERPRINT_SHIFT) | MOST_HEAT) * LOWEST; // four times that cell
  if (!hasZeroCell(cells ^ hottest)) poke(words, at, warmed(cells, hash));
}

/**
 * Lowers the heat of a key, if it has any; returns what it was.
 *
 * O(1), wait-free.
 */
export function cool(words: Words, hash: number): number {
  if (fixed(words, H_HEAT) === 0) return 0;
  if (tracks(words)) {
    const before = heatIn(useOf(words, hash));
    return coolUse(words, hash, before > 0 ? before - 1 : 0);
  }
  const at = wordOf(words, hash);
  const cells = hint(words, at);
  const shift = shiftOf(cells, hash);
  const heat = countAt(cells, shift);
  if (heat > 0) poke(words, at, cells - (1 << shift));
  return heat;
}

/**
 * Lowers the heat of a key to at most so much; returns what it was.
 *
 * O(1), wait-free.
 */
export function coolTo(words: Words, hash: number, most: number): number {
  if (fixed(words, H_HEAT) === 0) return 0;
  if (tracks(words)) return coolUse(words, hash, most);
  const at = wordOf(words, hash);
  const cells = hint(words, at);
  const shift = shiftOf(cells, hash);
  const heat = countAt(cells, shift);
  if (heat > most) poke(words, at, cells - ((heat - most) << shift));
  return heat;
}

/** The heat of a key; 0 if the map keeps none. O(1), wait-free. */
export function heatOf(words: Words, hash: number): number {
  if (fixed(words, H_HEAT) === 0) return 0;
  if (tracks(words)) return heatIn(useOf(words, hash));
  const cells = hint(words, wordOf(words, hash));
  return countAt(cells, shiftOf(cells, hash));
}

/** Whether heat stands in use words, and not in cells. */
function tracks(words: Words): boolean {
  return fixed(words, H_HOT) !== 0;
}

/** The word that the cell of a hash is in, if there is one. */
function wordOf(words: Words, hash: number): number {
  return fixed(words, H_HEAT) + (hash & fixed(words, H_HEAT_MASK));
}

/** The cell of a hash, with a count of 0. */
function coldCell(hash: number): number {
  return (hash >>> FINGERPRINT_SHIFT) & ~MOST_HEAT;
}

/**
 * Whether one of four cells is 0. The subtraction sets the highest bit of such a cell; where there
 * is none, it sets no highest bit that was not set before.
 */
function hasZeroCell(cells: number): boolean {
  return ((cells - LOWEST) & ~cells & HIGHEST) !== 0;
}

/** Where the first cell with the fingerprint of a hash begins, or `NO_CELL`. */
function shiftOf(cells: number, hash: number): number {
  const cell = coldCell(hash);
  for (let shift = 0; shift < WORD_BITS; shift += CELL_BITS) {
    if (((cells >>> shift) & CELL_MASK & ~MOST_HEAT) === cell) return shift;
  }
  return NO_CELL;
}

/** The count of the cell that begins at a shift; 0 if that is `NO_CELL`. */
function countAt(cells: number, shift: number): number {
  return shift === NO_CELL ? 0 : (cells >>> shift) & MOST_HEAT;
}

/** The same four cells after the heat of a key, not the highest, was raised. */
function warmed(cells: number, hash: number): number {
  const shift = shiftOf(cells, hash);
  if (shift !== NO_CELL) return cells + (1 << shift);
  const coldest = coldestOf(cells);
  const others = cells & ~(CELL_MASK << coldest);
  return others | ((coldCell(hash) | 1) << coldest);
}

/** Where the first of the cells with the lowest count begins. */
function coldestOf(cells: number): number {
  let coldest = 0;
  let least = MOST_HEAT + 1;
  for (let shift = 0; shift < WORD_BITS; shift += CELL_BITS) {
    const count = countAt(cells, shift);
    if (count >= least) continue;
    coldest = shift;
    least = count;
  }
  return coldest;
}
