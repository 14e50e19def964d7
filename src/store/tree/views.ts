/**
 * Collections of trees, as commands see them: the same as packs are, by the same names. But a
 * change copies the way to it, and not the whole.
 *
 * @module
 */

import { toBytes } from "../binary.ts";
import type { Body } from "../../map/version_maker.ts";
import type {
  Field,
  Fields,
  List,
  Members,
  ScanStep,
  Scored,
  SortedSet,
} from "../collections.ts";
import { HASH, LIST, SET, SORTED_SET } from "../stored.ts";
import { textOf } from "./element.ts";
import { kitOf } from "./kit.ts";
import { type BodyPlace, type ListDraft, NO_ROOM, TreeList } from "./list.ts";
import type { Members as MemberTrees } from "./members.ts";
import { countOf } from "./node.ts";
import type { Place } from "./place.ts";
import { plantSortedSet } from "./planting.ts";
import { scan } from "./scan.ts";
import { scoreAt, type SortedRoots, type SortedSets } from "./sorted_set.ts";
import { NO_MEMORY } from "./splice.ts";

/** What a collection of trees needs of the version that names them. */
export interface TreeParts {
  readonly roots: readonly number[];
  readonly body: BodyPlace;
}

/** What all collections of trees have. */
export interface TreeView {
  readonly kind: number;
  readonly length: number;
  /** What the version is to name. */
  readonly roots: readonly number[];
  /** What it is to say besides. */
  readonly body: Body;
}

/** No body. */
export const NOTHING: Body = { length: 0, writeTo: () => {} };

// ---- lists --------------------------------------------------------------------------------------

/** A list in a tree. */
export class ListView implements List, TreeView {
  readonly kind: typeof LIST = LIST;
  readonly #list: TreeList;

  constructor(draft: ListDraft, { body, roots: [root] }: TreeParts) {
    this.#list = new TreeList(draft, root, body, kitOf(draft).lists);
  }

  get roots(): readonly number[] {
    return [this.#list.root];
  }

  get body(): Body {
    const list = this.#list;
    return {
      length: list.bodyLength,
      writeTo: (target, at) => list.writeBody(target, at),
    };
  }

  get length(): number {
    return this.#list.length;
  }

  at(index: number): string {
    return this.#list.slice(index, index + 1)[0];
  }

  slice(from: number, to: number): string[] {
    return this.#list.slice(from, to);
  }

  insert(index: number, elements: readonly string[]): void {
    const list = this.#list;
    if (index === list.length) {
      for (const element of elements) list.pushLast(element);
    } else if (index === 0) {
      for (let i = elements.length - 1; i >= 0; i--) {
        list.pushFirst(elements[i]);
      }
    } else list.insert(index, elements);
  }

  replace(index: number, element: string): void {
    this.#list.replace(index, element);
  }

  take(index: number): string {
    const list = this.#list;
    if (index === 0) return list.popFirst();
    if (index === list.length - 1) return list.popLast();
    const element = this.at(index);
    list.removeRange(index, index + 1);
    return element;
  }

  remove(indices: readonly number[]): void {
    for (const index of indices.toReversed()) {
      this.removeRange(index, index + 1);
    }
  }

  removeRange(from: number, to: number): void {
    const isOne = to === from + 1;
    if (isOne && from === 0) this.#list.popFirst();
    else if (isOne && to === this.length) this.#list.popLast();
    else this.#list.removeRange(from, to);
  }
}

// ---- members by hash ----------------------------------------------------------------------------

/** What sets and hashes have in common: names by hash, each with something beside it, or not. */
class Names {
  root: number;
  readonly #draft: ListDraft;
  readonly #trees: MemberTrees;
  readonly #last = new LastName();
  readonly #place: Place;

  constructor(draft: ListDraft, root: number) {
    const kit = kitOf(draft);
    this.root = root;
    this.#draft = draft;
    this.#trees = kit.members;
    this.#place = kit.place;
  }

  get length(): number {
    return countOf(this.#draft.words, this.root);
  }

  /** What a name has beside it; undefined: it is not there. */
  find(name: string): string | undefined {
    return this.has(name) ? this.#beside() : undefined;
  }

  has(name: string): boolean {
    return this.#trees.find(this.root, this.#last.bytesOf(name));
  }

  /** The index of a name; undefined: it is not there. */
  indexOf(name: string): number | undefined {
    return this.has(name) ? this.#trees.place.index : undefined;
  }

  #beside(): string {
    return this.#part(this.#trees.place.leaf, this.#trees.place.item, 1);
  }

  /** Puts a name, with something beside it; returns whether it is new. */
  put(name: string, ...beside: readonly string[]): boolean {
    const isThere = this.has(name);
    if (isThere && beside.length === 0) return false;
    if (isThere && this.#beside() === beside[0]) return false;
    this.#change(this.#trees.put(this.root, ...beside.map(toBytes)));
    return !isThere;
  }

  /** Removes a name; returns whether it was there. */
  remove(name: string): boolean {
    if (!this.has(name)) return false;
    this.#change(this.#trees.remove(this.root));
    return true;
  }

  #change(root: number): void {
    if (root === NO_MEMORY) throw NO_ROOM;
    this.root = root;
    this.#draft.step();
  }

  /** One part of the element with an index, 0 being its name. */
  at(index: number, part: 0 | 1): string {
    this.#place.findIndex(this.#draft, this.root, index);
    return this.#part(this.#place.leaf, this.#place.item, part);
  }

  #part(leaf: number, item: number, part: 0 | 1): string {
    return textOf(this.#draft, leaf, item, part);
  }

  /** All elements. */
  all<T>(read: (part: (which: 0 | 1) => string) => T): T[] {
    const found: T[] = [];
    scan(this.#draft, this.root, 0, Infinity, (leaf, item) => {
      found.push(read((which) => this.#part(leaf, item, which)));
    });
    return found;
  }

  /** A step of a scan, whose cursor is the hash to go on with, plus one. */
  scan<T>(
    cursor: number,
    count: number,
    read: (part: (which: 0 | 1) => string) => T,
  ): ScanStep<T> {
    const items: T[] = [];
    const from = cursor === 0 ? 0 : cursor - 1;
    const next = scan(this.#draft, this.root, from, count, (leaf, item) => {
      items.push(read((which) => this.#part(leaf, item, which)));
    });
    return { cursor: next === 0 ? 0 : next + 1, items };
  }
}

/** A set in a tree. */
export class MembersView implements Members, TreeView {
  readonly kind: typeof SET = SET;
  readonly #names: Names;

  constructor(draft: ListDraft, { roots: [root = 0] }: TreeParts) {
    this.#names = new Names(draft, root);
  }

  get roots(): readonly number[] {
    return [this.#names.root];
  }

  readonly body: Body = NOTHING;

  get length(): number {
    return this.#names.length;
  }

  has(member: string): boolean {
    return this.#names.has(member);
  }

  /** The index of a member; undefined: it is not there. */
  indexOf(member: string): number | undefined {
    return this.#names.indexOf(member);
  }

  add(members: readonly string[]): number {
    return members.filter((member) => this.#names.put(member)).length;
  }

  remove(members: readonly string[]): number {
    return members.filter((member) => this.#names.remove(member)).length;
  }

  at(index: number): string {
    return this.#names.at(index, 0);
  }

  all(): string[] {
    return this.#names.all((part) => part(0));
  }

  scan(cursor: number, count: number): ScanStep<string> {
    return this.#names.scan(cursor, count, (part) => part(0));
  }
}

/** A hash in a tree. */
export class FieldsView implements Fields, TreeView {
  readonly kind: typeof HASH = HASH;
  readonly #names: Names;

  constructor(draft: ListDraft, { roots: [root = 0] }: TreeParts) {
    this.#names = new Names(draft, root);
  }

  get roots(): readonly number[] {
    return [this.#names.root];
  }

  readonly body: Body = NOTHING;

  get length(): number {
    return this.#names.length;
  }

  get(field: string): string | undefined {
    return this.#names.find(field);
  }

  /** The index of a field; undefined: it is not there. */
  indexOf(field: string): number | undefined {
    return this.#names.indexOf(field);
  }

  set(fields: readonly Field[]): number {
    return fields.filter(([field, value]) => this.#names.put(field, value))
      .length;
  }

  remove(fields: readonly string[]): number {
    return fields.filter((field) => this.#names.remove(field)).length;
  }

  at(index: number): Field {
    return [this.#names.at(index, 0), this.#names.at(index, 1)];
  }

  all(): Field[] {
    return this.#names.all((part) => [part(0), part(1)] as const);
  }

  scan(cursor: number, count: number): ScanStep<Field> {
    const read = (part: (which: 0 | 1) => string) =>
      [part(0), part(1)] as const;
    return this.#names.scan(cursor, count, read);
  }
}

// ---- sorted sets --------------------------------------------------------------------------------

const EMPTY = new Uint8Array();

/** The bytes of the name that was looked for last: commands look for one, and then change it. */
class LastName {
  #name = "";
  #bytes: Uint8Array = EMPTY;

  bytesOf(name: string): Uint8Array {
    if (name !== this.#name) {
      this.#name = name;
      this.#bytes = toBytes(name);
    }
    return this.#bytes;
  }
}

/** A sorted set in two trees. */
export class SortedSetView implements SortedSet, TreeView {
  readonly kind: typeof SORTED_SET = SORTED_SET;
  readonly #draft: ListDraft;
  readonly #sets: SortedSets;
  readonly #roots: SortedRoots;
  readonly #names = new LastName();
  readonly #place: Place;

  constructor(
    draft: ListDraft,
    { roots: [members = 0, scores = 0] }: TreeParts,
  ) {
    const kit = kitOf(draft);
    this.#draft = draft;
    this.#sets = kit.sortedSets;
    this.#place = kit.place;
    this.#roots = { members, scores };
  }

  get roots(): readonly number[] {
    const { members, scores } = this.#roots;
    return [members, scores];
  }

  readonly body: Body = NOTHING;

  get length(): number {
    return countOf(this.#draft.words, this.#roots.members);
  }

  scoreOf(member: string): number | undefined {
    return this.#sets.scoreOf(this.#roots, this.#names.bytesOf(member));
  }

  set(members: readonly Scored[]): void {
    for (const [member, score] of members) {
      const bytes = this.#names.bytesOf(member);
      const isPut = this.#sets.put(this.#roots, score, bytes);
      if (!isPut) throw NO_ROOM;
      this.#draft.step();
    }
  }

  remove(members: readonly string[]): number {
    return members.filter((member) => this.#removeOne(member)).length;
  }

  #removeOne(member: string): boolean {
    const bytes = this.#names.bytesOf(member);
    const score = this.#sets.scoreOf(this.#roots, bytes);
    if (score === undefined) return false;
    if (!this.#sets.remove(this.#roots, score, bytes)) throw NO_ROOM;
    this.#draft.step();
    return true;
  }

  removeRange(from: number, to: number): void {
    const rest = this.length - (to - from);
    if (to - from > rest) return this.#replant(from, to);
    this.remove(this.slice(from, to).map(([member]) => member));
  }

  /** Makes trees of what is left when most of it goes: that takes less than to remove each. */
  #replant(from: number, to: number): void {
    const roots = this.#roots;
    const rest = [...this.slice(0, from), ...this.slice(to, this.length)];
    this.#draft.leaveAll(roots.members);
    this.#draft.leaveAll(roots.scores);
    [roots.members, roots.scores] = plantSortedSet(this.#draft, rest);
    this.#draft.step();
  }

  slice(from: number, to: number): Scored[] {
    const found: Scored[] = [];
    if (from >= to) return found;
    const place = this.#place;
    place.findIndex(this.#draft, this.#roots.scores, from);
    place.toElement(this.#draft);
    for (let i = from; i < to; i++) {
      found.push(this.#scoredAt(place));
      place.next(this.#draft);
    }
    return found;
  }

  #scoredAt({ leaf, item }: Place): Scored {
    const member = textOf(this.#draft, leaf, item, 0);
    return [member, scoreAt(this.#draft, leaf, item)];
  }

  indexOf(member: string): number | undefined {
    const score = this.scoreOf(member);
    if (score === undefined) return undefined;
    return this.#sets.rankOf(this.#roots, score, toBytes(member));
  }

  countBelow(score: number, isAfter: boolean): number {
    const below = this.#sets.findScore(this.#roots, score, this.#place);
    if (!isAfter) return below;
    // The end of those with this score: O(log n) steps, each O(log n).
    return this.#endOf(below, ([, other]) => other === score);
  }

  countBefore(member: string, isAfter: boolean): number {
    return this.#endOf(
      0,
      ([other]) => other < member || isAfter && other === member,
    );
  }

  /** Behind the elements from an index on that come before something. */
  #endOf(from: number, isBefore: (scored: Scored) => boolean): number {
    let low = from;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.slice(middle, middle + 1)[0])) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  scan(cursor: number, count: number): ScanStep<Scored> {
    const { members } = this.#roots;
    const items: Scored[] = [];
    const from = cursor === 0 ? 0 : cursor - 1;
    const next = scan(this.#draft, members, from, count, (leaf, item) => {
      const member = textOf(this.#draft, leaf, item, 0);
      items.push([member, this.scoreOf(member)!]);
    });
    return { cursor: next === 0 ? 0 : next + 1, items };
  }
}
