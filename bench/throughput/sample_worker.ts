/// <reference lib="deno.worker" />
import type { Order } from "./apart.ts";
import { takeSample } from "./sample.ts";

/** Takes the sample that it is asked for. */
self.onmessage = async ({ data }: MessageEvent<Order>) => {
  self.postMessage(await takeSample(data.cell, data.scale, data.round));
};
