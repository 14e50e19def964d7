/**
 * The file of one epoch: what stands where, in version 4 of the format. `docs/file_format.md`
 * describes it for other programs, and the directory, too.
 *
 * A file is a header, blocks, and a footer, with nothing before, between or behind. All numbers are
 * little-endian; lengths and offsets are in bytes. `check` is always a CRC-32 (as in zlib).
 *
 * ```text
 * header   0  8  magic "EPOCHMAP"
 *          8  4  format version (4; 3 has no structures; 2 has no uses; 1 has neither UTF-8 nor
 *                clones of our own among its values)
 *         12  4  layout version of the map's memory, for information
 *         16  4  length of the header, a multiple of 8
 *         20  4  flags: 1 = a delta: only what changed since another epoch
 *         24  8  id of the file, random
 *         32  8  hash seed of the map
 *         40  8  epoch: the number of this file in its directory (f64)
 *         48  8  epoch that a delta builds on (f64), else 0
 *         56  8  id of that epoch's file, else 0
 *         64  8  wall time at which the snapshot was opened, in milliseconds since 1970 (f64)
 *         72  8  entries that the map had then, about (f64): the exact numbers are in the footer
 *         80  4  length of the key codec's name, then 4 for that of the value codec's
 *         88     the two names (UTF-8), zeros up to 4 bytes before the header's end
 *         -4  4  check of all bytes of the header before it
 *
 * block    0  4  magic "BLCK"
 *          4  4  number of the block in the file, from 0
 *          8  4  length of the payload as it is stored here, at most 1 MiB + 64 KiB
 *         12  4  length of the payload after decompression, at most 1 MiB, a multiple of 4
 *         16  4  records in it; 0 if it is a piece of one
 *         20  4  flags: 1 = compressed (zstd), 2 = a piece of one large record, 4 = its last piece,
 *                8 = the payload ends with a word for each record: see `table/kept_uses.ts`,
 *                16 = structures or nodes are among the records: see `node_record.ts`
 *         24  4  hash of its first record
 *         28  4  check of the bytes before it and then the payload, begun with the check of the
 *                header: a block of another file, or from another place, does not pass
 *         32     the payload
 *
 * footer   0  4  magic "EEND"
 *          4  4  number of blocks
 *          8  8  records in the file (f64), a large one counting as one, and those of nodes as none
 *         16  8  tombstones among them (f64); 0 but in a delta
 *         24  8  entries of the map at this epoch (f64); in a full file the same as the records
 *         32  8  length of all payloads after decompression (f64)
 *         40  8  length of the file before the footer (f64)
 *         48  4  check of the header and then of the headers of all blocks, which have the checks
 *                of the payloads
 *         52  4  check of the bytes of the footer before it
 * ```
 *
 * A payload, without these words, is a sequence of records, each a multiple of 4 bytes, in the
 * order of the hashes of their keys as unsigned numbers. A key comes once. (The nodes of a
 * structure follow it, in records without a key.)
 *
 * ```text
 * record   0  4  length of the key, with the flags 0x20000000 (UTF-16 code units, else Latin-1;
 *                strings only), 0x40000000 (has an expiry), and 0x80000000 (a structure)
 *          4  4  length of the value; the upper three bits are its tag (see `codec/codec.ts`; 5:
 *                deleted)
 *          8     the key, zeros up to a multiple of 4
 *                the expiry, if any: milliseconds since 1970 (f64)
 *                the value, zeros up to a multiple of 4
 * ```
 *
 * A large record is cut into pieces of 1 MiB, each in a block of its own; the last one, which may
 * be the only one, has the rest. (This writer does so with records of more than 256 KiB.)
 *
 * A reader needs memory for one block, stored and decompressed, and for the largest entry. Before
 * it allocates, it checks the length against these bounds, and against what is left of the file.
 *
 * @module
 */

/** "EPOCHMAP". */
export const FILE_MAGIC: readonly [number, number] = [0x434f5045, 0x50414d48];
/** "BLCK". */
export const BLOCK_MAGIC = 0x4b434c42;
/** "EEND". */
export const FOOTER_MAGIC = 0x444e4545;
export const FORMAT_VERSION = 4;
/** The first version with structures. */
export const STRUCTURES_VERSION = 4;
/** The oldest version that can still be read. */
export const OLDEST_VERSION = 1;

export const HEADER_FIXED_BYTES = 88;
export const HEADER_MAX_BYTES = 384;
export const BLOCK_HEADER_BYTES = 32;
export const BLOCK_HEADER_WORDS = 8;
export const FOOTER_BYTES = 56;

/** The most bytes of a payload after decompression. */
export const MAX_RAW_BYTES: number = 2 ** 20;
export const MAX_RAW_WORDS: number = 2 ** 18;
/**
 * The most bytes of a payload as it is stored: compression makes bytes that it cannot compress a
 * little longer.
 */
export const MAX_STORED_BYTES: number = MAX_RAW_BYTES + 2 ** 16;
/** Payload words that the writer aims at: few enough to stay in the processor's cache. */
export const TARGET_WORDS: number = 2 ** 16;

export const FILE_IS_DELTA = 1;
export const BLOCK_COMPRESSED = 1;
export const BLOCK_PIECE = 2;
export const BLOCK_LAST_PIECE = 4;
export const BLOCK_USES = 8;
export const BLOCK_NODES = 16;

/** Words of a record before its key. */
export const RECORD_HEAD_WORDS = 2;

/** How payloads are stored. */
export type Compression = "none" | "zstd";
