import { partsOf } from "../../src/api/shared_map.ts";
import { DirectSpace } from "../../src/store/space.ts";
import { SharedStore } from "../../src/store/mod.ts";
import type { WorkerContext } from "../testing/role.ts";
import { anyLimits } from "./limits.ts";
import { answerOf } from "./redis/compare.ts";

/** The lists that elements are moved between. */
export const LISTS = ["one", "two", "three"];
/** The keys that are set together. */
export const TOGETHER = ["t1", "t2", "t3", "t4"];
export const JOBS = "jobs";
export const STREAM = "stream";
export const GROUP = "group";
const END = "end";

export const roles = {
  /** Adds to one string, one field, one score and one bit field. */
  adder(context: WorkerContext, times: number): void {
    using store = SharedStore.attach(context.handle);
    for (let i = 0; i < times; i++) {
      store.incr("count");
      store.hincrby("hash", "count", 1);
      store.zincrby("scores", 1, "count");
      store.bitfield("bits", ["incrby", "u32", "#1", 1]);
      store.append("text", "x");
    }
  },

  /** Moves elements from list to list. */
  mover({ handle, random }: WorkerContext, times: number): void {
    using store = SharedStore.attach(handle);
    for (let i = 0; i < times; i++) {
      const from = random.pick(LISTS);
      const to = random.pick(LISTS);
      if (random.chance(0.5)) store.rpoplpush(from, to);
      else store.lmove(from, to, "left", "right");
    }
  },

  /**
   * Puts elements of its own into large collections, and takes some out, its own or not; returns
   * what it took out of the queue, and of the sorted set.
   */
  gardener(
    context: WorkerContext,
    times: number,
  ): { queue: string[]; scores: string[] } {
    const { index, random } = context;
    const map = context.attach<string, unknown>();
    const space = new DirectSpace(partsOf(map), anyLimits(random));
    const run = (...words: string[]) => answerOf(space, words);
    const queue: string[] = [];
    const scores: string[] = [];
    for (let i = 0; i < times; i++) {
      const own = `${index}:${i}`;
      run(random.pick(["LPUSH", "RPUSH"]), "queue", own);
      if (i % 2 === 0) queue.push(run("RPOPLPUSH", "queue", "done") as string);
      run("SADD", "members", own);
      if (i % 3 === 0) run("SREM", "members", own);
      run("HSET", "fields", own, own);
      run("HINCRBY", "fields", "count", "1");
      if (i % 3 === 0) run("HDEL", "fields", own);
      run("ZADD", "scores", `${random.below(100)}`, own);
      if (i % 2 === 0) scores.push((run("ZPOPMIN", "scores") as string[])[0]);
    }
    return { queue, scores };
  },

  /** Adds members that others add, too; returns how many were new. */
  joiner({ handle, random }: WorkerContext, members: number): number {
    using store = SharedStore.attach(handle);
    let added = 0;
    for (let i = 0; i < members; i++) {
      added += store.sadd("set", random.below(members), random.below(members));
    }
    return added;
  },

  /** Takes members until there is none; returns what it has taken. */
  taker({ handle }: WorkerContext, _input: undefined): string[] {
    using store = SharedStore.attach(handle);
    const taken: string[] = [];
    for (let one; (one = store.spop("bag")) !== undefined;) taken.push(one);
    return taken;
  },

  /** Sets several keys to one value, in one command or in one transaction. */
  setter({ handle, index, random }: WorkerContext, times: number): void {
    using store = SharedStore.attach(handle);
    for (let i = 0; i < times; i++) {
      const value = `${index} ${i}`;
      if (random.chance(0.5)) store.mset(TOGETHER.map((key) => [key, value]));
      else {
        store.transaction((tx) => {
          for (const key of TOGETHER) tx.set(key, value);
        });
      }
    }
  },

  /** Throws if it sees them differ; returns how often it looked. */
  reader(context: WorkerContext, _input: undefined): number {
    using store = SharedStore.attach(context.handle);
    let looks = 0;
    while (!context.stopped) {
      const values = store.mget(...TOGETHER);
      const isOne = values.every((value) => value === values[0]);
      if (!isOne) throw new Error(`MGET saw ${JSON.stringify(values)}`);
      looks++;
    }
    return looks;
  },

  /** Takes jobs as they come, until the end comes; returns them. */
  async worker(
    { handle }: WorkerContext,
    _input: undefined,
  ): Promise<string[]> {
    using store = SharedStore.attach(handle);
    const done: string[] = [];
    for (;;) {
      const [, job] = (await store.blpop(JOBS))!;
      if (job === END) return done;
      done.push(job);
    }
  },

  /** Adds entries to the stream, and an end for each consumer when all have been added. */
  async producer(
    context: WorkerContext,
    { entries, consumers }: { entries: number; consumers: number },
  ): Promise<void> {
    const { index, random } = context;
    using store = SharedStore.attach(context.handle);
    for (let i = 0; i < entries; i++) {
      store.xadd(STREAM, { entry: `${index}:${i}` });
      if (random.chance(0.1)) await context.rest();
    }
    await context.meetAsync();
    if (index > 0) return;
    for (let i = 0; i < consumers; i++) store.xadd(STREAM, { entry: END });
  },

  /** Reads entries for a group, until an end comes; acknowledges most, and returns all. */
  async consumer(
    { handle, index, random }: WorkerContext,
    _input: undefined,
  ): Promise<{ read: string[]; kept: string[] }> {
    using store = SharedStore.attach(handle);
    const read: string[] = [];
    const kept: string[] = [];
    for (;;) {
      const count = 1 + random.below(4);
      const [{ entries }] = await store.xreadgroup(
        GROUP,
        `consumer ${index}`,
        { [STREAM]: ">" },
        { count, block: {} },
      );
      let ends = 0;
      for (const { fields: [[, entry]], id } of entries) {
        if (entry === END) ends++;
        else read.push(entry);
        if (entry !== END && random.chance(0.3)) kept.push(id);
        else store.xack(STREAM, GROUP, id);
      }
      for (let i = 1; i < ends; i++) store.xadd(STREAM, { entry: END }); // another's
      if (ends > 0) return { read, kept };
    }
  },

  /** Puts jobs in, and an end for each worker when all are done with it. */
  async boss(
    context: WorkerContext,
    { jobs, workers }: { jobs: number; workers: number },
  ): Promise<void> {
    using store = SharedStore.attach(context.handle);
    for (let i = 0; i < jobs; i++) {
      store.rpush(JOBS, `${context.index}:${i}`);
      if (context.random.chance(0.1)) await context.rest();
    }
    await context.meetAsync();
    if (context.index > 0) return;
    for (let i = 0; i < workers; i++) store.rpush(JOBS, END);
  },
};
