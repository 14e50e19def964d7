/**
 * Present entries: what is under a key while an operation decides what to make of it.
 *
 * The operation is this module's, or that of a layer above, and never the caller's: it runs while
 * the map is pinned, and it uses nothing of the map but what it is given.
 *
 * @module
 */

import { TAG_BYTES } from "../codec/codec.ts";
import type { Segment } from "../segment/segment.ts";
import * as versions from "../table/version.ts";
import type { KEEP } from "./keep.ts";
import {
  type NextStructure,
  type NO_NODES,
  storedAt,
  type StoredValue,
} from "./structure_maker.ts";
import type { TreeDraft } from "./tree_draft.ts";
import type { Prepared } from "./version_maker.ts";
import type { VersionReader } from "./version_reader.ts";

// Constants of its own: `layout.ts` says why.
const { endOf, isStructure, valueBytes, valueIndex, valueTag } = versions;

/** The value of a version where it lies, if it is bytes, and all in the version. */
export function bytesIn(
  { bytes: memory, words }: Segment,
  ref: number,
): BytesAt | undefined {
  const isPlain = !isStructure(words, ref);
  if (!isPlain || valueTag(words, ref) !== TAG_BYTES) return undefined;
  const from = valueIndex(words, ref) * 8;
  return { memory, from, to: from + valueBytes(words, ref) };
}

/** Bytes where they lie. */
export interface BytesAt {
  readonly memory: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/** What there is under a key: good until what it was given to returns. */
export interface PresentEntry<V> {
  /** Whether there is an entry. */
  readonly isThere: boolean;
  /** The value; undefined: there is no entry. Decoded when it is asked for. */
  readonly value: V | undefined;
  /** The value where it lies, without a copy, if it is bytes. */
  readonly bytes: BytesAt | undefined;
  /** The value where it lies, if it is a structure. */
  readonly structure: StoredValue | undefined;
  /** What the transaction that it is in is to make of it. */
  readonly plan: Plan | undefined;
  /** When the entry expires, in milliseconds since 1970; `Infinity`: never, or there is none. */
  readonly end: number;
}

/**
 * What a transaction is to make of an entry when it commits: while its code runs, no draft may be
 * open.
 */
export interface Plan {
  /**
   * Makes it, as a `StructureChange`: of the entry that the transaction has seen, if it has. It
   * must not throw.
   */
  make(
    present: StoredValue | undefined,
    draft: TreeDraft,
  ): NextStructure | Prepared | typeof NO_NODES;
}

/** What an entry is to be. */
export interface NextEntry<V> {
  /** Its value; undefined: the one that it has. */
  readonly value?: V | undefined;
  /** The same for a structure, whose nodes are drafted. Not in transactions. */
  readonly structure?: NextStructure | undefined;
  /** The same in transactions only. */
  readonly plan?: Plan | undefined;
  /** When it expires, likewise; undefined: when it does now, or never if it is new. */
  readonly end?: number | undefined;
}

/**
 * From what is there to what is to be there: `undefined` for no entry, `KEEP` for what it is, and
 * `NO_NODES` if the draft gave no memory. Where it has drafted anything, it must not throw.
 */
export type Change<V> = (
  present: PresentEntry<V>,
  draft: TreeDraft,
) => NextEntry<V> | undefined | typeof KEEP | typeof NO_NODES;

/** The entry of a version. */
export class PresentVersion<V> implements PresentEntry<V> {
  readonly #segment: Segment;
  readonly #versions: VersionReader<unknown, V>;
  readonly #ref: number;

  /**
   * @param segment The segment.
   * @param versions Decodes versions. No codec of the caller's own does.
   * @param ref The live version; 0: there is none. The map is pinned.
   */
  constructor(
    segment: Segment,
    versions: VersionReader<unknown, V>,
    ref: number,
  ) {
    this.#segment = segment;
    this.#versions = versions;
    this.#ref = ref;
  }

  get isThere(): boolean {
    return this.#ref !== 0;
  }

  get value(): V | undefined {
    if (this.#ref === 0) return undefined;
    return this.#versions.value(this.#versions.takeValue(this.#ref));
  }

  get bytes(): BytesAt | undefined {
    return this.#ref === 0 ? undefined : bytesIn(this.#segment, this.#ref);
  }

  /** Whether trees hang from it. */
  get isStructure(): boolean {
    return this.#ref !== 0 && isStructure(this.#segment.words, this.#ref);
  }

  get structure(): StoredValue | undefined {
    return this.isStructure ? storedAt(this.#segment, this.#ref) : undefined;
  }

  /** There is none. */
  readonly plan = undefined;

  get end(): number {
    return this.#ref === 0 ? Infinity : endOf(this.#segment, this.#ref);
  }
}
