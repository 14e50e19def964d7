/// <reference lib="deno.worker" />
import { SharedStore } from "../../src/store/mod.ts";
import { END, type Order, PING, PONG } from "./message_order.ts";

self.onmessage = ({ data: { handle, way } }: MessageEvent<Order>) => {
  const store = SharedStore.attach(handle);
  const answers = {
    publish: () => void store.publish(PONG, END),
    postMessage: () => self.postMessage(END),
  };
  const answer = answers[way];
  const hear = (text: string) => {
    if (text === END || text === PING) answer();
  };
  self.onmessage = ({ data }: MessageEvent<string>) => hear(data);
  store.subscribe("bench", { onMessage: ({ message }) => hear(message) });
  self.postMessage(END);
};
