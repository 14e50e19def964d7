/// <reference lib="deno.worker" />
import { SharedMap, type SharedMapHandle } from "../../mod.ts";
import { now } from "../throughput/gate.ts";

/** How a worker is told. */
export type Way = "waitFor" | "watch" | "postMessage";

/** What a worker is to wait for. */
export interface Order {
  readonly handle: SharedMapHandle;
  readonly way: Way;
  readonly port: MessagePort;
  /** How often. */
  readonly count: number;
}

type Times = SharedMap<string, number>;

/** Calls back with each time at which something was sent, as soon as it is here. */
async function listen(
  map: Times,
  { count, port, way }: Order,
  hear: (sent: number) => void,
): Promise<void> {
  if (way === "postMessage") {
    await new Promise<void>((resolve) => {
      port.onmessage = ({ data }) => {
        hear(data);
        if (--count === 0) resolve();
      };
      port.postMessage("ready");
    });
    return;
  }
  if (way === "watch") {
    const changes = map.watch("time");
    port.postMessage("ready");
    for await (const { value } of changes) {
      hear(value!);
      if (--count === 0) break;
    }
    return;
  }
  port.postMessage("ready");
  for (let last = 0; count > 0; count--) {
    last = await map.waitFor("time", {
      until: (time) => time !== undefined && time !== last,
    }) as number;
    hear(last);
  }
}

self.onmessage = async ({ data }: MessageEvent<Order>) => {
  using map: Times = SharedMap.attach<string, number>(data.handle);
  const delays: number[] = [];
  await listen(map, data, (sent) => {
    delays.push((now() - sent) * 1_000);
    data.port.postMessage("heard");
  });
  data.port.close();
  self.postMessage(delays);
};
