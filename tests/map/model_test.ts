// Every public method, in random order, against a plain Map. A failure names the seed and
// the operation; `play` repeats it.
import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { stub } from "@std/testing/mock";
import {
  type Codec,
  KEEP,
  type KeyCodec,
  type SetOptions,
  SharedMap,
  type SharedMapSnapshot,
  type ValueCodec,
} from "../../mod.ts";
import { forSeeds, type Random } from "../testing/random.ts";
import { identify, Model, same } from "./model.ts";

const SEEDS = 30;
const OPERATIONS = 3000;
const START = 1_700_000_000_000;

interface Kind<K, V> {
  key: KeyCodec<K>;
  value: ValueCodec<V>;
  /** The `n`th key. */
  keyOf(n: number): K;
  randomValue(random: Random): V;
  numbers: boolean;
}

const WORDS = [
  "",
  "a",
  "héllo",
  "日本",
  "\ud800",
  "x".repeat(70),
  "é".repeat(90),
];

function randomNumber(random: Random): number {
  const special = [0, -0, NaN, Infinity, -Infinity, 5e-324, 2 ** 53, 0.1];
  return random.chance(0.3) ? random.pick(special) : random.word() / 16;
}

function randomString(random: Random): string {
  return random.pick(WORDS).repeat(random.below(4)) + random.below(5);
}

function randomBytes(random: Random): Uint8Array {
  const bytes = new Uint8Array(random.below(random.chance(0.1) ? 3000 : 40));
  return bytes.fill(random.below(256));
}

function randomAny(random: Random): unknown {
  switch (random.below(10)) {
    case 0:
      return null;
    case 1:
      return random.chance(0.5);
    case 2:
      return BigInt(random.word()) ** BigInt(random.below(9));
    case 3:
      return randomBytes(random);
    case 4:
      return { n: random.below(3), list: [randomString(random), null] };
    case 5:
      return new Map([[random.below(3), new Set([random.below(3)])]]);
    case 6:
      return randomString(random);
    default:
      return random.below(6);
  }
}

const reversed: Codec<string> = {
  name: "reversed",
  encode: (text) => new TextEncoder().encode(text).reverse(),
  decode: (bytes) => new TextDecoder().decode(bytes.reverse()),
};

const stringKey = (n: number) => `${WORDS[n % WORDS.length]}${n}`;
const bytesKey = (n: number) =>
  new Uint8Array(n % 11).fill(n % 256).map((_, i) => n >> i);
const SPECIAL_KEYS = [0, -0, NaN, Infinity, -1, 0.5, 2 ** 53, 5e-324];
const numberKey = (n: number) => SPECIAL_KEYS[n] ?? n * 1024;

const KINDS = {
  "strings to anything": {
    key: "string",
    value: "any",
    keyOf: stringKey,
    randomValue: randomAny,
    numbers: false,
  } satisfies Kind<string, unknown>,
  "numbers to numbers": {
    key: "number",
    value: "number",
    keyOf: numberKey,
    randomValue: randomNumber,
    numbers: true,
  } satisfies Kind<number, number>,
  "bytes to strings": {
    key: "bytes",
    value: "string",
    keyOf: bytesKey,
    randomValue: randomString,
    numbers: false,
  } satisfies Kind<Uint8Array, string>,
  "numbers to bytes": {
    key: "number",
    value: "bytes",
    keyOf: numberKey,
    randomValue: randomBytes,
    numbers: false,
  } satisfies Kind<number, Uint8Array>,
  "strings to JSON": {
    key: "string",
    value: "json",
    keyOf: stringKey,
    randomValue: (random) => ({ n: random.below(4), s: randomString(random) }),
    numbers: false,
  } satisfies Kind<string, unknown>,
  "own codecs": {
    key: reversed,
    value: reversed,
    keyOf: (n) => `key ${n}`,
    randomValue: (random) => `value ${random.below(5)}`,
    numbers: false,
  } satisfies Kind<string, string>,
};

/** None in half of all cases. */
function randomLife(random: Random): SetOptions | undefined {
  if (random.chance(0.5)) return undefined;
  const ttl = random.pick([undefined, undefined, 1, 50, 2000, Infinity]);
  return { ttl, keepTtl: random.pick([undefined, true, false]) };
}

interface OpenSnapshot<K, V> {
  of: number;
  snapshot: SharedMapSnapshot<K, V>;
  expected: Map<string, V>;
}

/** Two attachments of one map, and the model of what they hold. */
class Game<K, V> {
  readonly #kind: Kind<K, V>;
  readonly #random: Random;
  readonly #model = new Model<K, V>(START);
  readonly #maps: SharedMap<K, V>[];
  readonly #keys: number;
  #snapshots: OpenSnapshot<K, V>[] = [];

  constructor(kind: Kind<K, V>, random: Random) {
    this.#kind = kind;
    this.#random = random;
    this.#keys = random.pick([4, 60, 1500]);
    const { key, value } = kind;
    const maxBytes = 2 ** 24;
    const first = SharedMap.create<K, V>({ key, value, maxBytes });
    this.#maps = [first, SharedMap.attach<K, V>(first.handle, { key, value })];
  }

  play(operations: number): void {
    using _ = stub(Date, "now", () => this.#model.now);
    for (let i = 0; i < operations; i++) {
      try {
        this.#step();
      } catch (error) {
        if (error instanceof Error) error.message += ` (operation ${i})`;
        throw error;
      }
    }
    this.#compareAll();
    for (const snapshot of this.#snapshots) this.#compareSnapshot(snapshot);
    for (const { snapshot } of this.#snapshots) snapshot.close();
    for (const map of this.#maps) map.clear();
    this.#model.entries.clear();
    this.#compareAll();
    const { heldVersions, openSnapshots, liveBytes } = this.#maps[0].stats();
    assertEquals({ openSnapshots, liveBytes }, {
      openSnapshots: 0,
      liveBytes: 0,
    });
    assert(heldVersions >= 0);
    for (const map of this.#maps) map.close();
  }

  #step(): void {
    const random = this.#random;
    const model = this.#model;
    const map = random.pick(this.#maps);
    const key = this.#kind.keyOf(random.below(this.#keys));
    const value = this.#kind.randomValue(random);
    const present = model.get(key);
    const expected = random.chance(0.6) ? present : value;
    const life = randomLife(random);
    const insertedLife = life && { ttl: life.ttl };
    switch (random.below(24)) {
      case 0:
      case 1:
        return this.#check(map.get(key), present);
      case 2:
        return this.#check(map.has(key), present !== undefined);
      case 3:
      case 4:
      case 5: {
        assertStrictEquals(map.set(key, value, life), map);
        return model.write(key, value, life, false);
      }
      case 6:
      case 7:
        return this.#check(map.delete(key), model.delete(key));
      case 8:
        return this.#check(
          map.getOrInsert(key, value, insertedLife),
          model.getOrInsert(key, value, insertedLife),
        );
      case 9: {
        const compute = () => value;
        return this.#check(
          map.getOrInsertComputed(key, compute, insertedLife),
          model.getOrInsert(key, value, insertedLife),
        );
      }
      case 10:
        return this.#check(
          map.swap(key, value, life),
          model.swap(key, value, life),
        );
      case 11:
        return this.#check(map.take(key), model.take(key));
      case 12:
        return this.#check(
          map.compareAndSet(key, expected, value, life),
          model.compareAndSet(key, expected, value, life),
        );
      case 13: {
        const compared = expected ?? value;
        return this.#check(
          map.compareAndDelete(key, compared),
          model.compareAndDelete(key, compared),
        );
      }
      case 14: {
        const deletes = random.chance(0.3);
        const keeps = random.chance(0.2);
        const fn = (current: V | undefined) =>
          keeps ? KEEP : deletes ? undefined : current ?? value;
        return this.#check(
          map.update(key, fn, life),
          model.update(key, fn, life),
        );
      }
      case 15:
        return this.#increment(map, key, life);
      case 16:
        return this.#many(map);
      case 17:
        return this.#check(map.ttl(key), model.ttl(key));
      case 18: {
        const ttl = random.pick([1, 100, 5000, Infinity]);
        return this.#check(map.expire(key, ttl), model.expire(key, ttl));
      }
      case 19:
        model.now += random.pick([0, 1, 1, 30, 400]);
        return;
      case 20:
        return this.#openOrCompareSnapshot(map);
      case 21:
        if (random.chance(0.1)) this.#compareAll();
        return;
      case 22:
        return this.#rarely(map);
      default: {
        using _ = map.pin();
        return this.#check(map.get(key), present);
      }
    }
  }

  #check(actual: unknown, expected: unknown): void {
    if (!same(actual, expected)) assertStrictEquals(actual, expected);
  }

  #increment(map: SharedMap<K, V>, key: K, life?: SetOptions): void {
    const present = this.#model.get(key);
    if (present !== undefined && typeof present !== "number") return;
    if (!this.#kind.numbers) return;
    const by = randomNumber(this.#random);
    const sum = (by + ((present as number | undefined) ?? 0)) as V;
    const numbers = map as SharedMap<K, unknown>;
    if (Number.isNaN(sum)) {
      assertThrows(() => numbers.increment(key, by, life));
      return;
    }
    this.#model.write(key, sum, life, true);
    this.#check(numbers.increment(key, by, life), sum);
  }

  #many(map: SharedMap<K, V>): void {
    const random = this.#random;
    const keys = Array.from(
      { length: random.below(6) },
      () => this.#kind.keyOf(random.below(this.#keys)),
    );
    if (random.chance(0.5)) {
      const entries = keys.map((key) =>
        [key, this.#kind.randomValue(random)] as const
      );
      const life = randomLife(random);
      map.setMany(entries, life);
      for (const [key, value] of entries) {
        this.#model.write(key, value, life, false);
      }
    }
    this.#check(map.getMany(keys), keys.map((key) => this.#model.get(key)));
  }

  #rarely(map: SharedMap<K, V>): void {
    const random = this.#random;
    if (random.chance(0.05)) {
      map.clear();
      this.#model.entries.clear();
    } else if (random.chance(0.1)) {
      const of = this.#maps.indexOf(map);
      const { key, value } = this.#kind;
      this.#maps[of] = SharedMap.attach<K, V>(map.handle, { key, value });
      map.close();
      this.#snapshots = this.#snapshots.filter((it) => it.of !== of);
    }
  }

  #openOrCompareSnapshot(map: SharedMap<K, V>): void {
    const random = this.#random;
    if (this.#snapshots.length < 5 && random.chance(0.3)) {
      const expected = new Map(
        this.#model.liveEntries().map((it) => [identify(it.key), it.value]),
      );
      const of = this.#maps.indexOf(map);
      this.#snapshots.push({ of, snapshot: map.snapshot(), expected });
    } else if (this.#snapshots.length > 0) {
      const chosen = random.pick(this.#snapshots);
      const key = this.#kind.keyOf(random.below(this.#keys));
      const value = chosen.expected.get(identify(key));
      this.#check(chosen.snapshot.get(key), value);
      this.#check(chosen.snapshot.has(key), value !== undefined);
      if (random.chance(0.1)) this.#compareSnapshot(chosen);
      if (random.chance(0.1)) {
        chosen.snapshot.close();
        this.#snapshots = this.#snapshots.filter((it) => it !== chosen);
      }
    }
  }

  #compareSnapshot({ snapshot, expected }: OpenSnapshot<K, V>): void {
    assertStrictEquals(snapshot.size, expected.size);
    this.#compareEntries([...snapshot], expected);
    this.#compareKeys([...snapshot.keys()], expected);
  }

  #compareAll(): void {
    const model = this.#model;
    const expected = new Map(
      model.liveEntries().map((it) => [identify(it.key), it.value]),
    );
    for (const map of this.#maps) {
      if (map.stats().expired === 0) {
        assertStrictEquals(map.size, model.entries.size);
      }
      this.#compareEntries([...map], expected);
      this.#compareKeys([...map.keys()], expected);
      const seen: [K, V][] = [];
      map.forEach((value, key) => seen.push([key, value]));
      this.#compareEntries(seen, expected);
      assertStrictEquals([...map.values()].length, expected.size);
    }
  }

  #compareEntries(actual: [K, V][], expected: Map<string, V>): void {
    assertStrictEquals(actual.length, expected.size, "entries");
    for (const [key, value] of actual) {
      this.#check(value, expected.get(identify(key)));
    }
    this.#compareKeys(actual.map(([key]) => key), expected);
  }

  #compareKeys(actual: K[], expected: Map<string, V>): void {
    const ids = new Set(actual.map(identify));
    assertStrictEquals(ids.size, actual.length, "each key once");
    assertStrictEquals(ids.size, expected.size);
    for (const id of ids) assert(expected.has(id), id);
  }
}

function play<K, V>(kind: Kind<K, V>): void {
  forSeeds(SEEDS, (random) => new Game(kind, random).play(OPERATIONS));
}

for (const [name, kind] of Object.entries(KINDS)) {
  Deno.test(`SharedMap does what a Map would, ${name}`, () => {
    play(kind as Kind<unknown, unknown>);
  });
}
