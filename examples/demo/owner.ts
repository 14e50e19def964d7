/// <reference lib="deno.worker" />
/**
 * The other way: one worker owns the index, a plain `Map`, and does for the
 * others what they ask by message.
 *
 * @module
 */
import { type Request, serve } from "./requests.ts";

class Index extends Map<string, string> {
  update(key: string, fn: (value: string | undefined) => string) {
    this.set(key, fn(this.get(key)));
  }
}

const index = new Index();

/** Each asker brings a port; one answer goes back for each message. */
self.onmessage = ({ ports }: MessageEvent) => {
  for (const port of ports) {
    port.onmessage = ({ data }: MessageEvent<Request[]>) => {
      for (const request of data) serve(index, request);
      port.postMessage("done");
    };
  }
};
