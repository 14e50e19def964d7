/** Counts its runs in a map that is kept in a directory, and says which permissions it has. */
import { SharedMap, SnapshotWriter } from "../../mod.ts";

const [directory, other] = Deno.args;
{
  await using map = await SharedMap.open<string, number>("runs", {
    maxBytes: 2 ** 20,
    persist: { directory, interval: 1e6 },
  });
  map.increment("runs");
  await map.flush();
  await using writer = new SnapshotWriter(map, {
    directory: other,
    interval: 1e6,
  });
  const { entries } = await writer.write();
  console.log(`run ${map.get("runs")}, ${entries} entry`);
}
const names = ["read", "write", "net", "env", "run", "sys", "ffi"] as const;
const states = names.map((name) => Deno.permissions.querySync({ name }).state);
const granted = names.filter((_, i) => states[i] === "granted");
console.log(`granted for everything: ${granted.join() || "none"}`);
