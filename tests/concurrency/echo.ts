/**
 * A worker that answers each message with one, after it has read the question in the map
 * and written the answer there.
 *
 * @module
 */
import { SharedMap, type SharedMapHandle } from "../../mod.ts";

/** What it is told. */
export interface Order {
  handle: SharedMapHandle;
  round: number;
}

let map: SharedMap<string, number> | undefined;

/** Answers one question. */
export function obey({ handle, round }: Order): number {
  map ??= SharedMap.attach<string, number>(handle);
  const question = map.get("question");
  if (question !== round) {
    throw new Error(`the question is ${question}, not ${round}`);
  }
  map.set("answer", round);
  return round;
}
