// The checker: on histories that are known to be right or wrong, and against
// the definition on random ones.
import { assertEquals, assertGreater } from "@std/assert";
import { type Random, seeded } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { isLinearizable } from "./brute_force.ts";
import { check } from "./checker.ts";
import { draw } from "./drawing.ts";
import { ALL_KEYS, type Answer, type Operation } from "./operation.ts";
import { partition } from "./partition.ts";
import { type Recording, recordingOf } from "./generator.ts";
import { specification, type State } from "./specification.ts";
import { KEY_VERBS, SNAPSHOT, type Verb } from "./verbs.ts";

const KEYS = ["a", "b"];
const NOTHING: State = [undefined, undefined];
const MODEL = specification(false);

/** One line of a history: `| |` is the interval, then come worker and call. */
type Line = [bar: string, verb: Verb, input: Input, answer?: Answer];
type Input = { key?: number; value?: number; expected?: number };

/** A history as it is drawn: intervals are read off their columns. */
function historyOf(lines: readonly Line[]): Operation[] {
  return lines.map(([bar, verb, { key = 0, value = 0, expected }, answer], i) =>
    Object.assign(recordingOf(verb, key, i, value), {
      expected,
      answer,
      // No two moments are the same: a call comes before a return in its column.
      called: bar.indexOf("|") * 100 + i,
      returned: bar.lastIndexOf("|") * 100 + 50 + i,
    })
  );
}

function violationsOf(history: readonly Operation[]) {
  return partition(history, KEYS.length).flatMap((part) =>
    check(MODEL, NOTHING, part) ?? []
  );
}

const A = { key: 0 };
const B = { key: 1 };
const ALL = { key: ALL_KEYS };

const RIGHT: Record<string, Line[]> = {
  "nothing": [],
  "one after the other": [
    ["||     ", "set", { value: 1 }],
    ["   ||  ", "get", A, 1],
  ],
  "a read that overlaps a write sees what was before": [
    ["|   |", "set", { value: 1 }],
    [" |  |", "get", A, undefined],
  ],
  "or what is after": [
    ["|   |", "set", { value: 1 }],
    [" | | ", "get", A, 1],
  ],
  "a write takes effect long before it returns": [
    ["|        |", "set", { value: 1 }],
    [" ||       ", "get", A, undefined],
    ["   ||     ", "get", A, 1],
    ["      || ", "delete", A, true],
  ],
  "one of two that swap gets what the other brought": [
    ["| |", "swap", { value: 1 }, 2],
    ["| |", "swap", { value: 2 }, undefined],
  ],
  "increments add up": [
    ["|  |   ", "increment", { value: 1 }, 2],
    ["|  |   ", "increment", { value: 1 }, 1],
    ["    | |", "get", A, 2],
  ],
  "a snapshot in the middle of a write": [
    ["||      ", "set", { ...A, value: 1 }],
    ["  |   | ", "set", { ...B, value: 2 }],
    ["   | |  ", SNAPSHOT, ALL, [1, undefined]],
  ],
  "setMany() is not atomic": [
    ["|    |", "setMany", { ...ALL, value: 1 }],
    [" ||   ", "get", A, undefined],
    ["   |  |", "get", B, 2],
  ],
  "two keys each have an order of their own, seen by no one together": [
    ["|       |", "set", { ...A, value: 1 }],
    ["|       |", "set", { ...B, value: 2 }],
    [" ||      ", "get", A, 1],
    ["   ||    ", "get", B, undefined],
  ],
};

const WRONG: Record<string, Line[]> = {
  "a lost update": [
    ["|  |   ", "increment", { value: 1 }, 1],
    ["|  |   ", "increment", { value: 1 }, 1],
  ],
  "a lost write": [
    ["||     ", "set", { value: 1 }],
    ["   ||  ", "set", { value: 2 }],
    ["     ||", "get", A, 1],
  ],
  "a stale read": [
    ["||     ", "set", { value: 1 }],
    ["   ||  ", "get", A, undefined],
  ],
  "a read that goes back": [
    ["|     |", "set", { value: 1 }],
    [" ||    ", "get", A, 1],
    ["    || ", "get", A, undefined],
  ],
  "two winners of one insert": [
    ["|  |", "getOrInsert", { value: 1 }, 1],
    ["|  |", "getOrInsert", { value: 2 }, 2],
  ],
  "two winners of one compareAndSet": [
    ["|  |", "compareAndSet", { value: 1 }, true],
    ["|  |", "compareAndSet", { value: 2 }, true],
  ],
  "two that took one entry": [
    ["||    ", "set", { value: 1 }],
    ["  |  |", "take", A, 1],
    ["  |  |", "take", A, 1],
  ],
  "a delete that comes undone": [
    ["||      ", "set", { value: 1 }],
    ["  ||    ", "delete", A, true],
    ["    ||  ", "get", A, 1],
  ],
  "a read from the future": [
    ["||    ", "get", A, 1],
    ["   || ", "set", { value: 1 }],
  ],
  "a value that nobody wrote": [
    ["|  |", "set", { value: 1 }],
    [" || ", "get", A, 3],
  ],
  "a time to live that is lost": [
    ["||    ", "setLong", { value: 1 }],
    ["  ||  ", "increment", { value: 1 }, 2],
    ["    ||", "ttl", A, "for good"],
  ],
  "an entry that outlives its time": [
    ["||    ", "setDead", { value: 1 }],
    ["  ||  ", "has", A, true],
  ],
  "a snapshot that is not atomic": [
    ["||      ", "set", { ...A, value: 1 }],
    ["   ||   ", "set", { ...B, value: 2 }],
    ["|      |", SNAPSHOT, ALL, [undefined, 2]],
  ],
  "a snapshot of before it was called": [
    ["||    ", "set", { ...A, value: 1 }],
    ["   || ", SNAPSHOT, ALL, [undefined, undefined]],
  ],
  "two snapshots that disagree on who was first": [
    ["|    |", "set", { ...A, value: 1 }],
    ["|    |", "set", { ...B, value: 2 }],
    [" |  | ", SNAPSHOT, ALL, [1, undefined]],
    [" |  | ", SNAPSHOT, ALL, [undefined, 2]],
  ],
  "a snapshot and reads that disagree on who was first": [
    ["|       |", "set", { ...A, value: 1 }],
    ["|       |", "set", { ...B, value: 2 }],
    [" ||      ", "get", A, 1],
    ["   ||    ", "get", B, undefined],
    ["|       |", SNAPSHOT, ALL, [undefined, 2]],
  ],
};

for (const [name, lines] of Object.entries(RIGHT)) {
  Deno.test(`check() finds nothing wrong: ${name}`, () => {
    assertEquals(violationsOf(historyOf(lines)), []);
  });
}

for (const [name, lines] of Object.entries(WRONG)) {
  Deno.test(`check() finds ${name}`, () => {
    assertEquals(violationsOf(historyOf(lines)).length, 1);
  });
}

/** A random history of few operations, whose answers are likely enough to be right now and then. */
function randomHistory(random: Random): Operation[] {
  const verbs = [...Object.keys(KEY_VERBS), SNAPSHOT] as Verb[];
  const moments = Array.from({ length: 12 }, (_, i) => i);
  const length = 2 + random.below(5);
  return Array.from({ length }, (_, worker) => {
    const [one, other] = [0, 0].map(() =>
      moments.splice(random.below(moments.length), 1)[0]
    );
    const verb = random.pick(verbs);
    const recording = recordingOf(
      verb,
      random.below(2),
      worker,
      1 + random.below(2),
    );
    recording.expected = random.below(2) || undefined;
    recording.called = Math.min(one, other);
    recording.returned = Math.max(one, other);
    return recording;
  });
}

/**
 * Answers as of some order of the operations, right or not; then perhaps another one to one
 * of them.
 */
function answerAtRandom(history: Recording[], random: Random): void {
  const held = [...NOTHING];
  for (const one of history.toSorted((a, b) => a.called - b.called)) {
    const { verb, key } = one;
    if (verb === SNAPSHOT) one.answer = held.map((entry) => entry?.value);
    else {
      const spec = KEY_VERBS[verb as keyof typeof KEY_VERBS];
      [one.answer, held[key]] = spec.apply(held[key], one);
    }
  }
  if (history.length === 0 || random.below(2) === 0) return;
  const victim = random.pick(history);
  victim.answer = victim.verb === SNAPSHOT
    ? [random.below(3) || undefined, random.below(3) || undefined]
    : random.pick([undefined, true, false, 1, 2, 3]);
}

Deno.test(
  "check() decides as the definition does",
  seeded((random) => {
    const decided = { right: 0, wrong: 0 };
    for (let i = 0; i < 3_000 * SCALE; i++) {
      const history = randomHistory(random) as Recording[];
      answerAtRandom(history, random);
      const model = specification(i % 2 === 0);
      const right = isLinearizable(model, NOTHING, history);
      const found = check(model, NOTHING, history);
      const about = `history ${i}: ${JSON.stringify(history)}`;
      assertEquals(found === undefined, right, about);
      decided[right ? "right" : "wrong"]++;
    }
    assertGreater(decided.right, 300);
    assertGreater(decided.wrong, 300);
  }),
);

Deno.test(
  "partition() finds wrong what is wrong as a whole, without snapshots",
  seeded((random) => {
    for (let i = 0; i < 2_000 * SCALE; i++) {
      const history = (randomHistory(random) as Recording[])
        .filter(({ verb }) => verb !== SNAPSHOT);
      answerAtRandom(history, random);
      const whole = check(MODEL, NOTHING, history) === undefined;
      const about = `history ${i}: ${JSON.stringify(history)}`;
      assertEquals(violationsOf(history).length === 0, whole, about);
    }
  }),
);

Deno.test("draw() shows who did what when, up to what is wrong", () => {
  const history = historyOf([
    ["||       ", "set", { value: 1 }],
    ["  |    | ", "swap", { value: 2 }, 1],
    ["   ||    ", "get", A, undefined],
    ["       ||", "get", A, 2],
  ]);
  const [violation] = violationsOf(history);
  assertEquals(
    draw(violation, KEYS),
    [
      "worker 0 ├┤     set(a, 1) -> nothing",
      "worker 1   ├──┤ swap(a, 2) -> 1",
      "worker 2    ├┤  get(a) -> nothing   <- no order explains this",
      "before its answer the keys a, b can have held: [1 for good, nothing]",
    ].join("\n"),
  );
});
