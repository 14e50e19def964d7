/**
 * The segment: one fixed-size `SharedArrayBuffer` and the views on it.
 *
 * A segment is either ready, with a header that describes it completely, or it is refused with a
 * {@linkcode HandleError}; nothing of a foreign or damaged header is believed unchecked. The buffer
 * is reserved whole and never grows (a growable one is 15 times slower to read); the system commits
 * its pages when they are first touched.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { HandleError, received, theMap } from "../errors.ts";
import {
  CODEC_NAME_BYTES,
  DESCRIPTOR_WORDS,
  DESCRIPTORS,
  F_EVICT,
  FINAL,
  FIRST_TICK,
  GHOST_SHARE,
  GHOST_WAYS,
  H_CEILING,
  H_CHUNK_COUNT,
  H_CHUNK_HINT,
  H_CHUNK_SHIFT,
  H_CLOCK,
  H_ERA,
  H_FIRST_CHUNK,
  H_FLAGS,
  H_GHOST_LINES,
  H_GHOSTS,
  H_HEAT,
  H_HEAT_MASK,
  H_HOT,
  H_ID,
  H_IDLE,
  H_KEY_CODEC,
  H_LAYOUT,
  H_MAGIC,
  H_MIN_CAPACITY_SHIFT,
  H_MINUTE,
  H_MOST_ENTRIES,
  H_MOST_WEIGHT,
  H_NO_KEY,
  H_PARTICIPANTS,
  H_QUEUE,
  H_QUEUE_WORDS,
  H_READY,
  H_RECENCY,
  H_RECENCY_SHIFT,
  H_SEED,
  H_SNAPSHOTS,
  H_TOTAL_REFS,
  H_VALUE_CODEC,
  H_WRITTEN,
  HEAT_SHARE,
  LAST_TICK,
  LAYOUT_VERSION,
  MAGIC,
  MAX_PARTICIPANTS,
  PARTICIPANT_WORDS,
  QUEUE_SHARE,
  QUEUE_SPARE,
  REF_BYTES,
  TOMBSTONE,
  USE_SHARE,
  USE_WAYS,
  V_KEY,
  V_PREV,
  V_STAMP,
  V_VALUE,
} from "./layout.ts";
import { type Kernel, kernelMemory, kernelOver } from "./kernel.ts";
import { minuteNow } from "./intrinsics.ts";
import { isSound as isReserveSound } from "./long_key.ts";
import { SizeClasses } from "./size_classes.ts";
import { load, poke, store, type Words } from "./atomics.ts";

/** The smallest segment, in bytes: 1 MiB. */
export const MIN_SEGMENT_BYTES: number = 2 ** 20;
/** The largest segment, in bytes: 16 GiB, what 30-bit refs reach. */
export const MAX_SEGMENT_BYTES: number = 2 ** 34;

const MIN_CHUNK_REFS = 2 ** 8;
const MAX_CHUNK_REFS = 2 ** 12;
/** A segment of at least this many chunks keeps size classes from crowding each other out. */
const CHUNKS_WANTED = 2 ** 10;
const FIRST_CHUNK_ALIGN = 4096;
/** Words of a cache line. */
const LINE_WORDS = 16;
/** Recency words for each entry, at least: some lines have more entries than others. */
const RECENCY_SPARE = 1.25;

/** The segment seen as bytes, with the runtime's own string copies, which its types leave out. */
export interface SharedBytes extends Buffer<SharedArrayBuffer> {
  latin1Slice(start: number, end: number): string;
  ucs2Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
}

/** What `create` needs to know. */
export interface SegmentOptions {
  maxBytes: number;
  keyCodec: string;
  valueCodec: string;
  evict: boolean;
  /** Whether it is to be remembered how often entries are read: see `table/heat.ts`. */
  keepsHeat?: boolean;
  /** Whether it is to be remembered which entries are new, and were: see `table/ghosts.ts`. */
  keepsGhosts?: boolean;
  /** Whether it is to be remembered when entries were used last, for LRU: `recency.ts`. */
  keepsRecency?: boolean;
  /** Whether it is to be remembered how often, and when last, entries are used: `uses.ts`. */
  keepsUses?: boolean;
  /** The most entries that it is to hold; 0, as by default: as many as fit. */
  mostEntries?: number;
  /** The most that all entries are to weigh; 0, as by default: they are not weighed. */
  mostWeight?: number;
  /** The time to idle, in milliseconds; 0, as by default: entries do not idle. */
  idle?: number;
  minCapacityShift: number;
  /** The key of the hash function; by default a random one. */
  seed?: readonly [number, number];
  /** What the map is called. */
  name?: string | undefined;
  /** What tells it from all others; by default random bits. */
  id?: readonly [number, number];
}

/** What another worker needs to see a segment: structured-cloneable. */
export interface SegmentHandle {
  /** The memory. */
  readonly buffer: SharedArrayBuffer;
  /** The same, where the kernel can work on it. */
  readonly memory?: WebAssembly.Memory | undefined;
  /** What the map is called, for messages. */
  readonly name?: string | undefined;
}

/** One shared segment, as one worker sees it. */
export class Segment {
  readonly handle: SegmentHandle;
  /** What the map is called, if it has a name: for messages only. */
  readonly name: string | undefined;
  readonly buffer: SharedArrayBuffer;
  /** Undefined where the segment is no memory that it can work on. */
  readonly kernel: Kernel | undefined;
  readonly words: Words;
  readonly bytes: SharedBytes;
  readonly floats: Float64Array<SharedArrayBuffer>;
  readonly id: string;
  /** The two words of the hash key. */
  readonly seed: readonly [number, number];
  readonly chunkShift: number;
  readonly chunkCount: number;
  readonly firstChunk: number;
  readonly classes: SizeClasses;
  readonly keyCodec: string;
  readonly valueCodec: string;
  readonly evicts: boolean;
  /** Whether it is remembered how often entries are read: see `table/heat.ts`. */
  readonly keepsHeat: boolean;
  /** Whether it is remembered which entries are new, and which were: see `table/ghosts.ts`. */
  readonly keepsGhosts: boolean;
  /** Whether it is remembered when entries were used last, for LRU: see `table/recency.ts`. */
  readonly keepsRecency: boolean;
  /** Whether it is remembered how often, and when last, each entry is used: see `table/uses.ts`. */
  readonly keepsUses: boolean;
  /** The most entries that it is to hold; 0: as many as fit. */
  readonly mostEntries: number;
  /** The most that all entries are to weigh together; 0: they are not weighed. */
  readonly mostWeight: number;
  /** The time to idle, in milliseconds; 0: entries do not idle. */
  readonly idle: number;
  readonly minCapacityShift: number;

  private constructor(handle: SegmentHandle) {
    const { buffer, memory, name } = handle;
    this.handle = handle;
    this.name = name;
    this.buffer = buffer;
    this.words = wordsOf(buffer);
    this.bytes = Buffer.from(buffer) as SharedBytes;
    this.floats = new Float64Array(
      buffer,
      0,
      Math.floor(buffer.byteLength / 8),
    );
    const words = this.words;
    this.id = idOf([words[H_ID], words[H_ID + 1]]);
    this.seed = [words[H_SEED], words[H_SEED + 1]];
    this.chunkShift = words[H_CHUNK_SHIFT];
    this.chunkCount = words[H_CHUNK_COUNT];
    this.firstChunk = words[H_FIRST_CHUNK];
    this.classes = new SizeClasses(2 ** this.chunkShift);
    this.keyCodec = readName(this.bytes, words, H_KEY_CODEC);
    this.valueCodec = readName(this.bytes, words, H_VALUE_CODEC);
    this.evicts = (words[H_FLAGS] & F_EVICT) !== 0;
    this.keepsHeat = words[H_HEAT] !== 0;
    this.kernel = memory && kernelFor(memory, this.keepsHeat);
    this.keepsGhosts = words[H_GHOSTS] !== 0;
    this.keepsRecency = words[H_RECENCY] !== 0;
    this.keepsUses = words[H_HOT] !== 0;
    this.mostEntries = words[H_MOST_ENTRIES];
    this.mostWeight = words[H_MOST_WEIGHT];
    this.idle = this.floats[H_IDLE / 2];
    this.minCapacityShift = words[H_MIN_CAPACITY_SHIFT];
  }

  /** Reserves a segment. The caller links the first table and then calls {@linkcode publish}. */
  static create(options: SegmentOptions): Segment {
    const handle = named(reserve(options.maxBytes), options.name);
    const { buffer } = handle;
    const {
      keepsHeat = false,
      keepsGhosts = false,
      keepsRecency = false,
      keepsUses = false,
      mostEntries = 0,
    } = options;
    const memories = {
      keepsHeat,
      keepsGhosts,
      keepsRecency,
      keepsUses,
      mostEntries,
    };
    const geometry = layOut(buffer.byteLength, memories);
    const words = wordsOf(buffer);
    poke(words, H_LAYOUT, LAYOUT_VERSION);
    poke(words, H_TOTAL_REFS, geometry.totalRefs);
    poke(words, H_CHUNK_SHIFT, geometry.chunkShift);
    poke(words, H_FIRST_CHUNK, geometry.firstChunk);
    poke(words, H_CHUNK_COUNT, geometry.chunkCount);
    poke(words, H_HEAT, geometry.heat);
    poke(words, H_HEAT_MASK, geometry.heatMask);
    poke(words, H_GHOSTS, geometry.ghosts);
    poke(words, H_GHOST_LINES, geometry.ghostLines);
    poke(words, H_QUEUE, geometry.queue);
    poke(words, H_QUEUE_WORDS, geometry.queueWords);
    poke(words, H_RECENCY, geometry.recency);
    poke(words, H_RECENCY_SHIFT, geometry.recencyShift);
    poke(words, H_HOT, geometry.hot);
    if (keepsUses) poke(words, H_MINUTE, minuteNow());
    poke(words, H_MOST_ENTRIES, mostEntries);
    poke(words, H_MOST_WEIGHT, options.mostWeight ?? 0);
    new Float64Array(buffer, H_IDLE * 4, 1)[0] = options.idle ?? 0;
    poke(words, H_CEILING, geometry.chunkCount);
    poke(words, H_FLAGS, options.evict ? F_EVICT : 0);
    poke(words, H_MIN_CAPACITY_SHIFT, options.minCapacityShift);
    const random = crypto.getRandomValues(new Int32Array(4));
    words.set(options.id ?? random.subarray(0, 2), H_ID);
    words.set(options.seed ?? random.subarray(2), H_SEED);
    poke(words, H_CLOCK, FIRST_TICK);
    poke(words, H_ERA, 1);
    writeNoKey(words);
    const bytes = new Uint8Array(buffer);
    writeName(bytes, words, H_KEY_CODEC, options.keyCodec);
    writeName(bytes, words, H_VALUE_CODEC, options.valueCodec);
    poke(words, H_MAGIC, MAGIC);
    return new Segment(handle);
  }

  /** Sees a segment that another worker made. */
  static attach(handle: SegmentHandle): Segment {
    const { buffer, memory, name } = handle; // once: it may be anybody's object
    const fault = faultOf({ buffer, memory, name });
    if (fault !== undefined) refuse(fault, name);
    const own = memory ? { buffer: bufferOf(memory), memory } : { buffer };
    return new Segment(named(own, name));
  }

  /** Makes the segment attachable: its first table is linked. */
  publish(): void {
    store(this.words, H_READY, 1);
  }

  /** Word index of a chunk's descriptor. */
  descriptor(chunk: number): number {
    return DESCRIPTORS + chunk * DESCRIPTOR_WORDS;
  }

  /** The chunk that a ref lies in. */
  chunkOf(ref: number): number {
    return (ref - this.firstChunk) >>> this.chunkShift;
  }

  /** The ref at which a chunk begins. */
  chunkRef(chunk: number): number {
    return this.firstChunk + chunk * 2 ** this.chunkShift;
  }

  /** The chunks that a block of so many bytes takes if it has them to itself. */
  chunksFor(bytes: number): number {
    return Math.ceil(bytes / (REF_BYTES * 2 ** this.chunkShift));
  }

  /** The chunks that a block of so many bytes takes; 0: it shares its chunk with others. */
  runChunks(bytes: number): number {
    return bytes > this.largestClassBytes ? this.chunksFor(bytes) : 0;
  }

  /** The largest block that shares a chunk with others, in bytes. */
  get largestClassBytes(): number {
    return this.classes.largest * REF_BYTES;
  }
}

/** Where the parts of a segment lie: that follows from its size, and from what it remembers. */
export interface Geometry {
  totalRefs: number;
  /** Word index of the heat words, or the use words; 0: there are none. */
  heat: number;
  /** How many of them, or of their sets, there are, less one. */
  heatMask: number;
  /** Word index of the ghost words; 0: there are none. */
  ghosts: number;
  /** How many lines they are. */
  ghostLines: number;
  /** Word index of the small queue's words; 0: there are none. */
  queue: number;
  /** How many they are. */
  queueWords: number;
  /** Word index of the recency words; 0: there are none. */
  recency: number;
  /** By how much a hash is shifted right to its line of them. */
  recencyShift: number;
  /** Word index of the participants' hot keys; 0: there are none. */
  hot: number;
  chunkShift: number;
  firstChunk: number;
  chunkCount: number;
}

/**
 * The kernel over a memory. Its lookups note what they have read only where that is kept: elsewhere
 * they need not even ask.
 */
function kernelFor(memory: WebAssembly.Memory, keepsHeat: boolean): Kernel {
  const kernel = kernelOver(memory);
  if (!keepsHeat) return kernel;
  const { lookupNoting, lookupPackedNoting } = kernel;
  return { ...kernel, lookup: lookupNoting, lookupPacked: lookupPackedNoting };
}

/** The size may be any number of bytes: what is left over at the end is not used. */
function wordsOf(buffer: SharedArrayBuffer): Words {
  return new Int32Array(buffer, 0, Math.floor(buffer.byteLength / 4));
}

/** What a segment remembers of its entries, and so has memory for. */
export interface Memories {
  /** Whether it keeps heat. */
  readonly keepsHeat: boolean;
  /** Whether it keeps ghosts. */
  readonly keepsGhosts: boolean;
  /** Whether it keeps recency words. */
  readonly keepsRecency: boolean;
  /** Whether it keeps use words, in the place of heat words, and hot keys. */
  readonly keepsUses: boolean;
  /** For how many entries these are; 0: for as many as there may be of a usual size. */
  readonly mostEntries: number;
}

/** The geometry of a segment of this size; `memories` may say only whether it keeps heat. */
export function layOut(
  maxBytes: number,
  memories: Memories | boolean,
): Geometry {
  const { keepsHeat, keepsGhosts, keepsRecency, keepsUses, mostEntries } =
    typeof memories === "boolean"
      ? {
        keepsHeat: memories,
        keepsGhosts: false,
        keepsRecency: false,
        keepsUses: false,
        mostEntries: 0,
      }
      : memories;
  const totalRefs = Math.floor(maxBytes / FIRST_CHUNK_ALIGN) *
    (FIRST_CHUNK_ALIGN / REF_BYTES);
  const wanted = totalRefs / CHUNKS_WANTED;
  const chunkRefs = Math.min(
    MAX_CHUNK_REFS,
    Math.max(MIN_CHUNK_REFS, 2 ** Math.floor(Math.log2(wanted))),
  );
  const chunkShift = Math.log2(chunkRefs);
  const mostChunks = Math.ceil(totalRefs / chunkRefs);
  let end = DESCRIPTORS + mostChunks * DESCRIPTOR_WORDS;
  const place = (words: number) => {
    if (words === 0) return 0;
    const start = roundUp(end, LINE_WORDS);
    end = start + words;
    return start;
  };
  const bytes = totalRefs * REF_BYTES;
  const entries = mostEntries === 0
    ? Math.floor(bytes / GHOST_SHARE)
    : Math.min(mostEntries, Math.floor(bytes / HEAT_SHARE));
  const heatWords = keepsUses
    ? useWordsFor(bytes, mostEntries)
    : keepsHeat
    ? heatWordsFor(totalRefs)
    : 0;
  const heatWays = keepsUses ? USE_WAYS : 1;
  const ghostLines = keepsGhosts ? Math.ceil(entries / GHOST_WAYS) : 0;
  const queueWords = keepsGhosts
    ? Math.ceil(entries / QUEUE_SHARE) + QUEUE_SPARE
    : 0;
  const heat = place(heatWords);
  const ghosts = place(ghostLines * GHOST_WAYS);
  const queue = place(queueWords);
  const recencyWords = keepsRecency ? recencyWordsFor(entries) : 0;
  const recency = place(recencyWords);
  const hot = place(keepsUses ? MAX_PARTICIPANTS * PARTICIPANT_WORDS : 0);
  const firstChunk = roundUp(end * 4, FIRST_CHUNK_ALIGN) / REF_BYTES;
  return {
    totalRefs,
    heat,
    heatMask: Math.max(0, heatWords / heatWays - 1),
    ghosts,
    ghostLines,
    queue,
    queueWords,
    recency,
    recencyShift: keepsRecency ? Math.clz32(recencyWords / GHOST_WAYS) + 1 : 0,
    hot,
    chunkShift,
    firstChunk,
    chunkCount: Math.floor((totalRefs - firstChunk) / chunkRefs),
  };
}

/** A power of two, so that some bits of a hash choose one of them. */
function heatWordsFor(totalRefs: number): number {
  const most = totalRefs * REF_BYTES / HEAT_SHARE / 4;
  return 2 ** Math.floor(Math.log2(most));
}

/** A power of two, so that some bits of a hash choose a line, of which there are two at least. */
function recencyWordsFor(entries: number): number {
  const wanted = 2 ** Math.ceil(Math.log2(RECENCY_SPARE * entries));
  return Math.max(2 * GHOST_WAYS, wanted);
}

/** A power of two, so that some bits of a hash choose a set: twice as many as there are entries. */
function useWordsFor(bytes: number, mostEntries: number): number {
  const most = 2 ** Math.floor(Math.log2(bytes / USE_SHARE));
  if (mostEntries === 0) return most;
  const wanted = 2 ** Math.ceil(Math.log2(2 * mostEntries));
  return Math.min(most, Math.max(LINE_WORDS, wanted));
}

function roundUp(count: number, unit: number): number {
  return Math.ceil(count / unit) * unit;
}

/** Memory for a segment, all zeros: with a kernel where there can be one. */
function reserve(bytes: number): SegmentHandle {
  const memory = kernelMemory(bytes);
  return memory
    ? { buffer: bufferOf(memory), memory }
    : { buffer: new SharedArrayBuffer(bytes) };
}

function named(
  handle: SegmentHandle,
  name: string | undefined,
): SegmentHandle {
  return name === undefined ? handle : { ...handle, name };
}

/** What the types say of a shared memory is not so. */
function bufferOf(memory: WebAssembly.Memory): SharedArrayBuffer {
  return memory.buffer as unknown as SharedArrayBuffer;
}

/**
 * Whether both are of one segment, whose name is random: a message brings two objects for the same
 * bytes.
 */
function isMemoryOf(
  memory: WebAssembly.Memory,
  buffer: SharedArrayBuffer,
): boolean {
  if (!(memory instanceof WebAssembly.Memory)) return false;
  const other = bufferOf(memory);
  if (
    !(other instanceof SharedArrayBuffer) ||
    other.byteLength !== buffer.byteLength
  ) return false;
  const [a, b] = [wordsOf(buffer), wordsOf(other)];
  return a[H_ID] === b[H_ID] && a[H_ID + 1] === b[H_ID + 1];
}

function refuse(fault: string, name: unknown): never {
  const mapName = typeof name === "string" ? name : undefined;
  throw new HandleError(`Cannot attach to ${theMap(mapName)}: ${fault}`, {
    mapName,
  });
}

/** What is wrong with a handle; undefined: nothing. */
function faultOf({ buffer, memory, name }: SegmentHandle): string | undefined {
  const fault = faultOfBuffer(buffer);
  if (fault !== undefined) return fault;
  if (memory !== undefined && !isMemoryOf(memory, buffer)) {
    return "its memory is not that of its buffer: pass the `handle` of a SharedMap as it is";
  }
  return name === undefined || typeof name === "string"
    ? undefined
    : `its name must be a string: ${received(name)}`;
}

function faultOfBuffer(buffer: SharedArrayBuffer): string | undefined {
  if (!(buffer instanceof SharedArrayBuffer)) {
    return "expected a SharedArrayBuffer: pass the `handle` of a SharedMap as it is";
  }
  const size = buffer.byteLength;
  if (
    buffer.growable || size < MIN_SEGMENT_BYTES || size > MAX_SEGMENT_BYTES
  ) {
    return `a buffer of ${size} bytes is not one that this module makes`;
  }
  const words = wordsOf(buffer);
  if (words[H_MAGIC] !== MAGIC) return "the memory does not begin like a map's";
  if (words[H_LAYOUT] !== LAYOUT_VERSION) {
    return `its layout version is ${
      words[H_LAYOUT]
    }, this module reads ${LAYOUT_VERSION}: use one version of the module in all workers`;
  }
  const mostEntries = words[H_MOST_ENTRIES];
  const geometry = layOut(size, {
    keepsHeat: words[H_HEAT] !== 0,
    keepsGhosts: words[H_GHOSTS] !== 0,
    keepsRecency: words[H_RECENCY] !== 0,
    keepsUses: words[H_HOT] !== 0,
    mostEntries,
  });
  const [idle] = new Float64Array(buffer, H_IDLE * 4, 1);
  if (
    mostEntries < 0 || words[H_MOST_WEIGHT] < 0 ||
    !(idle >= 0 && idle < Infinity) ||
    words[H_TOTAL_REFS] !== geometry.totalRefs ||
    words[H_HEAT] !== geometry.heat ||
    words[H_HEAT_MASK] !== geometry.heatMask ||
    words[H_GHOSTS] !== geometry.ghosts ||
    words[H_GHOST_LINES] !== geometry.ghostLines ||
    words[H_QUEUE] !== geometry.queue ||
    words[H_QUEUE_WORDS] !== geometry.queueWords ||
    words[H_RECENCY] !== geometry.recency ||
    words[H_RECENCY_SHIFT] !== geometry.recencyShift ||
    words[H_HOT] !== geometry.hot ||
    words[H_CHUNK_SHIFT] !== geometry.chunkShift ||
    words[H_FIRST_CHUNK] !== geometry.firstChunk ||
    words[H_CHUNK_COUNT] !== geometry.chunkCount ||
    !areInBounds(words, geometry) || nameLength(words, H_KEY_CODEC) === 0 ||
    nameLength(words, H_VALUE_CODEC) === 0
  ) {
    return "its header is damaged";
  }
  return load(words, H_READY) === 1
    ? undefined
    : "its creator never finished it";
}

/** Whether what the header counts, or points at, lies within the segment. */
function areInBounds(words: Words, { chunkCount }: Geometry): boolean {
  const bounds: [index: number, low: number, high: number][] = [
    [H_MIN_CAPACITY_SHIFT, 1, 30],
    [H_PARTICIPANTS, 0, MAX_PARTICIPANTS],
    [H_SNAPSHOTS, 0, MAX_PARTICIPANTS],
    [H_CHUNK_HINT, 0, chunkCount],
    [H_CEILING, 0, chunkCount],
    [H_CLOCK, FIRST_TICK, LAST_TICK],
    [H_WRITTEN, 0, LAST_TICK],
    [H_NO_KEY + V_KEY, -1, -1],
  ];
  return isReserveSound(words, chunkCount) &&
    bounds.every(([index, low, high]) =>
      words[index] >= low && words[index] <= high
    );
}

/** What `GONE` leads to: it is settled, equals no key, and says that there is none. */
function writeNoKey(words: Words): void {
  poke(words, H_NO_KEY + V_STAMP, 1);
  poke(words, H_NO_KEY + V_PREV, FINAL);
  poke(words, H_NO_KEY + V_KEY, -1);
  poke(words, H_NO_KEY + V_VALUE, TOMBSTONE);
}

function nameLength(words: Words, index: number): number {
  const length = words[index];
  return length > 0 && length <= CODEC_NAME_BYTES ? length : 0;
}

function readName(bytes: SharedBytes, words: Words, index: number): string {
  const start = (index + 1) * 4;
  return bytes.utf8Slice(start, start + nameLength(words, index));
}

function writeName(
  bytes: Uint8Array,
  words: Words,
  index: number,
  name: string,
): void {
  const encoded = new TextEncoder().encode(name);
  bytes.set(encoded, (index + 1) * 4);
  poke(words, index, encoded.length);
}

/** What tells a segment from all others, in one word. */
export function idOf([high, low]: readonly [number, number]): string {
  return hex(high) + hex(low);
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
