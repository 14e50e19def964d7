// Lists against arrays: at both ends, in the middle, with elements of every length.
import { assert, assertEquals } from "@std/assert";
import { EndChunk } from "../../src/store/tree/end_chunk.ts";
import { NO_ROOM, TreeList } from "../../src/store/tree/list.ts";
import { type Random, seeded } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { TreeMemory } from "./tree_memory.ts";

const MEGABYTES = 16;

/** A list that is put back after each change, as a version has it. */
class Kept {
  readonly memory = new TreeMemory(MEGABYTES);
  model: string[] = [];
  #root = 0;
  #body: Uint8Array = new Uint8Array();

  open(): TreeList {
    const { length } = this.#body;
    const body = { memory: this.#body, at: 0, length };
    return new TreeList(this.memory, this.#root, body);
  }

  /** Makes a change, which counts if there is memory for it. */
  change(change: (list: TreeList) => void): void {
    const list = this.open();
    try {
      change(list);
    } catch (error) {
      if (error !== NO_ROOM) throw error;
      this.memory.forget();
      return;
    }
    this.memory.publish();
    this.#root = list.root;
    const body = new Uint8Array(list.bodyLength);
    list.writeBody(body, 0);
    this.#body = body;
  }

  check(): void {
    const list = this.open();
    assertEquals(list.length, this.model.length);
    assertEquals(list.slice(0, list.length), this.model);
    this.memory.check(this.#root);
    const reachable = new Set(this.memory.reachable(this.#root));
    assertEquals(new Set(this.memory.live.keys()), reachable);
  }
}

function anyElement(random: Random): string {
  if (random.chance(0.02)) return "x".repeat(200 + random.below(600));
  return `${random.below(1e9)}`.padStart(random.below(30), "0");
}

function changeOne({ model }: Kept, random: Random) {
  const length = model.length;
  const [a, b] = [random.below(length + 1), random.below(length + 1)].sort(
    (x, y) => x - y,
  );
  const some = Array.from(
    { length: random.below(4) },
    () => anyElement(random),
  );
  const one = anyElement(random);
  switch (random.below(length > 400 ? 9 : 7)) {
    case 0:
    case 1:
      return (list: TreeList) => {
        list.pushFirst(one);
        return model.toSpliced(0, 0, one);
      };
    case 2:
    case 3:
      return (list: TreeList) => {
        list.pushLast(one);
        return [...model, one];
      };
    case 4:
      return (list: TreeList) => {
        list.insert(a, some);
        return model.toSpliced(a, 0, ...some);
      };
    case 5:
      if (a === length) return () => model;
      return (list: TreeList) => {
        list.replace(a, one);
        return model.with(a, one);
      };
    case 6:
      return (list: TreeList) => popSome(list, model, random);
    default:
      return (list: TreeList) => {
        list.removeRange(a, b);
        return model.toSpliced(a, b - a);
      };
  }
}

function popSome(list: TreeList, model: string[], random: Random): string[] {
  const left = [...model];
  for (let i = random.below(5); i > 0 && left.length > 0; i--) {
    const isFirst = random.chance(0.5);
    const popped = isFirst ? list.popFirst() : list.popLast();
    assertEquals(popped, isFirst ? left.shift() : left.pop());
  }
  return left;
}

Deno.test(
  "a list is what an array is, at its ends and in the middle",
  seeded((random) => {
    const kept = new Kept();
    for (let i = 0; i < 2_000 * SCALE; i++) {
      const change = changeOne(kept, random);
      let after = kept.model;
      kept.change((list) => after = change(list));
      kept.model = after;
      if (i % 20 === 0) kept.check();
      const { length } = kept.model;
      const from = random.below(length + 1);
      const to = from + random.below(Math.min(20, length - from) + 1);
      const found = kept.open().slice(from, to);
      assertEquals(found, kept.model.slice(from, to));
    }
    kept.check();
  }),
);

Deno.test("a push or a pop at an end copies few bytes, however long the list is", () => {
  const kept = new Kept();
  for (let i = 0; i < 100; i++) {
    kept.change((list) => {
      for (let j = 0; j < 200; j++) list.pushLast(`element ${i} ${j}`);
    });
  }
  assertEquals(kept.open().length, 20_000);
  const { drafted } = kept.memory;
  for (let i = 0; i < 1_000; i++) {
    kept.change((list) => list.pushFirst("ten bytes."));
  }
  for (let i = 0; i < 2_000; i++) kept.change((list) => list.popFirst());
  const each = (kept.memory.drafted - drafted) / 3_000;
  assert(each < 200, `${each} bytes each`);
});

Deno.test("a list that finds no memory is as it was", () => {
  const kept = new Kept();
  kept.change((list) => {
    for (let i = 0; i < 1_000; i++) list.pushLast(`element ${i}`);
  });
  kept.model = Array.from({ length: 1_000 }, (_, i) => `element ${i}`);
  for (const budget of [0, 200, 400]) {
    kept.memory.budget = budget;
    kept.change((list) => list.removeRange(300, 700));
    kept.memory.budget = Infinity;
    kept.check();
  }
});

Deno.test("an end chunk is read from its end", () => {
  for (const isHead of [true, false]) {
    const chunk = new EndChunk(isHead);
    const all = ["", "a", "bc", "", "x".repeat(253)];
    for (const element of all) chunk.push(element);
    assertEquals(
      chunk.elements(),
      isHead ? all.toReversed() : all,
    );
    const bytes = new Uint8Array(chunk.length);
    chunk.writeTo(bytes, 0);
    const copy = new EndChunk(isHead);
    copy.setAt(bytes, 0, bytes.length, chunk.count);
    for (const element of all.toReversed()) {
      assertEquals(copy.pop(), element);
    }
    assertEquals([copy.count, copy.length], [0, 0]);
    assertEquals(EndChunk.takes("x".repeat(253)), true);
    assertEquals(EndChunk.takes("x".repeat(254)), false);
  }
});
