/**
 * Records: the id and the metadata of a vector, in a node of their own.
 *
 * ```text
 * words 0…3   of a node
 * word 4      bytes of the id
 * word 5      tag of the metadata, and whether there are any
 * word 6      bytes of the metadata
 * word 7      0
 * metadata    as their codec has written them, padded to 8 bytes
 * id          see `id.ts`
 * ```
 *
 * @module
 */

import { PrivateMemory } from "../map/private_memory.ts";
import type { ValuePacker } from "../map/value_packer.ts";
import * as layout from "../segment/layout.ts";
import type { ListDraft } from "../store/tree/list.ts";
import { idOf, type VectorId } from "./id.ts";
import { newLeaf } from "./node_array.ts";

// Constants of its own: `layout.ts` says why.
const { N_FIRST } = layout;

const R_ID_BYTES = N_FIRST;
const R_TAG = N_FIRST + 1;
const R_BYTES = N_FIRST + 2;
const R_METADATA = N_FIRST + 4;
const HAS_METADATA = 0x100;

/** Metadata as their codec has written them. */
export interface PackedMetadata {
  readonly tag: number;
  readonly bytes: Uint8Array;
}

/** An id and its metadata, copied out of the memory of the map. */
export interface TakenRecord {
  readonly id: VectorId;
  readonly metadata: PackedMetadata | undefined;
}

/** Packs and unpacks metadata by the codec of the map. */
export class MetadataCodec<M> {
  readonly #values: ValuePacker<M>;
  readonly #memory = new PrivateMemory();

  /** @param values What prepares the values of the map. */
  constructor(values: ValuePacker<M>) {
    this.#values = values;
  }

  /** The bytes of metadata; undefined has none. Runs the caller's code, and may throw. */
  pack(metadata: M | undefined): PackedMetadata | undefined {
    if (metadata === undefined) return undefined;
    const { format } = this.#values;
    this.#values.prepare(metadata);
    const { byteLength, tag } = format;
    const memory = this.#memory;
    const at = memory.take(byteLength);
    format.write(memory, at);
    const bytes = new Uint8Array(
      memory.bytes.subarray(at * 8, at * 8 + byteLength),
    );
    memory.empty();
    return { tag, bytes };
  }

  /** Metadata of some bytes. May run the caller's code. */
  unpack(packed: PackedMetadata | undefined): M | undefined {
    if (packed === undefined) return undefined;
    const memory = this.#memory;
    const { length } = packed.bytes;
    const at = memory.take(length);
    memory.bytes.set(packed.bytes, at * 8);
    try {
      return this.#values.format.read(memory, at, length, packed.tag);
    } finally {
      memory.empty();
    }
  }
}

/** Writes a record. Throws `NO_ROOM`. */
export function newRecord(
  draft: ListDraft,
  id: Uint8Array,
  metadata: PackedMetadata | undefined,
): number {
  const length = metadata?.bytes.length ?? 0;
  const padded = (length + 7) & ~7;
  const bytes = R_METADATA * 4 + padded + id.length;
  const record = newLeaf(draft, bytes);
  const { words } = draft;
  const at = record * 4;
  words[at + R_ID_BYTES] = id.length;
  words[at + R_TAG] = metadata === undefined ? 0 : HAS_METADATA | metadata.tag;
  words[at + R_BYTES] = length;
  words[at + R_BYTES + 1] = 0;
  const first = (at + R_METADATA) * 4;
  if (metadata !== undefined) draft.bytes.set(metadata.bytes, first);
  draft.bytes.set(id, first + padded);
  return record;
}

/** The bytes of a record's id: a copy. */
export function idBytesOf(
  { bytes, words }: Pick<ListDraft, "bytes" | "words">,
  record: number,
): Uint8Array<ArrayBuffer> {
  const at = record * 4;
  const first = (at + R_METADATA) * 4 + ((words[at + R_BYTES] + 7) & ~7);
  return new Uint8Array(bytes.subarray(first, first + words[at + R_ID_BYTES]));
}

/** The metadata of a record: a copy. */
export function metadataOf(
  { bytes, words }: Pick<ListDraft, "bytes" | "words">,
  record: number,
): PackedMetadata | undefined {
  const at = record * 4;
  const tag = words[at + R_TAG];
  if (tag === 0) return undefined;
  const first = (at + R_METADATA) * 4;
  const copy = new Uint8Array(
    bytes.subarray(first, first + words[at + R_BYTES]),
  );
  return { tag: tag & ~HAS_METADATA, bytes: copy };
}

/** Both. */
export function takeRecord(
  nodes: Pick<ListDraft, "bytes" | "words">,
  record: number,
): TakenRecord {
  const id = idOf(idBytesOf(nodes, record));
  return { id, metadata: metadataOf(nodes, record) };
}
