import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { restoreSnapshot, SharedMap, verifySnapshot } from "../../mod.ts";
import { SCALE } from "../crash/scale.ts";
import { Random } from "../segment/random.ts";
import { withSeed } from "./with_seed.ts";
import { Folder } from "./folder.ts";

/** Lets the child run until some moment after its first acknowledged epoch; returns the last one it acknowledged. */
async function killedChild(
  directory: string,
  compression: string,
  afterMs: number,
): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--allow-read",
      `--allow-write=${directory}`,
      new URL("./endless_child.ts", import.meta.url).href,
      directory,
      compression,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let printed = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    printed += text;
    timer ??= setTimeout(() => child.kill("SIGKILL"), afterMs);
  }
  const { signal } = await child.status;
  clearTimeout(timer);
  assertEquals(signal, "SIGKILL");
  const lines = printed.split("\n").slice(0, -1);
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

Deno.test("whatever was acknowledged is there after SIGKILL at any moment", () =>
  withSeed(async (seed) => {
    const chance = new Random(seed);
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
  }));
