import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
} from "@std/assert";
import { stub } from "@std/testing/mock";
import { SharedMap } from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { ticker } from "../../src/map/background.ts";
import { jobsOf } from "../../src/map/background_jobs.ts";
import {
  type Job,
  type Round,
  sooner,
  type Urgency,
} from "../../src/map/job.ts";
import { Maintenance } from "../../src/map/maintenance.ts";
import { MapTime } from "./map_time.ts";

/** A map whose own timers are off. */
function quietMap() {
  const map = SharedMap.create<string, string>({ maxBytes: 2 ** 20 });
  const attachment = attachmentOf(map);
  ticker.delete(attachment.resident!);
  return { map, attachment, [Symbol.dispose]: () => map.close() };
}

/** A job that notes its rounds. */
class Noted implements Job {
  readonly rounds: Round[] = [];
  constructor(readonly name = "noted", public urgency: Urgency = "later") {}

  run(round: Round): Urgency {
    this.rounds.push(round);
    return this.urgency;
  }
}

Deno.test("jobsOf() is the list of what an attachment does in the background", () => {
  using of = quietMap();
  assertEquals(jobsOf(of.attachment).map(({ name }) => name), [
    "heal what was cut short",
    "adopt estates",
    "collect",
    "lower the reserve",
    "tidy the table",
    "tidy what depends on it",
    "sweep what has expired",
    "note the counts",
    "look at the clock",
  ]);
});

Deno.test("what depends on an attachment is tidied in rounds at work", () => {
  using of = quietMap();
  let count = 0;
  const dependent = { tidy: () => count++, close() {} };
  of.attachment.dependents.add(dependent);
  of.attachment.dependents.add({ close() {} });
  const job = jobsOf(of.attachment).find(({ name }) =>
    name === "tidy what depends on it"
  )!;
  job.run("at rest");
  assertStrictEquals(count, 0);
  job.run("at work");
  assertStrictEquals(count, 1);
  of.attachment.dependents.delete(dependent);
});

Deno.test("sooner() is the more urgent one", () => {
  const all: Urgency[] = ["soon", "later", "when something happens"];
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      assertStrictEquals(sooner(all[i], all[j]), all[Math.min(i, j)]);
    }
  }
});

Deno.test("Maintenance.tick() goes through all jobs in their order", () => {
  using of = quietMap();
  const names: string[] = [];
  const job = (name: string): Job => ({
    name,
    run() {
      names.push(name);
      return "when something happens";
    },
  });
  const jobs = ["a", "b", "c"].map(job);
  new Maintenance(of.attachment, jobs).tick();
  assertEquals(names, ["a", "b", "c"]);
});

Deno.test("Maintenance.tick() is at work after a write, once more, and at every tenth rest", () => {
  using of = quietMap();
  const job = new Noted();
  const maintenance = new Maintenance(of.attachment, [job]);
  const rounds = (count: number) => {
    job.rounds.length = 0;
    for (let i = 0; i < count; i++) maintenance.tick();
    return job.rounds.map((round) => round === "at work" ? "w" : "r").join("");
  };
  assertStrictEquals(rounds(22), "wwrrrrrrrrwwrrrrrrrrww");
  of.map.set("a", "1");
  assertStrictEquals(rounds(5), "wwrrr");
  of.map.set("a", "2"); // the first version is retired
  assertStrictEquals(rounds(2), "ww");
  of.attachment.participant.collectAll();
  assertStrictEquals(rounds(4), "wwrr", "something was freed");
});

Deno.test("Maintenance.tick() rests after three rounds without work, as long as the most urgent job lets it", () => {
  using time = new MapTime();
  using of = quietMap();
  const jobs = [new Noted("a", "when something happens"), new Noted("b")];
  const maintenance = new Maintenance(of.attachment, jobs);
  const tick = () => {
    const urgency = maintenance.tick();
    maintenance.takesLook();
    time.tick(1000);
    return urgency;
  };
  const ticks = (count: number) => Array.from({ length: count }, tick);
  assertEquals(ticks(5), ["soon", "soon", "soon", "later", "later"]);
  jobs[1].urgency = "when something happens";
  assertStrictEquals(tick(), "when something happens");
  jobs[0].urgency = "soon";
  assertStrictEquals(tick(), "soon");
  jobs[0].urgency = "when something happens";
  of.map.set("a", "1");
  assertEquals(ticks(4), ["soon", "soon", "soon", "when something happens"]);
});

Deno.test("Maintenance.tick() does not rest for long before a look for the dead has followed what was written", () => {
  using time = new MapTime();
  using of = quietMap();
  const maintenance = new Maintenance(of.attachment, []);
  of.map.set("a", "1");
  for (let i = 0; i < 4; i++) maintenance.tick();
  assertStrictEquals(maintenance.tick(), "later");
  time.tick(1000);
  assert(maintenance.takesLook());
  assertFalse(maintenance.takesLook(), "one look a turn");
  assertStrictEquals(maintenance.tick(), "when something happens");
  using other = SharedMap.attach<string, string>(of.map.handle);
  other.set("b", "1");
  assertStrictEquals(maintenance.tick(), "later", "another one wrote");
});

Deno.test("Maintenance.tick() does nothing in a worker that is being stopped", () => {
  using of = quietMap();
  const job = new Noted();
  const maintenance = new Maintenance(of.attachment, [job]);
  const { participant } = of.attachment;
  participant.pin(); // as an operation leaves it
  assertStrictEquals(maintenance.tick(), "soon");
  assertEquals(job.rounds, []);
  maintenance.tick();
  assertEquals(job.rounds.length, 1, "it lives");
  assertFalse(participant.isStopped);
});

Deno.test("The ticker calls a job as often as it asks to be called", () => {
  using time = new MapTime();
  using of = quietMap();
  const job = new Noted("mine", "soon");
  const maintenance = new Maintenance(of.attachment, [job]);
  ticker.add(maintenance);
  const calls = (ms: number) => {
    const before = job.rounds.length;
    time.tick(ms);
    return job.rounds.length - before;
  };
  calls(10_000);
  assert(calls(10_000) >= 50, "soon: every 200 ms");
  job.urgency = "later";
  calls(10_000);
  const later = calls(10_000);
  assert(
    later >= 4 && later <= 8,
    `later: every 2 s, and the heartbeat: ${later}`,
  );
  job.urgency = "when something happens";
  calls(10_000);
  const resting = calls(20_000);
  assert(resting >= 3 && resting <= 4, `the heartbeat alone: ${resting}`);
  ticker.delete(maintenance);
});

// ---- the jobs -----------------------------------------------------------------------------------

function job(of: ReturnType<typeof quietMap>, name: string): Job {
  const found = jobsOf(of.attachment).find((one) => one.name === name);
  assert(found !== undefined, name);
  return found;
}

Deno.test('"adopt estates" asks for a round of work if there was one', () => {
  using of = quietMap();
  const adopt = job(of, "adopt estates");
  assertStrictEquals(adopt.run("at rest"), "when something happens");
  const other = SharedMap.attach<string, string>(of.map.handle);
  other.set("a", "1");
  {
    using _ = of.map.pin();
    other.set("a", "2");
    other.close();
  }
  assertStrictEquals(adopt.run("at rest"), "soon");
  assert(of.attachment.participant.hasRetired);
});

Deno.test('"collect" looks at rest only after what snapshots keep', () => {
  using of = quietMap();
  const collect = job(of, "collect");
  of.map.set("a", "1");
  const snapshot = of.map.snapshot();
  of.map.set("a", "2");
  assertStrictEquals(collect.run("at rest"), "later");
  snapshot.close();
  for (let i = 0; i < 3; i++) collect.run("at rest");
  assertStrictEquals(collect.run("at rest"), "when something happens");
  assertStrictEquals(of.map.stats().heldVersions, 0);
});

Deno.test('"sweep what has expired" comes more often while something does', () => {
  let now = 1e6;
  using _ = stub(Date, "now", () => now);
  using time = new MapTime();
  using of = quietMap();
  const sweep = job(of, "sweep what has expired");
  assertStrictEquals(sweep.run("at rest"), "when something happens");
  of.map.set("a", "1", { ttl: 10 });
  assertStrictEquals(sweep.run("at rest"), "later");
  now += 11;
  time.tick(1000);
  assertStrictEquals(sweep.run("at rest"), "soon");
  assertStrictEquals(of.map.size, 0);
  assertStrictEquals(sweep.run("at rest"), "later", "it is not its turn yet");
});
