/**
 * An index of vectors, as a victim dies in a change of it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { SharedMap } from "../../mod.ts";
import { partsOf } from "../../src/api/shared_map.ts";
import { StructureAccess } from "../../src/map/structure_access.ts";
import { NoDraft } from "../../src/store/tree/no_draft.ts";
import { Contents } from "../../src/vectors/contents.ts";
import type { Item } from "../../src/vectors/growth.ts";
import { idBytes } from "../../src/vectors/id.ts";
import { idBytesOf } from "../../src/vectors/record.ts";
import { rowOf } from "../../src/vectors/row.ts";
import { found, KEY, VectorWriter } from "../../src/vectors/vector_writer.ts";
import { inspectMemory } from "../testing/inspection.ts";
import type { Value } from "./text.ts";
import type { World } from "./world.ts";

const SHAPE = {
  dimensions: 5,
  metric: "euclidean",
  quantize: "int8",
} as const;
const WHAT = "change vectors";
/** What may be in hand: a block of vectors, or the version. */
const LEAKS = 700;
const COUNT = 150;

/** A scenario of `scenarios.ts`. */
interface Scenario {
  readonly leaks: number;
  prepare(world: World): void;
  act(world: World): void;
  check(world: World): void;
}

type Change = (writer: VectorWriter) => unknown;

function accessOf(map: SharedMap<string, Value>) {
  return partsOf(map as SharedMap<string, never>).access;
}

function idOf(number: number): Uint8Array {
  return idBytes(`vector ${number}`, WHAT);
}

function rowAt(number: number) {
  const vector = Array.from({ length: 5 }, (_, i) => number * i % 11);
  return rowOf({ ...SHAPE, perBlock: 1, perCodes: 1 }, vector, WHAT);
}

function itemAt(number: number): Item {
  const metadata = { tag: 4, bytes: new Uint8Array(number % 90) };
  return { id: idOf(number), row: rowAt(number), metadata };
}

/** All that is in the index: ids and vectors, in the order of their numbers. */
function contentOf(map: SharedMap<string, Value>): string {
  const access = accessOf(map);
  const { segment } = access.hold.attachment;
  const floats = new Float32Array(segment.buffer);
  const nodes = new NoDraft(segment);
  return new StructureAccess(access).read(KEY, (present) => {
    const index = new Contents(nodes, present!);
    const all = Array.from({ length: index.count }, (_, number) => {
      const id = idBytesOf(nodes, index.record(number));
      assertEquals(index.numberOf(id), number);
      return [[...id], [...index.row(floats, number).floats]];
    });
    return JSON.stringify(all);
  }, WHAT);
}

/** What there was before the victim acted, by the worlds. */
const befores = new WeakMap<World, string>();

function prepare(world: World): void {
  found(accessOf(world.map), SHAPE);
  const writer = new VectorWriter(accessOf(world.map));
  writer.put(Array.from({ length: COUNT }, (_, i) => itemAt(i)), WHAT);
  const victim = new VectorWriter(accessOf(world.victim));
  victim.update(idOf(0), rowAt(7), undefined, WHAT); // so that it has blocks at hand
  befores.set(world, contentOf(world.map));
}

function check(world: World, change: Change): void {
  const { map } = world;
  const before = befores.get(world)!;
  const present = contentOf(map);
  inspectMemory(world.buffer);
  const writer = new VectorWriter(accessOf(map));
  if (present === before) change(writer); // nothing has happened: so it happens now
  const after = contentOf(map);
  assert(after !== before, "the change changes something");
  if (present !== before) assertEquals(present, after);
  for (let i = 0; i < COUNT + 100; i++) writer.remove(idOf(i), WHAT);
  assertEquals(contentOf(map), "[]");
  map.delete(KEY);
  world.survivor.participant.collectAll();
}

function scenario(change: Change): Scenario {
  return {
    leaks: LEAKS,
    prepare,
    act: (world) => change(new VectorWriter(accessOf(world.victim))),
    check: (world) => check(world, change),
  };
}

/** The scenarios, by name. */
export const VECTORS: Record<string, Scenario> = {
  "adding a vector": scenario((writer) => writer.put([itemAt(COUNT)], WHAT)),
  "adding many vectors": scenario((writer) =>
    writer.put(Array.from({ length: 80 }, (_, i) => itemAt(COUNT + i)), WHAT)
  ),
  "replacing a vector": scenario((writer) =>
    writer.update(idOf(3), rowAt(99), undefined, WHAT)
  ),
  "removing a vector, whose number the last one gets": scenario((writer) =>
    writer.remove(idOf(5), WHAT)
  ),
  "removing the last vector": scenario((writer) =>
    writer.remove(idOf(COUNT - 1), WHAT)
  ),
};
