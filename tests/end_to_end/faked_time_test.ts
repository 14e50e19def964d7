// The background work of a map goes on while the program has a clock that stands still,
// and timers that fire when a test says so.
import { assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { stub } from "@std/testing/mock";
import { FakeTime } from "@std/testing/time";
import {
  HandleError,
  listSnapshots,
  MapFullError,
  SharedMap,
  SnapshotWriter,
} from "../../mod.ts";
import { Participant } from "../../src/reclamation/participant.ts";
import { Segment } from "../../src/segment/segment.ts";
import { sleep } from "../../src/timers.ts";
import { Crew } from "../testing/crew.ts";
import { Folder, Home } from "../testing/folder.ts";
import { eventually } from "../testing/eventually.ts";
import { SEED } from "../testing/random.ts";
import { Gate } from "./gate.ts";
import type { roles } from "./rendezvous_roles.ts";

const SCRIPT = new URL("./rendezvous_roles.ts", import.meta.url);
const maxBytes = 2 ** 20;

/** Runs a test with time that is faked in every way. */
async function withFakeTime(test: (time: FakeTime) => Promise<void>) {
  using time = new FakeTime(1_700_000_000_000);
  using _ = stub(performance, "now", () => 0);
  await test(time);
}

Deno.test("under fake time entries expire by it, and are swept all the same", async () => {
  await withFakeTime(async (time) => {
    using map = SharedMap.create<string, number>({ maxBytes });
    map.set("short", 1, { ttl: 5_000 }).set("long", 2, { ttl: 3_600_000 });
    time.tick(4_999);
    await sleep(1_000); // what there is of rounds goes by, and sweeps nothing
    assertStrictEquals(map.get("short"), 1);
    assertStrictEquals(map.size, 2);
    time.tick(1);
    assertStrictEquals(map.get("short"), undefined);
    await eventually(() => map.size === 1);
    assertStrictEquals(map.stats().expired, 1);
    assertStrictEquals(map.ttl("long"), 3_595_000);
  });
});

Deno.test("under fake time the dead are found", async () => {
  await withFakeTime(async () => {
    using map = SharedMap.create<string, number>({ maxBytes });
    const segment = Segment.attach(map.handle);
    Participant.join(segment, 2 ** 30); // there is no such lock
    map.set("a", 1);
    await eventually(() => map.stats().recoveries === 1);
    assertStrictEquals(map.stats().participants, 1);
  });
});

Deno.test("under fake time SharedMap.open() finds others, and gives up on those that do not answer", async () => {
  await withFakeTime(async () => {
    const name = "in fake time";
    using gate = new Gate();
    await using crew = new Crew<typeof roles>(
      SCRIPT,
      { buffer: new SharedArrayBuffer(0) },
      SEED,
    );
    void crew.add("deaf", 1, { name, gate: gate.word });
    await crew.start();
    await eventually(() => gate.isClosed);
    await assertRejects(
      () => SharedMap.open(name, { timeout: 300 }),
      HandleError,
      "no answer for 300 ms",
    );
    const opening = SharedMap.open<string, number>(name, { value: "number" });
    gate.open();
    using map = await opening;
    assertStrictEquals(map.get("held"), 1);
  });
});

Deno.test("under fake time a full map waits for memory that others still read no longer than ever", async () => {
  await withFakeTime(async () => {
    using map = SharedMap.create<string, string>({ maxBytes, onFull: "evict" });
    using reader = SharedMap.attach<string, string>(map.handle);
    using _ = reader.pin();
    assertThrows(() => {
      for (let i = 0; i < 20_000; i++) map.set(`${i}`, "x".repeat(100));
    }, MapFullError);
    await sleep(0);
  });
});

Deno.test("under fake time maps are written", async () => {
  await using kept = new Home();
  using folder = new Folder();
  await withFakeTime(async () => {
    {
      using map = SharedMap.create<string, number>({ maxBytes });
      const directory = folder.path;
      await using writer = new SnapshotWriter(map, { directory, interval: 20 });
      await writer.start();
      map.set("a", 1);
      await eventually(async () => (await listSnapshots(directory)).length > 0);
    }
    const persist = { directory: kept.path, interval: 20 };
    using map = await SharedMap.open<string, number>("written in fake time", {
      maxBytes,
      persist,
    });
    map.set("a", 1);
    await eventually(async () => (await listSnapshots(kept.path)).length > 0);
  });
});

Deno.test("SharedMap.snapshot() opens under a clock that goes on each time it is asked", () => {
  let time = 1_700_000_000_000;
  using _ = stub(Date, "now", () => time++);
  using map = SharedMap.create<string, number>({ maxBytes });
  map.set("a", 1, { ttl: 1e9 });
  using snapshot = map.snapshot();
  assertStrictEquals(snapshot.get("a"), 1);
});
