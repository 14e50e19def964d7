import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { setTimeout as sleep } from "node:timers/promises";
import { restoreSnapshot, SharedMap, verifySnapshot } from "../../mod.ts";
import { Child } from "../testing/child.ts";
import { seeded } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { Folder } from "../testing/folder.ts";

/**
 * Lets the child run until some moment after its first acknowledged epoch; returns the last
 * one it acknowledged.
 */
async function killedChild(
  directory: string,
  compression: string,
  afterMs: number,
): Promise<number> {
  const flags = ["--no-check", "--allow-read", `--allow-write=${directory}`];
  const script = new URL("./endless_child.ts", import.meta.url).href;
  const args = [directory, compression];
  await using child = new Child(["run", ...flags, script, ...args]);
  await child.line();
  await sleep(afterMs);
  child.kill("SIGKILL");
  const { out, signal } = await child.ended();
  assertEquals(signal, "SIGKILL");
  const lines = out.split("\n").slice(0, -1);
  return Number(lines.at(-1));
}

/** Restores and checks that what the child wrote together is together. */
async function restoredStep(directory: string): Promise<number> {
  using map = SharedMap.create<string, number>({ value: "number" });
  const info = (await restoreSnapshot(map, directory))!;
  assertEquals(info.rejected, []);
  const n = map.get("first")!;
  assertEquals(map.get("last"), n);
  for (let i = 0; i < 500; i++) assertEquals(map.get(`copy ${i}`), n);
  for (let i = n; i > Math.max(0, n - 3); i--) {
    assertEquals(map.get(`step ${i}`), i);
  }
  const steps = [...map.keys()].filter((key) => key.startsWith("step"));
  assertEquals(steps.length, Math.min(3, n));
  return n;
}

const KILLS = Number(Deno.env.get("EPOCHMAP_TEST_KILLS") ?? "") || 12 * SCALE;

Deno.test(
  "whatever was acknowledged is there after SIGKILL at any moment",
  seeded(async (chance) => {
    using folder = new Folder();
    let steps = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const compression = kill % 3 === 2 ? "zstd" : "none";
      const acknowledged = await killedChild(
        folder.path,
        compression,
        chance.below(150),
      );
      const restored = await restoredStep(folder.path);
      assertGreaterOrEqual(restored, acknowledged);
      assertGreaterOrEqual(restored, steps);
      steps = restored;
    }
    assertGreaterOrEqual(steps, KILLS);
    // The leftover of the last one may be there; those of the others were removed.
    const parts = folder.names.filter((name) => name.endsWith(".part"));
    assert(parts.length <= 1, parts.join());
    for (const name of folder.names) {
      if (!name.endsWith(".part")) {
        await verifySnapshot(`${folder.path}/${name}`);
      }
    }
  }),
);
