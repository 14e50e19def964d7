/**
 * A tree that hangs from a named root: whoever reads it finds it whole, while others take it away.
 *
 * @module
 */
import { childOf, childrenOf } from "../../../src/reclamation/tree.ts";
import { load, type Words } from "../../../src/segment/atomics.ts";
import { compareAndSet } from "../../../src/segment/atomics.ts";
import { rootWord } from "../../../src/segment/roots.ts";
import { growTree } from "../../reclamation/trees.ts";
import type { Client } from "../client.ts";
import * as op from "../operations.ts";
import type { Operation } from "../operations.ts";
import { type Scenario, type Setup, titleOf } from "../scenario.ts";

const NAME = 7;
const LEVELS = 2;
const CHILDREN = 2;
const NODES = 7;

function hang({ participant, segment: { words } }: Client): void {
  const { root } = growTree(participant, LEVELS, CHILDREN);
  words[rootWord(words, NAME)!] = root;
}

function prepare({ founder }: Setup): void {
  founder.map.set(1, 5);
  hang(founder);
}

function count(words: Words, node: number): number {
  let nodes = 1;
  for (let i = childrenOf(words, node) - 1; i >= 0; i--) {
    nodes += count(words, childOf(words, node, i));
  }
  return nodes;
}

/** How many nodes there are: all, or none. */
const readTree: Operation = {
  text: "read the tree",
  run: (me) =>
    me.pinned(() => {
      const { words } = me.segment;
      const root = load(words, rootWord(words, NAME)!);
      return root === 0 ? 0 : count(words, root);
    }),
  spec: (_model, _worker, result) => {
    if (result !== 0 && result !== NODES) return NODES;
    return result;
  },
};

/** Takes the tree away, unless another was faster. */
const cutTree: Operation = {
  text: "cut the tree",
  run: (me) =>
    me.pinned(() => {
      const { words } = me.segment;
      const word = rootWord(words, NAME)!;
      const root = load(words, word);
      if (root !== 0 && compareAndSet(words, word, root, 0)) {
        me.participant.retireTree(root, NODES);
      }
      return undefined;
    }),
};

const PROGRAMS: Scenario["programs"][] = [
  [[readTree], [cutTree, op.collect, op.set(3, 3)]],
  [[readTree], [cutTree, op.collect], [op.advance, op.advance]],
  [[cutTree, op.collect], [cutTree, op.collect], [readTree, readTree]],
];

export const trees: Scenario[] = PROGRAMS.map((programs) => ({
  group: "trees",
  name: titleOf(programs, "a tree"),
  prepare,
  programs,
}));
