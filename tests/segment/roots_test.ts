import { assertEquals, assertStrictEquals } from "@std/assert";
import { ROOTS } from "../../src/segment/layout.ts";
import { namedRoots, rootWord } from "../../src/segment/roots.ts";
import { growTree } from "../reclamation/trees.ts";
import { audit } from "../testing/inspection.ts";
import { SharedMap } from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { freshSegment } from "./fresh_segment.ts";

Deno.test("rootWord() gives each name one word, the same for all, until none is left", () => {
  const { words } = freshSegment();
  const names = Array.from({ length: ROOTS }, (_, i) => 100 - 20 * i || -1);
  const places = names.map((name) => rootWord(words, name));
  assertStrictEquals(new Set(places).size, ROOTS);
  assertEquals(names.map((name) => rootWord(words, name)), places);
  assertStrictEquals(rootWord(words, 4711), undefined);
  assertEquals(namedRoots(words), []);
  words[places[3]!] = 9;
  assertEquals(namedRoots(words), [9]);
});

Deno.test("what hangs from a named root is in use, and leaks if it is cut off and not retired", () => {
  using map = SharedMap.create<string, number>({ maxBytes: 2 ** 20 });
  const { participant, segment: { words } } = attachmentOf(map);
  const { root, nodes, refs } = growTree(participant, 2, 3, 200);
  const word = rootWord(words, 1)!;
  const inspect = () => {
    const { faults, leaks } = audit(map.handle.buffer);
    assertEquals(faults, []);
    return leaks.length;
  };
  assertStrictEquals(inspect(), nodes);
  words[word] = root;
  assertStrictEquals(inspect(), 0);
  words[word] = 0;
  participant.retireTree(root, refs);
  assertStrictEquals(inspect(), 0);
  participant.collectAll();
  participant.collectAll();
  assertStrictEquals(inspect(), 0);
});
