/**
 * Commands on the bits of strings. Bit 0 is the highest of the first byte.
 *
 * @module
 */

import { bytesToBinary, toBytes } from "../binary.ts";
import type { Entry } from "../entry.ts";
import { fail, SYNTAX } from "../errors.ts";
import type { Open } from "../space.ts";
import type { Args } from "./args.ts";
import {
  changes,
  type Command,
  commandsOf,
  joins,
  ONE_KEY,
  reads,
} from "./command.ts";
import { isBackwards, stringRangeOf } from "./ranges.ts";
import type { Reply } from "./reply.ts";

const MOST_BITS = 2 ** 32;
const BAD_OFFSET = "ERR bit offset is not an integer or out of range";
const BAD_BIT = "ERR bit is not an integer or out of range";

/** Takes the offset of a bit. */
function takeOffset(args: Args): number {
  const offset = args.number(BAD_OFFSET);
  return offset >= 0 && offset < MOST_BITS ? offset : fail(BAD_OFFSET);
}

function bitOf(binary: string, offset: number): number {
  const byte = binary.charCodeAt(offset >>> 3); // NaN behind the end
  return byte >> (7 - (offset & 7)) & 1;
}

/** The bytes of a string, with zeros up to a length. */
export function paddedBytes(binary: string, length: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(length, binary.length));
  bytes.set(toBytes(binary));
  return bytes;
}

function parseSetbit(args: Args): (entry: Entry) => Reply {
  const offset = takeOffset(args);
  const bit = args.number(BAD_BIT);
  if (bit !== 0 && bit !== 1) fail(BAD_BIT);
  return (entry) => {
    const value = entry.string ?? "";
    const bytes = paddedBytes(value, (offset >>> 3) + 1);
    const mask = 0x80 >> (offset & 7);
    if (bit === 1) bytes[offset >>> 3] |= mask;
    else bytes[offset >>> 3] &= ~mask;
    entry.putString(bytesToBinary(bytes));
    return bitOf(value, offset);
  };
}

function parseGetbit(args: Args): (entry: Entry) => Reply {
  const offset = takeOffset(args);
  return (entry) => bitOf(entry.string ?? "", offset);
}

/** Takes the unit of a range: a byte or a bit. */
function takeUnit(args: Args): number {
  if (args.left === 0) return 8;
  const unit = args.takesOne(["BYTE", "BIT"]) ?? fail(SYNTAX);
  args.end();
  return unit === "BYTE" ? 8 : 1;
}

/** The bits of a range of bytes or bits. */
function bitRange(
  start: number,
  end: number,
  unit: number,
  value: string,
): [from: number, to: number] {
  const [from, to] = stringRangeOf(
    start,
    end,
    value.length * 8 / unit,
  );
  return [from * unit, to * unit];
}

function parseBitcount(args: Args): (entry: Entry) => Reply {
  const hasRange = args.left > 0;
  const start = hasRange ? args.number() : 0;
  const end = hasRange ? args.number() : -1;
  const unit = takeUnit(args);
  return (entry) => {
    const value = entry.string ?? "";
    if (isBackwards(start, end)) return 0;
    const [from, to] = bitRange(start, end, unit, value);
    let count = 0;
    for (let i = from; i < to; i++) count += bitOf(value, i);
    return count;
  };
}

function parseBitpos(args: Args): (entry: Entry) => Reply {
  const bit = args.number();
  if (bit !== 0 && bit !== 1) fail("ERR The bit argument must be 1 or 0.");
  const start = args.left > 0 ? args.number() : 0;
  const hasEnd = args.left > 0;
  const end = hasEnd ? args.number() : -1;
  const unit = takeUnit(args);
  return (entry) => {
    const value = entry.string;
    if (value === undefined) return bit === 0 ? 0 : -1;
    const [from, to] = bitRange(start, end, unit, value);
    for (let i = from; i < to; i++) if (bitOf(value, i) === bit) return i;
    // Behind the end all bits are 0, unless the caller has said where that is.
    return bit === 0 && !hasEnd && to > from ? to : -1;
  };
}

const OPERATIONS: Readonly<Record<string, (a: number, b: number) => number>> = {
  AND: (a, b) => a & b,
  OR: (a, b) => a | b,
  XOR: (a, b) => a ^ b,
};

function parseBitop(args: Args): (open: Open) => Reply {
  const name = args.takesOne(["AND", "OR", "XOR", "NOT"]) ?? fail(SYNTAX);
  const target = args.next();
  const keys = args.rest();
  if (name === "NOT" && keys.length !== 1) {
    fail("ERR BITOP NOT must be called with a single source key.");
  }
  return (open) => {
    const values = keys.map((key) => open(key).string ?? "");
    const length = Math.max(...values.map((value) => value.length));
    const [first, ...others] = values.map((v) => paddedBytes(v, length));
    if (name === "NOT") first.forEach((byte, i) => first[i] = ~byte);
    const operation = OPERATIONS[name];
    for (const other of others) {
      other.forEach((byte, i) => first[i] = operation(first[i], byte));
    }
    const entry = open(target);
    if (length === 0) entry.delete();
    else entry.putString(bytesToBinary(first), Infinity);
    return length;
  };
}

const command = commandsOf("bitmap");

/** The commands on bits, but for those on fields of bits. */
export const BITMAPS: readonly Command[] = [
  command(
    "BITCOUNT",
    -2,
    "readonly",
    ONE_KEY,
    "How many bits of a string are 1",
    reads(parseBitcount),
  ),
  command(
    "BITOP",
    -4,
    "write",
    [2, -1, 1],
    "Stores what AND, OR, XOR or NOT make of strings",
    joins(parseBitop),
  ),
  command(
    "BITPOS",
    -3,
    "readonly",
    ONE_KEY,
    "The offset of the first bit that is 1, or 0",
    reads(parseBitpos),
  ),
  command(
    "GETBIT",
    3,
    "readonly fast",
    ONE_KEY,
    "A bit of a string",
    reads(parseGetbit),
  ),
  command(
    "SETBIT",
    4,
    "write",
    ONE_KEY,
    "Sets a bit of a string; returns the one that was there",
    changes(parseSetbit),
  ),
];
