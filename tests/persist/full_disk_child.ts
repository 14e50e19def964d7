/**
 * Writes an epoch that fits a limit on the size of files, then one that does not.
 *
 * @module
 */
import {
  listSnapshots,
  restoreSnapshot,
  SharedMap,
  SnapshotError,
  SnapshotWriter,
  writeSnapshot,
} from "../../mod.ts";

const [directory] = Deno.args;
using map = SharedMap.create<string, string>();
map.set("small", "x");
await writeSnapshot(map, directory);
for (let i = 0; i < 1000; i++) map.set(`key ${i}`, "x".repeat(1000));
const outcomes = [
  await writeSnapshot(map, directory).catch((error) => error),
];
const writer = new SnapshotWriter(map, { directory, interval: 1e6 });
outcomes.push(await writer.write().catch((error) => error));
for (const outcome of outcomes) {
  const isRight = outcome instanceof SnapshotError &&
    outcome.path?.startsWith(directory) &&
    outcome.reason === "the file would be larger than allowed";
  if (!isRight) throw new Error(`not the error expected: ${outcome}`);
}
await writer.stop().catch(() => {});
if ((await listSnapshots(directory)).length !== 1) throw new Error("epochs");
using other = SharedMap.create<string, string>();
await restoreSnapshot(other, directory);
if (other.get("small") !== "x" || map.size !== 1001) throw new Error("map");
