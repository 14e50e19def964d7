// Uses are noted by all workers, plainly: what they leave is of keys that were used, and together
// they know which of them are the hottest.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { H_HEAT, H_HEAT_MASK, USE_WAYS } from "../../src/segment/layout.ts";
import { EncodedKey } from "../../src/table/key.ts";
import { countAt, FIRST_COUNT, UNUSED } from "../../src/table/uses.ts";
import { inCrews } from "../testing/in_crews.ts";
import { assertSound } from "../testing/inspection.ts";
import type { roles } from "./uses_roles.ts";

const SCRIPT = new URL("./uses_roles.ts", import.meta.url);
const KEYS = Array.from({ length: 1_000 }, (_, i) => `key ${i}`);
const HOT = KEYS.slice(0, 3);

type Shared = SharedMap<string, unknown>;

function hashesOf(map: Shared): Map<number, Set<number>> {
  const { seed, words } = attachmentOf(map).segment;
  const encoded = new EncodedKey(seed);
  const fingerprints = new Map<number, Set<number>>();
  for (const key of KEYS) {
    encoded.packLatin1(key);
    const set = encoded.hash & words[H_HEAT_MASK];
    if (!fingerprints.has(set)) fingerprints.set(set, new Set());
    fingerprints.get(set)!.add(encoded.hash >>> 26);
  }
  return fingerprints;
}

Deno.test(
  "two workers use the same keys, and nothing else is in the use words",
  inCrews(async (run) => {
    using map: Shared = SharedMap.create({ maxBytes: 2 ** 21, track: true });
    for (const [i, key] of KEYS.entries()) map.set(key, i % 3 ? i : `${i}`);
    {
      await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
      const uses = run.share(60_000);
      const users = crew.add("user", 2, { keys: KEYS, hot: HOT, uses });
      await crew.start();
      await users;
    }
    const { words } = attachmentOf(map).segment;
    const known = hashesOf(map);
    for (let set = 0; set <= words[H_HEAT_MASK]; set++) {
      for (let way = 0; way < USE_WAYS; way++) {
        const word = words[words[H_HEAT] + set * USE_WAYS + way];
        if (word === UNUSED) continue;
        assert(known.get(set)?.has(word >>> 26), `set ${set} has ${word}`);
        assert(countAt(word, word & 0xffff) <= 255);
      }
    }
    const hottest = map.hottest(3).map(({ key }) => key);
    assertEquals(hottest.toSorted(), HOT);
    const { frequency } = map.access(HOT[0])!;
    assert(frequency > FIRST_COUNT, `${frequency}`);
    assertStrictEquals(map.access("never"), undefined);
    assertSound(map);
  }),
);
