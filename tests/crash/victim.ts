/**
 * A worker that works on the map until it dies at a given operation on a shared
 * word: on the spot, as no `finally` runs after `self.close()`. Where code that an
 * `import()` resumed is ended, the runtime still calls, in the same turn, each
 * timer that is due: every other victim dies there, with the map's own timer due.
 *
 * @module
 */
import { SharedMap } from "../../mod.ts";
import { attachmentOf } from "../../src/map/shared_map.ts";
import { lookInTypeScript } from "../table/looks.ts";
import { DeathLog } from "./death_log.ts";
import { randomFrom } from "./random.ts";
import { type Fate, type Life, roles } from "./roles.ts";
import type { Value } from "./text.ts";
import { failAt } from "./words.ts";

/** A worker's own scope, as the types of the main thread do not have it. */
const scope = self as unknown as {
  onmessage: (event: MessageEvent<Fate>) => Promise<void>;
};
/** Longer than the map's timer waits. */
const UNTIL_DUE_MS = 220;
/** Rounds between two turns of the event loop. */
const ROUNDS_PER_TURN = 4;

scope.onmessage = async ({ data: fate }) => {
  const log = new DeathLog(fate.log);
  if (fate.page % 2 === 0) await import("./text.ts");
  const map = SharedMap.attach<string, Value>(fate.handle);
  if (fate.seed % 2 === 0) lookInTypeScript(attachmentOf(map)); // as with a kernel
  const random = randomFrom(fate.seed);
  const pick = (limit: number) => Math.floor(random() * limit);
  const life: Life = { fate, log, map, pick };
  if (fate.page % 2 === 0) idle(UNTIL_DUE_MS);
  failAt(fate.step, "all", () => {
    log.die(fate.page);
    self.close();
    for (;;); // where the runtime ends this worker
  });
  for (let i = 1;; i++) {
    roles[fate.role](life, i);
    if (fate.role === "recovering" && i % ROUNDS_PER_TURN === 0) await turn();
  }
};

/** Lets time pass in which no timer is called. */
function idle(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end;);
}

/** Lets the map's timer be called, and what it awaits go on. */
function turn(): Promise<void> {
  idle(UNTIL_DUE_MS);
  return new Promise((resolve) => setTimeout(resolve, 5));
}
