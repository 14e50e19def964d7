/**
 * Counts its own runs in a persisted map, and closes nothing.
 *
 * @module
 */
import { SharedMap } from "../../mod.ts";

const runs = await SharedMap.open<string, number>("runs", {
  persist: { directory: Deno.args[0], interval: 60_000 },
});
console.log(runs.increment("runs") - 1);
