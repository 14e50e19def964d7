/**
 * Representations: whether a collection is a pack or trees.
 *
 * A pack takes the least memory, and a change copies it. So one of many bytes becomes trees, whose
 * changes copy the way to what they change. Trees of few bytes become a pack again. Between the two
 * limits a collection stays what it is, so that none goes back and forth.
 *
 * @module
 */

import {
  type NextStructure,
  NO_NODES,
  type Nodes,
  type StoredValue,
} from "../map/structure_maker.ts";
import type { BytesAt } from "../map/present_entry.ts";
import { REF_BYTES } from "../segment/layout.ts";
import { refsOfTrees } from "../table/structure.ts";
import { CompactFields } from "./compact/fields.ts";
import { CompactList } from "./compact/list.ts";
import { CompactMembers } from "./compact/members.ts";
import { CompactSortedSet } from "./compact/sorted_set.ts";
import { CompactStream } from "./compact/stream.ts";
import { HASH, LIST, SET, STREAM } from "./stored.ts";
import { type ListDraft, NO_ROOM } from "./tree/list.ts";
import {
  FieldsOverlay,
  ListOverlay,
  MembersOverlay,
  SortedSetOverlay,
} from "./tree/overlays.ts";
import {
  plantFields,
  plantList,
  plantMembers,
  plantSortedSet,
} from "./tree/planting.ts";
import {
  headBody,
  plantStream,
  StreamOverlay,
  StreamView,
} from "./tree/stream.ts";
import {
  FieldsView,
  ListView,
  MembersView,
  NOTHING,
  SortedSetView,
} from "./tree/views.ts";

/** When a collection becomes trees, and when a pack. */
export interface Limits {
  /** A pack of more bytes becomes trees. */
  readonly mostPacked: number;
  /** Trees that take fewer bytes become a pack. */
  readonly leastTrees: number;
}

/**
 * The limits of stores. With elements of 10 bytes a change of trees takes less time from some 150
 * elements on; and up to 128 fields, where Redis has them compact, a hash is a pack here, too.
 */
export const LIMITS: Limits = { mostPacked: 3072, leastTrees: 1024 };

export type View =
  | ListView
  | MembersView
  | FieldsView
  | SortedSetView
  | StreamView;
export type AnyOverlay =
  | ListOverlay
  | MembersOverlay
  | FieldsOverlay
  | SortedSetOverlay
  | StreamOverlay;
/** A collection that is no pack. */
export type TreeCollection = View | AnyOverlay;
type AnyPack =
  | CompactList
  | CompactMembers
  | CompactFields
  | CompactSortedSet
  | CompactStream;

/** The collection of a structure. Its nodes are read, and drafted, by `draft`. */
export function viewOf(draft: ListDraft, structure: StoredValue): View {
  const { at, length, roots = [], tag } = structure;
  const parts = { roots, body: { memory: draft.bytes, at, length } };
  switch (tag) {
    case LIST:
      return new ListView(draft, parts);
    case SET:
      return new MembersView(draft, parts);
    case HASH:
      return new FieldsView(draft, parts);
    case STREAM:
      return new StreamView(draft, parts);
    default:
      return new SortedSetView(draft, parts);
  }
}

/** An overlay of a collection. */
export function overlayOf(view: View): AnyOverlay {
  if (view instanceof ListView) return new ListOverlay(view);
  if (view instanceof MembersView) return new MembersOverlay(view);
  if (view instanceof StreamView) return new StreamOverlay(view);
  return view instanceof FieldsView
    ? new FieldsOverlay(view)
    : new SortedSetOverlay(view);
}

/** The collection of a pack. */
export function packAt(bytes: BytesAt): AnyPack {
  switch (bytes.memory[bytes.from]) {
    case LIST:
      return new CompactList(bytes);
    case SET:
      return new CompactMembers(bytes);
    case HASH:
      return new CompactFields(bytes);
    case STREAM:
      return new CompactStream(bytes);
    default:
      return new CompactSortedSet(bytes);
  }
}

/** A pack of all that a collection has. */
export function packOf(collection: TreeCollection): Uint8Array {
  switch (collection.kind) {
    case LIST: {
      const list = new CompactList();
      list.insert(0, collection.slice(0, collection.length));
      return list.stored;
    }
    case SET: {
      const set = new CompactMembers();
      set.add(collection.all());
      return set.stored;
    }
    case HASH: {
      const hash = new CompactFields();
      hash.set(collection.all());
      return hash.stored;
    }
    case STREAM:
      return CompactStream.of(collection).stored;
    default: {
      const set = new CompactSortedSet();
      set.set(collection.slice(0, collection.length));
      return set.stored;
    }
  }
}

/** Trees of all that a pack has. Throws `NO_ROOM`. */
export function planted(draft: ListDraft, bytes: Uint8Array): NextStructure {
  const pack = packAt({ memory: bytes, from: 0, to: bytes.length });
  return {
    tag: pack.kind,
    roots: rootsOf(draft, pack),
    body: pack instanceof CompactStream ? headBody(pack.head) : NOTHING,
    isNew: true,
  };
}

function rootsOf(draft: ListDraft, pack: AnyPack): number[] {
  if (pack instanceof CompactList) {
    return [plantList(draft, pack.slice(0, pack.length))];
  }
  if (pack instanceof CompactMembers) {
    return [plantMembers(draft, pack.all())];
  }
  if (pack instanceof CompactStream) return plantStream(draft, pack);
  return pack instanceof CompactFields
    ? [plantFields(draft, pack.all())]
    : plantSortedSet(draft, pack.slice(0, pack.length));
}

/** What becomes of trees that were changed: trees, or a pack. */
export function nextOf(
  view: View,
  words: Nodes["words"],
  { leastTrees }: Limits,
): NextStructure | Uint8Array {
  const { body, kind: tag, roots } = view;
  const bytes = refsOfTrees(words, roots) * REF_BYTES + body.length;
  if (bytes < leastTrees) return packOf(view);
  return { tag, roots, body, isNew: false };
}

/** Runs what may find no memory for a node; then it returns `NO_NODES`. */
export function ifRoom<T>(run: () => T): T | typeof NO_NODES {
  try {
    return run();
  } catch (error) {
    if (error === NO_ROOM) return NO_NODES;
    throw error;
  }
}
