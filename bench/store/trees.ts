/**
 * What do changes of a large value cost, where only the way to them is copied?
 * `--help` says how it is measured.
 */
import { Filling } from "../../src/store/tree/filling.ts";
import { Items } from "../../src/store/tree/items.ts";
import { addElement, partOf } from "../../src/store/tree/element.ts";
import { Place } from "../../src/store/tree/place.ts";
import { SortedSets } from "../../src/store/tree/sorted_set.ts";
import { Splicer } from "../../src/store/tree/splice.ts";
import { readOptions, runCommand, wholeNumber } from "../measure/options.ts";
import { Random } from "../measure/random.ts";
import { formatSummary, summarize } from "../measure/statistics.ts";
import { formatTable } from "../measure/text_table.ts";
import { Arena } from "./arena.ts";

const ROUNDS = 7;
const SIZES = [1_000, 1_000_000];
const SORTED_SIZES = [1_000, 100_000];
const OPERATIONS = 20_000;
const MEGABYTES = 512;

const HELP = `Lookups and changes of persistent trees.

  deno run bench/store/trees.ts [options]

  --rounds N   how often each operation takes its turn (default ${ROUNDS})

Each tree lies in memory of its own, without a map around it. A set has members
of 12 bytes, in the order of their hashes; a hash has fields of 8 bytes and
values of 12; a list has elements of 10 bytes; a sorted set has members of 12
bytes, and was filled in no order. "replace" replaces a random value, or score;
"push" appends an element. The figures are microseconds an operation, the
medians of the rounds, with the lowest and the highest round; then the bytes
that one change writes, and the bytes of memory for each element.
`;

/** A tree, and what it takes to change it. */
class Tree {
  root = 0;
  count = 0;
  readonly arena = new Arena(MEGABYTES);
  readonly keyWords: number;
  readonly #items = new Items();
  readonly #splicer: Splicer;
  readonly #from = new Place();
  readonly #to = new Place();

  constructor(keyWords: number) {
    this.keyWords = keyWords;
    this.#splicer = new Splicer(this.arena, keyWords, this.#items);
  }

  fill(count: number, contents: (i: number) => Uint8Array[]): void {
    const filling = new Filling(this.arena, this.keyWords);
    for (let i = 0; i < count; i++) {
      filling.add(hashOf(i, count), 0, ...contents(i));
    }
    this.root = filling.finish();
    this.count = count;
    this.arena.publish();
    this.arena.publish();
  }

  #change(to: Place): void {
    this.root = this.#splicer.splice(this.root, this.#from, to);
    this.arena.publish();
  }

  push(content: Uint8Array): void {
    this.#from.findIndex(this.arena, this.root, this.count++);
    this.#items.clear();
    addElement(this.arena, this.#items, 0, 0, content);
    this.#change(this.#from);
  }

  /** Replaces an element; finds it by its key, or, in a list, by its index. */
  replace(index: number, contents: Uint8Array[]): void {
    const high = hashOf(index, this.count);
    if (this.keyWords === 0) this.#from.findIndex(this.arena, this.root, index);
    else this.#find(high, contents[0]);
    this.#to.copyFrom(this.#from);
    this.#to.stepInLeaf();
    this.#items.clear();
    addElement(this.arena, this.#items, high, 0, ...contents);
    this.#change(this.#to);
  }

  #find(high: number, content: Uint8Array): void {
    this.#from.findKey(this.arena, this.root, { high, low: 0, content });
  }

  /** Looks an element up, as it would be replaced; returns its last byte. */
  look(index: number, content: Uint8Array): number {
    if (this.keyWords === 0) this.#from.findIndex(this.arena, this.root, index);
    else this.#find(hashOf(index, this.count), content);
    const part = partOf(this.arena, this.#from.leaf, this.#from.item, 0);
    return part[part.length - 1];
  }
}

/** Hashes as even as those of a good function, and in the order of elements. */
function hashOf(index: number, count: number): number {
  return Math.floor(index * (2 ** 32 / count)) | 0;
}

const encoder = new TextEncoder();
const named = (index: number, length: number) =>
  encoder.encode(`${index}`.padStart(length, "0"));

/** The kinds of tree, and what the elements of each are. */
const KINDS = {
  list: { keyWords: 0, contents: (i: number) => [named(i, 10)] },
  set: { keyWords: 1, contents: (i: number) => [named(i, 12)] },
  hash: { keyWords: 1, contents: (i: number) => [named(i, 8), named(i, 12)] },
};

/** What was read, added up: a result that nobody uses might be compiled away. */
let used = 0;

/** What one operation works on, made before the clock runs. */
interface Drawn {
  readonly index: number;
  readonly contents: Uint8Array[];
}

function draw(count: number, contents: (i: number) => Uint8Array[]): Drawn[] {
  const random = new Random(1);
  return Array.from({ length: OPERATIONS }, () => {
    const index = random.below(count);
    return { index, contents: contents(index) };
  });
}

/** Runs an operation on all that was drawn; returns microseconds for each. */
function time(run: (drawn: Drawn) => void, drawn: readonly Drawn[]): number {
  const start = performance.now();
  for (const each of drawn) run(each);
  return (performance.now() - start) / OPERATIONS * 1000;
}

function main(): void {
  const options = readOptions(Deno.args, { rounds: `${ROUNDS}` });
  if (options === undefined) return console.log(HELP);
  const rounds = wholeNumber("rounds", options.rounds, 1, 1_000);
  const rows: string[][] = [];
  for (const [name, { keyWords, contents }] of Object.entries(KINDS)) {
    for (const size of SIZES) {
      rows.push(measure(name, keyWords, size, contents, rounds));
    }
  }
  for (const size of SORTED_SIZES) rows.push(measureSorted(size, rounds));
  console.log(formatTable([
    [
      "tree",
      "elements",
      "look",
      "replace",
      "push",
      "bytes written",
      "bytes an element",
    ],
    ...rows,
  ]));
  if (used < 0) console.log(used);
}

/** A hash that is good enough for names with numbers. */
function hashOfName(name: Uint8Array): number {
  let hash = 0;
  for (const byte of name) {
    hash = Math.imul(hash ^ byte, 0x5bd1e995) ^ hash >>> 13;
  }
  return Math.imul(hash ^ hash >>> 15, 0x9e3779b1);
}

/** Members of a sorted set get other scores, at random. */
function measureSorted(size: number, rounds: number): string[] {
  const arena = new Arena(MEGABYTES);
  const sets = new SortedSets(arena, hashOfName);
  const roots = { members: 0, scores: 0 };
  const random = new Random(2);
  const put = (index: number, member: Uint8Array) => {
    sets.put(roots, random.below(1_000_000) + index / size, member);
    arena.publish();
  };
  for (let i = 0; i < size; i++) put(i, named(i, 12));
  const each = arena.inUse / size;
  const drawn = draw(size, (i) => [named(i, 12)]);
  const looks: number[] = [];
  const replaces: number[] = [];
  let written = 0;
  for (let round = 0; round < rounds; round++) {
    looks.push(time(({ contents: [member] }) => {
      used += sets.scoreOf(roots, member) ?? 0;
    }, drawn));
    const before = arena.allocated;
    replaces.push(time(({ index, contents: [member] }) => {
      put(index, member);
    }, drawn));
    written = (arena.allocated - before) / OPERATIONS;
  }
  return [
    "sorted set",
    `${size}`,
    formatSummary(summarize(looks)),
    formatSummary(summarize(replaces)),
    "–",
    written.toFixed(0),
    each.toFixed(1),
  ];
}

function measure(
  name: string,
  keyWords: number,
  size: number,
  contents: (i: number) => Uint8Array[],
  rounds: number,
): string[] {
  const tree = new Tree(keyWords);
  tree.fill(size, contents);
  const each = tree.arena.inUse / size;
  const looks: number[] = [];
  const replaces: number[] = [];
  const pushes: number[] = [];
  let written = 0;
  const drawn = draw(size, contents);
  for (let round = 0; round < rounds; round++) {
    looks.push(time(({ index, contents }) => {
      used += tree.look(index, contents[0]);
    }, drawn));
    const before = tree.arena.allocated;
    replaces.push(time(({ index, contents }) => {
      tree.replace(index, contents);
    }, drawn));
    written = (tree.arena.allocated - before) / OPERATIONS;
    if (keyWords > 0) continue;
    pushes.push(time(({ contents }) => tree.push(contents[0]), drawn));
  }
  return [
    name,
    `${size}`,
    formatSummary(summarize(looks)),
    formatSummary(summarize(replaces)),
    formatSummary(summarize(pushes)),
    written.toFixed(0),
    each.toFixed(1),
  ];
}

await runCommand(() => Promise.resolve(main()));
