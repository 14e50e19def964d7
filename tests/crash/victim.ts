/**
 * A worker that works on the map until it dies at a given operation on a shared
 * word: on the spot, as no `finally` runs after `self.close()`.
 *
 * @module
 */
import { SharedMap } from "../../mod.ts";
import { DeathLog } from "./death_log.ts";
import { randomFrom } from "./random.ts";
import { type Fate, type Life, roles } from "./roles.ts";
import type { Value } from "./text.ts";
import { dieAt } from "./words.ts";

/** A worker's own scope, as the types of the main thread do not have it. */
const scope = self as unknown as {
  onmessage: (event: MessageEvent<Fate>) => void;
};

scope.onmessage = ({ data: fate }) => {
  const log = new DeathLog(fate.log);
  const map = SharedMap.attach<string, Value>(fate.handle);
  const random = randomFrom(fate.seed);
  const pick = (limit: number) => Math.floor(random() * limit);
  const life: Life = { fate, log, map, pick };
  dieAt(fate.step, "all", () => {
    log.die(fate.page);
    self.close();
    for (;;); // where the runtime ends this worker
  });
  for (let i = 1;; i++) roles[fate.role](life, i);
};
