/// <reference lib="deno.worker" />
import { type TaskName, TASKS } from "./tasks.ts";

self.onmessage = ({ data }: MessageEvent<TaskName>) => {
  self.postMessage(TASKS[data]());
};
