/**
 * Snapshots on disk: how long a dump, a delta and a restore take, beside writing
 * and reading a file of that size; and what the writers of the map feel of a dump.
 *
 * ```sh
 * deno run --allow-read --allow-write bench/snapshots.ts 1000000
 * ```
 */
import {
  restoreSnapshot,
  SharedMap,
  SnapshotWriter,
  writeSnapshot,
} from "../mod.ts";

const entries = Number(Deno.args[0] ?? 1e6);
const directory = Deno.makeTempDirSync({ prefix: "epochmap-bench-" });
const maxBytes = 2 ** 32;

function keyOf(i: number): string {
  return `key:${String((i * 2654435761) % 1e8 | 0).padStart(8, "0")}`;
}

function newMap(): SharedMap<string, number> {
  return SharedMap.create({ value: "number", maxBytes });
}

function show(what: string, ms: number, count: number, bytes: number): void {
  const rate = (count / ms / 1e3).toFixed(2).padStart(6);
  const speed = (bytes / ms / 1e3).toFixed(0).padStart(5);
  console.log(
    `${what.padEnd(34)} ${
      ms.toFixed(0).padStart(6)
    } ms ${rate} M entries/s ${speed} MB/s`,
  );
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const began = performance.now();
  const result = await work();
  return [result, performance.now() - began];
}

/** Latencies of single writes for a while, in microseconds. */
function latencies(map: SharedMap<string, number>, ms: number): string {
  const samples: number[] = [];
  const end = performance.now() + ms;
  for (let i = 0; performance.now() < end; i++) {
    const key = keyOf((i * 7919) % entries);
    const began = performance.now();
    map.set(key, i);
    samples.push((performance.now() - began) * 1e3);
  }
  samples.sort((a, b) => a - b);
  const at = (share: number) =>
    samples[Math.floor((samples.length - 1) * share)].toFixed(1);
  return `p50 ${at(0.5)}  p99 ${at(0.99)}  max ${at(1)} µs`;
}

const map = newMap();
for (let i = 0; i < entries; i++) map.set(keyOf(i), i * 1.5);

for (const compression of ["none", "zstd"] as const) {
  for (const run of ["first", "again"]) {
    const options = { compression, keep: 1 };
    const [info, ms] = await timed(() =>
      writeSnapshot(map, directory, options)
    );
    show(`dump, ${compression}, ${run}`, ms, entries, info.bytes);
  }
  for (const run of ["first", "again"]) {
    using restored = newMap();
    const [info, ms] = await timed(() => restoreSnapshot(restored, directory));
    show(`restore, ${compression}, ${run}`, ms, entries, info!.bytes);
  }
}

const raw = new Uint8Array(28 * entries).fill(7);
const [, writing] = await timed(async () => {
  using file = await Deno.create(`${directory}/raw`);
  for (let at = 0; at < raw.length; at += 2 ** 18) {
    await file.write(raw.subarray(at, at + 2 ** 18));
  }
  await file.sync();
});
show("the file alone: write and fsync", writing, entries, raw.length);
const [, reading] = await timed(() => Deno.readFile(`${directory}/raw`));
show("the file alone: read", reading, entries, raw.length);

const writer = new SnapshotWriter(map, { directory, interval: 1e9, keep: 1 });
await writer.write();
for (const share of [0, 0.001, 0.01, 0.1, 0.3]) {
  for (let i = 0; i < entries * share; i++) {
    map.set(keyOf((i * 7919) % entries), -i);
  }
  map.increment("one more");
  const info = await writer.write();
  const what = `${info.kind} with ${share * 100} % changed`;
  show(what, writer.stats.lastMs, info.records, info.bytes);
}

latencies(map, 500);
console.log(`a write, alone:          ${latencies(map, 1000)}`);
const other = new SnapshotWriter(map, { directory, interval: 1e9 });
await other.start();
const done = other.write();
await new Promise((resolve) => setTimeout(resolve, 20));
console.log(`a write, during a dump:  ${latencies(map, entries / 4000)}`);
await done;
await writer.stop();
await other.stop();
map.close();
Deno.removeSync(directory, { recursive: true });
