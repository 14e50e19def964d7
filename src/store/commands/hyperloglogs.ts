/**
 * Commands on HyperLogLogs, which are strings.
 *
 * @module
 */

import type { Entry } from "../entry.ts";
import { fail } from "../errors.ts";
import { placeOf } from "../hyperloglog/hash.ts";
import {
  decodeRegisters,
  encodeRegisters,
  estimate,
  REGISTERS,
} from "../hyperloglog/registers.ts";
import type { Open } from "../space.ts";
import type { Args } from "./args.ts";
import {
  ALL_KEYS,
  changes,
  type Command,
  commandsOf,
  joins,
  ONE_KEY,
} from "./command.ts";
import { flag, OK, type Reply } from "./reply.ts";

/** The registers of an entry; undefined: there is none. */
function registersOf({ string }: Entry): Uint8Array | undefined {
  if (string === undefined) return undefined;
  return decodeRegisters(string) ??
    fail("WRONGTYPE Key is not a valid HyperLogLog string value.");
}

function parseAdd(args: Args): (entry: Entry) => Reply {
  const places = args.rest().map(placeOf);
  return (entry) => {
    const before = registersOf(entry);
    const registers = before ?? new Uint8Array(REGISTERS);
    let isChanged = before === undefined;
    for (const { register, value } of places) {
      if (registers[register] >= value) continue;
      registers[register] = value;
      isChanged = true;
    }
    if (isChanged) entry.putString(encodeRegisters(registers));
    return flag(isChanged);
  };
}

/** The registers of several entries: the highest of each. */
function merged(entries: readonly Entry[]): Uint8Array {
  const highest = new Uint8Array(REGISTERS);
  for (const entry of entries) {
    registersOf(entry)?.forEach((value, i) => {
      if (value > highest[i]) highest[i] = value;
    });
  }
  return highest;
}

function parseCount(args: Args): (open: Open) => Reply {
  const keys = args.rest();
  return (open) => estimate(merged(keys.map(open)));
}

function parseMerge(args: Args): (open: Open) => Reply {
  const [target, ...sources] = args.rest();
  return (open) => {
    const entry = open(target);
    const registers = merged([entry, ...sources.map(open)]);
    entry.putString(encodeRegisters(registers));
    return OK;
  };
}

const command = commandsOf("hyperloglog");

/** The commands on HyperLogLogs. */
export const HYPERLOGLOGS: readonly Command[] = [
  command(
    "PFADD",
    -2,
    "write fast",
    ONE_KEY,
    "Counts elements, each once; returns whether the estimate may have changed",
    changes(parseAdd),
  ),
  command(
    "PFCOUNT",
    -2,
    "readonly",
    ALL_KEYS,
    "How many different elements were counted under any of the keys, about",
    joins(parseCount),
  ),
  command(
    "PFMERGE",
    -2,
    "write",
    ALL_KEYS,
    "Adds what was counted under several keys to the first one",
    joins(parseMerge),
  ),
];
