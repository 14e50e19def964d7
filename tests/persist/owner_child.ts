/**
 * A process that opens a persisted map, prints what it found in it, and counts up from
 * there until it is told to end, or is killed. Whenever something is written to it, it
 * prints a number that is on disk.
 *
 * @module
 */
import { SharedMap } from "../../mod.ts";

const [directory, waitForLock, interval] = Deno.args;
const encoder = new TextEncoder();
/** Fails when nobody is left to read it, which console.log() does not. */
function say(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}

let map: SharedMap<string, number>;
try {
  map = await SharedMap.open<string, number>("owned", {
    maxBytes: 2 ** 20,
    persist: {
      directory,
      interval: Number(interval),
      waitForLock: Number(waitForLock),
    },
  });
} catch (error) {
  say(`refused ${(error as Error).name}: ${(error as Error).message}`);
  Deno.exit();
}
say(`opened ${map.get("n") ?? 0}`);
const counting = setInterval(() => map.increment("n"), 1);
for await (const _ of Deno.stdin.readable) {
  const n = map.get("n") ?? 0;
  await map.flush();
  say(`flushed ${n}`);
}
clearInterval(counting);
say(`left ${map.get("n") ?? 0}`);
map.close();
