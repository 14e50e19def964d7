/**
 * Wave after wave of workers dies at random operations on shared words, while
 * others go on. Prints a report as JSON.
 *
 * `deno run --allow-read --config tests/crash/instrumented.json deaths.ts WAVES SEED`
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { eventually } from "../testing/eventually.ts";
import { inspectMemory } from "../testing/inspection.ts";
import { Random } from "../testing/random.ts";
import { COUNTERS, DeathLog, OWN_KEYS } from "./death_log.ts";
import { type Assignment, ownText, roles } from "./roles.ts";
import type { Task } from "./survivor.ts";
import type { Value } from "./text.ts";

const SURVIVORS = 2;
const WAVE = 24;
/** The latest step at which a victim dies; of a recovery, for those that recover others. */
const LATEST = 30_000;
const LATEST_RECOVERING = 12_000;
/** Refs of the largest record that a victim writes, and of the largest table. */
const MOST_LOST = 4_096;

const [waves, seed] = Deno.args.map(Number);
const random = new Random(seed);
const map = SharedMap.create<string, Value>({ maxBytes: 64 * 2 ** 20 });
const log = new DeathLog(SURVIVORS + waves * WAVE);
const control = new Int32Array(new SharedArrayBuffer(4 * (1 + SURVIVORS)));
const problems: Promise<string | null>[] = [];

for (let index = 0; index < SURVIVORS; index++) startSurvivor(index);
const names = Object.keys(roles) as Assignment["role"][];
const deaths: Record<string, number> = {};
for (let wave = 0; wave < waves; wave++) await letDie(wave);
Atomics.store(control, 0, 1);
assertEquals(await Promise.all(problems), Array(SURVIVORS).fill(null));
await eventually(() => assertEquals(map.stats().participants, 1));
checkCounters();
const report = checkMemory();
const victims = Array.from({ length: waves * WAVE }, (_, i) => SURVIVORS + i);
const tickedAfterDeath =
  victims.filter((page) => log.tickedAfterDeath(page)).length;
const recovering = victims.filter((page) => log.diedRecovering(page)).length;
console.log(
  JSON.stringify({ deaths, tickedAfterDeath, recovering, ...report }),
);
Deno.exit();

function startSurvivor(index: number): void {
  const url = new URL("./survivor.ts", import.meta.url);
  const worker = new Worker(url, { type: "module", name: "survivor" });
  const answer = Promise.withResolvers<string | null>();
  worker.onmessage = ({ data }) => answer.resolve(data);
  problems.push(answer.promise);
  const task: Task = {
    handle: map.handle,
    log: log.buffer,
    page: index,
    seed: seed + index,
    control: control.buffer as SharedArrayBuffer,
    index,
  };
  worker.postMessage(task);
}

async function letDie(wave: number): Promise<void> {
  const pages = Array.from(
    { length: WAVE },
    (_, i) => SURVIVORS + wave * WAVE + i,
  );
  const workers = pages.map(startVictim);
  await eventually(() => {
    const living = pages.filter((page) => !log.isDead(page));
    assertEquals(living, [], "victims that do not die");
  });
  const before = [...control];
  await eventually(() => {
    const { participants, openSnapshots } = map.stats();
    assertEquals(participants, 1 + SURVIVORS, "the dead are not recovered");
    assert(openSnapshots <= SURVIVORS, "snapshots of the dead are open");
  });
  await eventually(() => {
    for (let i = 1; i <= SURVIVORS; i++) {
      assert(control[i] > before[i], `survivor ${i} stalls`);
    }
  });
  for (const worker of workers) worker.terminate();
  for (const page of pages) checkVictim(page);
}

function startVictim(page: number): Worker {
  const url = new URL("./victim.ts", import.meta.url);
  const worker = new Worker(url, { type: "module" });
  const role = names[page % names.length];
  const latest = role === "recovering" ? LATEST_RECOVERING : LATEST;
  const step = Math.ceil(latest ** random.fraction());
  deaths[role] = (deaths[role] ?? 0) + 1;
  worker.onerror = (event) => console.error(role, step, event.message);
  const assignment: Assignment = {
    role,
    handle: map.handle,
    log: log.buffer,
    page,
    step,
    seed: random.below(2 ** 31),
  };
  worker.postMessage(assignment);
  return worker;
}

/** What was acknowledged is there; what was under way is there or not. */
function checkVictim(page: number): void {
  const role = names[page % names.length];
  const unit = role === "writingLargeValues" ? 500 : 3;
  for (let key = 0; key < OWN_KEYS; key++) {
    const name = `v${page} ${key}`;
    const texts = log.allowed(page, key).map((version) =>
      version === 0 ? undefined : ownText(name, version, unit)
    );
    const text = map.take(name);
    assert(texts.includes(text as string), `${role}: ${name} is ${text}`);
  }
}

function checkCounters(): void {
  let [least, most, sum] = [0, 0, 0];
  for (let page = 0; page < SURVIVORS + waves * WAVE; page++) {
    least += log.done(page);
    most += log.started(page);
  }
  for (let i = 0; i < COUNTERS; i++) sum += Number(map.get(`counter ${i}`));
  assert(least <= sum && sum <= most, `${least} <= ${sum} <= ${most}`);
}

function checkMemory() {
  map.clear();
  for (let i = 0; i < 6; i++) map.snapshot().close();
  const { counters, leaks, lost } = inspectMemory(map.handle.buffer);
  assertEquals([...map], []);
  assertEquals(map.size, 0, "entries that are not there count");
  assertEquals(counters.entries, { counted: 0, real: 0 });
  assertEquals(map.stats().liveBytes, 0);
  assert(leaks.length <= 3 * waves * WAVE, `${leaks.length} leaks`);
  assert(lost <= MOST_LOST * waves * WAVE, `${lost} refs leaked`);
  for (let i = 0; i < 10_000; i++) map.set(`after ${i}`, `after ${i}`);
  for (let i = 0; i < 10_000; i++) {
    assertEquals(map.get(`after ${i}`), `after ${i}`);
  }
  return {
    leakedBlocks: leaks.length,
    leakedRefs: lost,
    migrations: map.stats().migrations,
    recoveries: map.stats().recoveries,
    counters,
  };
}
