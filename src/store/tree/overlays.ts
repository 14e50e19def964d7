/**
 * Overlays: collections of trees as a transaction has changed them, in private memory. The trees
 * stay as they are; what was changed lies over them, and is done to them when the transaction
 * commits, step by step. So a change costs what the transaction has changed, and not the whole.
 *
 * A transaction may go back to an earlier point: so an overlay knows its steps, and is made anew
 * from the trees where the one at hand has gone further.
 *
 * @module
 */

import type {
  Field,
  Fields,
  List,
  Members,
  ScanStep,
  Scored,
  SortedSet,
} from "../collections.ts";
import { hashOf } from "../compact/scan.ts";
import { HASH, LIST, SET, SORTED_SET } from "../stored.ts";
import { Pieces } from "./pieces.ts";
import type {
  FieldsView,
  ListView,
  MembersView,
  SortedSetView,
} from "./views.ts";

/** An overlay over a collection of trees, which changes as a collection of this type does. */
export abstract class Overlay<C> {
  readonly #steps: ((collection: C) => void)[] = [];

  /** How many steps it has gone. */
  get age(): number {
    return this.#steps.length;
  }

  /** Notes a step, as it is done to any collection. */
  protected note(step: (collection: C) => void): void {
    this.#steps.push(step);
  }

  /** Does the first steps to another collection, which is as the trees are. */
  doTo(collection: C, age: number): void {
    for (let i = 0; i < age; i++) this.#steps[i](collection);
  }

  /** An overlay of the same trees that has gone so many steps: this one, if it has. */
  asOf(age: number): this {
    if (age === this.age) return this;
    const earlier = this.anew();
    this.doTo(earlier, age);
    return earlier;
  }

  /** An overlay of the same trees, without a step. */
  protected abstract anew(): this & C;
}

/** A list. */
export class ListOverlay extends Overlay<List> implements List {
  readonly kind: typeof LIST = LIST;
  readonly #view: ListView;
  readonly #pieces: Pieces<string>;

  constructor(view: ListView) {
    super();
    this.#view = view;
    this.#pieces = new Pieces(view);
  }

  protected override anew(): this {
    return new ListOverlay(this.#view) as this;
  }

  get length(): number {
    return this.#pieces.length;
  }

  at(index: number): string {
    return this.#pieces.at(index);
  }

  slice(from: number, to: number): string[] {
    return this.#pieces.slice(from, to);
  }

  insert(index: number, elements: readonly string[]): void {
    this.#pieces.splice(index, index, elements);
    this.note((list) => list.insert(index, elements));
  }

  replace(index: number, element: string): void {
    this.#pieces.splice(index, index + 1, [element]);
    this.note((list) => list.replace(index, element));
  }

  take(index: number): string {
    const element = this.at(index);
    this.removeRange(index, index + 1);
    return element;
  }

  remove(indices: readonly number[]): void {
    for (const index of indices.toReversed()) {
      this.#pieces.splice(index, index + 1, []);
    }
    this.note((list) => list.remove(indices));
  }

  removeRange(from: number, to: number): void {
    if (from >= to) return;
    this.#pieces.splice(from, to, []);
    this.note((list) => list.removeRange(from, to));
  }
}

// ---- by name ------------------------------------------------------------------------------------

/** What has changed in a collection whose items have names: an item for a name, or that it went. */
class Changes<T> {
  readonly #items = new Map<string, T | undefined>();
  /** The names that the trees do not have. */
  readonly #isNew = new Set<string>();
  readonly #nameOf: (item: T) => string;

  constructor(nameOf: (item: T) => string) {
    this.#nameOf = nameOf;
  }

  has(name: string): boolean {
    return this.#items.has(name);
  }

  get(name: string): T | undefined {
    return this.#items.get(name);
  }

  /** Notes an item, or that it went, and whether the trees have one with that name. */
  set(name: string, item: T | undefined, isInTrees: boolean): void {
    this.#items.set(name, item);
    if (!isInTrees) this.#isNew.add(name);
  }

  /** A step of a scan, whose cursor is that of the trees. */
  scan(
    trees: { scan(cursor: number, count: number): ScanStep<T> },
    cursor: number,
    count: number,
  ): ScanStep<T> {
    const items: T[] = [];
    let next = cursor;
    do {
      const from = next;
      const step = trees.scan(from, count - items.length);
      next = step.cursor;
      for (const item of step.items) {
        const name = this.#nameOf(item);
        const now = this.#items.has(name) ? this.#items.get(name) : item;
        if (now !== undefined) items.push(now);
      }
      for (const item of this.#newBetween(from, next)) items.push(item);
    } while (next !== 0 && items.length < count);
    return { cursor: next, items };
  }

  /** What is new from one cursor on up to another. */
  *#newBetween(from: number, to: number): Iterable<T> {
    for (const name of this.#isNew) {
      const item = this.#items.get(name);
      const place = hashOf(name) + 1;
      const isThere = place >= from && (to === 0 || place < to);
      if (item !== undefined && isThere) yield item;
    }
  }
}

/** Trees of items by name. */
interface Named<T> {
  readonly length: number;
  all(): T[];
  at(index: number): T;
  indexOf(name: string): number | undefined;
  scan(cursor: number, count: number): ScanStep<T>;
}

/** Items by name, in an order in which new ones come last. */
class NamedItems<T> {
  readonly #trees: Named<T>;
  readonly #nameOf: (item: T) => string;
  readonly #pieces: Pieces<T>;
  readonly #changes: Changes<T>;

  constructor(trees: Named<T>, nameOf: (item: T) => string) {
    this.#trees = trees;
    this.#nameOf = nameOf;
    this.#changes = new Changes(nameOf);
    this.#pieces = new Pieces({
      length: trees.length,
      slice: (from, to) =>
        from === 0 && to === trees.length ? trees.all() : Array.from(
          { length: to - from },
          (_, i) => trees.at(from + i),
        ),
    });
  }

  get length(): number {
    return this.#pieces.length;
  }

  at(index: number): T {
    return this.#pieces.at(index);
  }

  all(): T[] {
    return this.#pieces.slice(0, this.length);
  }

  /** The item with a name; undefined: there is none. */
  find(name: string): T | undefined {
    if (this.#changes.has(name)) return this.#changes.get(name);
    const index = this.#trees.indexOf(name);
    return index === undefined ? undefined : this.#trees.at(index);
  }

  /** Puts an item in, also in the place of another one; returns whether its name is new. */
  put(item: T): boolean {
    const name = this.#nameOf(item);
    const index = this.#trees.indexOf(name);
    const place = this.#placeOf(name, index);
    const { length } = this;
    if (place === undefined) this.#pieces.splice(length, length, [item]);
    else this.#pieces.splice(place, place + 1, [item]);
    this.#changes.set(name, item, index !== undefined);
    return place === undefined;
  }

  /** Removes an item; returns whether it was there. */
  remove(name: string): boolean {
    const index = this.#trees.indexOf(name);
    const place = this.#placeOf(name, index);
    if (place === undefined) return false;
    this.#pieces.splice(place, place + 1, []);
    this.#changes.set(name, undefined, index !== undefined);
    return true;
  }

  /**
   * The index of an item; undefined: it is not there.
   *
   * @param index The one that it has in the trees; undefined: they do not have it.
   */
  #placeOf(name: string, index: number | undefined): number | undefined {
    if (!this.#changes.has(name)) {
      return index === undefined ? undefined : this.#pieces.placeOf(index);
    }
    const isIt = (item: T) => this.#nameOf(item) === name;
    return this.#changes.get(name) === undefined
      ? undefined
      : this.#pieces.placeOfNew(isIt);
  }

  scan(cursor: number, count: number): ScanStep<T> {
    return this.#changes.scan(this.#trees, cursor, count);
  }
}

/** A set. */
export class MembersOverlay extends Overlay<Members> implements Members {
  readonly kind: typeof SET = SET;
  readonly #view: MembersView;
  readonly #items: NamedItems<string>;

  constructor(view: MembersView) {
    super();
    this.#view = view;
    this.#items = new NamedItems(view, (member) => member);
  }

  protected override anew(): this {
    return new MembersOverlay(this.#view) as this;
  }

  get length(): number {
    return this.#items.length;
  }

  has(member: string): boolean {
    return this.#items.find(member) !== undefined;
  }

  add(members: readonly string[]): number {
    const added = members.filter((member) =>
      !this.has(member) && this.#items.put(member)
    );
    if (added.length > 0) this.note((set) => void set.add(added));
    return added.length;
  }

  remove(members: readonly string[]): number {
    const removed = members.filter((member) => this.#items.remove(member));
    if (removed.length > 0) this.note((set) => void set.remove(removed));
    return removed.length;
  }

  at(index: number): string {
    return this.#items.at(index);
  }

  all(): string[] {
    return this.#items.all();
  }

  scan(cursor: number, count: number): ScanStep<string> {
    return this.#items.scan(cursor, count);
  }
}

/** A hash. */
export class FieldsOverlay extends Overlay<Fields> implements Fields {
  readonly kind: typeof HASH = HASH;
  readonly #view: FieldsView;
  readonly #items: NamedItems<Field>;

  constructor(view: FieldsView) {
    super();
    this.#view = view;
    this.#items = new NamedItems(view, ([field]) => field);
  }

  protected override anew(): this {
    return new FieldsOverlay(this.#view) as this;
  }

  get length(): number {
    return this.#items.length;
  }

  get(field: string): string | undefined {
    return this.#items.find(field)?.[1];
  }

  set(fields: readonly Field[]): number {
    const added = fields.filter((field) => this.#items.put(field));
    this.note((hash) => void hash.set(fields));
    return added.length;
  }

  remove(fields: readonly string[]): number {
    const removed = fields.filter((field) => this.#items.remove(field));
    if (removed.length > 0) this.note((hash) => void hash.remove(removed));
    return removed.length;
  }

  at(index: number): Field {
    return this.#items.at(index);
  }

  all(): Field[] {
    return this.#items.all();
  }

  scan(cursor: number, count: number): ScanStep<Field> {
    return this.#items.scan(cursor, count);
  }
}

// ---- by score -----------------------------------------------------------------------------------

/** A sorted set. */
export class SortedSetOverlay extends Overlay<SortedSet> implements SortedSet {
  readonly kind: typeof SORTED_SET = SORTED_SET;
  readonly #view: SortedSetView;
  readonly #pieces: Pieces<Scored>;
  readonly #changes = new Changes<Scored>(([member]) => member);

  constructor(view: SortedSetView) {
    super();
    this.#view = view;
    this.#pieces = new Pieces(view);
  }

  protected override anew(): this {
    return new SortedSetOverlay(this.#view) as this;
  }

  get length(): number {
    return this.#pieces.length;
  }

  scoreOf(member: string): number | undefined {
    return this.#changes.has(member)
      ? this.#changes.get(member)?.[1]
      : this.#view.scoreOf(member);
  }

  set(members: readonly Scored[]): void {
    for (const [member, score] of members) this.#put(member, score + 0); // -0 is 0
    this.note((set) => set.set(members));
  }

  #put(member: string, score: number): void {
    this.#drop(member);
    const place = this.#placeOf(member, score);
    this.#pieces.splice(place, place, [[member, score]]);
    this.#change(member, [member, score]);
  }

  /** Takes a member out; returns whether it was there. */
  #drop(member: string): boolean {
    const place = this.indexOf(member);
    if (place === undefined) return false;
    this.#pieces.splice(place, place + 1, []);
    this.#change(member, undefined);
    return true;
  }

  #change(member: string, scored: Scored | undefined): void {
    const isInTrees = this.#view.scoreOf(member) !== undefined;
    this.#changes.set(member, scored, isInTrees);
  }

  remove(members: readonly string[]): number {
    const removed = members.filter((member) => this.#drop(member));
    if (removed.length > 0) this.note((set) => void set.remove(removed));
    return removed.length;
  }

  removeRange(from: number, to: number): void {
    if (from >= to) return;
    for (const [member] of this.slice(from, to)) {
      this.#change(member, undefined);
    }
    this.#pieces.splice(from, to, []);
    this.note((set) => set.removeRange(from, to));
  }

  slice(from: number, to: number): Scored[] {
    return this.#pieces.slice(from, to);
  }

  indexOf(member: string): number | undefined {
    const score = this.scoreOf(member);
    return score === undefined ? undefined : this.#placeOf(member, score);
  }

  /** How many members come before one with this score. O(log n) looks. */
  #placeOf(member: string, score: number): number {
    return this.#countWhile(([other, has]) =>
      has < score || has === score && other < member
    );
  }

  countBelow(score: number, isAfter: boolean): number {
    return this.#countWhile(([, has]) =>
      has < score || isAfter && has === score
    );
  }

  countBefore(member: string, isAfter: boolean): number {
    return this.#countWhile(([other]) =>
      other < member || isAfter && other === member
    );
  }

  #countWhile(isBefore: (scored: Scored) => boolean): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.#pieces.at(middle))) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  scan(cursor: number, count: number): ScanStep<Scored> {
    return this.#changes.scan(this.#view, cursor, count);
  }
}
