/**
 * Integers of any width in the bits of strings: BITFIELD.
 *
 * @module
 */

import { bytesToBinary } from "../binary.ts";
import type { Entry } from "../entry.ts";
import { fail, SYNTAX } from "../errors.ts";
import { narrow } from "../numbers.ts";
import type { Args } from "./args.ts";
import { paddedBytes } from "./bitmaps.ts";
import {
  changes,
  type Command,
  commandsOf,
  ONE_KEY,
  reads,
} from "./command.ts";
import type { Reply } from "./reply.ts";

/** What happens when an integer does not fit. */
type Overflow = "WRAP" | "SAT" | "FAIL";

/** Where an integer is. */
interface Place {
  readonly isSigned: boolean;
  readonly bits: number;
  readonly offset: number;
}

/** One step of BITFIELD. */
interface Step {
  readonly name: "GET" | "SET" | "INCRBY";
  readonly place: Place;
  readonly operand: bigint;
  readonly overflow: Overflow;
}

const BAD_TYPE =
  "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.";
const BAD_OFFSET = "ERR bit offset is not an integer or out of range";
/** The most bits of a string. */
const MOST_BITS = 2 ** 32;

function takePlace(args: Args): Place {
  const [, sign, digits] = /^([iu])(\d{1,2})$/.exec(args.next()) ??
    fail(BAD_TYPE);
  const isSigned = sign === "i";
  const bits = Number(digits);
  if (bits < 1 || bits > (isSigned ? 64 : 63)) fail(BAD_TYPE);
  const [, hash, number] = /^(#?)(\d{1,12})$/.exec(args.next()) ??
    fail(BAD_OFFSET);
  const offset = Number(number) * (hash === "#" ? bits : 1);
  if (offset + bits > MOST_BITS) fail(BAD_OFFSET);
  return { isSigned, bits, offset };
}

function parseSteps(args: Args, names: readonly Step["name"][]): Step[] {
  const steps: Step[] = [];
  let overflow: Overflow = "WRAP";
  while (args.left > 0) {
    if (names.length > 1 && args.takes("OVERFLOW")) {
      overflow = args.takesOne(["WRAP", "SAT", "FAIL"]) ??
        fail("ERR Invalid OVERFLOW type specified");
      continue;
    }
    const name = args.takesOne(names) ?? fail(
      names.length > 1
        ? SYNTAX
        : "ERR BITFIELD_RO only supports the GET subcommand",
    );
    const place = takePlace(args);
    const operand = name === "GET" ? 0n : BigInt(args.integer());
    steps.push({ name, place, operand, overflow });
  }
  return steps;
}

function readBits(
  bytes: Uint8Array,
  { bits, isSigned, offset }: Place,
): bigint {
  let value = 0n;
  for (let i = offset; i < offset + bits; i++) {
    const byte = bytes[Math.floor(i / 8)] ?? 0;
    value = value << 1n | BigInt(byte >> (7 - i % 8) & 1);
  }
  return isSigned ? BigInt.asIntN(bits, value) : value;
}

function writeBits(
  bytes: Uint8Array,
  { bits, offset }: Place,
  value: bigint,
): void {
  for (let i = 0; i < bits; i++) {
    const at = offset + bits - 1 - i;
    const mask = 0x80 >> at % 8;
    if (value >> BigInt(i) & 1n) bytes[Math.floor(at / 8)] |= mask;
    else bytes[Math.floor(at / 8)] &= ~mask;
  }
}

/** A value as it fits into its bits; undefined: it does not, and must. */
function fitted(
  value: bigint,
  { bits, isSigned }: Place,
  overflow: Overflow,
): bigint | undefined {
  const most = (1n << BigInt(isSigned ? bits - 1 : bits)) - 1n;
  const least = isSigned ? -most - 1n : 0n;
  if (value >= least && value <= most) return value;
  if (overflow === "FAIL") return undefined;
  if (overflow === "SAT") return value < least ? least : most;
  return isSigned ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

/** What SET takes: without a sign it is 64 bits, so that what was negative is too large. */
function setTo(operand: bigint, { isSigned }: Place): bigint {
  return isSigned ? operand : BigInt.asUintN(64, operand);
}

/** Does a step; returns its reply. */
function take(bytes: Uint8Array, step: Step): Reply {
  const { name, operand, overflow, place } = step;
  const before = readBits(bytes, place);
  if (name === "GET") return narrow(before);
  const wanted = name === "SET" ? setTo(operand, place) : before + operand;
  const after = fitted(wanted, place, overflow);
  if (after === undefined) return null;
  writeBits(bytes, place, after);
  return narrow(name === "SET" ? before : after);
}

function parseBitfield(args: Args): (entry: Entry) => Reply {
  const steps = parseSteps(args, ["GET", "SET", "INCRBY"]);
  const writes = steps.filter(({ name }) => name !== "GET");
  const ends = writes.map(({ place }) => place.offset + place.bits);
  const length = Math.ceil(Math.max(0, ...ends) / 8);
  return (entry) => {
    const bytes = paddedBytes(entry.string ?? "", length);
    const replies = steps.map((step) => take(bytes, step));
    if (writes.length > 0) entry.putString(bytesToBinary(bytes));
    return replies;
  };
}

function parseReading(args: Args): (entry: Entry) => Reply {
  const steps = parseSteps(args, ["GET"]);
  return (entry) => {
    const bytes = paddedBytes(entry.string ?? "", 0);
    return steps.map((step) => take(bytes, step));
  };
}

const command = commandsOf("bitmap");

/** The commands on integers in strings. */
export const BITFIELDS: readonly Command[] = [
  command(
    "BITFIELD",
    -2,
    "write",
    ONE_KEY,
    "Reads, sets and adds to integers of any width in a string",
    changes(parseBitfield),
  ),
  command(
    "BITFIELD_RO",
    -2,
    "readonly fast",
    ONE_KEY,
    "Reads integers of any width in a string",
    reads(parseReading),
  ),
];
