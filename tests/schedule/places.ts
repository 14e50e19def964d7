/**
 * The names of words: where in a segment a word lies, as one who reads a trace
 * wants to know it.
 *
 * @module
 */
import * as layout from "../../src/segment/layout.ts";
import {
  CHANGES,
  CLOSED,
  DEAD,
  DESCRIPTOR_WORDS,
  DESCRIPTORS,
  EMPTY,
  FROZEN,
  GONE,
  H_CHUNK_SHIFT,
  H_FIRST_CHUNK,
  H_ROOT,
  LEASES,
  MAX_PARTICIPANTS,
  MOVED,
  P_CHUNK,
  P_FREE,
  P_NOTES,
  P_REGISTRY,
  PARTICIPANT_WORDS,
  PARTICIPANTS,
  REF_MASK,
  REGISTRY_WORDS,
  SLOT_WORDS,
  T_CAPACITY,
  T_NEXT,
  T_SLOTS,
  TRANSFER,
  TRANSFER_WAYS,
} from "../../src/segment/layout.ts";
import { tableBytes } from "../../src/table/table_record.ts";
import { SizeClasses } from "../../src/segment/size_classes.ts";

/** Names of constants of the layout that begin alike, by value. */
function namesOf(prefix: string): Map<number, string> {
  const entries = Object.entries(layout)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, value]) => [value as number, name] as const);
  return new Map(entries);
}

const HEADER = namesOf("H_");
const PARTICIPANT = namesOf("P_");
const TABLE = namesOf("T_");
const BLOCK = ["V_STAMP", "V_PREV", "R_STAMP", "R_LINK"];

/** A table, from its first word to behind its last. */
export interface Extent {
  readonly table: number;
  readonly end: number;
  readonly capacity: number;
}

/** The root, and the one after it, if there is one. */
export function tablesOf(words: Int32Array): Extent[] {
  const root = words[H_ROOT] * 4;
  const next = words[root + T_NEXT] * 4;
  const tables = next === 0 ? [root] : [root, next];
  return tables.map((table) => {
    const capacity = words[table + T_CAPACITY];
    return { table, end: table + tableBytes(capacity) / 4, capacity };
  });
}

/** What a word is called, beside the tables that there are or were. */
export function nameOf(
  words: Int32Array,
  tables: readonly Extent[],
  index: number,
): string {
  if (index < TRANSFER) return HEADER.get(index) ?? `header word ${index}`;
  if (index < PARTICIPANTS) return nameOfTransferWord(index);
  if (index < PARTICIPANTS + MAX_PARTICIPANTS * PARTICIPANT_WORDS) {
    return nameOfParticipant(index - PARTICIPANTS);
  }
  if (index < LEASES) return `change word ${index - CHANGES}`;
  if (index < DESCRIPTORS) return `lease ${index - LEASES}`;
  if (index < words[H_FIRST_CHUNK] * 4) {
    const at = index - DESCRIPTORS;
    const word = at % DESCRIPTOR_WORDS === 0 ? "state" : "cut";
    return `chunk ${Math.floor(at / DESCRIPTOR_WORDS)} ${word}`;
  }
  const around = tables.find(({ table, end }) => table <= index && index < end);
  return around === undefined
    ? nameInBlock(words, index)
    : nameInTable(around, index);
}

function nameOfTransferWord(index: number): string {
  const at = index - TRANSFER;
  const sizeClass = Math.floor(at / TRANSFER_WAYS);
  return `transfer cache of class ${sizeClass}, way ${at % TRANSFER_WAYS}`;
}

function nameOfParticipant(at: number): string {
  const slot = Math.floor(at / PARTICIPANT_WORDS);
  const word = at % PARTICIPANT_WORDS;
  return `participant ${slot} ${nameInRecord(word)}`;
}

function nameInRecord(word: number): string {
  if (word >= P_REGISTRY && word < P_REGISTRY + REGISTRY_WORDS) {
    return `snapshot ${word - P_REGISTRY}`;
  }
  if (word >= P_NOTES) return `note of snapshot ${word - P_NOTES}`;
  if (word >= P_CHUNK) return `chunk of class ${word - P_CHUNK}`;
  if (word >= P_FREE) return `list of class ${word - P_FREE}`;
  return PARTICIPANT.get(word) ?? `word ${word}`;
}

function nameInTable({ table, capacity }: Extent, index: number): string {
  const name = `table ${table / 4}`;
  const at = index - table;
  const behind = T_SLOTS + capacity * SLOT_WORDS;
  if (at >= behind) return `${name} stride ${at - behind} done`;
  if (at < T_SLOTS) return `${name} ${TABLE.get(at) ?? `word ${at}`}`;
  const word = at % SLOT_WORDS === 0 ? "hash" : "link";
  return `${name} slot ${Math.floor((at - T_SLOTS) / SLOT_WORDS)} ${word}`;
}

/** What a word holds, in terms of its name. */
export function valueOf(name: string, value: number): string {
  if (name.endsWith(" hash")) {
    if (value === EMPTY) return "EMPTY";
    return value === CLOSED ? "CLOSED" : String(value);
  }
  if (!name.endsWith(" link")) return String(value);
  if (value === MOVED) return "MOVED";
  if (value === GONE) return "GONE";
  const flags = [
    (value & FROZEN) !== 0 ? " FROZEN" : "",
    (value & DEAD) !== 0 ? " DEAD" : "",
  ];
  return (value & REF_MASK) + flags.join("");
}

function nameInBlock(words: Int32Array, index: number): string {
  const shift = words[H_CHUNK_SHIFT];
  const at = Math.floor(index / 4) - words[H_FIRST_CHUNK];
  const state = words[DESCRIPTORS + (at >> shift) * DESCRIPTOR_WORDS];
  const size = new SizeClasses(2 ** shift).refs[state - 1] ?? 2 ** shift;
  const inChunk = at & 2 ** shift - 1;
  const start = words[H_FIRST_CHUNK] + at - inChunk % size;
  const word = index - start * 4;
  return `block ${start} ${BLOCK[word] ?? `word ${word}`}`;
}
