/**
 * Starting the workers of this layer.
 *
 * Their code is a text in a module, so it is there wherever the module is. No file is read for it,
 * and nothing is fetched: a program would need permissions for that which it needs for nothing
 * else, and a bundled or compiled program would not find the file.
 *
 * A worker has modules of its own, as any thread has, and these come from the text. It shares
 * nothing with the thread that started it but the segment, messages, and what has a name in the
 * process: locks, channels, files.
 *
 * An error in a worker says where it was thrown by the lines of a blob: they are those of
 * `worker_code.ts`.
 *
 * @module
 */

import { Worker } from "node:worker_threads";
import type { BulkLoadAssignment } from "./bulk_load_share.ts";
import type { Assignment } from "./messages.ts";
import { CODE } from "./worker_code.ts";

/** What a worker is for. */
export type Task =
  | { kind: "write"; assignment: Assignment }
  | { kind: "load"; assignment: BulkLoadAssignment };

let address: URL | undefined;

/** Starts a worker. */
export function startWorker(name: string, task: Task): Worker {
  address ??= addressOf(CODE);
  return new Worker(address, { name, workerData: task });
}

/**
 * An address for code. This kind of worker does not take the address of a blob, but it takes that
 * of a module which imports the blob.
 */
function addressOf(code: string): URL {
  const blob = URL.createObjectURL(
    new Blob([code], { type: "text/javascript" }),
  );
  const importing = `import ${JSON.stringify(blob)};`;
  return new URL(`data:text/javascript,${encodeURIComponent(importing)}`);
}
