import { assert, assertEquals } from "@std/assert";
import { partOf } from "../../src/store/tree/element.ts";
import { Members } from "../../src/store/tree/members.ts";
import { countOf } from "../../src/store/tree/node.ts";
import { Place } from "../../src/store/tree/place.ts";
import { scoreAt, SortedSets } from "../../src/store/tree/sorted_set.ts";
import { NO_MEMORY } from "../../src/store/tree/splice.ts";
import { seeded } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { TreeMemory } from "./tree_memory.ts";

const OPERATIONS = 3000 * SCALE;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A hash with many collisions. */
function hash(member: Uint8Array): number {
  let sum = 0;
  for (const byte of member) sum = Math.imul(sum, 31) + byte | 0;
  return Math.imul(sum % 97, 0x9e3779b1);
}

Deno.test(
  "Members are what a Map is",
  seeded((random) => {
    const memory = new TreeMemory(16);
    const members = new Members(memory, hash);
    const map = new Map<string, string>();
    let root = 0;
    for (let step = 0; step < OPERATIONS; step++) {
      const name = `member ${random.below(600)}`;
      const isThere = members.find(root, encoder.encode(name));
      assertEquals(isThere, map.has(name));
      if (isThere) {
        assertEquals(decoder.decode(members.with.slice()), map.get(name));
      }
      memory.budget = random.chance(0.1) ? random.below(4000) : Infinity;
      const removes = isThere && random.chance(0.4);
      const value = "v".repeat(random.below(300));
      const changed = removes
        ? members.remove(root)
        : members.put(root, encoder.encode(value));
      if (changed === NO_MEMORY) {
        memory.forget();
        continue;
      }
      root = changed;
      if (removes) map.delete(name);
      else map.set(name, value);
      memory.publish();
      assertEquals(countOf(memory.words, root), map.size);
      assertEquals(memory.live.size, memory.reachable(root).length);
    }
    memory.check(root);
  }),
);

interface Ranked {
  readonly name: string;
  readonly score: number;
}

/** By score, then by bytes: names are ASCII. */
function ranked(map: ReadonlyMap<string, number>): Ranked[] {
  return [...map].map(([name, score]) => ({ name, score })).sort((a, b) =>
    a.score !== b.score
      ? (a.score < b.score ? -1 : 1)
      : a.name < b.name
      ? -1
      : 1
  );
}

Deno.test(
  "SortedSets keep scores and ranks of members, also where memory is short",
  seeded((random) => {
    const memory = new TreeMemory(16);
    const sets = new SortedSets(memory, hash);
    const map = new Map<string, number>();
    const roots = { members: 0, scores: 0 };
    for (let step = 0; step < OPERATIONS; step++) {
      const name = `member ${random.below(400)}`;
      const member = encoder.encode(name);
      const score = random.pick([
        -Infinity,
        -0,
        random.below(20) - 10,
        random.word() / 7,
      ]);
      const before = sets.scoreOf(roots, member);
      assertEquals(before, map.get(name));
      memory.budget = random.chance(0.1) ? random.below(6000) : Infinity;
      const removes = before !== undefined && random.chance(0.4);
      const hasMemory = removes
        ? sets.remove(roots, before, member)
        : sets.put(roots, score, member);
      if (!hasMemory) {
        memory.forget();
        continue;
      }
      memory.publish();
      if (removes) map.delete(name);
      else map.set(name, score + 0);
      if (step % 20 === 0) checkRanks(memory, sets, roots, ranked(map));
      const nodes = memory.reachable(roots.members).length +
        memory.reachable(roots.scores).length;
      assertEquals(memory.live.size, nodes);
    }
  }),
);

function checkRanks(
  memory: TreeMemory,
  sets: SortedSets,
  roots: { members: number; scores: number },
  all: readonly Ranked[],
): void {
  memory.check(roots.members);
  memory.check(roots.scores);
  const place = new Place();
  place.findIndex(memory, roots.scores, 0);
  let more = place.toElement(memory);
  all.forEach(({ name, score }, rank) => {
    assert(more);
    const { leaf, item } = place;
    assertEquals(decoder.decode(partOf(memory, leaf, item, 0).slice()), name);
    assertEquals(
      scoreAt(memory, leaf, item),
      score,
    );
    assertEquals(sets.rankOf(roots, score, encoder.encode(name)), rank);
    more = place.next(memory);
    assertEquals(
      sets.findScore(roots, score, new Place()),
      all.findIndex((other) => other.score === score),
    );
  });
  assert(!more);
}
