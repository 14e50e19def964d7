/// <reference lib="deno.worker" />
import { perform, type Task } from "./tasks.ts";

self.onmessage = ({ data }: MessageEvent<Task>) => {
  self.postMessage(perform(data));
};
