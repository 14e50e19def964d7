// Memory that is damaged, or never belonged to a map: attaching to it either works, or
// throws a HandleError. It never hangs, and throws nothing else.
import { assert, assertInstanceOf } from "@std/assert";
import { HandleError, SharedMap } from "../../mod.ts";
import { H_ID, PARTICIPANTS } from "../../src/segment/layout.ts";
import { copyOf } from "../segment/fresh_segment.ts";
import { forSeeds, type Random } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";

const ROUNDS = 300 * SCALE;

/** What must not happen in the middle of it: a worker that lives in the copy only. */
function furnished(): SharedArrayBuffer {
  using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 20 });
  for (let i = 0; i < 2_000; i++) map.set(`key ${i}`, i);
  for (let i = 0; i < 500; i++) map.delete(`key ${i}`);
  return copyOf(map.handle.buffer);
}

function attach(buffer: SharedArrayBuffer): boolean {
  // Copies of one segment would share the names of their locks.
  const id = crypto.getRandomValues(new Int32Array(2));
  new Int32Array(buffer).set(id, H_ID);
  try {
    SharedMap.attach(
      { buffer },
      { key: "string", value: "any" },
    )[Symbol.dispose]();
    return true;
  } catch (error) {
    assertInstanceOf(error, HandleError, `${error}`);
    return false;
  }
}

function damage(words: Int32Array, random: Random, below: number): void {
  const at = random.below(below);
  const extremes = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 24, 2 ** 30];
  words[at] = random.pick([
    words[at] ^ (1 << random.below(32)),
    random.pick(extremes),
    random.word(),
  ]);
}

Deno.test("SharedMap.attach() takes or refuses a header that is damaged anywhere", () => {
  const whole = furnished();
  let refused = 0;
  forSeeds(ROUNDS, (random) => {
    const buffer = copyOf(whole);
    const words = new Int32Array(buffer);
    for (let n = random.below(4); n >= 0; n--) damage(words, random, 256);
    if (!attach(buffer)) refused++;
  });
  assert(refused > 0 && refused < ROUNDS, `${refused} of ${ROUNDS} refused`);
});

Deno.test("SharedMap.attach() takes or refuses memory that is damaged behind the header", () => {
  const whole = furnished();
  let taken = 0;
  forSeeds(ROUNDS / 4, (random) => {
    const buffer = copyOf(whole);
    const words = new Int32Array(buffer);
    for (let n = random.below(1_000); n >= 0; n--) {
      damage(words.subarray(PARTICIPANTS), random, words.length - PARTICIPANTS);
    }
    if (attach(buffer)) taken++;
  });
  assert(taken > 0);
});

Deno.test("SharedMap.attach() refuses noise", () => {
  forSeeds(20 * SCALE, (random) => {
    const buffer = new SharedArrayBuffer(2 ** 20 + random.below(100) * 4);
    const words = new Int32Array(buffer);
    for (let i = 0; i < words.length; i++) words[i] = random.word();
    assert(!attach(buffer));
  });
});
