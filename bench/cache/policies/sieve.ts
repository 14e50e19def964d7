import type { Cache } from "../contender.ts";

interface Node {
  readonly key: number;
  isVisited: boolean;
  newer: Node | undefined;
  older: Node | undefined;
}

/**
 * SIEVE (Zhang, Yang, Yue, Vigfusson, Rashmi, NSDI 2024): a queue in the order of
 * insertion, and a hand that goes from the oldest to the newest, evicts what was
 * not visited since it last came by, and stays where it is.
 */
export class SieveCache implements Cache {
  readonly #entries: number;
  readonly #nodes = new Map<number, Node>();
  #newest: Node | undefined;
  #oldest: Node | undefined;
  #hand: Node | undefined;

  constructor(entries: number) {
    this.#entries = entries;
  }

  access(key: number): boolean {
    const there = this.#nodes.get(key);
    if (there !== undefined) {
      there.isVisited = true;
      return true;
    }
    if (this.#nodes.size === this.#entries) this.#evict();
    const node: Node = {
      key,
      isVisited: false,
      newer: undefined,
      older: this.#newest,
    };
    if (this.#newest !== undefined) this.#newest.newer = node;
    this.#newest = node;
    this.#oldest ??= node;
    this.#nodes.set(key, node);
    return false;
  }

  #evict(): void {
    let node = this.#hand ?? this.#oldest!;
    while (node.isVisited) {
      node.isVisited = false;
      node = node.newer ?? this.#oldest!;
    }
    this.#hand = node.newer;
    this.#nodes.delete(node.key);
    if (node.newer === undefined) this.#newest = node.older;
    else node.newer.older = node.older;
    if (node.older === undefined) this.#oldest = node.newer;
    else node.older.newer = node.newer;
  }
}
