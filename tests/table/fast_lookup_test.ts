import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { TAG_UTF16 } from "../../src/codec/codec.ts";
import { stringKeys } from "../../src/codec/keys.ts";
import { readString } from "../../src/codec/strings.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import {
  H_ROOT,
  KEY_SCRATCH_WORDS,
  LENGTH_MASK,
  P_HASH,
  P_INFO,
  P_RESULT,
  P_VALUE_INFO,
  PARTICIPANT_WORDS,
  TAG_SHIFT,
  V_STAMP,
} from "../../src/segment/layout.ts";
import { UNDECIDED } from "../../src/table/optimistic_read.ts";
import { EncodedKey } from "../../src/table/key.ts";
import {
  copiedValue,
  FOUND,
  LONG,
  NUMBER,
} from "../../src/table/fast_lookup.ts";
import type { FastPath } from "../../src/table/fast_path_fallback.ts";
import { forSeeds } from "../testing/random.ts";
import { takeFastPathInTypeScript } from "./fast_path_in_typescript.ts";

/** A map, with the kernel and without, and looks at it. */
class Looked {
  readonly map: SharedMap<string, unknown>;
  readonly words: Int32Array;
  readonly base: number;
  readonly fastPath: { -readonly [K in keyof FastPath]: FastPath[K] };
  readonly #floats: Float64Array;
  readonly #maker: SharedMap<string, unknown>;

  constructor(hasKernel: boolean) {
    this.#maker = SharedMap.create({ maxBytes: 2 ** 20 });
    const { buffer, memory } = this.#maker.handle;
    this.map = SharedMap.attach(hasKernel ? { buffer, memory } : { buffer });
    const { participant, fastPath, segment } = attachmentOf(this.map);
    if (!hasKernel) takeFastPathInTypeScript(attachmentOf(this.map));
    assertStrictEquals(segment.kernel !== undefined, hasKernel);
    this.words = segment.words;
    this.#floats = segment.floats;
    this.base = participant.base;
    this.fastPath = fastPath;
  }

  look(text: string): number {
    return this.fastPath.lookup(this.base, text, 1000);
  }

  get number(): number {
    return this.#floats[(this.base + P_RESULT) / 2];
  }

  /** What a look copied, if it is a string. */
  get text(): string {
    const { segment } = attachmentOf(this.map);
    const at = copiedValue(this.base, this.words[this.base + P_INFO]);
    const info = this.words[this.base + P_VALUE_INFO];
    const tag = info >>> TAG_SHIFT;
    return readString(segment, at * 8, info & LENGTH_MASK, tag === TAG_UTF16);
  }

  /** When what a look found expires. */
  get expiry(): number {
    const at = copiedValue(this.base, this.words[this.base + P_INFO]);
    return this.#floats[at - 1];
  }

  /** The newest version of a key. */
  find(text: string): number {
    return attachmentOf(this.map).table.find(this.encode(text));
  }

  encode(text: string): EncodedKey {
    const key = new EncodedKey(attachmentOf(this.map).segment.seed);
    stringKeys.pack(text, key);
    return key;
  }

  [Symbol.dispose](): void {
    this.map.close();
    this.#maker.close();
  }
}

function forBoth(test: (of: Looked) => void): void {
  for (const hasKernel of [true, false]) {
    using of = new Looked(hasKernel);
    test(of);
  }
}

const SCRATCH_BYTES = KEY_SCRATCH_WORDS * 4;
const SHORT = ["", "a", "abcd", "é", "key:12345678", "☃", "☃☃", "a☃b"];
const LONGEST = ["x".repeat(SCRATCH_BYTES), "☃".repeat(SCRATCH_BYTES / 2)];
const TOO_LONG = LONGEST.map((text) => text + text[0]);

Deno.test("look() finds numbers, and that there is nothing", () => {
  forBoth((of) => {
    const keys = [...SHORT, ...LONGEST];
    for (const key of keys) assertStrictEquals(of.look(key), 0, key);
    for (const [n, key] of keys.entries()) of.map.set(key, n / 4);
    for (const [n, key] of keys.entries()) {
      assertStrictEquals(of.look(key), NUMBER, key);
      assertStrictEquals(of.number, n / 4);
    }
    for (const key of SHORT) assertStrictEquals(of.look(key + "!"), 0, key);
  });
});

Deno.test("look() copies what is no plain number, and leaves what is needed to go on", () => {
  forBoth((of) => {
    for (const key of SHORT) {
      of.map.set(key, `value of ${key}`);
      of.words.fill(-7, of.base + P_HASH, of.base + P_VALUE_INFO + 1);
      assertStrictEquals(of.look(key), FOUND);
      const { hash, info } = of.encode(key);
      assertStrictEquals(of.words[of.base + P_HASH], hash);
      assertStrictEquals(of.words[of.base + P_INFO], info);
      assertStrictEquals(of.text, `value of ${key}`);
      assertStrictEquals(of.expiry, Infinity);
      assertStrictEquals(of.map.get(key), `value of ${key}`);
      assert(of.map.has(key));
      of.map.set(key, `for a time`, { ttl: 1e9 });
      assertStrictEquals(of.look(key), FOUND);
      assertStrictEquals(of.text, "for a time");
      assert(of.expiry > Date.now());
      assertStrictEquals(of.map.get(key), "for a time");
      of.map.delete(key);
      assertStrictEquals(of.look(key), 0);
    }
  });
});

Deno.test("look() copies what fits the scratch behind the key", () => {
  forBoth((of) => {
    for (
      const keyLength of [1, 4, 12, 100, 160, 161, 168, 169, SCRATCH_BYTES]
    ) {
      const key = "k".repeat(keyLength);
      const room = SCRATCH_BYTES - Math.ceil(keyLength / 8) * 8 - 8;
      of.map.set(key, { clone: true });
      const seen = of.look(key);
      if (room < 0) assertStrictEquals(seen, UNDECIDED);
      assertEquals(of.map.get(key), { clone: true });
      for (const length of [0, 1, room - 1, room, room + 1, room + 9]) {
        if (length < 0) continue;
        const value = "\xe9".repeat(length);
        of.map.set(key, value);
        const outcome = room < 0 ? UNDECIDED : length > room ? LONG : FOUND;
        assertStrictEquals(of.look(key), outcome, `${keyLength} ${length}`);
        if (outcome === FOUND) assertStrictEquals(of.text, value);
        assertStrictEquals(of.map.get(key), value);
        assert(of.map.has(key));
      }
      of.map.set(key, 1);
      assertStrictEquals(of.look(key), NUMBER);
    }
  });
});

Deno.test("what a look found is read again, pinned, if it seems to have expired", () => {
  forBoth((of) => {
    const { now } = Date;
    try {
      Date.now = () => 1000;
      of.map.set("a", "soon over", { ttl: 10 });
      of.map.set("b", "x".repeat(1000), { ttl: 10 });
      Date.now = () => 1009;
      assertStrictEquals(of.map.get("a"), "soon over");
      assert(of.map.has("b"));
      Date.now = () => 1010;
      assertStrictEquals(of.look("a"), FOUND);
      assertStrictEquals(of.look("b"), LONG);
      for (const key of ["a", "b"]) {
        assertStrictEquals(of.map.get(key), undefined);
        assertEquals(of.map.has(key), false);
      }
    } finally {
      Date.now = now;
    }
  });
});

Deno.test("look() decides nothing about keys that are too long, and versions that are pending", () => {
  forBoth((of) => {
    for (const key of [...TOO_LONG, "a"]) of.map.set(key, 1);
    for (const key of TOO_LONG) {
      assertStrictEquals(of.look(key), UNDECIDED);
      assertStrictEquals(of.map.get(key), 1);
    }
    of.words[of.find("a") * 4 + V_STAMP] = 0;
    assertStrictEquals(of.look("a"), UNDECIDED);
    assertStrictEquals(of.map.get("a"), 1);
    assertStrictEquals(of.look("a"), NUMBER, "the get settled it");
  });
});

Deno.test("look() writes nothing but its record, whatever stands in the memory", () => {
  forSeeds(20, (random) => {
    forBoth((of) => {
      for (let n = 0; n < 50; n++) of.map.set(`${n}`, n);
      const { firstChunk } = attachmentOf(of.map).segment;
      const whole = new Int32Array(of.words);
      // As if everything had been freed and reused under it.
      for (
        let i = firstChunk * 4;
        i < of.words.length;
        i += 1 + random.below(3)
      ) {
        of.words[i] = random.chance(0.5) ? random.word() : random.below(100);
      }
      const disturbed = new Int32Array(of.words);
      for (let n = 0; n < 50; n++) {
        try {
          of.look(`${n}`);
        } catch (error) {
          assert(error instanceof WebAssembly.RuntimeError);
        }
      }
      disturbed.set(
        of.words.subarray(of.base, of.base + PARTICIPANT_WORDS),
        of.base,
      );
      assertEquals(of.words, disturbed);
      of.words.set(whole);
    });
  });
});

Deno.test("a look that is led out of the memory is undecided to get() and has()", () => {
  using of = new Looked(true);
  of.map.set("a", 1).set("b", "text");
  const root = of.words[H_ROOT];
  of.words[H_ROOT] = 0x0ffffff0;
  assertThrows(() => of.look("a"), WebAssembly.RuntimeError);
  of.words[H_ROOT] = root;
  const { lookup } = of.fastPath;
  of.fastPath.lookup = (base, text, most) => {
    of.words[H_ROOT] = 0x0ffffff0;
    try {
      return lookup(base, text, most);
    } finally {
      of.words[H_ROOT] = root;
    }
  };
  assertStrictEquals(of.map.get("a"), 1);
  assertStrictEquals(of.map.get("b"), "text");
  assertStrictEquals(of.map.get("c"), undefined);
  assert(of.map.has("a"));
  assertEquals(of.map.has("c"), false);
  of.fastPath.lookup = () => {
    throw new TypeError("another fault");
  };
  assertThrows(() => of.map.get("a"), TypeError, "another fault");
  of.fastPath.lookup = lookup;
});
