// A map is not full while much of it is only retired: the system may keep a thread that
// reads it, or that retired it, from going on for longer than others take to fill the rest.
import { assert } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { assertSound } from "../testing/inspection.ts";
import { eventually } from "../testing/eventually.ts";
import { inCrews, type Run } from "../testing/in_crews.ts";
import type { roles } from "./shortage_roles.ts";

const SCRIPT = new URL("./shortage_roles.ts", import.meta.url);
const MIB = 2 ** 20;
const BYTES = 10_000;
/** As many values as the map has memory for. */
const WRITES = 2 * MIB / BYTES;

function bytesMap(): SharedMap<string, Uint8Array> {
  return SharedMap.create<string, Uint8Array>({
    value: "bytes",
    maxBytes: 2 * MIB,
  });
}

/** A word that a worker sets, and how to wait for that. */
function newFlag() {
  const memory = new SharedArrayBuffer(4);
  const word = new Int32Array(memory);
  const isSet = () => eventually(() => assert(Atomics.load(word, 0) === 1));
  return { memory, isSet };
}

Deno.test(
  "SharedMap.set() waits for a reader that keeps most of the memory from being free",
  inCrews(async (run: Run) => {
    using map = bytesMap();
    {
      await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
      const flag = newFlag();
      const reader = crew.add("slowReader", 1, flag.memory);
      await crew.start();
      await flag.isSet();
      for (let i = 0; i < 2 * WRITES; i++) {
        map.set(`key ${i % 10}`, new Uint8Array(BYTES));
      }
      crew.stop();
      const [isAwaited] = await reader;
      assert(isAwaited);
    }
    assertSound(map);
  }),
);

Deno.test(
  "SharedMap.set() waits for a writer that has retired most of the memory",
  inCrews(async (run: Run) => {
    using map = bytesMap();
    {
      await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
      const flag = newFlag();
      const input = { flag: flag.memory, writes: WRITES * 0.6, bytes: BYTES };
      const writer = crew.add("slowWriter", 1, input);
      await crew.start();
      await flag.isSet();
      for (let i = 0; i < WRITES / 2; i++) {
        map.set(`key ${i % 10}`, new Uint8Array(BYTES));
      }
      for (let i = 0; i < WRITES / 2; i++) {
        map.set(`${i}`, new Uint8Array(BYTES));
      }
      crew.stop();
      const [isAwaited] = await writer;
      assert(isAwaited);
    }
    assertSound(map);
  }),
);
