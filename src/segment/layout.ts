/**
 * Where everything lies in a segment: every offset and constant of the shared format, once.
 * `docs/memory.md` draws it.
 *
 * Offsets are in 32-bit words unless the name says otherwise. Addresses inside the segment are
 * *refs*: byte offset / 16, so that 30 bits reach 16 GiB and a link word keeps two bits for flags.
 * Words that different workers write often stand on cache lines of their own (16 words).
 *
 * ```text
 * header | transfer words | participant records | change words | leases | chunk descriptors | heat
 * words or use words | ghost words or recency words | small queue | hot keys | chunks …
 * ```
 *
 * Modules on the path of every operation copy what they need from here, and the functions that they
 * call, into constants of their own. V8 compiles such constants into the code; an imported binding
 * it reads from memory and checks, at each use (`bench/README.md` says what that costs).
 *
 * The compiler checks that no two fields overlap, and more: `layout_assertions.ts`.
 *
 * @module
 */

/** The first word of every segment: "EPCH". */
export const MAGIC = 0x48435045;
/** Changes whenever any offset or meaning below changes. */
export const LAYOUT_VERSION = 21;

/** Bytes of a ref's unit: every record starts at a multiple of it. */
export const REF_BYTES = 16;
export const REF_SHIFT = 4;
/** The largest number that fits the 30 bits of a ref. */
export const REF_MASK = 0x3fffffff;

// ---- header -------------------------------------------------------------------------------------

export const H_MAGIC = 0;
export const H_LAYOUT = 1;
/** Size of the segment in refs. */
export const H_TOTAL_REFS = 2;
/** log2 of the chunk size in refs. */
export const H_CHUNK_SHIFT = 3;
/** Ref of the first chunk. */
export const H_FIRST_CHUNK = 4;
export const H_CHUNK_COUNT = 5;
/** The name of this segment: 64 random bits. */
export const H_ID = 6;
/** The key of the hash function: 64 random bits. */
export const H_SEED = 8;
/** Bits of `F_…`. */
export const H_FLAGS = 10;
/** log2 of the capacity below which the table never shrinks. */
export const H_MIN_CAPACITY_SHIFT = 11;
/** Set once the segment is ready; attaching to one that is not is an error. */
export const H_READY = 12;
/**
 * 1 once somebody waited for a change: see `table/changes.ts`. It is read by every write, so it
 * stands among words that do not change.
 */
export const H_WATCHED = 13;
/**
 * Where the heat words begin, see `table/heat.ts`, or, in maps that track uses, the use words
 * (`table/uses.ts`); 0: there are none.
 */
export const H_HEAT = 14;
/** How many of them, or of their sets, there are, less one: a power of two, so this is a mask. */
export const H_HEAT_MASK = 15;
/** Where the ghost words begin, see `table/ghosts.ts`; 0: there are none. */
export const H_GHOSTS = 202;
/** How many lines of `GHOST_WAYS` they are. */
export const H_GHOST_LINES = 203;
/** Where the words of the small queue begin, and how many they are: see `table/small_queue.ts`. */
export const H_QUEUE = 204;
export const H_QUEUE_WORDS = 205;
/** The most entries that the map is to hold; 0: as many as fit. */
export const H_MOST_ENTRIES = 206;
/**
 * Where the hot keys of the participants begin, see `table/hot_keys.ts`; 0: there are none, and the
 * map tracks no uses.
 */
export const H_HOT = 192;
/**
 * Where the recency words begin, see `table/recency.ts`; 0: there are none. And by how much a hash
 * is shifted right to its line of them.
 */
export const H_RECENCY = 193;
export const H_RECENCY_SHIFT = 194;
/** Which minute it is, modulo 2 ** 16, as far as is known: see `table/tracking.ts`. */
export const H_MINUTE = 207;
/** 1 once a worker has taken a lease: see `table/leases.ts`. Every write reads it. */
export const H_LEASED = 195;
/** The snapshot clock. */
export const H_CLOCK = 16;
/** The last tick at which something was written, or is about to be; never lowered. */
export const H_WRITTEN = 17;
/** The reclamation era: odd, grows by 2, so that 0 can mean "not pinned". */
export const H_ERA = 32;
/** Ref of the current table. */
export const H_ROOT = 48;
/** Participant records ever used: bounds every scan over them; never lowered. */
export const H_PARTICIPANTS = 64;
/** Records whose owner ever opened a snapshot, likewise: 0: none ever needed a version. */
export const H_SNAPSHOTS = 80;
/** The lowest chunk that may be free: a hint. */
export const H_CHUNK_HINT = 97;
/** How often somebody short of memory asked all others to give back what their free lists hold. */
export const H_FLUSH = 98;
/** The chunks from here up are for tables: twice what the current one takes, for the next one. */
export const H_CEILING = 99;
/** 1 while tombstones have used up half of what is kept for them: entries take no memory then. */
export const H_LOW = 101;
/**
 * Chunks that the tombstone of the longest key takes, if it takes a run, kept free below the
 * ceiling: see `long_key.ts`.
 */
export const H_LONG_KEY = 100;
/** How often a snapshot was opened or closed: held versions may be needed less then. Wraps. */
export const H_SNAPSHOT_CHANGES = 118;
/** The last lock number given out; see the participants. */
export const H_LOCKS = 112;
/** The last table number given out: tells a table from an earlier one at the same address. */
export const H_TABLES = 113;
/** 1 once an entry with an expiry was written. */
export const H_TTL_USED = 116;
/** Where the background sweep of expired entries stands: a hash. */
export const H_SWEEP = 114;
/** When somebody last looked for the dead, and when for what has expired: ms, modulo 2 ** 32. */
export const H_LOOKED = 117;
export const H_SWEPT = 119;
/** When somebody last looked whether anybody writes the map to disk, likewise. */
export const H_WRITER_LOOKED = 120;
/** Epochs written to disk; those that could not be; and how many of these came last. */
export const H_DISK_WRITTEN = 121;
export const H_DISK_FAILED = 122;
export const H_DISK_FAILURES = 123;
/** The change word of those who wait for many keys: see `table/changes.ts`. */
export const H_ANY_CHANGE = 124;
/** What is known of the last epoch on disk: `DISK_FIELDS` f64s, see `map/disk_record.ts`. */
export const H_DISK = 208;
/** Codec names: a length word, then UTF-8 bytes. */
export const H_KEY_CODEC = 128;
export const H_VALUE_CODEC = 160;
/** A tombstone of no key: what the link `GONE` leads to, so that a probe passes over it. */
export const H_NO_KEY = 196;
/** The time to idle in milliseconds, an f64: see `map/idle.ts`; 0: entries do not idle. */
export const H_IDLE = 220;
/** The most that all entries are to weigh together; 0: they are not weighed. */
export const H_MOST_WEIGHT = 222;
/** Named roots: a name and a ref each, see `segment/roots.ts`. */
export const H_ROOTS = 224;
export const ROOTS = 8;
/** How many hashes were ever put into the small queue, and how many were taken out; they wrap. */
export const H_QUEUE_TAIL = 240;
export const H_QUEUE_HEAD = 241;
/** How many lines of slots the hands of eviction have taken; it wraps. See `table/hand.ts`. */
export const H_HAND = 242;
/** How many refs the entries may take before insertions evict: see `map/memory_limit.ts`. */
export const H_LIVE_LIMIT = 244;
/** The entries that there were when S3-FIFO counted them last, see `table/s3_fifo.ts`. */
export const H_ENTRIES_SEEN = 245;
/** How many entries were inserted, where recency words go by that; it wraps. */
export const H_INSERTIONS = 243;
/** The fields of `H_DISK`. */
export const D_EPOCH = 0;
export const D_ENTRIES = 1;
export const D_BYTES = 2;
/** The moment that it shows, and when the map last was as it is on disk: ms since 1970. */
export const D_TIME = 3;
export const D_CURRENT_AT = 4;
/** Milliseconds. */
export const D_DURATION = 5;
export const DISK_FIELDS = 6;
/** Bytes that a codec name may take. */
export const CODEC_NAME_BYTES = 124;

export const F_EVICT = 1;

/** Free lists are kept per size class; no segment has more classes than this. */
export const MAX_CLASSES = 72;
/** Transfer words per size class. */
export const TRANSFER_WAYS = 8;
export const TRANSFER = 256;
/** The same two, by the names that programs beside this project know them by. */
export const EXCHANGE: number = TRANSFER;
export const EXCHANGE_WAYS: number = TRANSFER_WAYS;
export const PARTICIPANTS = 1024;
/** How many participants a segment can have. */
export const MAX_PARTICIPANTS = 128;
export const PARTICIPANT_WORDS = 432;
/** Change words: a number, and `ARMED` while somebody waits for a key whose hash begins alike. */
export const CHANGES: number = PARTICIPANTS +
  MAX_PARTICIPANTS * PARTICIPANT_WORDS;
export const CHANGE_WORDS = 4096;
/** A hash shifted right by it says which one is its own. */
export const CHANGE_SHIFT = 20;
export const ARMED = 1;
/** Leases of values that are being loaded, see `table/leases.ts`: `LEASE_WAYS` for each group. */
export const LEASES: number = CHANGES + CHANGE_WORDS;
export const LEASE_WORDS = 1024;
export const LEASE_WAYS = 4;
/** Chunk descriptors: two words each. */
export const DESCRIPTORS: number = LEASES + LEASE_WORDS;
/** Bytes of a segment for each byte of its heat words: about what the smallest entry takes. */
export const HEAT_SHARE = 64;
/** Bytes of a segment for each ghost word, unless it is said how many entries there will be. */
export const GHOST_SHARE = 128;
/** Ghost words, or recency words, of a line: those that a hash may have. */
export const GHOST_WAYS = 16;
/** Bytes of a segment for each use word, unless it is said how many entries there will be. */
export const USE_SHARE = 64;
/** Use words of a set: those that a hash may have. */
export const USE_WAYS = 4;
/** Entries for each word of the small queue, which holds a tenth of them. */
export const QUEUE_SHARE = 8;
/** Words that it has besides: for what several workers add before one takes something. */
export const QUEUE_SPARE = 16;

// ---- participant record -------------------------------------------------------------------------

/**
 * 0: free; `ESTATE`: free, but its last owner left something in its queues or lists; else the
 * number of the Web Lock that its worker holds while it lives, or, negative, that of the one who
 * adopts what was left.
 */
export const P_STATE = 0;
/** Registry words ever used by this participant: bounds the scan for open snapshots. */
export const P_REGISTRY_MARK = 1;
/** The era in which its worker is reading; 0: not pinned. */
export const P_PIN = 16;
/** Queue of retired records, oldest first. */
export const P_LIMBO_HEAD = 17;
export const P_LIMBO_TAIL = 18;
/** Queue of versions that open snapshots need, oldest death first. */
export const P_HELD_HEAD = 19;
export const P_HELD_TAIL = 20;
/** How many sections its worker is in: see `segment/section.ts`. */
export const P_SECTION = 21;
/** The block in hand, on no list; negative: it may be linked. See `segment/free_list.ts`. */
export const P_HAND = 22;
/** The block on its way from a free list into the hand; that on its way to a free list. */
export const P_TAKING = 23;
export const P_FREEING = 24;
/** `P_USED_REFS` once it has arrived. */
export const P_USED_AHEAD = 29;
/** Slots of one table that this participant may still claim, and the number of that table. */
export const P_PERMITS = 25;
export const P_PERMITS_FOR = 394;
/** The tick of its last dump, see `table/horizon.ts`; 0: none; `LOST`: revoked. */
export const P_HORIZON = 26;
/** Where the result of `touch` is put, so that V8 does not leave it out: nobody reads it. */
export const P_SEEN = 28;
/** Entries that it is about to write: a table is made large enough for them, and not smaller. */
export const P_EXPECTED = 27;
/** What it retired since it last collected, in refs; what each record adds besides its own size. */
export const P_RETIRED = 30;
export const P_RECORD_WEIGHT = 31;
/** The result of an operation, if it is a number: an f64. */
export const P_RESULT = 396;
/** `LOAD_COUNTERS`: an f64 each. */
export const P_LOAD_COUNTERS = 2;
/** Its inbox, see `reclamation/inbox.ts`; what its subscribers want; the message it is pushing. */
export const P_INBOX = 9;
export const P_SUBSCRIPTIONS = 10;
export const P_POSTING = 11;
/** The place that its hand comes to next when it evicts: see `table/s3_fifo.ts`. */
export const P_LINE = 13;
/** Its open snapshots: ticks, and what stands for a dump; see `reclamation/registry.ts`. */
export const P_REGISTRY = 32;
export const REGISTRY_WORDS = 32;
/** `COUNTERS`: an f64 each. */
export const P_COUNTERS = 64;
/** Sums that wrap at 32 bits, and mean something when they are summed over all records. */
export const P_ENTRIES = 88;
export const P_LIVE_REFS = 89;
export const P_USED_REFS = 90;
export const P_HELD_COUNT = 91;
/**
 * Chunks that this participant ever took from the pool, and that it gave back: both only grow, and
 * wrap. And those of them that are in use: all but those in its hands.
 */
export const P_TAKEN = 92;
export const P_GIVEN = 395;
export const P_CHUNKS_COUNTED = 93;
/** `P_ENTRIES` and `P_LIVE_REFS` once the block in hand is linked. */
export const P_ENTRIES_AHEAD = 94;
export const P_LIVE_AHEAD = 95;
/** What its entries weigh, a sum as those above; and once the block in hand is linked. */
export const P_WEIGHT = 14;
export const P_WEIGHT_AHEAD = 15;
/** Per size class: the free list in use, and the chunk (index + 1) that is being cut up. */
export const P_FREE = 96;
export const P_CHUNK = 176;
/** Per size class: how many blocks are on the free list. */
export const P_FREE_COUNT = 256;
/** The key of the operation at hand, if it is short enough. */
export const P_KEY = 336;
/**
 * Beside each registry word. Of a snapshot: when it was opened, in seconds since 1970. Of a dump:
 * how far it has come, as a `placeOf` in `reclamation/registry.ts`.
 */
export const P_NOTES = 400;
export const KEY_SCRATCH_WORDS = 44;
export const KEY_SCRATCH_BYTES: number = KEY_SCRATCH_WORDS * 4;
/**
 * What a fast lookup leaves behind, see `table/fast_lookup.ts`: the key's hash, what a version's
 * key word holds, and what the version that it found says of its value.
 */
export const P_HASH = 380;
export const P_INFO = 381;
export const P_VALUE_INFO = 382;
/** The version that the last delete took away, if it went the fast path. */
export const P_DELETED = 383;
/** A step at a transfer word: the word, what is brought or taken, what stood there, its end. */
export const P_TRANSIT_WORD = 384;
export const P_TRANSIT_REF = 385;
export const P_TRANSIT_OLD = 386;
export const P_TRANSIT_CUT = 387;
/** The table that this participant is about to take away from the root; see `T_REAPER`. */
export const P_REAPING = 388;
/**
 * A change of a chunk's state: the chunk (index + 1), whose state decides whether it took place;
 * `P_CHUNKS_COUNTED` and `P_USED_REFS` after it.
 */
export const P_CHUNK_CHANGE = 389;
export const P_CHUNK_CHANGE_COUNT = 390;
export const P_CHUNK_CHANGE_USED = 391;
/**
 * The commit record that this participant owns, negative while it is counted, and the one that it
 * helps; 0: none. See `table/commit_record.ts`.
 */
export const P_COMMIT = 392;
export const P_HELPING = 393;
/**
 * Of the trees that hang from versions, see `table/trees.ts`: the new nodes, a chain, until the
 * version is linked that brings them; and the version that it takes the place of, or, negative, a
 * tree on its way from one queue to another.
 */
export const P_DRAFT = 398;
export const P_LEAVING = 399;
/** The nodes of a structure that is being loaded from a file: a chain, as the draft is. */
export const P_LOADING = 328;
/** The last request to give back free blocks that it has followed: see `H_FLUSH`. */
export const P_FLUSHED = 329;
/** Tombstones that it wrote since it last looked whether there are too many. */
export const P_TOMBSTONES = 330;
/** What it freed since it last gathered whole chunks of free blocks, in refs. */
export const P_FREED = 331;

/** The f64 counters, in their order from `P_COUNTERS`. */
export const COUNTERS = [
  "hits",
  "misses",
  "sets",
  "deletes",
  "expired",
  "evicted",
  "retries",
  "migrations",
  "reclaimed",
  "recoveries",
  "transactions",
  "conflicts",
] as const;
/** The f64 counters of loads, in their order from `P_LOAD_COUNTERS`. */
export const LOAD_COUNTERS = ["loads", "loadFailures", "loadTime"] as const;

// ---- chunk descriptor ---------------------------------------------------------------------------

/**
 * The state, and a word that depends on it. For a chunk that is cut: where the next block begins.
 * For a run: who allocated it, see `ownerOf` in `segment/chunk_ledger.ts`; if that participant
 * dies, its recovery frees what it did not link.
 */
export const DESCRIPTOR_WORDS = 2;
/** State: never used (its memory is zero). */
export const CHUNK_FRESH = 0;
/** State: free, used before. */
export const CHUNK_FREE = -1;
/** State: second and later chunks of a run. */
export const CHUNK_BODY = 0x20000000;
/** State flag: first chunk of a run; the rest is the number of chunks. */
export const CHUNK_RUN = 0x40000000;
/** State flag: being claimed or given back; the rest is the participant. */
export const CHUNK_TAKING = 0x10000000;
// Any state from 1 to MAX_CLASSES: cut into blocks of size class state - 1.

// ---- records ------------------------------------------------------------------------------------

/**
 * Every record that can be retired starts alike: words 0 and 1 belong to its kind, word 2 is a
 * stamp for the queue that it is in (its death while held; while in limbo the era, without its
 * lowest bit for a tree), word 3 the link of that queue or free list.
 */
export const R_STAMP = 2;
export const R_LINK = 3;
/** The first block of a batch on a transfer word: how many blocks it has, and the next batch. */
export const B_COUNT = 1;
export const B_NEXT = 2;

// ---- node ---------------------------------------------------------------------------------------
// A block of a tree, see `reclamation/tree.ts`. Word 1 and the upper half of word 0 are its kind's.
// The upper half is not 0: recovery takes a run whose first word is 0 for one that was not linked.

/** How many nodes hang from it. */
export const N_CHILDREN = 0;
/** Of a node in the tree of a version: the stamp of the version that brought it; 0: not known. */
export const N_BIRTH = 1;
/**
 * Likewise, while it is in no queue: the refs that its block takes, and the blocks of all that
 * hangs from it.
 */
export const N_REFS = 2;
export const CHILDREN_MASK = 0xffff;
/** The ref of the first of them; the others follow. */
export const N_FIRST = 4;

// ---- message ------------------------------------------------------------------------------------
// A node, see `reclamation/inbox.ts`: from each message hangs the one that was pushed before it.

/** 1 once its receiver has come to it: it was pushed, though it may be in no inbox any more. */
export const M_TAKEN = 1;
/** The participant (slot) to which it goes. */
export const M_TO = 5;
/** How many messages the chain has from it on, and how many refs they take. */
export const M_DEPTH = 6;
export const M_REFS = 7;
/** What it says begins here. */
export const M_FIRST = 8;
/** What the first word of a message has besides the number of nodes that hang from it. */
export const MESSAGE = 0x10000;

// ---- subscriptions ------------------------------------------------------------------------------
// A node from which nothing hangs, see `store/pubsub/subscription_block.ts`.

/** What its first word has besides. */
export const SUBSCRIPTIONS = 0x20000;

// ---- version ------------------------------------------------------------------------------------

/** 0: pending; the tick at which it took effect; negative: see `COMMITTING`. */
export const V_STAMP = 0;
/**
 * The version that it replaced; once `FINAL` is set, 0 or a version that an open snapshot needed
 * when that died. See `table/chain.ts`.
 */
export const V_PREV = 1;
/**
 * While it is the newest, and in no queue: how often its key was written since it had no version,
 * but for the first time. It wraps.
 */
export const V_WRITES = 2;
/**
 * Likewise, while it is the newest: what it weighs, in a map whose entries are weighed; else 0. A
 * tombstone weighs nothing.
 */
export const V_WEIGHT = 3;
/** Key bytes, and `KEY_…` flags. */
export const V_KEY = 4;
/** Value bytes, and the tag in the upper three bits. */
export const V_VALUE = 5;
/**
 * Bytes before the key. The key is padded with zeros to 8 bytes; then come the expiry (f64), if
 * any, and the value.
 */
export const V_HEADER_BYTES = 24;
export const V_HEADER_WORDS = 6;

export const FINAL = 0x40000000;
/** Flag in `prev`: this version is to be taken out of its chain, so its `prev` changes no more. */
export const GOING = -0x80000000;
export const KEY_WIDE = 0x20000000;
export const HAS_EXPIRY = 0x40000000;
/** Flag of a version from which trees hang: it is the sign of the word. */
export const STRUCTURE = -0x80000000;
/** What a version says of its key alone. */
export const KEY_MASK = 0x3fffffff;
/** Key and value lengths are below this many bytes. */
export const LENGTH_LIMIT = 0x20000000;
export const LENGTH_MASK: number = LENGTH_LIMIT - 1;
export const TAG_SHIFT = 29;
/**
 * The value tags of a number, of a string of a byte or of two bytes a unit, and of a tombstone; the
 * others are the codecs' own.
 */
export const TAG_NUMBER = 1;
export const TAG_LATIN1 = 2;
export const TAG_UTF16 = 3;
export const TAG_TOMBSTONE = 5;
/** What a tombstone says of its value. */
export const TOMBSTONE: number = TAG_TOMBSTONE << TAG_SHIFT;
/**
 * A string of up to so many units takes a byte for each, or two if one of them needs it; longer
 * ones have other encodings, too (`codec/strings.ts`), and the kernel does not read them.
 */
export const MEDIUM_TEXT = 256;

// ---- structure ----------------------------------------------------------------------------------
// The value of a version from which trees hang, see `table/structure.ts`.

/** Since which tick these trees are under this key; 0: since this version's own. */
export const S_HOME = 0;
/** Refs that the blocks of all nodes take. */
export const S_REFS = 1;
/** How many roots it has. */
export const S_ROOTS = 2;
/**
 * How many nodes it leaves out that the version before it had; `WHOLE`: with all below them; 0 in
 * the place of one: none, as it is a copy.
 */
export const S_LEFT = 3;
/** The roots, then what is left out, then whatever else the layer above has in it. */
export const S_FIRST = 4;
export const WHOLE = -0x80000000;

// ---- commit record ------------------------------------------------------------------------------
// A tree, see `table/commit_record.ts`. The number of versions is in the upper half of word 0.

export const WRITES_SHIFT = 16;
/** The most versions of one record: their number fits half a word. */
export const MOST_WRITES = 0xffff;
/** `DRAFT`, `INSTALLING`, `READY`, `VOID`, or the tick since which its versions count. */
export const C_STATUS = 1;
export const INSTALLING = 0;
export const READY = -1;
export const VOID = -2;
export const DRAFT = -3;
// From the head of the record on, which lies behind the refs of its versions:
/** The participant (slot + 1) that cleans up and retires the record. */
export const C_OWNER = 0;
/** By how much it changes the number of entries, and the refs that they take. */
export const C_ENTRIES = 1;
export const C_LIVE = 2;
/** How many entries it has. */
export const C_COUNT = 3;
/** When the first of the versions expires that it relies on: an f64. */
export const C_DEADLINE = 4;
/** The ref behind its last guard. */
export const C_END = 6;
/** 1 as long as trees hang from what it replaces or brings, and what they leave is not freed. */
export const C_TREES = 7;
/** By how much it changes what all entries weigh. */
export const C_WEIGHT = 8;
/** The lease under which it brings what was loaded, see `table/leases.ts`; 0: none. Its index. */
export const C_LEASE = 9;
export const C_LEASE_AT = 10;
/** The first entry: hash of the key, version that it relies on, version or guard in its place. */
export const C_FIRST = 11;
export const E_HASH = 0;
export const E_OLD = 1;
export const E_FRESH = 2;
export const ENTRY_WORDS = 3;

// ---- table --------------------------------------------------------------------------------------
// One block: this record, the slots, and a word per stride that says whether it is moved.

/** Ref of the next table, while or after this one is moved. */
export const T_NEXT = 0;
/** How many slots may still be claimed; complemented (negative) once closed by a migration. */
export const T_PERMITS = 1;
/** 32 - log2(capacity): a hash shifted right by it is the home slot. */
export const T_SHIFT = 6;
export const T_CAPACITY = 7;
/** See `H_TABLES`. */
export const T_NUMBER = 8;
/** The tick at which the table was made. */
export const T_BORN = 9;
/** The participant (slot + 1) that retires this table, once another one is the root. */
export const T_REAPER = 10;
/** An era in which this table was the root; 0: nobody has looked yet. */
export const T_ROOT_SINCE = 11;
/** The next stride to move: a hint. */
export const T_CURSOR = 16;
/** All strides before this one are moved; there may be more. */
export const T_SWEPT = 17;
/** The first slot: a cache line of its own. */
export const T_SLOTS = 32;

/** Slots that are moved in one go. */
export const STRIDE = 64;
/** A slot: hash word, link word. */
export const SLOT_WORDS = 2;

/** `hash` of a slot nobody claimed. */
export const EMPTY = 0;
/** `hash` of an empty slot that a migration shut. */
export const CLOSED = 1;
/** Flag in `link`: being moved; no more writes here, but still the current value. */
export const FROZEN = 0x40000000;
/**
 * Flag in `link`: the version is a tombstone. Said here as well as in the version, so that a move
 * of a slot need not touch the version, which is most of the time not in the cache.
 */
export const DEAD = -0x80000000;
/**
 * `link`: the slot had a key, which was deleted, and has none any more; see `table/tombstone.ts`.
 * It is linked no more in this table.
 */
export const GONE: number = DEAD | (H_NO_KEY / 4);
/** `link`: look in the next table. It is no ref with flags: the largest ref is smaller. */
export const MOVED = -1;

/** `state` of a record that is free, but not empty: see `estate.ts`. No lock has this number. */
export const ESTATE = -0x80000000;
/** `registry` word of a snapshot that is being opened. */
export const PENDING = -1;
/** The same for a dump: the complement of a tick that no snapshot has. */
export const OPENING = -0x7fffffff;
/** `registry` word of a dump that was revoked: its tick is `NEVER`, so it shows nothing. */
export const REVOKED = -0x80000000;
/** `horizon` of a participant that must dump everything again. */
export const LOST = -1;
/** The clock begins here: a snapshot may have the tick before, and none has tick 0. */
export const FIRST_TICK = 2;
/** The clock stops here, so that the negative of a tick is no reference to a commit record. */
export const LAST_TICK = 0x3ffffffe;
/**
 * The sign of a stamp that refers to a commit record, which decides whether the version counts, and
 * since which tick. The other bits are the record's ref; 0: it never counts. So the stamps are,
 * from the lowest up, and none of them can be taken for another:
 *
 * ```text
 * COMMITTING | ref   -2 ** 31 … -2 ** 30 - 1   decided by a commit record
 * -tick              -LAST_TICK … -FIRST_TICK  a renewal that came too late, for a moment
 * 0                                            pending
 * tick                FIRST_TICK … LAST_TICK   settled (1: a version of no key)
 * ```
 */
export const COMMITTING = -0x80000000;
/** What a closed inbox holds, and an open one without a message. */
export const CLOSED_INBOX = 0;
export const NO_MESSAGE = -1;
/** Flag of an inbox that takes no more messages until its owner has taken those that are there. */
export const FULL_INBOX = 0x40000000;
/** Later than every tick. */
export const NEVER = 0x7fffffff;
