/**
 * A worker that works on the map until it dies at a given operation on a shared
 * word: on the spot, as no `finally` runs after `self.close()`. Where code that an
 * `import()` resumed is ended, the runtime still calls, in the same turn, each
 * timer that is due: every other victim dies there, with the map's own timer due.
 * Every third has two attachments, which it uses in turns.
 *
 * @module
 */
import { SharedMap } from "../../mod.ts";
import { livingLocks } from "../../src/reclamation/recovery.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { takeFastPathInTypeScript } from "../table/fast_path_in_typescript.ts";
import { Random } from "../testing/random.ts";
import { DeathLog } from "./death_log.ts";
import { type Assignment, roles, type Victim } from "./roles.ts";
import type { Value } from "./text.ts";
import { failAt, live } from "./atomics.ts";

/** A worker's own scope, as the types of the main thread do not have it. */
const scope = self as unknown as {
  onmessage: (event: MessageEvent<Assignment>) => Promise<void>;
};
/** A module that is not loaded yet: otherwise the `await` goes on at once. */
const FRESH = "./text.ts?fresh";
/** Longer than the map's timer waits. */
const UNTIL_DUE_MS = 220;
/** Steps that it takes at most to see that nobody is dead. */
const STEPS_OF_SEARCH = 40;
/** A victim that has found no recovery with so many steps dies without one after this long. */
const TIMEOUT_MS = 5_000;

scope.onmessage = async ({ data: assignment }) => {
  const { handle, page } = assignment;
  const log = new DeathLog(assignment.log);
  if (page % 2 === 0) await import(FRESH);
  const maps = Array.from(
    { length: page % 3 === 0 ? 2 : 1 },
    () => SharedMap.attach<string, Value>(handle),
  );
  if (assignment.seed % 2 === 0) { // as with a kernel
    for (const map of maps) takeFastPathInTypeScript(attachmentOf(map));
  }
  setInterval(() => log.tick(page), 1);
  const random = new Random(assignment.seed);
  if (page % 2 === 0) idle(UNTIL_DUE_MS);
  const die = () => {
    log.die(page, isRecovering());
    self.close();
    for (;;); // where the runtime ends this worker
  };
  const recovers = assignment.role === "recovering";
  if (!recovers) failAt(assignment.step, "all", die);
  const last = performance.now() + TIMEOUT_MS;
  for (let i = 1;; i++) {
    const victim: Victim = {
      assignment,
      log,
      map: maps[i % maps.length],
      random,
    };
    roles[assignment.role](victim, i);
    if (!recovers) continue;
    const step = performance.now() < last
      ? STEPS_OF_SEARCH + assignment.step
      : 1;
    await recoverOthers(victim.map, step, die);
  }
};

/** Recovers the dead, and dies at a step of that, if there are so many. */
async function recoverOthers(
  map: SharedMap<string, Value>,
  step: number,
  die: () => never,
): Promise<void> {
  const living = await livingLocks();
  failAt(step, "all", die);
  await attachmentOf(map).resident!.recover(living);
  live();
  await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Whether the caller is in the middle of recovering another worker. */
function isRecovering(): boolean {
  Error.stackTraceLimit = 100;
  return /at recover \(/.test(new Error().stack!);
}

/** Lets time pass in which no timer is called. */
function idle(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end;);
}
