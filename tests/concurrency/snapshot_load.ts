/**
 * Snapshots that another worker keeps open, or opens and closes, beside what a test is
 * about. What holds without snapshots must hold beside them.
 *
 * @module
 */
import type { SharedMapHandle } from "../../mod.ts";
import type { Run } from "../testing/in_crews.ts";
import type { roles } from "./snapshot_load_roles.ts";

/** What another worker does with snapshots beside the test's own workers. */
export type SnapshotLoad =
  | "alone"
  | "beside an open snapshot"
  | "beside snapshots that come and go";

/** Each of them. */
export const SNAPSHOT_LOADS: readonly SnapshotLoad[] = [
  "alone",
  "beside an open snapshot",
  "beside snapshots that come and go",
];

/** Puts the load on a map until it is disposed of. */
export async function runSnapshotLoad(
  load: SnapshotLoad,
  run: Run,
  handle: SharedMapHandle,
): Promise<AsyncDisposable> {
  const script = new URL("./snapshot_load_roles.ts", import.meta.url);
  const crew = run.crew<typeof roles>(script, handle);
  if (load === "alone") return crew;
  const role = load === "beside an open snapshot" ? "keeper" : "opener";
  const done = crew.add(role, 1, undefined);
  await crew.start();
  return {
    async [Symbol.asyncDispose]() {
      crew.stop();
      const [seen] = await done.finally(() => crew[Symbol.asyncDispose]());
      if (seen === 0) throw new Error("No snapshot was ever opened");
    },
  };
}
