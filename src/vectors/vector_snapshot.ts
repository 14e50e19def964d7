/**
 * Snapshots of an index: as it was at one moment, as long as the snapshot is open.
 *
 * @module
 */

import type { SharedMapSnapshot } from "../api/snapshot.ts";
import type { VectorId } from "./id.ts";
import type { VectorLike } from "./row.ts";
import type { VectorSearchOptions } from "./vector_options.ts";
import type {
  VectorEntry,
  VectorMatch,
  VectorReader,
} from "./vector_reader.ts";

/**
 * An index as it was at one moment: what {@linkcode HotVectorIndex.prototype.snapshot} opens.
 *
 * It never changes, whatever the workers write meanwhile. While it is open, the index keeps what it
 * shows: so close it when you are done with it.
 *
 * @typeParam M The type of the metadata.
 */
export interface VectorSnapshot<M> extends Disposable {
  /** The number of vectors. O(1). */
  readonly size: number;
  /** The vector of an id, and its metadata; undefined: it is not there. O(log n). */
  get(id: VectorId): VectorEntry<M> | undefined;
  /** Whether there is a vector with this id. O(log n). */
  has(id: VectorId): boolean;
  /** As {@linkcode HotVectorIndex.prototype.search}. */
  search(
    query: VectorLike,
    k: number,
    options?: VectorSearchOptions<M>,
  ): VectorMatch<M>[];
  /** Closes the snapshot; a second call does nothing. */
  close(): void;
}

/** The one implementation. */
export class IndexSnapshot<M> implements VectorSnapshot<M> {
  readonly #reader: VectorReader<M>;
  readonly #moment: SharedMapSnapshot<string, M>;

  /**
   * @param reader Reads what the moment shows, and throws when that is closed.
   * @param moment The snapshot of the map.
   */
  constructor(
    reader: VectorReader<M>,
    moment: SharedMapSnapshot<string, M>,
  ) {
    this.#reader = reader;
    this.#moment = moment;
  }

  get size(): number {
    return this.#reader.size("count the vectors of a snapshot");
  }

  get(id: VectorId): VectorEntry<M> | undefined {
    return this.#reader.get(id, "get a vector of a snapshot");
  }

  has(id: VectorId): boolean {
    return this.#reader.has(id, "look for a vector in a snapshot");
  }

  search(
    query: VectorLike,
    k: number,
    options: VectorSearchOptions<M> = {},
  ): VectorMatch<M>[] {
    return this.#reader.search(query, k, options);
  }

  close(): void {
    this.#moment.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
