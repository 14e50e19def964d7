/**
 * Planting: trees of all that a collection has, in leaves that are full.
 *
 * @module
 */

import { toBytes } from "../binary.ts";
import type { Field, Scored } from "../collections.ts";
import { hashBytes } from "../compact/scan.ts";
import { Filling } from "./filling.ts";
import { type ListDraft, NO_ROOM } from "./list.ts";
import { type ScoreWords, toScoreWords } from "./score.ts";
import { scoreBytes } from "./sorted_set.ts";
import { NO_MEMORY } from "./splice.ts";

/** A name, with its hash, and what is beside it. */
interface Hashed {
  readonly hash: number;
  readonly name: Uint8Array;
  readonly beside: readonly Uint8Array[];
}

/** A tree of elements by position; returns its root. Throws `NO_ROOM`; so do the others. */
export function plantList(
  draft: ListDraft,
  elements: readonly string[],
): number {
  const filling = new Filling(draft, 0);
  for (const element of elements) {
    if (!filling.add(0, 0, toBytes(element))) throw NO_ROOM;
  }
  return rootOf(filling);
}

/** A tree of members by hash. */
export function plantMembers(
  draft: ListDraft,
  members: readonly string[],
): number {
  return plantNames(draft, members.map((member) => hashed(member)));
}

/** A tree of fields by hash. */
export function plantFields(
  draft: ListDraft,
  fields: readonly Field[],
): number {
  return plantNames(
    draft,
    fields.map(([field, value]) => hashed(field, toBytes(value))),
  );
}

/** The two trees of a sorted set; its members come in their order. */
export function plantSortedSet(
  draft: ListDraft,
  scored: readonly Scored[],
): [members: number, scores: number] {
  const members = plantNames(
    draft,
    scored.map(([member, score]) => hashed(member, scoreBytes(score))),
  );
  const filling = new Filling(draft, 2);
  const words: ScoreWords = { high: 0, low: 0 };
  for (const [member, score] of scored) {
    toScoreWords(score, words);
    if (!filling.add(words.high, words.low, toBytes(member))) throw NO_ROOM;
  }
  return [members, rootOf(filling)];
}

function hashed(name: string, ...beside: readonly Uint8Array[]): Hashed {
  const bytes = toBytes(name);
  return { hash: hashBytes(bytes), name: bytes, beside };
}

function plantNames(draft: ListDraft, names: Hashed[]): number {
  names.sort((a, b) => a.hash - b.hash || compareBytes(a.name, b.name));
  const filling = new Filling(draft, 1);
  for (const { beside, hash, name } of names) {
    if (!filling.add(hash | 0, 0, name, ...beside)) throw NO_ROOM;
  }
  return rootOf(filling);
}

/** Compares bytes, and then lengths, as trees do. */
function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    if (a[i] !== b[i]) return a[i] - b[i];
  }
  return a.length - b.length;
}

function rootOf(filling: Filling): number {
  const root = filling.finish();
  if (root === NO_MEMORY) throw NO_ROOM;
  return root;
}
