// Heat is written by all who read, plainly: what they leave is heat of keys that were read.
import { assert } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { H_HEAT, H_HEAT_MASK } from "../../src/segment/layout.ts";
import { MOST_HEAT } from "../../src/table/heat.ts";
import { EncodedKey } from "../../src/table/key.ts";
import { inCrews } from "../testing/in_crews.ts";
import { assertSound } from "../testing/inspection.ts";
import type { roles } from "./heat_roles.ts";

const SCRIPT = new URL("./heat_roles.ts", import.meta.url);
const KEYS = Array.from({ length: 2_000 }, (_, i) => `key ${i}`);

type Shared = SharedMap<string, unknown>;

/** The fingerprints that the keys have in each heat word. */
function fingerprintsOf(map: Shared): Map<number, Set<number>> {
  const { seed, words } = attachmentOf(map).segment;
  const encoded = new EncodedKey(seed);
  const fingerprints = new Map<number, Set<number>>();
  for (const key of KEYS) {
    encoded.packLatin1(key);
    const word = encoded.hash & words[H_HEAT_MASK];
    if (!fingerprints.has(word)) fingerprints.set(word, new Set());
    fingerprints.get(word)!.add(encoded.hash >>> 26);
  }
  return fingerprints;
}

/** The cells that are in use. */
function* cellsOf(map: Shared) {
  const { words } = attachmentOf(map).segment;
  for (let word = 0; word <= words[H_HEAT_MASK]; word++) {
    const cells = words[words[H_HEAT] + word];
    for (const shift of [0, 8, 16, 24]) {
      const cell = (cells >>> shift) & 0xff;
      if (cell !== 0) yield { word, fingerprint: cell >>> 2, count: cell & 3 };
    }
  }
}

Deno.test(
  "two workers heat the same keys, and nothing else is in the heat words",
  inCrews(async (run) => {
    using map: Shared = SharedMap.create({
      maxBytes: 2 ** 20,
      onFull: "evict",
    });
    for (const [i, key] of KEYS.entries()) map.set(key, i % 3 ? i : `${i}`);
    {
      await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
      const reads = run.share(60_000);
      const readers = crew.add("reader", 2, { keys: KEYS, reads });
      await crew.start();
      await readers;
    }
    const fingerprints = fingerprintsOf(map);
    let hot = 0;
    for (const { word, fingerprint, count } of cellsOf(map)) {
      const isKnown = fingerprints.get(word)?.has(fingerprint);
      assert(isKnown, `word ${word} has the fingerprint ${fingerprint}`);
      if (count === MOST_HEAT) hot++;
    }
    assert(hot > 0.9 * KEYS.length, `${hot} of ${KEYS.length} keys are hot`);
    assertSound(map);
  }),
);
