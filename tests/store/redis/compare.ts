/**
 * The same commands for a store and for a Redis server: they must reply the same.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { partsOf } from "../../../src/api/shared_map.ts";
import { SharedMap } from "../../../mod.ts";
import { type Reply, Status } from "../../../src/store/commands/reply.ts";
import { parseCommand } from "../../../src/store/commands/table.ts";
import { StoreError } from "../../../src/store/errors.ts";
import { DirectSpace, type Space } from "../../../src/store/space.ts";
import type { Random } from "../../testing/random.ts";
import { assertSound } from "../../testing/inspection.ts";
import { SCALE } from "../../testing/scale.ts";
import { anyLimits } from "../limits.ts";
import { Refusal, type Value } from "./connection.ts";
import { RedisServer } from "./server.ts";

/** A command: its name, and its arguments as binary strings. */
export type Words = readonly string[];
/** Chooses a command. */
export type Choose = (random: Random) => Words;

const BATCH = 100;
/** By how much times may differ, in milliseconds, as the two do not run at the same moment. */
const LATE = 5000;

/** What is about places is compared to so many parts of a degree, or of a unit. */
const ROUGH = 1e3;

/** Commands whose arrays come in any order. */
const UNORDERED = new Set([
  "KEYS",
  "SMEMBERS",
  "SUNION",
  "SINTER",
  "SDIFF",
  "HKEYS",
  "HVALS",
]);
/** Commands whose arrays are pairs in any order. */
const UNORDERED_PAIRS = new Set(["HGETALL"]);
/** Commands that reply with floats. */
const FLOATS = /^(Z|BZ|GEO)/;

/**
 * Runs so many random commands on both; collections are packs, or trees, or become one and the
 * other. `EPOCHMAP_TEST_SCALE` makes it longer.
 *
 * @param together How many commands are one transaction of the store; 0: each is run by itself.
 */
export async function compareWithRedis(
  random: Random,
  count: number,
  choose: Choose,
  together = 0,
): Promise<void> {
  await using server = await RedisServer.start();
  using map = SharedMap.create<string, unknown>({ maxBytes: 64 * 2 ** 20 });
  const limits = anyLimits(random);
  const space = new DirectSpace(partsOf(map), limits);
  const before: Words[] = [];
  for (let done = 0; done < count * SCALE; done += BATCH) {
    const batch = Array.from({ length: BATCH }, () => choose(random));
    const wanted = await server.run(batch);
    const answers = together > 0
      ? inTransactions(map, space, batch, together)
      : [];
    batch.forEach((words, i) => {
      before.push(words);
      const got = together > 0 ? answers[i] : answerOf(space, words);
      if (areTimesAlike(words, got, wanted[i])) return;
      assertEquals(
        comparable(words, got),
        comparable(words, wanted[i]),
        `${JSON.stringify(words)}, after ${
          JSON.stringify(before.slice(-15))
        }, ${JSON.stringify(limits)}`,
      );
    });
    assertSound(map);
  }
}

/** The replies to commands, of which so many are one transaction. */
function inTransactions(
  map: SharedMap<string, unknown>,
  space: DirectSpace,
  batch: readonly Words[],
  together: number,
): Value[] {
  const { transactor } = partsOf(map);
  const answers: Value[] = [];
  for (let i = 0; i < batch.length; i += together) {
    const some = batch.slice(i, i + together);
    answers.push(...transactor.run((transaction) => {
      const within = space.within(transaction);
      return some.map((words) => answerOf(within, words));
    }, "run commands"));
  }
  return answers;
}

/** What the store replies. */
export function answerOf(space: Space, [name, ...args]: Words): Value {
  try {
    return valueOf(parseCommand(name, args)(space));
  } catch (error) {
    if (error instanceof StoreError) return new Refusal(error.message);
    throw error;
  }
}

function valueOf(reply: Reply): Value {
  if (reply instanceof Status) return reply.text;
  return Array.isArray(reply) ? reply.map(valueOf) : reply as Value;
}

/** A reply, so that equal ones are deeply equal. */
function comparable([name]: Words, value: Value): unknown {
  if (value instanceof Refusal) return { error: value.message };
  if (FLOATS.test(name)) return withFloats(value, name.startsWith("GEO"));
  if (!Array.isArray(value)) return value;
  if (UNORDERED.has(name)) return value.toSorted();
  if (UNORDERED_PAIRS.has(name)) return pairsOf(value).toSorted();
  if (name === "SSCAN") return sortedScan(value);
  if (name === "XINFO" || name === "XPENDING") return withoutTimes(value);
  return value;
}

function pairsOf(value: Value[]): string[] {
  return Array.from(
    { length: value.length / 2 },
    (_, i) => JSON.stringify(value.slice(2 * i, 2 * i + 2)),
  );
}

/** Whether both are times, and differ by less than the two servers are apart. */
function areTimesAlike([name]: Words, got: Value, wanted: Value): boolean {
  if (!/^(P?TTL|P?EXPIRETIME)$/.test(name)) return false;
  if (typeof got !== "number" || typeof wanted !== "number") return false;
  // What is below 0 says that there is no key, or no time: it has to be the same.
  if (got < 0 || wanted < 0) return false;
  const unit = name.startsWith("P") ? 1 : 1000;
  return Math.abs(got - wanted) * unit <= LATE;
}

/** What are floats as such; roughly, where Redis writes fewer digits than they have. */
function withFloats(value: Value, areRough: boolean): unknown {
  if (Array.isArray(value)) {
    return value.map((part) => withFloats(part, areRough));
  }
  if (typeof value !== "string") return value;
  const float = Number(value.replace("inf", "Infinity"));
  if (Number.isNaN(float) || value === "") return value;
  return areRough ? Math.round(float * ROUGH) / ROUGH : float + 0;
}

/** What is told of streams is compared to so many milliseconds. */
const SPAN = 100_000;
/** Later than any length of time, and before now. */
const YEAR_2000 = 946_684_800_000;

/** The reply of XINFO or XPENDING, without what times it was, and how Redis lays a stream out. */
function withoutTimes(value: Value): unknown {
  if (typeof value === "number" && value > YEAR_2000) {
    return { ago: Math.floor((Date.now() - value) / SPAN) };
  }
  if (!Array.isArray(value)) return value;
  return value.map((part, i) => {
    const isIdle = typeof part === "number" &&
      (value[i - 1] === "idle" || isPending(value) && i === 2);
    if (isIdle) return { idle: Math.floor(part / SPAN) };
    const of = value[i - 1];
    if (typeof of === "string" && of.startsWith("radix-tree-")) return of;
    return withoutTimes(part);
  });
}

/** Whether this is an ID, a consumer, and how long and how often something was delivered. */
function isPending([id, consumer, ...rest]: Value[]): boolean {
  return typeof id === "string" && typeof consumer === "string" &&
    rest.length === 2 && rest.every((one) => typeof one === "number");
}

/** The reply of a scan that has all in one step. */
function sortedScan([cursor, members]: Value[]): Value {
  return [cursor, (members as Value[]).toSorted()];
}
