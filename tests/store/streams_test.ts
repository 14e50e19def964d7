// Commands on streams, beside a Redis server.
import { type Random, seeded } from "../testing/random.ts";
import { compareWithRedis, type Words } from "./redis/compare.ts";
import { HAS_REDIS } from "./redis/server.ts";
import * as some from "./words.ts";

type Shape = (random: Random) => Words;

/** The greatest number of an ID. */
const MOST = "18446744073709551615";

const time = (r: Random) => String(r.below(30));

/** The ID of an entry, of few. */
function id(r: Random): string {
  return r.chance(0.1)
    ? r.pick(["x", "", "-", "+", "1-", "-1", "1-2-3", "007", `${MOST}0`, "0-0"])
    : r.pick([time(r), `${time(r)}-${r.below(4)}`, `${time(r)}-${r.below(4)}`]);
}

/** The ID of a new entry: often one that comes behind those that are there. */
function newId(r: Random): string {
  if (r.chance(0.1)) return r.pick([id(r), `${MOST}-${MOST}`, "*-*", "5-*-"]);
  return r.pick([`${time(r)}-*`, `${time(r)}-${r.below(9)}`]);
}

function bound(r: Random): string {
  if (r.chance(0.5)) return r.pick(["-", "+"]);
  return r.chance(0.2)
    ? r.pick([`(${id(r)}`, "(-", "(+", "(0", `(${MOST}`, `(${MOST}-${MOST}`])
    : id(r);
}

function fields(r: Random): string[] {
  return Array.from(
    { length: 1 + r.below(3) },
    () => [some.member(r), some.value(r)],
  ).flat();
}

function trimming(r: Random): string[] {
  const about = r.pick([[], ["="], ["~"]]);
  return r.pick([
    ["MAXLEN", ...about, r.pick(["0", "1", "5", "20", "-1", "x"])],
    ["MINID", ...about, id(r)],
    ["MAXLEN", "~", r.pick(["0", "5"]), "LIMIT", r.pick(["0", "1", "-1", "x"])],
    ["LIMIT", "5"],
    ["MAXLEN", "5", "LIMIT", "5"],
    ["MAXLEN", "5", "MINID", "5"],
    ["MAXLEN"],
  ]);
}

const count = (r: Random) =>
  some.maybe(r, ["COUNT", r.pick(["0", "1", "3", "-1", "x"])]);

/** A stream whose last ID is later than now: so `*` gives the same IDs everywhere. */
const FUTURE = "future";

const ENTRIES: readonly Shape[] = [
  (r) => ["XADD", some.key(r), newId(r), ...fields(r)],
  (r) => ["XADD", some.key(r), newId(r), ...fields(r)],
  (r) => ["XADD", some.key(r), newId(r), ...fields(r)],
  (r) => [
    "XADD",
    some.key(r),
    ...some.maybe(r, ["nomkstream"]),
    ...trimming(r),
    newId(r),
    ...fields(r),
  ],
  (r) => ["XADD", some.key(r), newId(r), ...r.pick([["a"], ["a", "b", "c"]])],
  (r) => ["XADD", FUTURE, "9999999999999-*", ...fields(r)],
  (r) => ["XLEN", some.key(r)],
  (r) => ["XRANGE", some.key(r), "-", "+"],
  (r) => ["XRANGE", some.key(r), bound(r), bound(r), ...count(r)],
  (r) => ["XREVRANGE", some.key(r), bound(r), bound(r), ...count(r)],
  (r) => ["XDEL", some.key(r), id(r), ...some.maybe(r, [id(r), id(r)])],
  (r) => ["XTRIM", some.key(r), ...trimming(r), ...some.maybe(r, ["X"])],
  (r) => [
    "XREAD",
    ...count(r),
    ...some.maybe(r, ["BLOCK", r.pick(["x", "-1"])]),
    ...some.maybe(r, [r.pick(["NOACK", "X"])]),
    ...some.maybe(r, ["GROUP", "g", "c"]),
    "STREAMS",
    some.key(r),
    some.key(r),
    r.pick(["$", ">", id(r), "0"]),
    ...r.pick([[], [r.pick(["$", id(r)])], ["0"], ["1"]]),
  ],
  (r) => ["XREAD", ...count(r), "STREAMS", some.key(r), id(r)],
  (r) => [
    "XSETID",
    some.key(r),
    r.pick([id(r), "20", "29-9"]),
    ...some.maybe(r, ["ENTRIESADDED", r.pick(["-1", "3", "100", "x"])]),
    ...some.maybe(r, ["MAXDELETEDID", r.pick(["0-0", id(r)])]),
    ...some.maybe(r, ["X"]),
  ],
  (r) => [
    r.pick(["OBJECT"]),
    "ENCODING",
    r.pick([FUTURE, FUTURE, "none"]),
  ],
  (r) => ["DEL", some.key(r)],
];

const group = (r: Random) => r.pick(["g", "g", "g", "group 2", "none"]);
const consumer = (r: Random) => r.pick(["c", "c", "d", "consumer \xff"]);
/** The keys of streams with groups: few, so that much is pending. */
const key = (r: Random) => r.pick(["a", "a", "a", "b"]);
const idle = (r: Random) => r.pick(["0", "0", "550000", "-5", "x"]);

const GROUPS: readonly Shape[] = [
  (r) => ["XADD", key(r), newId(r), ...fields(r)],
  (r) => ["XADD", key(r), newId(r), ...fields(r)],
  (r) => ["XADD", key(r), newId(r), ...fields(r)],
  (r) => ["XDEL", key(r), id(r)],
  (r) => ["XTRIM", key(r), "MAXLEN", r.pick(["3", "10", "10", "15"])],
  (r) => ["XSETID", key(r), "25", "ENTRIESADDED", "40", "MAXDELETEDID", id(r)],
  (r) => [
    "XGROUP",
    "CREATE",
    key(r),
    group(r),
    r.pick(["$", "0", "0", id(r)]),
    ...some.maybe(r, ["MKSTREAM"]),
    ...some.maybe(r, ["entriesread", r.pick(["-1", "3", "-2", "x"])]),
    ...some.maybe(r, ["X"]),
  ],
  (r) => [
    "XGROUP",
    "setid",
    key(r),
    group(r),
    r.pick(["$", "0", "-", "+", id(r)]),
    ...some.maybe(r, ["ENTRIESREAD", r.pick(["-1", "3", "-2", "x"])]),
    ...some.maybe(r, ["MKSTREAM"]),
  ],
  (r) => ["XGROUP", "DESTROY", key(r), r.pick(["group 2", "none", "g"])],
  (r) => ["XGROUP", "CREATECONSUMER", key(r), group(r), consumer(r)],
  (r) => ["XGROUP", "DELCONSUMER", key(r), group(r), consumer(r)],
  (r) => ["XGROUP", ...r.pick([["X"], ["CREATE", "a"], ["DESTROY", "a"]])],
  (r) => [
    "XREADGROUP",
    "GROUP",
    group(r),
    consumer(r),
    ...count(r),
    ...some.maybe(r, [r.pick(["NOACK", "X"])]),
    "STREAMS",
    ...r.pick([
      [key(r), ">"],
      [key(r), ">"],
      [key(r), r.pick(["0", id(r), "$"])],
      ["a", "b", ">", r.pick([">", "0"])],
      ["a", "a", ">", r.pick([">", "0"])],
      ["a", "b", ">"],
    ]),
  ],
  () => ["XREADGROUP", "GROUP", "g", "c", "COUNT", "2", "STREAMS", "a", ">"],
  () => ["XREADGROUP", "COUNT", "1", "COUNT", "2", "STREAMS", "a", ">"],
  (r) => ["XACK", key(r), group(r), id(r), ...some.maybe(r, [id(r), id(r)])],
  (r) => ["XPENDING", key(r), group(r)],
  (r) => [
    "XPENDING",
    key(r),
    group(r),
    ...some.maybe(r, ["IDLE", idle(r)]),
    bound(r),
    bound(r),
    r.pick(["0", "1", "3", "100", "-1", "x"]),
    ...some.maybe(r, [consumer(r)]),
    ...some.maybe(r, ["more"]),
  ],
  (r) => ["XPENDING", key(r), group(r), "-", "+", "100"],
  (r) => [
    "XCLAIM",
    key(r),
    group(r),
    consumer(r),
    idle(r),
    id(r),
    id(r),
    id(r),
    ...some.maybe(r, ["IDLE", r.pick(["1050000", "x"])]),
    ...some.maybe(r, ["TIME", r.pick(["99999999999999", "-1", "x"])]),
    ...some.maybe(r, ["RETRYCOUNT", r.pick(["7", "-1", "x"])]),
    ...some.maybe(r, [r.pick(["FORCE", "force", "X"])]),
    ...some.maybe(r, ["JUSTID"]),
    ...some.maybe(r, ["LASTID", id(r)]),
  ],
  (r) => [
    "XAUTOCLAIM",
    key(r),
    group(r),
    consumer(r),
    idle(r),
    bound(r),
    ...some.maybe(r, ["COUNT", r.pick(["1", "2", "100", "0", "-1", "x"])]),
    ...some.maybe(r, ["JUSTID"]),
    ...some.maybe(r, ["X"]),
  ],
  (r) => ["XINFO", "STREAM", key(r)],
  (r) => ["XINFO", "GROUPS", key(r)],
  (r) => ["XINFO", "CONSUMERS", key(r), group(r)],
  (r) => [
    "XINFO",
    "STREAM",
    key(r),
    r.pick(["FULL", "full", "X"]),
    ...some.maybe(r, ["COUNT", r.pick(["0", "1", "3", "-1", "x"])]),
    ...some.maybe(r, ["X"]),
  ],
  (r) => ["XINFO", ...r.pick([["X"], ["GROUPS"], ["STREAM"]])],
];

function mostly(shapes: readonly Shape[]) {
  return (random: Random) =>
    random.pick(random.chance(0.95) ? shapes : some.OTHERS)(random);
}

Deno.test({
  name: "commands on entries of streams reply as Redis does",
  ignore: !HAS_REDIS,
  fn: seeded((random) => compareWithRedis(random, 4000, mostly(ENTRIES))),
});

Deno.test({
  name: "commands on groups of consumers reply as Redis does",
  ignore: !HAS_REDIS,
  fn: seeded((random) => compareWithRedis(random, 4000, mostly(GROUPS))),
});

Deno.test({
  name: "commands on streams in transactions reply as Redis does",
  ignore: !HAS_REDIS,
  fn: seeded((random) =>
    compareWithRedis(random, 2000, mostly([...ENTRIES, ...GROUPS]), 7)
  ),
});
