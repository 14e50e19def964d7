import { SharedMap } from "../../mod.ts";
import { Random } from "../measure/random.ts";
import type { KeyKind } from "./key_kind.ts";
import {
  type Loops,
  MAP_LOOPS,
  type OperationName,
  SHARED_LOOPS,
} from "./loops.ts";

type Key = string | number;

const SIZES = { "1 k": 1_000, "1 M": 1_000_000 };
/** Half of the small map: the bench of `delete` must not empty it. */
const BATCH = 500;

/**
 * Registers the benches of one kind of key: every operation, on a map that fits
 * into the cache and on one that does not, `SharedMap` beside `Map`. An
 * iteration is a batch of five hundred operations.
 */
export function suite<K extends Key>(kind: KeyKind<K>): void {
  for (const [title, size] of Object.entries(SIZES)) {
    const batches = new Batches(kind, size);
    const map = once(() => fill(new Map<Key, number>(), kind, size));
    const shared = once(() => fill(createShared(kind, size), kind, size));
    for (const operation of Object.keys(MAP_LOOPS) as OperationName[]) {
      const group = `${operation} × ${BATCH}, ${title} entries, ${kind.name}`;
      register("Map", group, true, map, MAP_LOOPS, operation, batches);
      register(
        "SharedMap",
        group,
        false,
        shared,
        SHARED_LOOPS,
        operation,
        batches,
      );
    }
  }
}

/** What both maps have in common, as far as filling them goes. */
interface Fillable {
  set(key: Key, value: number): unknown;
}

function register<M extends Fillable>(
  name: string,
  group: string,
  baseline: boolean,
  map: () => M,
  loops: Loops<M, Key>,
  operation: OperationName,
  batches: Batches<Key>,
): void {
  const loop = loops[operation];
  Deno.bench({ name, group, baseline }, (bench) => {
    const target = map();
    const keys = batches.next();
    bench.start();
    loop(target, keys);
    bench.end();
    if (operation === "delete") loops.set(target, keys);
  });
}

/** Batches of keys in random order; within a batch no key comes twice. */
class Batches<K extends Key> {
  readonly #kind: KeyKind<K>;
  readonly #order: number[];
  #at = 0;

  constructor(kind: KeyKind<K>, size: number) {
    const numbers = Array.from({ length: size }, (_, n) => n);
    this.#kind = kind;
    this.#order = new Random(1).shuffle(numbers);
  }

  next(): K[] {
    const numbers = this.#order.slice(this.#at, this.#at + BATCH);
    this.#at = (this.#at + BATCH) % this.#order.length;
    return numbers.map((n) => this.#kind.key(n));
  }
}

/**
 * In order of the numbers: were it the order of the batches, they would walk
 * through memory from end to end.
 */
function fill<M extends Fillable>(map: M, kind: KeyKind<Key>, size: number): M {
  for (let n = 0; n < size; n++) map.set(kind.key(n), n);
  return map;
}

function createShared(
  kind: KeyKind<Key>,
  size: number,
): SharedMap<Key, number> {
  return SharedMap.create({
    key: kind.codec,
    value: "number",
    capacity: size,
  });
}

/** Makes a thing when it is first asked for: a filtered run makes only what it needs. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => made ??= make();
}
