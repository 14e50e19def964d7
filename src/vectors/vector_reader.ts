/**
 * Reading an index: as it is now, or as a snapshot shows it.
 *
 * @module
 */

import { HandleError, received, theMap } from "../errors.ts";
import type { Hold } from "../map/hold.ts";
import type { OperationCounts } from "../map/operation_counts.ts";
import type { Nodes, StoredValue } from "../map/structure_access.ts";
import { NoDraft } from "../store/tree/no_draft.ts";
import { Contents, NOWHERE } from "./contents.ts";
import { ExactSearch, type Found } from "./exact_search.ts";
import { idBytes, type VectorId } from "./id.ts";
import {
  type MetadataCodec,
  metadataOf,
  type PackedMetadata,
  takeRecord,
} from "./record.ts";
import { rowOf, type VectorLike } from "./row.ts";
import { SearchMeter, type VectorSearchStats } from "./search_meter.ts";
import { isIndex, type Shape, shapeOf } from "./shape.ts";
import {
  checkK,
  checkSearch,
  type VectorSearchOptions,
} from "./vector_options.ts";

/**
 * What is under an id.
 *
 * @typeParam M The type of the metadata.
 */
export interface VectorEntry<M> {
  /** A copy of the vector: its components as 32-bit floats. */
  vector: Float32Array;
  /** What was stored with it; undefined: nothing. */
  metadata: M | undefined;
}

/**
 * What a search found.
 *
 * @typeParam M The type of the metadata.
 */
export interface VectorMatch<M> {
  /** What the vector was added by. */
  id: VectorId;
  /**
   * How close it is: the cosine of the angle, from -1 to 1, or the dot product, of which more is
   * closer; or the distance, of which less is.
   */
  score: number;
  /** What was stored with it; undefined: nothing. */
  metadata: M | undefined;
}

/** Shows what is under the key of the index, while the map is pinned. */
export type Look = <T>(
  read: (present: StoredValue | undefined, nodes: Nodes) => T,
  what: string,
) => T;

/** A match whose metadata are yet to be decoded. */
interface Taken {
  readonly id: VectorId;
  readonly score: number;
  readonly metadata: PackedMetadata | undefined;
}

/** Reads an index for one object. */
export class VectorReader<M> {
  readonly shape: Shape;
  readonly #hold: Hold;
  readonly #codec: MetadataCodec<M>;
  readonly #look: Look;
  readonly #nodes: NoDraft;
  readonly #floats: Float32Array;
  readonly #exact: ExactSearch;
  readonly #counts: OperationCounts | undefined;
  readonly #meter = new SearchMeter();

  /**
   * @param hold The hold of the map that the index is in.
   * @param codec Decodes metadata.
   * @param look What is read. Throws if it is closed.
   * @param counts Counts hits and misses, if they are to be counted.
   */
  constructor(
    hold: Hold,
    codec: MetadataCodec<M>,
    look: Look,
    counts?: OperationCounts,
  ) {
    const { segment } = hold.attachment;
    this.#hold = hold;
    this.#codec = codec;
    this.#look = look;
    this.#counts = counts;
    this.#nodes = new NoDraft(segment);
    this.#exact = new ExactSearch(segment);
    this.#floats = new Float32Array(segment.buffer);
    this.shape = this.#look(
      (present) => shapeOf(segment.words, checkIndex(hold, present)),
      "read an index",
    );
  }

  #read<T>(read: (contents: Contents) => T, what: string): T {
    return this.#look(
      (present) =>
        read(new Contents(this.#nodes, checkIndex(this.#hold, present))),
      what,
    );
  }

  /** What was searched by this. */
  get searches(): VectorSearchStats {
    return this.#meter.read(this.#exact.comparisons);
  }

  size(what: string): number {
    return this.#read(({ count }) => count, what);
  }

  has(id: VectorId, what: string): boolean {
    const bytes = idBytes(id, what);
    const isThere = this.#read(
      (index) => index.numberOf(bytes) !== NOWHERE,
      what,
    );
    this.#count(isThere);
    return isThere;
  }

  #count(isHit: boolean): void {
    if (isHit) this.#counts?.hit();
    else this.#counts?.miss();
  }

  get(id: VectorId, what: string): VectorEntry<M> | undefined {
    const bytes = idBytes(id, what);
    const taken = this.#read((index) => {
      const number = index.numberOf(bytes);
      if (number === NOWHERE) return undefined;
      const { floats } = index.row(this.#floats, number);
      const metadata = metadataOf(this.#nodes, index.record(number));
      return { floats, metadata };
    }, what);
    this.#count(taken !== undefined);
    if (taken === undefined) return undefined;
    return {
      vector: taken.floats.slice(0, this.shape.dimensions),
      metadata: this.#codec.unpack(taken.metadata),
    };
  }

  search(
    query: VectorLike,
    k: number,
    options: VectorSearchOptions<M>,
  ): VectorMatch<M>[] {
    const what = "search vectors";
    const row = rowOf(this.shape, query, what);
    const most = checkK(k);
    const { filter } = checkSearch(options);
    const search = () =>
      this.#read((index) => {
        const passes = filter && this.#passing(index, filter, what);
        return this.#exact.search(index, row, most, passes)
          .map((found) => this.#take(index, found));
      }, what);
    const taken = this.#meter.measure(search);
    return taken.map(({ id, metadata, score }) => ({
      id,
      score,
      metadata: this.#codec.unpack(metadata),
    }));
  }

  #take(index: Contents, { number, score }: Found): Taken {
    return { ...takeRecord(this.#nodes, index.record(number)), score };
  }

  /** The caller's filter, of numbers. It may do anything, and close the index, too. */
  #passing(
    index: Contents,
    filter: (id: VectorId, metadata: M | undefined) => boolean,
    what: string,
  ): (number: number) => boolean {
    return (number) => {
      const { id, metadata } = takeRecord(this.#nodes, index.record(number));
      const passes: unknown = filter(id, this.#codec.unpack(metadata));
      this.#hold.checkReadable(what);
      if (typeof passes === "boolean") return passes;
      throw new TypeError(
        `Cannot ${what}: the filter must return true or false: ${
          received(passes)
        }`,
      );
    };
  }
}

/** What is under the key of an index. Throws a `HandleError` if it is none. */
export function checkIndex(
  { attachment: { segment } }: Hold,
  present: StoredValue | undefined,
): StoredValue {
  if (present !== undefined && isIndex(segment.words, present)) return present;
  throw new HandleError(
    `Cannot use the index: ${
      theMap(segment.name)
    } has none: make it with HotVectorIndex.create or HotVectorIndex.open`,
  );
}
