/// <reference lib="deno.worker" />
import { type Cost, perform, takeTime, type Task } from "./tasks.ts";

self.onmessage = ({ data }: MessageEvent<Task | Cost>) => {
  self.postMessage("value" in data ? takeTime(data) : perform(data));
};
