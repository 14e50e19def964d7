// The specification against the map, in one worker: what each operation answers
// is what the specification says, and so is what the next ones find.
import { assert, assertEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { seeded } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import type { Operation } from "./operation.ts";
import { partition } from "./partition.ts";
import { newClock, Recorder } from "./recorder.ts";
import { recordingOf } from "./generator.ts";
import { specification, type State } from "./specification.ts";
import { planOf, type Step, TRANSACTION } from "./transactions.ts";
import {
  BULK_VERBS,
  KEY_VERBS,
  SNAPSHOT,
  SNAPSHOT_READERS,
  type Verb,
} from "./verbs.ts";

const KEYS = ["a", "b"];
/** All but what depends on the clock: whether a brief life is over. */
const VERBS = ([
  ...Object.keys(KEY_VERBS),
  ...Object.keys(BULK_VERBS),
  SNAPSHOT,
  TRANSACTION,
] as Verb[]).filter((verb) => verb !== "setBrief");

/**
 * The state after operations that ran one after the other; undefined if they cannot have
 * gone so.
 */
function replay(operations: readonly Operation[]): State | undefined {
  const { after } = specification(false);
  let states: State[] = [KEYS.map(() => undefined)];
  for (const atom of operations.flatMap((one) => partition([one], 2).flat())) {
    states = states.flatMap((state) => after(state, atom));
  }
  return states[0];
}

Deno.test(
  "the specification answers as the map does",
  seeded((random) => {
    using map = SharedMap.create<string, number>({ value: "number" });
    const recorder = new Recorder(map, newClock());
    for (let round = 0; round < 200 * SCALE; round++) {
      for (const key of KEYS) map.delete(key);
      const program = Array.from({ length: 30 }, () => {
        const verb = random.pick(VERBS);
        const key = Object.hasOwn(KEY_VERBS, verb)
          ? random.below(KEYS.length)
          : -1;
        const value = 1 + random.below(3);
        const plan = verb === TRANSACTION
          ? planOf(random, KEYS.length, value)
          : undefined;
        return recordingOf(verb, key, 0, value, plan);
      });
      for (const recording of program) {
        recorder.record(recording, KEYS);
        recorder.readSnapshots(random.pick(SNAPSHOT_READERS), KEYS);
      }
      const state = replay(program);
      assert(state, `round ${round}: ${JSON.stringify(program)}`);
      assertEquals(state.map((held) => held?.value), map.getMany(KEYS));
    }
  }),
);

Deno.test("the specification lets only what lives briefly vanish, and only once", () => {
  const set = recordingOf("setBrief", 0, 0, 1);
  const saw = (answer?: number) => ({ ...recordingOf("get", 0, 0, 0), answer });
  assert(replay([set, saw(1), saw(1), saw()]));
  assertEquals(replay([set, saw(), saw(1)]), undefined);
  const forGood = recordingOf("set", 0, 0, 1);
  assertEquals(replay([forGood, saw()]), undefined);
});

Deno.test("the specification lets any entry vanish from a map that evicts", () => {
  const { after } = specification(true);
  const [held] = after([undefined], recordingOf("set", 0, 0, 1));
  const saw = (answer?: number) => ({ ...recordingOf("get", 0, 0, 0), answer });
  assertEquals(after(held, saw(1)), [held]);
  assertEquals(after(held, saw()), [[undefined]]);
  assertEquals(after(held, saw(2)), []);
});

Deno.test("the specification lets what finds the map full change nothing", () => {
  const { after } = specification(false);
  const held: State = [{ value: 1, life: "for good" }];
  const full = (verb: Verb) => ({
    ...recordingOf(verb, 0, 0, 2),
    answer: "full",
  });
  assertEquals(after(held, full("swap")), [held]);
  assertEquals(after(held, full("take")), []);
});

Deno.test("the specification lets an entry vanish before a transaction, and not in the middle of it", () => {
  const { after } = specification(true);
  const held = { value: 1, life: "for good" } as const;
  const read = (value?: number): Step => ({ kind: "read", key: 0, value });
  const write: Step = { kind: "write", key: 1, value: 2, life: "for good" };
  const kept: Step = { kind: "write", key: 0, value: 3, life: "kept" };
  const saw = (...steps: Step[]) => ({
    ...recordingOf(TRANSACTION, -1, 0, 0),
    answer: { steps, outcome: "committed" as const },
  });
  const other = { value: 2, life: "for good" } as const;
  assertEquals(after([held, undefined], saw(read(1), write)), [[held, other]]);
  assertEquals(after([held, undefined], saw(read(), write)), [[
    undefined,
    other,
  ]]);
  assertEquals(after([held, undefined], saw(read(1), read())), []);
  assertEquals(after([held, undefined], saw(read(), read(1))), []);
  const long = { value: 1, life: "long" } as const;
  assertEquals(after([long, undefined], saw(read(1), kept)), [[
    { value: 3, life: "long" },
    undefined,
  ]]);
  assertEquals(after([long, undefined], saw(read(), kept)), [[
    { value: 3, life: "for good" },
    undefined,
  ]]);
});

Deno.test("the specification: what an abandoned transaction found gone is gone, and nothing else is changed", () => {
  const { after } = specification(true);
  const held = { value: 1, life: "for good" } as const;
  const abandoned = {
    ...recordingOf(TRANSACTION, -1, 0, 0),
    answer: {
      outcome: "abandoned" as const,
      steps: [
        { kind: "look", key: 0, isThere: false },
        { kind: "write", key: 0, value: 5, life: "for good" },
        { kind: "write", key: 1, value: 6, life: "for good" },
      ] as const,
    },
  };
  assertEquals(after([held, held], abandoned), [[undefined, held]]);
});
