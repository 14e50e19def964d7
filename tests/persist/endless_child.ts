/**
 * A process that restores a map, and then changes it and writes epochs until it is
 * killed, or the process that started it is. It prints each change number that is safely
 * on disk.
 *
 * @module
 */
import { restoreSnapshot, SharedMap, SnapshotWriter } from "../../mod.ts";

const encoder = new TextEncoder();
const [directory, compression] = Deno.args;
const map = SharedMap.create<string, number>({ value: "number" });
await restoreSnapshot(map, directory);
const writer = new SnapshotWriter(map, {
  directory,
  interval: 2 ** 30,
  keep: 2,
  compression: compression as "none" | "zstd",
});
for (let n = (map.get("first") ?? 0) + 1;; n++) {
  map.set("first", n);
  for (let i = 0; i < 500; i++) map.set(`copy ${i}`, n);
  map.set(`step ${n}`, n);
  map.delete(`step ${n - 3}`);
  if (n % 7 === 0) {
    for (let i = 0; i < 3000; i++) map.set(`ballast ${i}`, n);
  }
  map.set("last", n);
  await writer.write();
  // Fails when nobody is left to read it, which console.log() does not.
  Deno.stdout.writeSync(encoder.encode(`${n}\n`));
}
