/**
 * Where the workers of this layer begin. What runs there is not this file but `worker_code.ts`,
 * which is made of it.
 *
 * @module
 */

import { workerData } from "node:worker_threads";
import { runBulkLoad } from "./bulk_load_worker.ts";
import type { Task } from "./worker.ts";
import { write } from "./writer_worker.ts";

const task = workerData as Task;
switch (task.kind) {
  case "write":
    write(task.assignment);
    break;
  case "load":
    await runBulkLoad(task.assignment);
}
