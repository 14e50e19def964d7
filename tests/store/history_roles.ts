import { partsOf } from "../../src/api/shared_map.ts";
import { DirectSpace } from "../../src/store/space.ts";
import type { Random } from "../testing/random.ts";
import type { WorkerContext } from "../testing/role.ts";
import { anyLimits } from "./limits.ts";
import { Refusal, type Value } from "./redis/connection.ts";
import { answerOf, type Words } from "./redis/compare.ts";

/** What was called: a command, or the commands of a transaction; and what came of it. */
export interface Recorded {
  readonly commands: readonly Words[];
  readonly replies: readonly unknown[];
  readonly called: number;
  readonly returned: number;
}

/** What each worker does in a history. */
export const CALLS = 5;
const KEYS = ["x", "y"];
const MEMBERS = ["1", "2", "3"];

const SHAPES: readonly ((key: () => string, one: () => string) => Words)[] = [
  (key, one) => ["SET", key(), one()],
  (key) => ["GET", key()],
  (key, one) => ["APPEND", key(), one()],
  (key, one) => ["INCRBY", key(), one()],
  (key) => ["DEL", key()],
  () => ["DEL", "x", "y"],
  () => ["EXISTS", "x", "y"],
  () => ["RENAME", "x", "y"],
  (key) => ["TYPE", key()],
  (key, one) => ["LPUSH", key(), one()],
  (key, one) => ["RPUSH", key(), one(), one()],
  (key) => ["LPOP", key()],
  (key) => ["LRANGE", key(), "0", "-1"],
  () => ["RPOPLPUSH", "x", "y"],
  (key) => ["RPOPLPUSH", key(), "x"],
  (key, one) => ["SADD", key(), one(), one()],
  (key, one) => ["SREM", key(), one()],
  () => ["SUNION", "x", "y"],
  () => ["SINTERSTORE", "y", "x", "y"],
  (key, one) => ["HSET", key(), one(), one()],
  (key, one) => ["HDEL", key(), one()],
  (key) => ["HKEYS", key()],
  (key, one) => ["ZADD", key(), one(), one()],
  (key, one) => ["ZREM", key(), one()],
  (key) => ["ZRANGE", key(), "0", "-1"],
];

/** Types by which histories differ: so that commands meet what they are for. */
const FAMILIES = [
  ["SET", "GET", "APPEND", "INCRBY"],
  ["LPUSH", "RPUSH", "LPOP", "LRANGE", "RPOPLPUSH"],
  ["SADD", "SREM", "SUNION", "SINTERSTORE"],
  ["HSET", "HDEL", "HKEYS"],
  ["ZADD", "ZREM", "ZRANGE"],
];

function choose(random: Random, history: number): Words {
  const family = FAMILIES[history % FAMILIES.length];
  for (;;) {
    const shape = random.pick(SHAPES);
    const words = shape(() => random.pick(KEYS), () => random.pick(MEMBERS));
    if (family.includes(words[0]) || random.chance(0.1)) return words;
  }
}

/** The same keys in a history of their own. */
function placed(history: number, [name, ...args]: Words): Words {
  return [
    name,
    ...args.map((arg) => KEYS.includes(arg) ? `${history}:${arg}` : arg),
  ];
}

/** A reply that can be sent, whose order does not matter where there is none. */
export function comparable([name]: Words, reply: Value): unknown {
  if (reply instanceof Refusal) return { error: reply.message };
  const isUnordered = ["SUNION", "HKEYS"].includes(name);
  return isUnordered && Array.isArray(reply) ? reply.toSorted() : reply;
}

export const roles = {
  /** Calls commands in one history after the other, side by side with the others. */
  caller(
    context: WorkerContext,
    { clock, histories }: { clock: SharedArrayBuffer; histories: number },
  ): Recorded[][] {
    const moments = new Int32Array(clock);
    const map = context.attach<string, unknown>();
    const { transactor } = partsOf(map);
    const { random } = context;
    const direct = new DirectSpace(partsOf(map), anyLimits(random));
    const run = (commands: readonly Words[]): Value[] =>
      commands.length === 1
        ? [answerOf(direct, commands[0])]
        : transactor.run((one) => {
          const space = direct.within(one);
          return commands.map((words) => answerOf(space, words));
        }, "run a transaction");
    return Array.from({ length: histories }, (_, history) => {
      const plans = Array.from({ length: CALLS }, () =>
        Array.from(
          { length: random.chance(0.2) ? 2 : 1 },
          () => choose(random, history),
        ));
      context.meet();
      return plans.map((commands): Recorded => {
        const words = commands.map((one) => placed(history, one));
        const called = Atomics.add(moments, 0, 1);
        const values = run(words);
        const returned = Atomics.add(moments, 0, 1);
        const replies = values.map((value, i) => comparable(words[i], value));
        return { commands, replies, called, returned };
      });
    });
  },
};
