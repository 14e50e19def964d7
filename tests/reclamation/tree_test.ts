// Trees are freed whole, node by node, when nobody can be reading them; and a death loses none.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { adoptEstates } from "../../src/reclamation/estate.ts";
import type { Participant } from "../../src/reclamation/participant.ts";
import { recover } from "../../src/reclamation/recovery.ts";
import { childOf, childrenOf } from "../../src/reclamation/tree.ts";
import {
  ESTATE,
  N_CHILDREN,
  P_LIMBO_HEAD,
  P_STATE,
  P_USED_REFS,
  R_LINK,
  R_STAMP,
} from "../../src/segment/layout.ts";
import type { Words } from "../../src/segment/atomics.ts";
import { Segment } from "../../src/segment/segment.ts";
import { join } from "./join.ts";
import { freshSegment } from "../segment/fresh_segment.ts";
import { usedRefs } from "../segment/live_blocks.ts";
import { noTables } from "./no_tables.ts";
import { growTree } from "./trees.ts";

/** Small nodes, nodes of which a list has few, and nodes that take a run of chunks each. */
const SIZES = [40, 3000, 70_000];

function withReader(use: (reader: Participant, by: Participant) => void): void {
  const segment = freshSegment(2 ** 23);
  const reader = join(segment);
  use(reader, join(segment));
}

/** What a tree looks like to one who reads it. */
function read(words: Words, node: number): unknown {
  const children = Array.from(
    { length: childrenOf(words, node) },
    (_, i) => read(words, childOf(words, node, i)),
  );
  return [node, words[node * 4 + N_CHILDREN], ...children];
}

for (const bytes of SIZES) {
  Deno.test(`a tree of nodes of ${bytes} bytes stays whole for a reader, and is freed whole`, () =>
    withReader((reader, by) => {
      const tree = growTree(by, 3, 3, bytes);
      assertStrictEquals(tree.nodes, 40);
      const { words } = by.segment;
      reader.pin();
      const seen = read(words, tree.root);
      by.retireTree(tree.root, tree.refs);
      for (let i = 0; i < 5; i++) by.collectAll();
      assertEquals(read(words, tree.root), seen);
      reader.unpin();
      by.collectAll();
      by.collectAll();
      assertStrictEquals(usedRefs(by.segment), 0);
      assertStrictEquals(
        by.segment.floats[by.counterIndex("reclaimed")],
        tree.nodes,
      );
    }));
}

Deno.test("no more nodes of a tree are freed at a time than are asked for", () =>
  withReader((_, by) => {
    const tree = growTree(by, 4, 5);
    by.retireTree(tree.root, tree.refs);
    for (let i = 0; i < 3; i++) by.advance();
    const { floats } = by.segment;
    const reclaimed = by.counterIndex("reclaimed");
    for (let freed = 7; freed < tree.nodes; freed += 7) {
      by.collect(7);
      assertStrictEquals(floats[reclaimed], freed);
    }
    by.collectAll();
    assertStrictEquals(usedRefs(by.segment), 0);
  }));

Deno.test("a large tree is freed at rest a part at a time, and all of it", () =>
  withReader((_, by) => {
    const tree = growTree(by, 6, 6); // more than are freed at rest at a time
    by.retireTree(tree.root, tree.refs);
    for (let i = 0; i < 3; i++) by.advance();
    const { floats } = by.segment;
    const reclaimed = by.counterIndex("reclaimed");
    by.collectAtRest();
    const first = floats[reclaimed];
    assert(0 < first && first < tree.nodes, `${first} of ${tree.nodes}`);
    for (let i = 0; by.hasRetired; i++) {
      assert(i < 10, "it does not end");
      by.collectAtRest();
    }
    assertStrictEquals(floats[reclaimed], tree.nodes);
    assertStrictEquals(usedRefs(by.segment), 0);
  }));

Deno.test("what was retired before and after a tree is freed with it, in one queue", () =>
  withReader((_, by) => {
    for (let i = 0; i < 20; i++) {
      const tree = growTree(by, i % 4, i % 5, SIZES[i % 2]);
      if (i % 3 === 0) by.retire(growTree(by, 0, 0).root);
      by.retireTree(tree.root, tree.refs);
      if (i % 3 === 1) by.retire(growTree(by, 0, 0, SIZES[2]).root);
    }
    for (let i = 0; i < 4; i++) by.collectAll();
    assertStrictEquals(usedRefs(by.segment), 0);
  }));

/** Leaves trees in limbo, one of them half freed. */
function leaveTrees(reader: Participant, by: Participant): void {
  const trees = [growTree(by, 3, 3), growTree(by, 2, 4, 200)];
  for (const { root, refs } of trees) by.retireTree(root, refs);
  for (let i = 0; i < 3; i++) by.advance();
  by.collect(5);
  reader.pin();
  const last = growTree(by, 2, 2);
  by.retireTree(last.root, last.refs);
}

Deno.test("whoever recovers a participant frees its trees", () =>
  withReader((reader, by) => {
    leaveTrees(reader, by);
    const { segment } = by;
    reader.unpin();
    recover(reader, by.slot, noTables);
    for (let i = 0; i < 3; i++) reader.collectAll();
    assertStrictEquals(usedRefs(segment), 0);
  }));

Deno.test("the trees of one that left are adopted, also if an adopter was stopped on the way", () =>
  withReader((reader, by) => {
    const { base, segment: { words } } = by;
    reader.pin();
    const { root, refs } = growTree(by, 2, 3);
    by.retireTree(root, refs);
    by.leave();
    assertStrictEquals(words[base + P_STATE], ESTATE);
    // The last child is in front by now, and counted among the children still.
    const last = childOf(words, root, 2);
    words[last * 4 + R_STAMP] = words[root * 4 + R_STAMP];
    words[last * 4 + R_LINK] = root;
    words[base + P_LIMBO_HEAD] = last;
    reader.unpin();
    adoptEstates(reader);
    for (let i = 0; i < 3; i++) reader.collectAll();
    assertStrictEquals(usedRefs(by.segment), 0);
  }));

Deno.test("the kernel frees trees as the TypeScript does", () => {
  const images = [true, false].map((hasKernel) => {
    const made = freshSegment();
    made.publish();
    const { buffer, memory } = made.handle;
    const segment = Segment.attach(hasKernel ? { buffer, memory } : { buffer });
    const by = join(segment);
    for (let i = 0; i < 9; i++) {
      const tree = growTree(by, i % 4, i % 5, SIZES[i % 2]);
      by.retireTree(tree.root, tree.refs);
      if (i % 3 === 0) by.retire(growTree(by, 0, 0).root);
    }
    const used: number[] = [];
    for (let i = 0; i < 20; i++) {
      by.collect(11);
      used.push(segment.words[by.base + P_USED_REFS]);
    }
    const first = segment.firstChunk * 4;
    return { used, words: [...segment.words.subarray(first, first + 2 ** 16)] };
  });
  assertEquals(images[0], images[1]);
});
