import { Buffer } from "node:buffer";
import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { compile } from "../../src/kernel/compile.ts";
import { createAttachment } from "../../src/map/attach.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { H_ID, KEY_SCRATCH_WORDS } from "../../src/segment/layout.ts";
import { KERNEL } from "../../src/segment/kernel_binary.ts";
import type { Words } from "../../src/segment/atomics.ts";
import { NUMBER_INFO } from "../../src/table/fast_lookup.ts";
import { DONE } from "../../src/table/fast_path.ts";
import { STEPPED_KERNEL } from "./stepped/binary.ts";
import { compileStepped } from "./stepped/compile.ts";
import { takeFastPathInTypeScript } from "../table/fast_path_in_typescript.ts";
import { forSeeds, type Random } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";

Deno.test("the kernel is what its sources compile to: deno task kernel", async () => {
  const compiled = await compile();
  assert(compiled.toBase64() === KERNEL, "run `deno task kernel`");
});

Deno.test("the stepped kernel is what its sources compile to: deno task kernel", async () => {
  const compiled = await compileStepped();
  assert(compiled.toBase64() === STEPPED_KERNEL, "run `deno task kernel`");
});

type Map = SharedMap<string, unknown>;
const BYTES = 2 ** 22;
const SCRATCH_BYTES = KEY_SCRATCH_WORDS * 4;

/** A map of a known hash key, as a second participant sees it: with the kernel or without. */
function open(
  hasKernel: boolean,
  evict: boolean,
  track = false,
  mostEntries = 0,
): { map: Map; close(): void } {
  const maker = createAttachment({
    maxBytes: BYTES,
    capacity: 64,
    keyCodec: "string",
    valueCodec: "any",
    evict,
    mostEntries,
    track,
    seed: [1, 2],
  });
  const { buffer, memory } = maker.segment.handle;
  const map: Map = SharedMap.attach(
    hasKernel ? { buffer, memory } : { buffer },
  );
  const attachment = attachmentOf(map);
  assertStrictEquals(attachment.segment.kernel !== undefined, hasKernel);
  if (!hasKernel) takeFastPathInTypeScript(attachment);
  return {
    map,
    close() {
      map.close();
      maker.close();
    },
  };
}

/** Short and long ones, those at the limit of what the kernel reads, Latin-1 and not. */
const STRINGS = [
  ...["", "a", "é", "☃", "x".repeat(70), "y".repeat(9000)],
  ...["z".repeat(256), "z".repeat(257), "z".repeat(255) + "☃"],
  ...["☃é", "z".repeat(60) + "☃", "☃".repeat(128), "\ud800".repeat(256)],
];

/** Keys short and long, Latin-1 and not, most of them again and again. */
function someKey(random: Random): string {
  const n = random.below(3000);
  if (n % 50 === 0) return "k".repeat(170 + n % 100) + n;
  return n % 17 === 0 ? `\u2603${n}` : `key:${n}`;
}

type Step = (map: Map) => unknown;

function someStep(random: Random): Step {
  const key = someKey(random);
  const number = random.below(1000) / 8;
  const ttl = 1 + random.below(2000);
  switch (random.below(22)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return (map) => void map.set(key, number);
    case 4: {
      const text = random.pick(STRINGS);
      return (map) => void map.set(key, text);
    }
    case 5:
    case 6:
    case 7:
    case 8:
      return (map) => map.delete(key);
    case 9:
    case 10:
      return (map) => {
        try {
          return map.increment(key, number);
        } catch (error) {
          return String(error); // it is no number
        }
      };
    case 11:
      return (map) => map.update(key, (value) => value === 1 ? undefined : 1);
    case 12:
      return (map) => map.swap(key, number);
    case 13:
      return (map) => map.compareAndSet(key, undefined, NaN);
    case 14:
      return (map) => map.take(key);
    case 15:
    case 16:
      return (map) => void map.set(key, number, { ttl });
    case 17:
      return (map) => map.expire(key, ttl);
    case 18:
      return (map) => map.has(key);
    default:
      return (map) => map.get(key);
  }
}

/** The whole memory, but for its name. */
function wordsOf(map: Map): Words {
  const words = new Int32Array(map.handle.buffer);
  words.fill(0, H_ID, H_ID + 2);
  return words;
}

function isSame(a: Words, b: Words): boolean {
  return Buffer.compare(Buffer.from(a.buffer), Buffer.from(b.buffer)) === 0;
}

/** The wall clock, which goes on between steps only: the same for both maps. */
let moment = 1e12;

function byOwnClock(run: () => void): void {
  const { now } = Date;
  Date.now = () => moment;
  try {
    run();
  } finally {
    Date.now = now;
  }
}

function compare(random: Random): void {
  const evicts = random.chance(1 / 2); // then it keeps heat
  const tracks = random.chance(1 / 2);
  const most = evicts && random.chance(2 / 3) ? 100 + random.below(1000) : 0;
  const [one, other] = [true, false]
    .map((hasKernel) => open(hasKernel, evicts, tracks, most));
  for (let round = 0; round < 40; round++) {
    const shown = random.chance(1 / 4)
      ? [one, other].map(({ map }) => map.snapshot())
      : [];
    for (let i = 0; i < 500; i++) {
      const step = someStep(random);
      moment += random.below(2);
      assertEquals(step(one.map), step(other.map));
    }
    for (const snapshot of shown) snapshot.close();
    assert(isSame(wordsOf(one.map), wordsOf(other.map)), `round ${round}`);
  }
  assert(one.map.stats().migrations > 2);
  assert(most === 0 || one.map.stats().evicted > 1000);
  one.close();
  other.close();
}

Deno.test("the kernel leaves every word of the memory as the TypeScript does that it is compiled from", () => {
  byOwnClock(() => forSeeds(4 * SCALE, compare));
});

Deno.test("the kernel packs the key of a write if the scratch holds it, Latin-1 or not", () => {
  const { map, close } = open(true, false);
  const { fastPath, participant: { base } } = attachmentOf(map);
  const put = (key: string) =>
    fastPath.putNumberByText(base, key, NUMBER_INFO, 2) === DONE;
  for (const unit of ["a", "\u2603", "\ud800"]) {
    const most = unit === "a" ? SCRATCH_BYTES : SCRATCH_BYTES / 2;
    for (const length of [1, 2, 3, most - 1, most, most + 1]) {
      const key = unit.repeat(length);
      map.set(key, 1);
      assertStrictEquals(put(key), length <= most, `${length} of ${unit}`);
      assertStrictEquals(map.get(key), length <= most ? 2 : 1);
      assert(map.delete(key));
    }
  }
  close();
});

/** Runs with a stand-in for `WebAssembly.Memory`. */
function withMemory(stand: () => never, run: () => void): void {
  const { Memory } = WebAssembly;
  WebAssembly.Memory = class {
    constructor() {
      stand();
    }
  } as unknown as typeof Memory;
  try {
    run();
  } finally {
    WebAssembly.Memory = Memory;
  }
}

Deno.test("a map does without the kernel where there is no address space for it, or it is too large", () => {
  const none = () => {
    throw new RangeError("could not allocate memory");
  };
  withMemory(none, () => {
    using map = SharedMap.create<string, number>({ maxBytes: BYTES });
    assertStrictEquals(map.handle.memory, undefined);
    assertStrictEquals(map.set("a", 1).increment("a"), 2);
  });
  using large = SharedMap.create<string, number>({ maxBytes: 2 ** 32 + 1 });
  assertStrictEquals(large.handle.memory === undefined, false);
  using larger = SharedMap.create<string, number>({
    maxBytes: 2 ** 32 + 2 ** 16,
  });
  assertStrictEquals(larger.handle.memory, undefined);
  for (const map of [large, larger]) {
    assertStrictEquals(map.set("a", 1).increment("a"), 2);
  }
});

Deno.test("what else goes wrong with its memory is not hidden", () => {
  const broken = () => {
    throw new TypeError("no");
  };
  withMemory(broken, () => {
    assertThrows(() => SharedMap.create({ maxBytes: BYTES }), TypeError, "no");
  });
});
