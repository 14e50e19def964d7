// Collections of trees in a map: read and changed through `StructureAccess`, then the audit.
import { assertEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { attachmentOf, partsOf } from "../../src/api/shared_map.ts";
import { TAG_BYTES } from "../../src/codec/codec.ts";
import { NO_NODES, StructureAccess } from "../../src/map/structure_access.ts";
import { NO_ROOM } from "../../src/store/tree/list.ts";
import {
  FieldsView,
  ListView,
  SortedSetView,
  type TreeParts,
  type TreeView,
} from "../../src/store/tree/views.ts";
import { assertSound } from "../testing/inspection.ts";
import { seeded } from "../testing/random.ts";

const KEPT = { ttl: Infinity, keeps: true };
type Draft = ConstructorParameters<typeof ListView>[0];
type Kind<V> = new (draft: Draft, parts: TreeParts) => V;

/** Collections of one kind in a map. */
class Kept<V extends TreeView> {
  readonly map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 24 });
  readonly #trees = new StructureAccess(partsOf(this.map).access);
  readonly #kind: Kind<V>;

  constructor(kind: Kind<V>) {
    this.#kind = kind;
  }

  /** Makes a change; an empty collection is none. */
  change(key: string, change: (collection: V) => void): void {
    this.#trees.change(
      key,
      (present, draft) => {
        const roots = present?.roots ?? [];
        const { at = 0, length = 0 } = present ?? {};
        const body = { memory: draft.bytes, at, length };
        const collection = new this.#kind(draft, { roots, body });
        try {
          change(collection);
        } catch (error) {
          if (error === NO_ROOM) return NO_NODES;
          throw error;
        }
        if (collection.length === 0) return undefined;
        return {
          tag: TAG_BYTES,
          isNew: present === undefined,
          roots: collection.roots,
          body: collection.body,
        };
      },
      KEPT,
      "change a collection",
    );
  }

  read<T>(key: string, read: (collection: V) => T): T | undefined {
    return this.#trees.read(key, (present, { bytes, words }) => {
      if (present?.roots === undefined) return undefined;
      const { at, length, roots } = present;
      const body = { memory: bytes, at, length };
      const nothing = () => {
        throw new Error("a read changes nothing");
      };
      const draft = {
        words,
        bytes,
        allocate: nothing,
        sumUp: nothing,
        leave: nothing,
        leaveAll: nothing,
        isFresh: () => false,
        step: nothing,
      };
      return read(new this.#kind(draft, { roots, body }));
    }, "read a collection");
  }

  /** Nothing is lost, and nothing is left when all keys are deleted. */
  end(): void {
    const { participant } = attachmentOf(this.map);
    participant.collectAll();
    assertSound(this.map);
    this.map.clear();
    for (let i = 0; i < 3; i++) participant.collectAll();
    assertSound(this.map);
    assertEquals(this.map.stats().liveBytes, 0);
    this.map.close();
  }
}

Deno.test(
  "a list in a map grows and shrinks at both ends, under snapshots",
  seeded((random) => {
    const kept = new Kept(ListView);
    const model: string[] = [];
    for (let i = 0; i < 3_000; i++) {
      const element = `${i}`.padEnd(random.below(20), "x");
      if (random.chance(model.length > 500 ? 0.4 : 0.7)) {
        const isFirst = random.chance(0.5);
        const at = isFirst ? 0 : model.length;
        kept.change("list", (list) => list.insert(at, [element]));
        model.splice(at, 0, element);
      } else if (model.length > 0) {
        const at = random.chance(0.5) ? 0 : model.length - 1;
        kept.change("list", (list) => list.removeRange(at, at + 1));
        model.splice(at, 1);
      }
      if (random.chance(0.02)) kept.map.snapshot().close();
      if (i % 100 !== 0) continue;
      const all = kept.read("list", (list) => list.slice(0, list.length));
      assertEquals(all ?? [], model);
      assertSound(kept.map);
    }
    kept.end();
  }),
);

Deno.test("a hash in a map holds long values, and gives their memory back", () => {
  const kept = new Kept(FieldsView);
  for (let i = 0; i < 500; i++) {
    const field = `field ${i % 100}`;
    const value = `${i}`.repeat(i % 7 === 0 ? 300 : 3);
    kept.change("hash", (hash) => void hash.set([[field, value]]));
    assertEquals(kept.read("hash", (hash) => hash.get(field)), value);
  }
  assertEquals(kept.read("hash", ({ length }) => length), 100);
  kept.end();
});

Deno.test("many scores in one change drop the nodes that they made for each other", () => {
  const kept = new Kept(SortedSetView);
  const scored = Array.from(
    { length: 1_000 },
    (_, i) => [`member ${i}`, i * 7 % 1_000] as const,
  );
  kept.change("scores", (set) => set.set(scored));
  const first = kept.read("scores", (set) => set.slice(0, 3));
  assertEquals(first?.map(([, score]) => score), [0, 1, 2]);
  assertEquals(kept.read("scores", ({ length }) => length), 1_000);
  kept.change("scores", (set) => set.removeRange(0, 999));
  assertEquals(kept.read("scores", ({ length }) => length), 1);
  kept.end();
});
