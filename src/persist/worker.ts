/**
 * Starting the workers of this layer.
 *
 * Their code is a text in a module, so it is there wherever the module is: no file is read for it,
 * and nothing is fetched, for which a program would need permissions that it has no other use for,
 * and which a bundled or compiled program does not have.
 *
 * A worker has modules of its own, as any thread has, and these come from the text: it shares
 * nothing with who started it but the segment, messages, and what is named in the process: locks,
 * channels, files.
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
 * An address for code: this kind of worker cannot have that of a blob, but that of a module which
 * imports it.
 */
function addressOf(code: string): URL {
  const blob = URL.createObjectURL(
    new Blob([code], { type: "text/javascript" }),
  );
  const importing = `import ${JSON.stringify(blob)};`;
  return new URL(`data:text/javascript,${encodeURIComponent(importing)}`);
}
