/**
 * A worker that goes on while others die: it writes keys of its own and checks
 * them, adds to the counters of all, looks at what all share, and counts its
 * rounds.
 *
 * @module
 */
import { assert } from "@std/assert";
import { SharedMap, type SharedMapHandle } from "../../mod.ts";
import { Random } from "../testing/random.ts";
import { COUNTERS, DeathLog, OWN_KEYS } from "./death_log.ts";
import { belongsTo, textOf, type Value } from "./text.ts";

/** What a survivor is told. */
export interface Task {
  readonly handle: SharedMapHandle;
  readonly log: SharedArrayBuffer;
  readonly page: number;
  readonly seed: number;
  /** The first word ends the work; then comes a word per survivor for its rounds. */
  readonly control: SharedArrayBuffer;
  readonly index: number;
}

const scope = self as unknown as {
  onmessage: (event: MessageEvent<Task>) => Promise<void>;
  postMessage(problem: string | null): void;
};

scope.onmessage = async ({ data }) => {
  try {
    await survive(data);
    scope.postMessage(null);
  } catch (error) {
    scope.postMessage((error as Error).stack ?? String(error));
  }
};

async function survive(task: Task): Promise<void> {
  using map = SharedMap.attach<string, Value>(task.handle);
  const log = new DeathLog(task.log);
  const control = new Int32Array(task.control);
  const random = new Random(task.seed);
  const own = new Map<string, string>();
  for (let i = 0; Atomics.load(control, 0) === 0; i++) {
    const key = `own${task.index} ${random.below(OWN_KEYS)}`;
    const text = textOf(key, i, random.below(300));
    map.set(key, text);
    own.set(key, text);
    log.count(
      task.page,
      () => map.increment(`counter ${random.below(COUNTERS)}`),
    );
    const looked = `own${task.index} ${random.below(OWN_KEYS)}`;
    assert(map.get(looked) === own.get(looked), `${looked} changed`);
    checkShared(map, `shared ${random.below(20)}`);
    if (i % 64 === 0) {
      using snapshot = map.snapshot();
      for (const [key, value] of own) assert(snapshot.get(key) === value, key);
    }
    if (i % 32 > 0) continue;
    Atomics.add(control, 1 + task.index, 1);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

function checkShared(map: SharedMap<string, Value>, key: string): void {
  const text = map.get(key) as string | undefined;
  assert(text === undefined || belongsTo(key, text), `${key}: ${text}`);
}
