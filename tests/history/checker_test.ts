// The checker: on histories that are known to be right or wrong, and against
// the definition on random ones.
import { assert, assertEquals, assertGreater } from "@std/assert";
import { type Random, seeded } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { isLinearizable } from "./brute_force.ts";
import { check, NEVER } from "./checker.ts";
import { draw } from "./drawing.ts";
import { ALL_KEYS, type Answer, type Operation } from "./operation.ts";
import { SequentialMap } from "./sequential_map.ts";
import { partition } from "./partition.ts";
import { type Recording, recordingOf } from "./generator.ts";
import { specification, type State } from "./specification.ts";
import {
  type Outcome,
  perform,
  planOf,
  type Step,
  TRANSACTION,
  type TransactionRecord,
} from "./transactions.ts";
import { KEY_VERBS, SNAPSHOT, type Verb } from "./verbs.ts";

const KEYS = ["a", "b"];
const NOTHING: State = [undefined, undefined];
const MODEL = specification(false);

/** One line of a history: `| |` is the interval, `| >` one that never ends, then comes the call. */
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
      returned: bar.includes(">") ? NEVER : bar.lastIndexOf("|") * 100 + 50 + i,
    })
  );
}

function violationsOf(history: readonly Operation[]) {
  return partition(history, KEYS.length).flatMap((part) =>
    check(MODEL, NOTHING, part) ?? []
  );
}

/** What is about more than one key. */
const LARGE_VERBS: readonly Verb[] = [
  SNAPSHOT,
  TRANSACTION,
  TRANSACTION,
  TRANSACTION,
];

const A = { key: 0 };
const B = { key: 1 };
const ALL = { key: ALL_KEYS };

/** Steps of a transaction: `a:1` read 1, `a:` read nothing, `a=1` wrote 1, `a=` deleted. */
function transaction(outcome: Outcome, ...texts: string[]): TransactionRecord {
  const steps = texts.map((text): Step => {
    const [name, sign, number] = [text[0], text[1], text.slice(2)];
    const key = KEYS.indexOf(name);
    const value = number === "" ? undefined : Number(number);
    return sign === ":"
      ? { kind: "read", key, value }
      : { kind: "write", key, value, life: "for good" };
  });
  return { steps, outcome };
}

const committed = (...texts: string[]) => transaction("committed", ...texts);
const abandoned = (...texts: string[]) => transaction("abandoned", ...texts);
const unknown = (...texts: string[]) => transaction("unknown", ...texts);

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
  "a transaction between reads that it overlaps": [
    ["|      |", TRANSACTION, ALL, committed("a=1", "b=1")],
    [" ||     ", "get", A, undefined],
    ["   ||   ", "get", B, 1],
    ["     || ", "get", A, 1],
  ],
  "transactions one after the other": [
    ["| |    ", TRANSACTION, ALL, committed("a:", "a=1", "b=2")],
    ["| |    ", TRANSACTION, ALL, committed("a:1", "b:2", "a=2", "b=1")],
    ["    | |", SNAPSHOT, ALL, [2, 1]],
  ],
  "a transaction that sees what it wrote, and the last of that is seen": [
    ["||  ", TRANSACTION, ALL, committed("a=1", "a:1", "a=2", "a:2")],
    ["  ||", "get", A, 2],
  ],
  "a transaction that was abandoned has read one moment, and written nothing": [
    ["||      ", "set", { ...A, value: 1 }],
    ["  | |   ", TRANSACTION, ALL, abandoned("a:1", "a=2", "b=2")],
    ["     | |", SNAPSHOT, ALL, [1, undefined]],
  ],
  "a transaction whose worker died takes effect": [
    [" |    >", TRANSACTION, ALL, unknown("a=1", "b=1")],
    ["   ||  ", SNAPSHOT, ALL, [1, 1]],
  ],
  "or not": [
    [" |    >", TRANSACTION, ALL, unknown("a=1", "b=1")],
    ["   ||  ", SNAPSHOT, ALL, [undefined, undefined]],
  ],
  "or late": [
    ["|       >", TRANSACTION, ALL, unknown("a=1", "b=1")],
    ["  ||     ", SNAPSHOT, ALL, [undefined, undefined]],
    ["    ||   ", "set", { ...A, value: 3 }],
    ["      || ", SNAPSHOT, ALL, [1, 1]],
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
  "an update that is lost between transactions": [
    ["||     ", "set", { ...A, value: 1 }],
    ["  |  | ", TRANSACTION, ALL, committed("a:1", "a=2")],
    ["  |  | ", TRANSACTION, ALL, committed("a:1", "a=3")],
  ],
  "one that is lost between a transaction and a single operation": [
    ["|  |  ", "increment", { ...A, value: 1 }, 1],
    ["|  |  ", TRANSACTION, ALL, committed("a:", "a=5")],
    ["    ||", "get", A, 1],
  ],
  "write skew": [
    ["||      ", "set", { ...A, value: 1 }],
    ["||      ", "set", { ...B, value: 1 }],
    ["   | |  ", TRANSACTION, ALL, committed("a:1", "b:1", "a=")],
    ["   | |  ", TRANSACTION, ALL, committed("a:1", "b:1", "b=")],
  ],
  "write skew by keys that are absent": [
    ["| |  ", TRANSACTION, ALL, committed("a:", "b=1")],
    ["| |  ", TRANSACTION, ALL, committed("b:", "a=1")],
  ],
  "transactions that each see what the other wrote": [
    ["| |  ", TRANSACTION, ALL, committed("a:1", "b=2")],
    ["| |  ", TRANSACTION, ALL, committed("b:2", "a=1")],
  ],
  "a torn read": [
    ["|   |", TRANSACTION, ALL, committed("a=1", "b=1")],
    ["|   |", TRANSACTION, ALL, committed("a:1", "b:")],
  ],
  "a read that is torn in a transaction that was abandoned": [
    ["|   |", TRANSACTION, ALL, committed("a=1", "b=1")],
    ["|   |", TRANSACTION, ALL, abandoned("a:1", "b:")],
  ],
  "a transaction that is torn by single reads": [
    ["|      |", TRANSACTION, ALL, committed("a=1", "b=1")],
    [" ||     ", "get", A, 1],
    ["   ||   ", "get", B, undefined],
  ],
  "a torn snapshot": [
    ["|   |", TRANSACTION, ALL, committed("a=1", "b=1")],
    ["|   |", SNAPSHOT, ALL, [1, undefined]],
  ],
  "a transaction that reads from the future": [
    ["||    ", TRANSACTION, ALL, committed("a:1", "b=1")],
    ["   || ", "set", { ...A, value: 1 }],
  ],
  "a transaction that reads an older moment": [
    ["||    ", "set", { ...A, value: 1 }],
    ["   || ", TRANSACTION, ALL, committed("a:", "b:")],
  ],
  "two moments of one key in a transaction": [
    ["|  |", "set", { ...A, value: 1 }],
    ["|  |", TRANSACTION, ALL, committed("a:", "a:1")],
  ],
  "a transaction that does not see what it wrote": [
    ["||", TRANSACTION, ALL, committed("a=1", "a:")],
  ],
  "half an abort": [
    ["||  ", TRANSACTION, ALL, abandoned("a=1", "b=1")],
    ["  ||", "get", A, 1],
  ],
  "a transaction whose worker died, and that takes effect by half": [
    ["|      >", TRANSACTION, ALL, unknown("a=1", "b=1")],
    [" ||     ", "get", A, 1],
    ["   ||   ", "get", B, undefined],
  ],
  "or twice": [
    ["|      >", TRANSACTION, ALL, unknown("a=1", "b=1")],
    [" ||     ", "take", A, 1],
    ["   ||   ", "get", A, 1],
  ],
  "or before it began": [
    ["||       ", "get", A, 1],
    ["  |     >", TRANSACTION, ALL, unknown("a=1", "b=1")],
  ],
  "or after reading what was not there": [
    ["|      >", TRANSACTION, ALL, unknown("a:7", "b=1")],
    ["  ||    ", "get", B, 1],
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
function randomHistory(random: Random): Recording[] {
  const verbs = [...Object.keys(KEY_VERBS), ...LARGE_VERBS] as Verb[];
  const moments = Array.from({ length: 12 }, (_, i) => i);
  const length = 2 + random.below(5);
  return Array.from({ length }, (_, worker) => {
    const [one, other] = [0, 0].map(() =>
      moments.splice(random.below(moments.length), 1)[0]
    );
    const verb = random.pick(verbs);
    const recording = randomOperation(verb, 1 + random.below(2), random);
    recording.worker = worker;
    recording.called = Math.min(one, other);
    recording.returned = Math.max(one, other);
    if (verb === TRANSACTION && random.chance(0.2)) recording.returned = NEVER;
    return recording;
  });
}

function randomOperation(
  verb: Verb,
  value: number,
  random: Random,
): Recording {
  const plan = verb === TRANSACTION
    ? planOf(random, KEYS.length, value)
    : undefined;
  const key = random.below(KEYS.length);
  const recording = recordingOf(verb, key, 0, value, plan);
  recording.expected = random.below(2) || undefined;
  return recording;
}

/** Answers an operation as a map does that holds this; returns what it holds then. */
function answer(recording: Recording, held: State, random: Random): State {
  const { key, returned, verb } = recording;
  if (verb === SNAPSHOT) {
    recording.answer = held.map((entry) => entry?.value);
    return held;
  }
  if (verb === TRANSACTION) {
    const map = new SequentialMap(KEYS, held);
    const record = perform(map, recording.plan!, KEYS);
    const isUnknown = returned === NEVER && record.outcome === "committed";
    recording.answer = isUnknown ? { ...record, outcome: "unknown" } : record;
    return isUnknown && random.chance(0.5) ? held : map.held;
  }
  const spec = KEY_VERBS[verb as keyof typeof KEY_VERBS];
  const [said, then] = spec.apply(held[key], recording);
  recording.answer = said;
  return held.with(key, then);
}

/**
 * Answers as of some order of the operations, right or not; then perhaps another one to one
 * of them.
 */
function answerAtRandom(history: Recording[], random: Random): void {
  let held = NOTHING;
  for (const one of history.toSorted((a, b) => a.called - b.called)) {
    held = answer(one, held, random);
  }
  if (history.length === 0 || random.below(2) === 0) return;
  const victim = random.pick(history);
  victim.answer = otherAnswer(victim, random);
}

function otherAnswer({ answer, verb }: Operation, random: Random): Answer {
  if (verb === SNAPSHOT) {
    return [random.below(3) || undefined, random.below(3) || undefined];
  }
  if (verb !== TRANSACTION) {
    return random.pick([undefined, true, false, 1, 2, 3]);
  }
  const { outcome, steps } = answer as TransactionRecord;
  if (outcome === "unknown" || random.below(2) === 0) {
    const value = random.below(3) || undefined;
    const step = random.below(steps.length);
    const other = steps.map((it, i) =>
      i === step && it.kind === "read" ? { ...it, value } : it
    );
    return { outcome, steps: other };
  }
  return {
    steps,
    outcome: outcome === "abandoned" ? "committed" : "abandoned",
  };
}

Deno.test(
  "check() decides as the definition does",
  seeded((random) => {
    const decided = { right: 0, wrong: 0 };
    for (let i = 0; i < 3_000 * SCALE; i++) {
      const history = randomHistory(random);
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
      const history = randomHistory(random)
        .filter(({ verb }) => !LARGE_VERBS.includes(verb));
      answerAtRandom(history, random);
      const whole = check(MODEL, NOTHING, history) === undefined;
      const about = `history ${i}: ${JSON.stringify(history)}`;
      assertEquals(violationsOf(history).length === 0, whole, about);
    }
  }),
);

/** Operations of a history that is made one after the other. */
const LENGTH = 30;

/** Operations that ran one after the other, each with a value of its own, and a snapshot. */
function sequentialHistory(random: Random): Recording[] {
  const verbs = [...Object.keys(KEY_VERBS), ...LARGE_VERBS, ...LARGE_VERBS];
  let held = NOTHING;
  return Array.from({ length: LENGTH }, (_, i) => {
    const verb = i === LENGTH - 1 ? SNAPSHOT : random.pick(verbs as Verb[]);
    // So many that no sum of some is another one.
    const value = 1 + Math.floor(random.fraction() * 2 ** 32);
    const recording = randomOperation(verb, value, random);
    recording.worker = i;
    held = answer(recording, held, random);
    return recording;
  });
}

/** Lets each operation begin earlier and end later than it did. */
function overlap(history: readonly Recording[], random: Random): void {
  const most = random.pick([0, 1, 3]);
  for (const [i, one] of history.entries()) {
    const slack = i === history.length - 1 ? 0 : most;
    one.called = i - slack * random.fraction();
    one.returned = i + 0.5 + slack * random.fraction();
  }
}

Deno.test(
  "check() accepts what ran one after the other, however it overlaps",
  seeded((random) => {
    for (let i = 0; i < 100 * SCALE; i++) {
      const history = sequentialHistory(random);
      overlap(history, random);
      const violation = check(MODEL, NOTHING, history);
      assertEquals(violation && draw(violation, KEYS), undefined);
    }
  }),
);

Deno.test(
  "check() accepts that a worker died whose transaction took effect, and not that it was abandoned",
  seeded((random) => {
    let found = 0;
    for (let i = 0; i < 100 * SCALE; i++) {
      const history = sequentialHistory(random);
      overlap(history, random);
      const shown = history.at(-1)!.answer as Answer[];
      const victim = history.find(({ answer, verb }) => {
        if (verb !== TRANSACTION) return false;
        const { outcome, steps } = answer as TransactionRecord;
        return outcome === "committed" &&
          steps.some((step) =>
            step.kind === "write" && step.value !== undefined &&
            step.value === shown[step.key]
          );
      });
      if (victim === undefined) continue;
      found++;
      const { steps } = victim.answer as TransactionRecord;
      const { returned } = victim;
      victim.answer = { steps, outcome: "unknown" };
      victim.returned = NEVER;
      assertEquals(check(MODEL, NOTHING, history), undefined);
      // What nobody else wrote is there in the end.
      victim.answer = { steps, outcome: "abandoned" };
      victim.returned = returned;
      assert(check(MODEL, NOTHING, history));
    }
    assertGreater(found, 20);
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

Deno.test("draw() shows what transactions did, and which of them never ended", () => {
  const history = historyOf([
    ["|      >", TRANSACTION, ALL, unknown("a=1", "b=")],
    [" | |    ", TRANSACTION, ALL, committed("a:1", "b:2")],
  ]);
  const [violation] = violationsOf(history);
  assertEquals(
    draw(violation, KEYS),
    [
      "worker 0 ├──┄ transaction(a := 1, b deleted) -> unknown",
      "worker 1  ├┤  transaction(a was 1, b was 2) -> committed   <- no order explains this",
      "before its answer the keys a, b can have held: [nothing, nothing]",
    ].join("\n"),
  );
});
