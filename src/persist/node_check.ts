/**
 * Checking the structures of one file, record by record: that the nodes of each are all there, and
 * no others.
 *
 * That the nodes which a delta leaves out are in the epoch before is another matter: see
 * `node_walk.ts`.
 *
 * @module
 */

import { LENGTH_MASK } from "../segment/layout.ts";
import {
  idOf,
  isKept,
  KEPT,
  NODE_HEAD_WORDS,
  nodeChildren,
  nodeFault,
  rootsFault,
} from "./node_record.ts";
import { recordEnd, recordValue } from "./record.ts";

/** Checks the records of structures, and of nodes, in the order of the file. */
export class NodeCheck {
  readonly #mayKeep: boolean;
  /** Nodes that are yet to come. */
  open = 0;
  /** Nodes that are said to be in the epoch before. */
  kept = 0;

  /** @param mayKeep Whether there is an epoch before. */
  constructor(mayKeep: boolean) {
    this.#mayKeep = mayKeep;
  }

  /** What is wrong with the record of a structure at `at`; undefined: nothing. */
  faultOfStructure(words: Int32Array, at: number): string | undefined {
    const value = recordValue(words, at);
    return rootsFault(words, value, words[at + 1] & LENGTH_MASK) ??
      this.#expect(words, value + 1, words[value], true);
  }

  /** What is wrong with the record of nodes at `at`; undefined: nothing. */
  faultOfNodes(words: Int32Array, at: number): string | undefined {
    if ((words[at + 1] & LENGTH_MASK) !== words[at + 1]) {
      return "unknown flags in the length of nodes";
    }
    const end = recordEnd(words, at);
    for (let node = recordValue(words, at); node < end; node += words[node]) {
      if (this.open === 0) return "a node that hangs from nothing";
      this.open--;
      const fault = nodeFault(words, node, end) ?? this.#expect(
        words,
        node + NODE_HEAD_WORDS,
        nodeChildren(words, node),
        false,
      );
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  /** Looks at the ids of roots, or children, of which those that are not kept are to come. */
  #expect(
    words: Int32Array,
    from: number,
    count: number,
    mayBeNothing: boolean,
  ): string | undefined {
    for (let i = from; i < from + count; i++) {
      const id = words[i];
      if (id === 0 && mayBeNothing) continue;
      if (idOf(id) === 0 || (id & ~KEPT) !== idOf(id)) {
        return "a node with an id that none can have";
      }
      if (!isKept(id)) this.open++;
      else if (this.#mayKeep) this.kept++;
      else return "a full epoch that leaves out a node";
    }
    return undefined;
  }
}
