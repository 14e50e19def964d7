import { assert, assertEquals, assertRejects } from "@std/assert";
import { HandleError, SharedMap, type SharedMapOptions } from "../../mod.ts";
import type { WorkerContext } from "../testing/role.ts";

type Numbers = SharedMap<string, number>;
const NUMBERS: SharedMapOptions<string, number> = {
  value: "number",
  maxBytes: 2 ** 20,
};

/** What tells one map from another. */
function identify(map: Numbers): number {
  map.getOrInsert("identity", 1 + Math.floor(Math.random() * (2 ** 31 - 1)));
  return map.get("identity")!;
}

/** Dates, in milliseconds since 1970. */
export const DATES = {
  name: "date",
  encode: (date: Date) =>
    new Uint8Array(new BigInt64Array([BigInt(+date)]).buffer),
  decode: (bytes: Uint8Array) =>
    new Date(Number(new BigInt64Array(bytes.slice().buffer)[0])),
};

export const roles = {
  /** Opens a name together with the others, adds, and stays until all are here. */
  async opener(
    context: WorkerContext,
    { name, additions }: { name: string; additions: number },
  ): Promise<{ identity: number; sum: number }> {
    await context.meetAsync();
    using map: Numbers = await SharedMap.open(name, NUMBERS);
    for (let i = 0; i < additions; i++) map.increment("sum");
    await context.meetAsync();
    const sum = map.get("sum")!;
    const identity = identify(map);
    await context.meetAsync();
    return { identity, sum };
  },

  /** Comes and goes; whenever two are here, they have the same map. */
  async visitor(
    context: WorkerContext,
    { name, visits, present }: {
      name: string;
      visits: number;
      present: Int32Array;
    },
  ): Promise<void> {
    for (let i = 0; i < visits; i++) {
      using map: Numbers = await SharedMap.open(name, NUMBERS);
      const identity = identify(map);
      Atomics.store(present, context.index, identity);
      for (const other of present.keys()) {
        const seen = Atomics.load(present, other);
        assert(seen === 0 || seen === identity, `${seen} beside ${identity}`);
      }
      if (context.random.below(2) === 0) await context.rest();
      Atomics.store(present, context.index, 0);
    }
  },

  /** Holds a name until it is told to stop; returns what it found. */
  async holder(
    context: WorkerContext,
    name: string,
  ): Promise<number | undefined> {
    using map: Numbers = await SharedMap.open(name, NUMBERS);
    const found = map.get("found");
    map.set("held", 1);
    while (!context.stopped) await context.rest();
    return found;
  },

  /** Holds a name and is so busy that it hardly ever answers. */
  async busyHolder(context: WorkerContext, name: string): Promise<void> {
    using map: Numbers = await SharedMap.open(name, NUMBERS);
    map.set("held", 1);
    while (!context.stopped) {
      for (const end = Date.now() + 150; Date.now() < end;) map.increment("n");
      await context.rest();
    }
  },

  /** Opens a name with codecs that its map does not have. */
  async stranger(_context: WorkerContext, name: string): Promise<void> {
    await assertRejects(() => SharedMap.open(name), HandleError);
    await assertRejects(
      () => SharedMap.open(name, { key: "number", value: "number" }),
      HandleError,
    );
  },

  /** Attaches to a map with codecs of its own, from the handle that came with the call. */
  attacher(context: WorkerContext): void {
    const map = context.attach<number, Date>({ value: DATES });
    assertEquals(map.get(1), new Date(1_000));
    map.set(2, new Date(2_000));
  },
};
