/**
 * What is measured of values: the default codec beside `"json"`, and long strings
 * beside bytes that `TextEncoder` made. Each task runs in an isolate of its own.
 */
import { SharedMap } from "../../mod.ts";
import { fight } from "../single/duel.ts";

/** Entries of a turn. */
const ENTRIES = 64;
const TURNS = 3_000;
const LONG = 10_000;

/** How much was read: a result that nobody uses might be compiled away. */
let used = 0;

/** Texts in alphabets for which runtimes have different ways. */
const TEXTS = {
  "ASCII": "The quick brown fox jumps over the lazy dog. ",
  "Latin-1": "Zwölf Boxkämpfer jagen Viktor quer über den großen Deich. ",
  "ASCII with a dash": "The quick brown fox – and only he – jumps over it. ",
  "Cyrillic": "Съешь же ещё этих мягких французских булок. ",
  "Chinese": "天地玄黄宇宙洪荒日月盈昃辰宿列张",
};

/** What is stored, by name. */
const OBJECTS = {
  "3 fields": () => flat(3),
  "10 fields": () => flat(10),
  "30 fields": () => flat(30),
  "nested": nested,
};

/** What is stored to see what a call takes, by name. */
const VALUES = {
  "a number": () => 1.5,
  "a string of 20 letters": () => "abcdefghijklmnopqrst",
  "an object of 3 fields": OBJECTS["3 fields"],
  "an object of 10 fields": OBJECTS["10 fields"],
  "an object of 30 fields": OBJECTS["30 fields"],
};

/** The time of one call, for which nothing else takes turns. */
export interface Cost {
  readonly verb: "set" | "get";
  readonly value: keyof typeof VALUES;
}

/** All of them. */
export const COSTS: readonly Cost[] = namesOf(VALUES).flatMap((value) => [
  { verb: "set", value },
  { verb: "get", value },
]);

/** One thing to measure beside something else. */
export type Task =
  | { readonly verb: "set" | "get"; readonly object: keyof typeof OBJECTS }
  | { readonly verb: "set" | "get"; readonly text: keyof typeof TEXTS };

/** All of them. */
export const TASKS: readonly Task[] = [
  ...namesOf(OBJECTS).flatMap((object): Task[] => [
    { verb: "set", object },
    { verb: "get", object },
  ]),
  ...namesOf(TEXTS).flatMap((text): Task[] => [
    { verb: "set", text },
    { verb: "get", text },
  ]),
];

function namesOf<T extends object>(of: T): (keyof T)[] {
  return Object.keys(of) as (keyof T)[];
}

/** The time of one call under the default codec, in nanoseconds, of each turn. */
export function takeTime({ verb, value }: Cost): number[] {
  const map = SharedMap.create();
  const values = fresh(VALUES[value]);
  const keys = values.map((_, i) => `key:${String(i).padStart(8, "0")}`);
  const set = () => values.forEach((value, i) => map.set(keys[i], value));
  const get = () => {
    for (const key of keys) used += map.get(key) === undefined ? 0 : 1;
  };
  set();
  const work = verb === "set" ? set : get;
  return Array.from({ length: 2 * TURNS }, () => {
    const began = performance.now();
    work();
    return (performance.now() - began) * 1e6 / ENTRIES;
  }).slice(TURNS);
}

/** Our time divided by that of the other side, of each turn. */
export function perform(task: Task): number[] {
  if ("object" in task) {
    const make = OBJECTS[task.object];
    return task.verb === "set" ? setObjects(make) : getObjects(make);
  }
  const text = TEXTS[task.text];
  return task.verb === "set" ? setStrings(text) : getStrings(text);
}

const NAMES = ["id", "name", "email", "active", "score", "createdAt", "city"];

/** A record as a program has many: numbers, short and middling strings, flags, fractions. */
function flat(fields: number, seed = 1): Record<string, unknown> {
  const kinds = [
    (n: number) => n * 977 + seed,
    (n: number) => `value ${n} of ${seed}`,
    (n: number) => n % 3 === 0,
    (n: number) => `user.${seed}.${n}@mail.example.org`,
    (n: number) => (seed + n) / 8,
    () => null,
  ];
  return Object.fromEntries(
    Array.from({ length: fields }, (_, n) => [
      NAMES[n] ?? `field${n}`,
      kinds[n % kinds.length](n),
    ]),
  );
}

function nested(): Record<string, unknown> {
  return {
    user: flat(4),
    tags: ["a", "bc", "def"],
    visits: Array.from({ length: 5 }, (_, n) => ({ at: n * 1e6, page: "/x" })),
  };
}

/** Objects as a program gets them: each was parsed on its own. */
function fresh(make: () => unknown): unknown[] {
  const text = JSON.stringify(make());
  return Array.from({ length: ENTRIES }, () => JSON.parse(text));
}

function maps(): [SharedMap<number, unknown>, SharedMap<number, unknown>] {
  return [
    SharedMap.create<number, unknown>({ key: "number" }),
    SharedMap.create<number, unknown>({ key: "number", value: "json" }),
  ];
}

function setObjects(make: () => unknown): number[] {
  const [any, json] = maps();
  const values = fresh(make);
  return fight({
    turns: TURNS,
    keys: () => values,
    ours(values) {
      for (let i = 0; i < values.length; i++) any.set(i, values[i]);
    },
    theirs(values) {
      for (let i = 0; i < values.length; i++) json.set(i, values[i]);
    },
  });
}

function getObjects(make: () => unknown): number[] {
  const [any, json] = maps();
  fresh(make).forEach((value, i) => {
    any.set(i, value);
    json.set(i, value);
  });
  return fight({
    turns: TURNS,
    keys: () => ENTRIES,
    ours(count) {
      for (let i = 0; i < count; i++) used += any.get(i) === undefined ? 0 : 1;
    },
    theirs(count) {
      for (let i = 0; i < count; i++) used += json.get(i) === undefined ? 0 : 1;
    },
  });
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const room = new Uint8Array(LONG * 3);

function stringMaps(): [
  SharedMap<number, string>,
  SharedMap<number, Uint8Array>,
] {
  return [
    SharedMap.create<number, string>({ key: "number" }),
    SharedMap.create<number, Uint8Array>({ key: "number", value: "bytes" }),
  ];
}

function long(text: string): string {
  const all = text.repeat(Math.ceil(LONG / text.length)).slice(0, LONG);
  return JSON.parse(JSON.stringify(all)); // in one piece, as a text that came from outside
}

function setStrings(text: string): number[] {
  const [any, bytes] = stringMaps();
  const value = long(text);
  return fight({
    turns: TURNS,
    keys: () => ENTRIES / 8,
    ours(count) {
      for (let i = 0; i < count; i++) any.set(i, value);
    },
    theirs(count) {
      for (let i = 0; i < count; i++) {
        const { written } = encoder.encodeInto(value, room);
        bytes.set(i, room.subarray(0, written));
      }
    },
  });
}

function getStrings(text: string): number[] {
  const [any, bytes] = stringMaps();
  const value = long(text);
  any.set(0, value);
  bytes.set(0, encoder.encode(value));
  return fight({
    turns: TURNS,
    keys: () => ENTRIES / 8,
    ours(count) {
      for (let i = 0; i < count; i++) used += any.get(0)!.length;
    },
    theirs(count) {
      for (let i = 0; i < count; i++) {
        used += decoder.decode(bytes.get(0)).length;
      }
    },
  });
}
