// Workers that find each other's maps, by name or by handle.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { HandleError, SharedMap } from "../../mod.ts";
import { Crew } from "../testing/crew.ts";
import { eventually } from "../testing/eventually.ts";
import { SEED } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { DATES, type roles } from "./open_roles.ts";

const SCRIPT = new URL("./open_roles.ts", import.meta.url);
const NOTHING = { buffer: new SharedArrayBuffer(0) };

/** Workers that find their maps by themselves. */
function newCrew(): Crew<typeof roles> {
  return new Crew(SCRIPT, NOTHING, SEED);
}

function open(name: string): Promise<SharedMap<string, number>> {
  return SharedMap.open(name, { value: "number", maxBytes: 2 ** 20 });
}

Deno.test("SharedMap.open() makes one map when many workers open a name at once", async () => {
  await using crew = newCrew();
  const [workers, additions] = [6, 1_000];
  const openers = crew.add("opener", workers, { name: "one", additions });
  await crew.start();
  const found = await openers;
  assertEquals(new Set(found.map(({ identity }) => identity)).size, 1);
  for (const { sum } of found) assertEquals(sum, workers * additions);
});

Deno.test("SharedMap.open() never makes two maps of one name, however workers come and go", async () => {
  await using crew = newCrew();
  const present = new Int32Array(new SharedArrayBuffer(4 * 4));
  const visits = 25 * SCALE;
  const visitors = crew.add("visitor", 4, { name: "busy", visits, present });
  await crew.start();
  await visitors;
});

Deno.test("SharedMap.open() makes two maps of two names", async () => {
  using one = await open("first");
  using other = await open("second");
  one.set("a", 1);
  assertEquals(other.get("a"), undefined);
});

Deno.test("SharedMap.open() joins the map of the same worker", async () => {
  using one = await open("twice");
  using other = await open("twice");
  one.set("a", 1);
  assertEquals(other.get("a"), 1);
});

Deno.test("SharedMap.open() makes a map anew when its holders are gone", async () => {
  const before = await open("gone");
  before.set("a", 1);
  before.close();
  using after = await open("gone");
  assertEquals(after.get("a"), undefined);
});

Deno.test("SharedMap.open() is answered by others when the creator has left", async () => {
  await using crew = newCrew();
  const creator = await open("left");
  creator.set("found", 7);
  const holder = crew.add("holder", 1, "left");
  await crew.start();
  await eventually(() => assertEquals(creator.get("held"), 1));
  creator.close();
  using late = await open("left");
  assertEquals(late.get("found"), 7);
  crew.stop();
  assertEquals(await holder, [7]);
});

Deno.test("SharedMap.open() makes a map anew when its holder was terminated", async () => {
  await using crew = newCrew();
  void crew.add("holder", 1, "killed");
  await crew.start();
  const before = await open("killed");
  await eventually(() => assertEquals(before.get("held"), 1));
  before.close();
  crew.terminate();
  for (;;) {
    // The lock of the dead goes a moment after it.
    using after = await open("killed");
    if (after.get("held") === undefined) break;
  }
});

Deno.test("SharedMap.open() waits for a holder that is busy", async () => {
  await using crew = newCrew();
  void crew.add("busyHolder", 1, "occupied");
  await crew.start();
  for (let i = 0; i < 3; i++) {
    using map = await open("occupied");
    await eventually(() => assert(map.get("held") === 1));
  }
});

Deno.test("SharedMap.open() refuses a map with other codecs, in any worker", async () => {
  using map = await open("numbers");
  map.set("a", 1);
  await assertRejects(() => SharedMap.open("numbers"), HandleError);
  await using crew = newCrew();
  const strangers = crew.add("stranger", 2, "numbers");
  await crew.start();
  await strangers;
  assertEquals([...map], [["a", 1]]);
});

Deno.test("SharedMap.attach() takes the handle that postMessage() brought", async () => {
  using map = SharedMap.create<number, Date>({ key: "number", value: DATES });
  map.set(1, new Date(1_000));
  await using crew = new Crew<typeof roles>(SCRIPT, map.handle, SEED);
  const attacher = crew.add("attacher", 1, undefined);
  await crew.start();
  await attacher;
  assertEquals(map.get(2), new Date(2_000));
});
