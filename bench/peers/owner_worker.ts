/// <reference lib="deno.worker" />
import { type Answer, Operation } from "./contender.ts";

/**
 * The owner: one worker holds the `Map`, all others ask it. Each asker brings a
 * port; answers go back in the order of the questions, so they carry no numbers.
 */

const map = new Map<string, number>();

self.onmessage = ({ ports: [port] }: MessageEvent) => {
  port.onmessage = ({ data: [operation, key, value] }) =>
    port.postMessage(answer(operation, key, value));
};

function answer(operation: Operation, key: string, value: number): Answer {
  switch (operation) {
    case Operation.GET:
      return map.get(key);
    case Operation.SET:
      return void map.set(key, value);
    case Operation.DELETE:
      return map.delete(key);
    case Operation.UPDATE:
      return update(key);
  }
}

function update(key: string): boolean {
  const value = map.get(key);
  if (value !== undefined) map.set(key, value + 1);
  return value !== undefined;
}
