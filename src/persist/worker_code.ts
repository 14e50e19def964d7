export const CODE: string = `// Made by \`deno task worker\`.
var __defProp = Object.defineProperty;
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};

// src/persist/worker_main.ts
import { workerData } from "node:worker_threads";

// src/persist/bulk_load_worker.ts
import { parentPort } from "node:worker_threads";

// src/errors.ts
var MapFullError = class extends Error {
  /** Bytes that the refused write needed. */
  needed;
  /** Bytes that the map was created with. */
  maxBytes;
  /** Bytes that live entries take. */
  liveBytes;
  /** The oldest snapshot that is open, if one is: what it shows takes memory until it is closed. */
  snapshot;
  /** The name of the map, if it has one. */
  mapName;
  /** The snapshot on disk that was being restored, if one was. */
  path;
  /**
   * Constructs the error.
   *
   * @param message What was tried, what happened, and what to do.
   * @param details The sizes, and what they are about.
   */
  constructor(message, details) {
    super(message);
    this.name = "MapFullError";
    this.needed = details.needed;
    this.maxBytes = details.maxBytes;
    this.liveBytes = details.liveBytes;
    this.snapshot = details.snapshot;
    this.mapName = details.mapName;
    this.path = details.path;
  }
};
var HandleError = class extends Error {
  /** The name of the map, if it has one. */
  mapName;
  /**
   * Constructs the error.
   *
   * @param message What was expected, what was found, and what to do.
   * @param details Which map it is about.
   */
  constructor(message, details = {}) {
    super(message);
    this.name = "HandleError";
    this.mapName = details.mapName;
  }
};
var ClosedError = class extends Error {
  /** The name of the map, if it has one. */
  mapName;
  /**
   * Constructs the error.
   *
   * @param message What was tried on what.
   * @param details Which map it is about.
   */
  constructor(message, details = {}) {
    super(message);
    this.name = "ClosedError";
    this.mapName = details.mapName;
  }
};
var SnapshotError = class extends Error {
  /** The file or directory, if any is concerned. */
  path;
  /** Where in the file, in bytes, if that is known. */
  offset;
  /** The cause in a few words. */
  reason;
  /** The name of the map, if one is concerned and has one. */
  mapName;
  /**
   * Constructs the error.
   *
   * @param message What was tried, what happened, and what to do.
   * @param details Path, offset, reason, and the map.
   */
  constructor(message, details) {
    super(message);
    this.name = "SnapshotError";
    this.path = details.path;
    this.offset = details.offset;
    this.reason = details.reason;
    this.mapName = details.mapName;
  }
};
var SHOWN = 40;
function theMap(name) {
  return name === void 0 ? "the map" : \`the map \${quoted(name)}\`;
}
function quoted(name) {
  return JSON.stringify(shortened(name));
}
function shortened(text) {
  return text.length > SHOWN ? \`\${text.slice(0, SHOWN)}\\u2026\` : text;
}
function mapClosed(what, name) {
  const remedy = name === void 0 ? "attach to it anew" : "open it anew";
  return new ClosedError(\`Cannot \${what}: \${theMap(name)} was closed in this worker: \${remedy}\`, {
    mapName: name
  });
}
function received(value) {
  if (value === null || value === void 0) return \`received \${value}\`;
  const text = typeof value === "string" ? JSON.stringify(value) : typeof value === "object" ? Object.prototype.toString.call(value).slice(8, -1) : String(value);
  return \`received \${shortened(text)} (\${typeof value})\`;
}

// src/segment/segment.ts
import { Buffer as Buffer2 } from "node:buffer";

// src/segment/layout.ts
var layout_exports = {};
__export(layout_exports, {
  ARMED: () => ARMED,
  B_COUNT: () => B_COUNT,
  B_NEXT: () => B_NEXT,
  CHANGES: () => CHANGES,
  CHANGE_WORDS: () => CHANGE_WORDS,
  CHILDREN_MASK: () => CHILDREN_MASK,
  CHUNK_BODY: () => CHUNK_BODY,
  CHUNK_FREE: () => CHUNK_FREE,
  CHUNK_FRESH: () => CHUNK_FRESH,
  CHUNK_RUN: () => CHUNK_RUN,
  CHUNK_TAKING: () => CHUNK_TAKING,
  CLOSED: () => CLOSED,
  CODEC_NAME_BYTES: () => CODEC_NAME_BYTES,
  COMMITTING: () => COMMITTING,
  COUNTERS: () => COUNTERS,
  DEAD: () => DEAD,
  DESCRIPTORS: () => DESCRIPTORS,
  DESCRIPTOR_WORDS: () => DESCRIPTOR_WORDS,
  DISK_FIELDS: () => DISK_FIELDS,
  D_BYTES: () => D_BYTES,
  D_CURRENT_AT: () => D_CURRENT_AT,
  D_DURATION: () => D_DURATION,
  D_ENTRIES: () => D_ENTRIES,
  D_EPOCH: () => D_EPOCH,
  D_TIME: () => D_TIME,
  EMPTY: () => EMPTY,
  ESTATE: () => ESTATE,
  FINAL: () => FINAL,
  FIRST_TICK: () => FIRST_TICK,
  FROZEN: () => FROZEN,
  F_EVICT: () => F_EVICT,
  GOING: () => GOING,
  GONE: () => GONE,
  HAS_EXPIRY: () => HAS_EXPIRY,
  H_CEILING: () => H_CEILING,
  H_CHUNK_COUNT: () => H_CHUNK_COUNT,
  H_CHUNK_HINT: () => H_CHUNK_HINT,
  H_CHUNK_SHIFT: () => H_CHUNK_SHIFT,
  H_CLOCK: () => H_CLOCK,
  H_DISK: () => H_DISK,
  H_DISK_FAILED: () => H_DISK_FAILED,
  H_DISK_FAILURES: () => H_DISK_FAILURES,
  H_DISK_WRITTEN: () => H_DISK_WRITTEN,
  H_ERA: () => H_ERA,
  H_FIRST_CHUNK: () => H_FIRST_CHUNK,
  H_FLAGS: () => H_FLAGS,
  H_FLUSH: () => H_FLUSH,
  H_ID: () => H_ID,
  H_KEY_CODEC: () => H_KEY_CODEC,
  H_LAYOUT: () => H_LAYOUT,
  H_LOCKS: () => H_LOCKS,
  H_LONG_KEY: () => H_LONG_KEY,
  H_LOOKED: () => H_LOOKED,
  H_LOW: () => H_LOW,
  H_MAGIC: () => H_MAGIC,
  H_MIN_CAPACITY_SHIFT: () => H_MIN_CAPACITY_SHIFT,
  H_NO_KEY: () => H_NO_KEY,
  H_PARTICIPANTS: () => H_PARTICIPANTS,
  H_READY: () => H_READY,
  H_ROOT: () => H_ROOT,
  H_ROOTS: () => H_ROOTS,
  H_SEED: () => H_SEED,
  H_SNAPSHOTS: () => H_SNAPSHOTS,
  H_SNAPSHOT_CHANGES: () => H_SNAPSHOT_CHANGES,
  H_SWEEP: () => H_SWEEP,
  H_SWEPT: () => H_SWEPT,
  H_TABLES: () => H_TABLES,
  H_TOTAL_REFS: () => H_TOTAL_REFS,
  H_TTL_USED: () => H_TTL_USED,
  H_VALUE_CODEC: () => H_VALUE_CODEC,
  H_WATCHED: () => H_WATCHED,
  H_WRITER_LOOKED: () => H_WRITER_LOOKED,
  H_WRITTEN: () => H_WRITTEN,
  KEY_SCRATCH_WORDS: () => KEY_SCRATCH_WORDS,
  KEY_WIDE: () => KEY_WIDE,
  LAST_TICK: () => LAST_TICK,
  LAYOUT_VERSION: () => LAYOUT_VERSION,
  LENGTH_LIMIT: () => LENGTH_LIMIT,
  LENGTH_MASK: () => LENGTH_MASK,
  LOST: () => LOST,
  MAGIC: () => MAGIC,
  MAX_CLASSES: () => MAX_CLASSES,
  MAX_PARTICIPANTS: () => MAX_PARTICIPANTS,
  MOVED: () => MOVED,
  NEVER: () => NEVER,
  N_CHILDREN: () => N_CHILDREN,
  N_FIRST: () => N_FIRST,
  OPENING: () => OPENING,
  PARTICIPANTS: () => PARTICIPANTS,
  PARTICIPANT_WORDS: () => PARTICIPANT_WORDS,
  PENDING: () => PENDING,
  P_CHUNK: () => P_CHUNK,
  P_CHUNKS_COUNTED: () => P_CHUNKS_COUNTED,
  P_CHUNK_CHANGE: () => P_CHUNK_CHANGE,
  P_CHUNK_CHANGE_COUNT: () => P_CHUNK_CHANGE_COUNT,
  P_CHUNK_CHANGE_USED: () => P_CHUNK_CHANGE_USED,
  P_COUNTERS: () => P_COUNTERS,
  P_DELETED: () => P_DELETED,
  P_ENTRIES: () => P_ENTRIES,
  P_ENTRIES_AHEAD: () => P_ENTRIES_AHEAD,
  P_EXPECTED: () => P_EXPECTED,
  P_FREE: () => P_FREE,
  P_FREEING: () => P_FREEING,
  P_FREE_COUNT: () => P_FREE_COUNT,
  P_GIVEN: () => P_GIVEN,
  P_HAND: () => P_HAND,
  P_HASH: () => P_HASH,
  P_HELD_COUNT: () => P_HELD_COUNT,
  P_HELD_HEAD: () => P_HELD_HEAD,
  P_HELD_TAIL: () => P_HELD_TAIL,
  P_HORIZON: () => P_HORIZON,
  P_INFO: () => P_INFO,
  P_KEY: () => P_KEY,
  P_LIMBO_HEAD: () => P_LIMBO_HEAD,
  P_LIMBO_TAIL: () => P_LIMBO_TAIL,
  P_LIVE_AHEAD: () => P_LIVE_AHEAD,
  P_LIVE_REFS: () => P_LIVE_REFS,
  P_NOTES: () => P_NOTES,
  P_PERMITS: () => P_PERMITS,
  P_PERMITS_FOR: () => P_PERMITS_FOR,
  P_PIN: () => P_PIN,
  P_REAPING: () => P_REAPING,
  P_RECORD_WEIGHT: () => P_RECORD_WEIGHT,
  P_REGISTRY: () => P_REGISTRY,
  P_REGISTRY_MARK: () => P_REGISTRY_MARK,
  P_RESULT: () => P_RESULT,
  P_RETIRED: () => P_RETIRED,
  P_SECTION: () => P_SECTION,
  P_SEEN: () => P_SEEN,
  P_STATE: () => P_STATE,
  P_TAKEN: () => P_TAKEN,
  P_TAKING: () => P_TAKING,
  P_TRANSIT_CUT: () => P_TRANSIT_CUT,
  P_TRANSIT_OLD: () => P_TRANSIT_OLD,
  P_TRANSIT_REF: () => P_TRANSIT_REF,
  P_TRANSIT_WORD: () => P_TRANSIT_WORD,
  P_USED_AHEAD: () => P_USED_AHEAD,
  P_USED_REFS: () => P_USED_REFS,
  P_VALUE_INFO: () => P_VALUE_INFO,
  REF_BYTES: () => REF_BYTES,
  REF_MASK: () => REF_MASK,
  REF_SHIFT: () => REF_SHIFT,
  REGISTRY_WORDS: () => REGISTRY_WORDS,
  REVOKED: () => REVOKED,
  ROOTS: () => ROOTS,
  R_LINK: () => R_LINK,
  R_STAMP: () => R_STAMP,
  SLOT_WORDS: () => SLOT_WORDS,
  STRIDE: () => STRIDE,
  TAG_NUMBER: () => TAG_NUMBER,
  TAG_SHIFT: () => TAG_SHIFT,
  TAG_TOMBSTONE: () => TAG_TOMBSTONE,
  TRANSFER: () => TRANSFER,
  TRANSFER_WAYS: () => TRANSFER_WAYS,
  T_BORN: () => T_BORN,
  T_CAPACITY: () => T_CAPACITY,
  T_CURSOR: () => T_CURSOR,
  T_NEXT: () => T_NEXT,
  T_NUMBER: () => T_NUMBER,
  T_PERMITS: () => T_PERMITS,
  T_REAPER: () => T_REAPER,
  T_ROOT_SINCE: () => T_ROOT_SINCE,
  T_SHIFT: () => T_SHIFT,
  T_SLOTS: () => T_SLOTS,
  T_SWEPT: () => T_SWEPT,
  V_HEADER_BYTES: () => V_HEADER_BYTES,
  V_HEADER_WORDS: () => V_HEADER_WORDS,
  V_KEY: () => V_KEY,
  V_PREV: () => V_PREV,
  V_STAMP: () => V_STAMP,
  V_VALUE: () => V_VALUE
});
var MAGIC = 1212371013;
var LAYOUT_VERSION = 8;
var REF_BYTES = 16;
var REF_SHIFT = 4;
var REF_MASK = 1073741823;
var H_MAGIC = 0;
var H_LAYOUT = 1;
var H_TOTAL_REFS = 2;
var H_CHUNK_SHIFT = 3;
var H_FIRST_CHUNK = 4;
var H_CHUNK_COUNT = 5;
var H_ID = 6;
var H_SEED = 8;
var H_FLAGS = 10;
var H_MIN_CAPACITY_SHIFT = 11;
var H_READY = 12;
var H_WATCHED = 13;
var H_CLOCK = 16;
var H_WRITTEN = 17;
var H_ERA = 32;
var H_ROOT = 48;
var H_PARTICIPANTS = 64;
var H_SNAPSHOTS = 80;
var H_CHUNK_HINT = 97;
var H_FLUSH = 98;
var H_CEILING = 99;
var H_LOW = 101;
var H_LONG_KEY = 100;
var H_SNAPSHOT_CHANGES = 118;
var H_LOCKS = 112;
var H_TABLES = 113;
var H_TTL_USED = 116;
var H_SWEEP = 114;
var H_LOOKED = 117;
var H_SWEPT = 119;
var H_WRITER_LOOKED = 120;
var H_DISK_WRITTEN = 121;
var H_DISK_FAILED = 122;
var H_DISK_FAILURES = 123;
var H_DISK = 208;
var H_KEY_CODEC = 128;
var H_VALUE_CODEC = 160;
var H_NO_KEY = 196;
var H_ROOTS = 224;
var ROOTS = 8;
var D_EPOCH = 0;
var D_ENTRIES = 1;
var D_BYTES = 2;
var D_TIME = 3;
var D_CURRENT_AT = 4;
var D_DURATION = 5;
var DISK_FIELDS = 6;
var CODEC_NAME_BYTES = 124;
var F_EVICT = 1;
var MAX_CLASSES = 80;
var TRANSFER_WAYS = 8;
var TRANSFER = 256;
var PARTICIPANTS = 1024;
var MAX_PARTICIPANTS = 128;
var PARTICIPANT_WORDS = 432;
var CHANGES = PARTICIPANTS + MAX_PARTICIPANTS * PARTICIPANT_WORDS;
var CHANGE_WORDS = 4096;
var ARMED = 1;
var DESCRIPTORS = CHANGES + CHANGE_WORDS;
var P_STATE = 0;
var P_REGISTRY_MARK = 1;
var P_PIN = 16;
var P_LIMBO_HEAD = 17;
var P_LIMBO_TAIL = 18;
var P_HELD_HEAD = 19;
var P_HELD_TAIL = 20;
var P_SECTION = 21;
var P_HAND = 22;
var P_TAKING = 23;
var P_FREEING = 24;
var P_USED_AHEAD = 29;
var P_PERMITS = 25;
var P_PERMITS_FOR = 84;
var P_HORIZON = 26;
var P_SEEN = 28;
var P_EXPECTED = 27;
var P_RETIRED = 30;
var P_RECORD_WEIGHT = 31;
var P_RESULT = 86;
var P_REGISTRY = 32;
var REGISTRY_WORDS = 32;
var P_COUNTERS = 64;
var P_ENTRIES = 88;
var P_LIVE_REFS = 89;
var P_USED_REFS = 90;
var P_HELD_COUNT = 91;
var P_TAKEN = 92;
var P_GIVEN = 85;
var P_CHUNKS_COUNTED = 93;
var P_ENTRIES_AHEAD = 94;
var P_LIVE_AHEAD = 95;
var P_FREE = 96;
var P_CHUNK = 176;
var P_FREE_COUNT = 256;
var P_KEY = 336;
var P_NOTES = 400;
var KEY_SCRATCH_WORDS = 44;
var P_HASH = 380;
var P_INFO = 381;
var P_VALUE_INFO = 382;
var P_DELETED = 383;
var P_TRANSIT_WORD = 384;
var P_TRANSIT_REF = 385;
var P_TRANSIT_OLD = 386;
var P_TRANSIT_CUT = 387;
var P_REAPING = 388;
var P_CHUNK_CHANGE = 389;
var P_CHUNK_CHANGE_COUNT = 390;
var P_CHUNK_CHANGE_USED = 391;
var COUNTERS = [
  "hits",
  "misses",
  "sets",
  "deletes",
  "expired",
  "evicted",
  "retries",
  "migrations",
  "reclaimed",
  "recoveries"
];
var DESCRIPTOR_WORDS = 2;
var CHUNK_FRESH = 0;
var CHUNK_FREE = -1;
var CHUNK_BODY = 536870912;
var CHUNK_RUN = 1073741824;
var CHUNK_TAKING = 268435456;
var R_STAMP = 2;
var R_LINK = 3;
var B_COUNT = 1;
var B_NEXT = 2;
var N_CHILDREN = 0;
var CHILDREN_MASK = 65535;
var N_FIRST = 4;
var V_STAMP = 0;
var V_PREV = 1;
var V_KEY = 4;
var V_VALUE = 5;
var V_HEADER_BYTES = 24;
var V_HEADER_WORDS = 6;
var FINAL = 1073741824;
var GOING = -2147483648;
var KEY_WIDE = 536870912;
var HAS_EXPIRY = 1073741824;
var LENGTH_LIMIT = 536870912;
var LENGTH_MASK = LENGTH_LIMIT - 1;
var TAG_SHIFT = 29;
var TAG_NUMBER = 1;
var TAG_TOMBSTONE = 5;
var T_NEXT = 0;
var T_PERMITS = 1;
var T_SHIFT = 6;
var T_CAPACITY = 7;
var T_NUMBER = 8;
var T_BORN = 9;
var T_REAPER = 10;
var T_ROOT_SINCE = 11;
var T_CURSOR = 16;
var T_SWEPT = 17;
var T_SLOTS = 32;
var STRIDE = 64;
var SLOT_WORDS = 2;
var EMPTY = 0;
var CLOSED = 1;
var FROZEN = 1073741824;
var DEAD = -2147483648;
var GONE = DEAD | H_NO_KEY / 4;
var MOVED = -1;
var ESTATE = -2147483648;
var PENDING = -1;
var OPENING = -2147483647;
var REVOKED = -2147483648;
var LOST = -1;
var FIRST_TICK = 2;
var LAST_TICK = 1073741822;
var COMMITTING = -2147483648;
var NEVER = 2147483647;

// src/segment/kernel_binary.ts
var KERNEL = [
  "AGFzbQEAAAABZA9gBH9/f38Bf2ADf39/AX9gAn9/AX9gAX8Bf2AFf39/f38Bf2AEf39/fAF/YAV/",
  "f39/fAF/YAF/AGADf39/AGACb38Bf2ACf38AYAFvAX9gAAF8YAN/b38Bf2AGf39/f3x8AX8CUQQO",
  "d2FzbTpqcy1zdHJpbmcKY2hhckNvZGVBdAAJDndhc206anMtc3RyaW5nBmxlbmd0aAALBGhvc3QD",
  "bm93AAwDZW52Bm1lbW9yeQIDAYCABAMdHAcDCAoBBAMCAAAEAQEFAAUCAAYAAAANBgEOAgEHjAEM",
  "CXB1dE51bWJlcgAVB3B1Ymxpc2gAFgZyZW1vdmUAFAlpbmNyZW1lbnQAGghleGNoYW5nZQAcBmxv",
  "b2t1cAAZDGxvb2t1cFBhY2tlZAAYEmZpbmRPcHRpbWlzdGljYWxseQAbCGFmdGVyR2FwAB4JbW92",
  "ZVNsb3RzABcFZHJhaW4AHQZtZW1vcnkCAAqGYxziAgEEf0HAAP4QAgAhAUHEAP4QAgAhAgNAIAEg",
  "AkoEf0HEACACIAH+SAIAIAJGBUEBC0UEQEHEAP4QAgAhAgwBCwsCf0EAIABBAnQiA0EEakECdCgC",
  "ACIEQYCAgIAEcSICRQ0AGkEAIABBAXQgBEH/////AXFBB2pBA3ZqIAJBAEdqQQF0QQVqQQJ0KAIA",
  "QQBODQAaIANBAWpBAnT+EAIAQf////8DcRAJCwRAQcAA/hACACEBQcQA/hACACECA0AgASACSgR/",
  "QcQAIAIgAf5IAgAgAkYFQQELRQRAQcQA/hACACECDAELC0EAIAFrIQELIANBAnQiAkEAIAH+SAIA",
  "BEAgAv4QAgAhAQsgAUEASgRADwsgAEEBdCAAQQJ0QQRqQQJ0KAIAIgBB/////wFxQQdqQQN2aiAA",
  "QYCAgIAEcUEAR2pBAXRBBWpBAnRBADYCACADQQJ0IAFBACABa/5IAgAaC5ECAQJ/IAAEfyAAQQJ0",
  "QQVqQQJ0KAIAQR12QQVGBUEBCwRAQQAPCyAAQQJ0IgFBBGpBAnQoAgAhAgJAIAFBBWpBAnQoAgBB",
  "/////wFxIABBAXQiAEEDaiACQf////8BcUEHakEDdmogAkGAgICABHFBAEdqIABrQQN0aiIAQQ9q",
  "QQR2IgFBAUEMKAIAdEEBdUoEf0F/BSABQQhNBH8gAUECa0EAIAFBAksbBUEcIAFBAWsiAWdrIgJB",
  "A3QgASACdWpBAWsLCyIBQQBOBEAgAUECaiIAQQhMDQEgAEEJayIAQQdxQQlqIABBA3V0IQAMAQtB",
  "AUEMKAIAIgF0IABBD2pBBHZqQQFrIAF2IAF0IQALIAALlQQBA38gAUECdEEBaiIEQQJ0KAIAQYCA",
  "gIAEcQRADwsgBEECdP4QAgAiA0GAgICABHEEQA8LIANBBHQoAgAgAUEEdCgCACIBIAIQDgRAIARB",
  "AnQgAyADQYCAgIAEcv5IAgAgA0YEQCADQQJ0IgJBAmpBAnQgATYCACACQQNqQQJ0QQA2AgAgAEEU",
  "aiIBQQJ0KAIAIgIEQCACQQJ0QQNqQQJ0IAM2AgAFIABBE2pBAnQgAzYCAAsgAUECdCADNgIAIABB",
  "2wBqQQJ0IgEgASgCAEEBajYCACAAQR5qQQJ0IgEgASgCACAAQR9qQQJ0KAIAajYCAAsPCyADQQJ0",
  "QQFqIgVBAnT+EAIAIQEDQCABQYCAgIB4cUEBIAFB/////wNxG0UEQCABIAVBAnQiAiABIAFBgICA",
  "gHhy/kgCAEcEQCAC/hACACEBDAILCwsgBEECdCADIAFB/////wNxQYCAgIAEcv5IAgAgA0YEQCAD",
  "QQJ0IgFBBWpBAnQoAgBB/////wFxIAFBBGpBAnQoAgBB/////wFxakEEdiECIAFBAmpBAnRBgAH+",
  "EAIANgIAIAFBA2pBAnRBADYCACAAQRJqIgFBAnQoAgAiBARAIARBAnRBA2pBAnQgAzYCAAUgAEER",
  "akECdCADNgIACyABQQJ0IAM2AgAgAEEeakECdCIBIAEoAgAgAiAAQR9qQQJ0KAIAamo2AgALC4EC",
  "AQJ/IABBHWpBAnQgAEHaAGpBAnQoAgBBfyABQRAoAgBrQQwoAgB2QQF0QYDYA2pBAnQoAgAiAkEB",
  "ayACQYCAgIAEcRsiAkECaiIDQQhKBH8gA0EJayIDQQdxQQlqIANBA3V0BSADC2s2AgAgAEEYakEC",
  "dCABNgIAIAFBAnRBA2pBAnQgAEHgAGogAmpBAnQiAygCADYCACADIAE2AgAgAEGAAmogAmpBAnQi",
  "AiACKAIAQQFqNgIAIABB2gBqQQJ0IABBHWpBAnQoAgA2AgAgAEEWakECdCICKAIAIgNBACABa0Yg",
  "ASADRnIEQCACQQA2AgALIABBGGpBAnRBADYCAAvZAwEHf0GUAygCAARAQQAPCyABIgNB/////wFx",
  "QQdqQXhxQS9qQQR2IgFBAUEMKAIAdEEBdUoEf0F/BSABQQhNBH8gAUECa0EAIAFBAksbBUEcIAFB",
  "AWsiAWdrIgVBA3QgASAFdWpBAWsLCyIGQQBIBEBBACEBBSAAQeAAaiAGaiIFQQJ0KAIAIgEEQCAB",
  "QQJ0QQNqQQJ0KAIAIQggAEEdakECdCAGQQJqIgdBCEoEfyAHQQlrIgdBB3FBCWogB0EDdXQFIAcL",
  "IABB2gBqQQJ0IgkoAgBqNgIAIABBF2pBAnQiByABNgIAIAVBAnQgCDYCACAAQRxqQQJ0IAhBAnRB",
  "A2pBAnQoAgA2AgAgAEGAAmogBmpBAnQiBSAFKAIAQQFrNgIAIAkgAEEdakECdCgCADYCACAAQRZq",
  "QQJ0IAE2AgAgB0EANgIABUEAIQELCyABBEAgAEHQAmohACABQQJ0IgVBAnRBADYCACAFQQFqQQJ0",
  "QYCAgIAENgIAIAVBBGpBAnQgAzYCACAFQQVqQQJ0IAI2AgAgA0H/////AXFBA2pBAnYhAiAFQQZq",
  "IQMDQCACIARKBEAgAyAEakECdCAAIARqQQJ0KAIANgIAIARBAWohBAwBCwsLIAELmwYBCX9BgAH+",
  "EAIAIQlBf0HAAf4QAgBBAnQiCkEGakECdP4QAgAiBXYhCyACIAV2IQYCfwNAIAdBIEgEQCAKQSBq",
  "IAZBAXRqIgVBAnT+EAIAIgggAkYEQEEAIAVBAWpBAnT+EAIAIgVFDQMaQX8gBUGAgICABHENAxoC",
  "f0EAIAVB/////wNxIgxBAnQiBUEEakECdP4QAgBB/////3txIANHDQAaIANB/////wFxQQNqQQJ2",
  "IQ0gBUEGaiEIQQAhBQNAIAVBAWogDUgEQEEAIAUgCGpBAnT+EQMAIAEgBUECdGopAwBSDQIaIAVB",
  "AmohBQwBCwsgBSANRgR/QQEFIAUgCGpBAnT+EAIAIAEgBUECdGooAgBGCwsEQEF/IAwgDEEEdP4Q",
  "AgBBAEwbDAQLBUF/QQAgCBsgCEF+cUUNAxoLIAZBAWogC3EhBiAHQQFqIQcMAQsLQX8LIgFBf0YE",
  "QEF/DwtBfyABBH8gAUECdCIFQQVqQQJ0/hACAEGIgICAAkYEfyAFQQRqQQJ0/hACAEGAgICABHEF",
  "QQELBH8Cf0EAIAFBAnQiBUEFakECdP4QAgAiBkEddkEFRg0AGkF/IAAgA0H/////AXFBA2pBAnZq",
  "QdECakEBdUEBakEBdCIHIABB/AJqIghKDQAaIAhBAnQgAjYCACAAQf0CakECdCADNgIAIABB/gJq",
  "QQJ0IAY2AgAgAUEBdEEDaiAFQQRqQQJ0/hACACIAQf////8BcUEHakEDdmogAEGAgICABHEiAEEA",
  "R2pBAXQhASAHQQF1QQFrQQN0IAAEfCABQQJrQQJ0KwMABUQAAAAAAADwfws5AwBBfCAHIAZB////",
  "/wFxIgBBB2pBA3ZBAXQiAmogCEogACAESnINABpBACEAA0AgACACSARAIAAgB2pBAnQgACABakEC",
  "dP4RAwA3AwAgAEECaiEADAELC0F9CwUgAEHWAGpBAXVBA3QgAUEBdEEDaiADQf////8BcUEHakED",
  "dmogA0GAgICABHFBAEdqQQN0/hEDADcDAEF+CwVBAAtBgAH+EAIAIAlrQQROGwtXAQF8IABBAXQg",
  "AEECdEEEakECdCgCACIAQf////8BcUEHakEDdmogAEGAgICABHFBAEdqQQF0QQRqQQJ0KwMAIQEQ",
  "AiABmiABIAFEAAAAAAAAAABjG2YLlwEBA39BwAL+EAIARQRAQQEPCyAAQQJ0IgJBAWpBAnT+EAIA",
  "Qf////8DcQR/QQAgAkECdCgCACABEA4FQQALBH9BAAVB/////wchAUHAAv4QAgAhBANAIAMgBEgE",
  "QCADQbADbEGaCGpBAnT+EAIAIgIgAUggAkEASnEEQCACIQELIANBAWohAwwBCwsgAEEEdCgCACAB",
  "TAsLvgsBCn8gAkECdCIEQQZqIQsgBEEEakECdCgCACEJQX8hBAJAQQBBwAH+EAIAQQJ0IgUgBUEC",
  "dP4QAgAbIgxFDQAgDEEHakECdCgCAEEBayEIIAEgDEEGakECdCgCAHYhBgNAIAggCk4EQCAMQSBq",
  "IAZBAXRqIgVBAnQiBCgCACIHQX5xRQRAIAT+EAIAIQcLIAUhBCAHRQ0CQX8hBCAHQQFGDQIgASAH",
  "RgRAIAUiBEEBakECdP4QAgAiB0UNA0F/IQQgB0GAgICABHENAyAFIQQCf0EAIAkgB0H/////A3FB",
  "AnQiBUEEakECdCgCAEH/////e3FHDQAaIAlB/////wFxQQNqQQJ2IQcgBUEGaiEFQQAhDQNAIAcg",
  "DUoEQEEAIAUgDWpBAnQoAgAgCyANakECdCgCAEcNAhogDUEBaiENDAELC0EBCw0DCyAGQQFqIAhx",
  "IQYgCkEBaiEKDAELC0F/IQQLQX8hBgJAIAQiB0EASA0AQQAhBiAHQQJ0/hACACIERQ0AQX8hBiAB",
  "IARHDQBBACEGIAdBAWpBAnT+EAIAIgVFDQBBfyEGIAVBgICAgARxDQACf0EAIAVB/////wNxIgpB",
  "AnQiBEEEakECdCgCAEH/////e3EgCUcNABogCUH/////AXFBA2pBAnYhCSAEQQZqIQhBACEEA0Ag",
  "BCAJSARAQQAgBCAIakECdCgCACAEIAtqQQJ0KAIARw0CGiAEQQFqIQQMAQsLQQELRQ0AIApBBHT+",
  "EAIAQQBMBEAgChADCyAAIAogARAFIAUhBgsgBkF/RgRAQQAPCyAGQf////8DcSIJBH8gCUECdEEF",
  "akECdCgCAEEddkEFRgVBAQsEQEECDwsgAyAGQf////8DcUYgA0F/RnJFBEBBAA8LIAlBAnRBBGpB",
  "AnQoAgBBgICAgARxBH8gCRAJBUEACwRAQQAPCyACQQJ0IghBAWpBAnQgBkH/////A3EiBTYCACAA",
  "QdgAakECdCgCACEDIABB2QBqQQJ0KAIAIQQgBQR/IAVBAnRBBWpBAnQoAgAgCEEFakECdCgCAEYF",
  "QQALBH8gBUECdEEEakECdCgCACACQQJ0QQRqQQJ0KAIARgVBAAtFBEAgAyACEAQiCEEASiAFEAQi",
  "BUEASmtqIQMgBCAIIAVraiEECyAAQd4AakECdCIIIAM2AgAgAEHfAGpBAnQiBSAENgIAIABBFmpB",
  "AnQiBEEAIAJrNgIAIAYgB0EBakECdCAGIAJBgICAgHhyIgP+SAIARwR/QQAFIAJBBHT+EAIAQQBM",
  "BEAgAhADCyAAIAIgARAFQTT+EAIABEAgAUH/H3FBgLgDakECdCIC/hACACIBQQFxBEAgAiABIAFB",
  "AWr+SAIAGgsLIABB2ABqQQJ0IAgoAgA2AgAgAEHZAGpBAnQgBSgCADYCACAEQQA2AgBBAQtFBEBB",
  "AA8LIABB/wJqQQJ0IAk2AgAgA0H/////A3EhBCAMQQdqQQJ0KAIAQQFrIAcgDGtBIGtBAm0gB0EC",
  "dCgCACAMQQZqQQJ0KAIAdmtxQQhIBH8CfyAMQQtqQQJ0/hACACIBBEBBgAH+EAIAIAFrQYCAgIB4",
  "c0GEgICAeE4MAQtBwAH+EAIAQQJ0IAxGBEAgDEELakECdEEAQYAB/hACAP5IAgAaC0EACwVBAAsE",
  "fyAEIAdBAnQoAgAQCgVBAAsEfyAHQQFqQQJ0IANBsYCAgHj+SAIAIANGBUEACwRAIARBAnQiAUEF",
  "akECdCgCAEH/////AXEgAUEEakECdCgCAEH/////AXFqQQR2IQMgAUECakECdEGAAf4QAgA2AgAg",
  "AUEDakECdEEANgIAIABBEmoiAkECdCgCACIBBEAgAUECdEEDakECdCAENgIABSAAQRFqQQJ0IAQ2",
  "AgALIAJBAnQgBDYCACAAQR5qQQJ0IgEgASgCACADIABBH2pBAnQoAgBqajYCAAtBAQvxBwELfyAC",
  "QQJ0IgRBBmohCiAEQQRqQQJ0KAIAQf////97cSEIQX8hBAJAQQBBwAH+EAIAQQJ0IgUgBUECdP4Q",
  "AgAbIgtFDQAgC0EHakECdCgCAEEBayEHIAEgC0EGakECdCgCAHYhDANAIAcgCU4EQCALQSBqIAxB",
  "AXRqIgVBAnQiBCgCACIGQX5xRQRAIAT+EAIAIQYLIAUhBCAGRQ0CQX8hBCAGQQFGDQIgASAGRgRA",
  "IAUiBEEBakECdP4QAgAiBkUNA0F/IQQgBkGAgICABHENAyAFIQQCf0EAIAggBkH/////A3FBAnQi",
  "BUEEakECdCgCAEH/////e3FHDQAaIAhB/////wFxQQNqQQJ2IQYgBUEGaiEFQQAhDgNAIAYgDkoE",
  "QEEAIAUgDmpBAnQoAgAgCiAOakECdCgCAEcNAhogDkEBaiEODAELC0EBCw0DCyAMQQFqIAdxIQwg",
  "CUEBaiEJDAELC0F/IQQLIAQhBkF/IQQCQCAGQQBIDQBBACEEIAZBAnT+EAIAIgVFDQBBfyEEIAEg",
  "BUcNAEEAIQQgBkEBakECdP4QAgAiBUUNAEF/IQQgBUGAgICABHENAAJ/QQAgBUH/////A3EiCUEC",
  "dCIHQQRqQQJ0KAIAQf////97cSAIRw0AGiAIQf////8BcUEDakECdiEIIAdBBmohBwNAIAggDUoE",
  "QEEAIAcgDWpBAnQoAgAgCiANakECdCgCAEcNAhogDUEBaiENDAELC0EBC0UNACAJQQR0/hACAEEA",
  "TARAIAkQAwsgACAJIAEQBSAFIQQLIARBf0YEf0EABSADIARB/////wNxRiADQX9GcgtFBEBBAA8L",
  "IAQEfyACQQJ0IghBAWpBAnQgBEH/////A3EiBzYCACAAQdgAakECdCgCACEDIABB2QBqQQJ0KAIA",
  "IQUgBwR/IAdBAnRBBWpBAnQoAgAgCEEFakECdCgCAEYFQQALBH8gB0ECdEEEakECdCgCACACQQJ0",
  "QQRqQQJ0KAIARgVBAAtFBEAgAyACEAQiCEEASiAHEAQiB0EASmtqIQMgBSAIIAdraiEFCyAAQd4A",
  "akECdCIIIAM2AgAgAEHfAGpBAnQiByAFNgIAIABBFmpBAnQiA0EAIAJrNgIAIAQgBkEBakECdCAE",
  "IAL+SAIARwR/QQAFIAJBBHT+EAIAQQBMBEAgAhADCyAAIAIgARAFQTT+EAIABEAgAUH/H3FBgLgD",
  "akECdCIC/hACACIBQQFxBEAgAiABIAFBAWr+SAIAGgsLIABB2ABqQQJ0IAgoAgA2AgAgAEHZAGpB",
  "AnQgBygCADYCACADQQA2AgBBAQsFIAAgCyAGIAEgAhANCwuDAwECfyACQQJ0/hACACIFBH8gAyAF",
  "RgUgAEEZakECdCgCAEEASgR/IABB1ABqQQJ0KAIAIAFBCGpBAnQoAgBGBUEACwR/IABBGWpBAnQi",
  "ASgCACEFIAEgBUEBazYCACACQQJ0QQAgA/5IAgAEfyABIAU2AgBBAAVBAQsFQQALC0UEQEEADwsg",
  "AEHYAGpBAnQoAgAgBBAEIgFBAEpBABAEIgZBAEpraiEFIABB2QBqQQJ0KAIAIAEgBmtqIQEgAEHe",
  "AGpBAnQgBTYCACAAQd8AakECdCABNgIAIABBFmpBAnRBACAEazYCACACQQFqQQJ0QQAgBP5IAgAE",
  "QEEADwsgBEEEdP4QAgBBAEwEQCAEEAMLQTT+EAIABEAgA0H/H3FBgLgDakECdCIB/hACACICQQFx",
  "BEAgASACIAJBAWr+SAIAGgsLIABB2ABqQQJ0IABB3gBqQQJ0KAIANgIAIABB2QBqQQJ0IABB3wBq",
  "QQJ0KAIANgIAIABBFmpBAnRBADYCAEEBC+ABAQh/QcAC/hACACEGA0AgBSAGSARAIAVBsANsQYAI",
  "aiIHQQFqQQJ0/hACACEIQQAhBANAIAQgCEgEQCAHQSBqIARqIglBAnT+EAIAIgNBgYCAgHhGIANB",
  "f0ZyBEBBAQ8LAn9B/////wcgA0UNABpBACADQYGAgIB4RiADQX9Gcg0AGiADIANBf3MgA0EAShsL",
  "IgogAU4gACAKSnJFBEAgA0EASgR/QQEFIAlB8AJqQQJ0/hACACACQYCAgIB4c0wLBEBBAQ8LCyAE",
  "QQFqIQQMAQsLIAVBAWohBQwBCwtBAAuFBwEIfwNAIAJBAnT+EAIAIgVBAUYEQEEBDwsgBUUEQCAC",
  "QQJ0QQBBAf5IAgBFBEBBAQ8LDAELIAJBAWpBAnT+EAIAIgRBf0YEQEEBDwsgBEUEQCACQQFqQQJ0",
  "QQBBf/5IAgAEf0EABSAAQRlqQQJ0IgQgBCgCAEEBajYCAEEBCwRAQQEPCwwBCyAEQYCAgIAEcUUE",
  "QCAEQX9HQQAgBEGAgICAeHEbBH8gBEGxgICAeEYEf0EBBSAEQf////8DcSIGQQR0/hACAEEATARA",
  "IAYQAwsgACAGIAUQBSAGIAUQCgsFQQALBEAgBCACQQFqQQJ0IARBf/5IAgBHDQIgBEGxgICAeEcE",
  "QCAEQf////8DcSIBQQJ0IgJBBWpBAnQoAgBB/////wFxIAJBBGpBAnQoAgBB/////wFxakEEdiEC",
  "IAFBAnQiA0ECakECdEGAAf4QAgA2AgAgA0EDakECdEEANgIAIABBEmoiA0ECdCgCACIEBEAgBEEC",
  "dEEDakECdCABNgIABSAAQRFqQQJ0IAE2AgALIANBAnQgATYCACAAQR5qQQJ0IgEgASgCACACIABB",
  "H2pBAnQoAgBqajYCAAsgAEEZakECdCIAIAAoAgBBAWo2AgBBAQ8LIAQgAkEBakECdCAEIARBgICA",
  "gARy/kgCAEcNAQsLAn8gBEH/////e3EhByABQQJ0/hACAEECdCIIQQdqQQJ0KAIAQQFrIQQgBSAI",
  "QQZqQQJ0KAIAdiEAA0AgAyAETARAQQEgCEEgaiAAQQF0aiIBQQJ0/hACACIGQQFGDQIaIAZFBEAg",
  "AUECdEEAIAX+SAIAGgwCCyAFIAZGBEBBASABQQFqQQJ0IgH+EAIAIgZBf0YNAxogBkUEQEEBIAFB",
  "ACAH/kgCAEUNBBoMAwsgB0H/////A3EiAUECdEEEakECdCgCAEH/////e3EhCUEBIAZB/////wNx",
  "IgYgAUYEf0EBBQJ/QQAgBkECdCIKQQRqQQJ0KAIAQf////97cSAJRw0AGiABQQJ0QQZqIQYgCUH/",
  "////AXFBA2pBAnYhCSAKQQZqIQpBACEBA0AgASAJSARAQQAgASAKakECdCgCACABIAZqQQJ0KAIA",
  "Rw0CGiABQQFqIQEMAQsLQQELCw0DGgsgAEEBaiAEcSEAIANBAWohAwwBCwtBAAtFBEBBAA8LIAJB",
  "AWpBAnRBf/4XAgBBAQv7CAIKfwF8IAJBAnQiBEEGaiELIARBBGpBAnQoAgAhCkF/IQUCQEEAQcAB",
  "/hACAEECdCIEIARBAnT+EAIAGyIIRQ0AIAhBB2pBAnQoAgBBAWshByABIAhBBmpBAnQoAgB2IQkD",
  "QCAHIAxOBEAgCEEgaiAJQQF0aiIEQQJ0IgUoAgAiBkF+cUUEQCAF/hACACEGCyAEIQUgBkUNAkF/",
  "IQUgBkEBRg0CIAEgBkYEQCAEIgVBAWpBAnT+EAIAIgZFDQNBfyEFIAZBgICAgARxDQMgBCEFAn9B",
  "ACAKIAZB/////wNxQQJ0IgRBBGpBAnQoAgBB/////3txRw0AGiAKQf////8BcUEDakECdiEGIARB",
  "BmohBEEAIQ0DQCAGIA1KBEBBACAEIA1qQQJ0KAIAIAsgDWpBAnQoAgBHDQIaIA1BAWohDQwBCwtB",
  "AQsNAwsgCUEBaiAHcSEJIAxBAWohDAwBCwtBfyEFC0F/IQYCQCAFQQBIDQBBACEGIAVBAnT+EAIA",
  "IgRFDQBBfyEGIAEgBEcNAEEAIQYgBUEBakECdP4QAgAiBEUNAEF/IQYgBEGAgICABHENAAJ/QQAg",
  "CiAEQf////8DcSIJQQJ0IgdBBGpBAnQoAgBB/////3txRw0AGiAKQf////8BcUEDakECdiEIIAdB",
  "BmohB0EAIQwDQCAIIAxKBEBBACAHIAxqQQJ0KAIAIAsgDGpBAnQoAgBHDQIaIAxBAWohDAwBCwtB",
  "AQtFDQAgCUEEdP4QAgBBAEwEQCAJEAMLIAAgCSABEAUgBCEGCyAGRSAGQX9GcgRAQQAPCyAGQf//",
  "//8DcSIIQQJ0IgdBBGpBAnQoAgAgAkECdCIEQQRqQQJ0KAIARgR/IAdBBWpBAnQoAgAgBEEFakEC",
  "dCgCAEYFQQALRQRAQQAPCyAIQQF0QQNqIApB/////wFxQQdqQQN2aiAKQYCAgIAEcUEAR2pBA3Qr",
  "AwAiDiADYQR/IA5EAAAAAAAAAABiBH9BAQVEAAAAAAAA8D8gDqNEAAAAAAAA8D8gA6NhCwVBAAtF",
  "BEBBAA8LIAJBAnQiCEEBakECdCAGQf////8DcSIHNgIAIABB2ABqQQJ0KAIAIQkgAEHZAGpBAnQo",
  "AgAhBCAHBH8gB0ECdEEFakECdCgCACAIQQVqQQJ0KAIARgVBAAsEfyAHQQJ0QQRqQQJ0KAIAIAJB",
  "AnRBBGpBAnQoAgBGBUEAC0UEQCAJIAIQBCIIQQBKIAcQBCIHQQBKa2ohCSAEIAggB2tqIQQLIABB",
  "3gBqQQJ0IgggCTYCACAAQd8AakECdCIHIAQ2AgAgAEEWakECdCIEQQAgAms2AgAgBiAFQQFqQQJ0",
  "IAYgAv5IAgBHBH9BAAUgAkEEdP4QAgBBAEwEQCACEAMLIAAgAiABEAVBNP4QAgAEQCABQf8fcUGA",
  "uANqQQJ0IgL+EAIAIgFBAXEEQCACIAEgAUEBav5IAgAaCwsgAEHYAGpBAnQgCCgCADYCACAAQdkA",
  "akECdCAHKAIANgIAIARBADYCAEEBCwujBAEHfyAAQRxqQQJ0QcABKAIAQQJ0IgRBIGogASAEQQZq",
  "QQJ0KAIAdkEBdGpBAnQoAgA2AgAgAiIEQf////8BcUEHakF4cUEnakEEdiICQQFBDCgCAHRBAXVK",
  "BH9BfwUgAkEITQR/IAJBAmtBACACQQJLGwVBHCACQQFrIgJnayIGQQN0IAIgBnVqQQFrCwsiCEEA",
  "SARAQQAhAgUgAEHgAGogCGoiCUECdCgCACICBEAgAkECdEEDakECdCgCACEGIABBHWpBAnQgCEEC",
  "aiIHQQhKBH8gB0EJayIHQQdxQQlqIAdBA3V0BSAHCyAAQdoAakECdCIKKAIAajYCACAAQRdqQQJ0",
  "IgcgAjYCACAJQQJ0IAY2AgAgAEEcakECdCAGQQJ0QQNqQQJ0KAIANgIAIABBgAJqIAhqQQJ0IgYg",
  "BigCAEEBazYCACAKIABBHWpBAnQoAgA2AgAgAEEWakECdCACNgIAIAdBADYCAAVBACECCwsgAgRA",
  "IABB0AJqIQYgAkECdCIHQQJ0QQA2AgAgB0EBakECdEGAgICABDYCACAHQQRqQQJ0IAQ2AgAgB0EF",
  "akECdEGAgICAejYCACAEQf////8BcUEDakECdiEEIAdBBmohBwNAIAQgBUoEQCAFIAdqQQJ0IAUg",
  "BmpBAnQoAgA2AgAgBUEBaiEFDAELCwsgAkUEQEEADwsgACABIAIgAxALIgFBAUcEQCAAIAIQBgsg",
  "AQuxCQEKfyACQQJ0IgRBBmohCyAEQQRqQQJ0KAIAIQpBfyEEAkBBAEHAAf4QAgBBAnQiBSAFQQJ0",
  "/hACABsiDEUNACAMQQdqQQJ0KAIAQQFrIQcgASAMQQZqQQJ0KAIAdiEIA0AgByANTgRAIAxBIGog",
  "CEEBdGoiBUECdCIEKAIAIgZBfnFFBEAgBP4QAgAhBgsgBSEEIAZFDQJBfyEEIAZBAUYNAiABIAZG",
  "BEAgBSIEQQFqQQJ0/hACACIGRQ0DQX8hBCAGQYCAgIAEcQ0DIAUhBAJ/QQAgCiAGQf////8DcUEC",
  "dCIFQQRqQQJ0KAIAQf////97cUcNABogCkH/////AXFBA2pBAnYhBiAFQQZqIQVBACEJA0AgBiAJ",
  "SgRAQQAgBSAJakECdCgCACAJIAtqQQJ0KAIARw0CGiAJQQFqIQkMAQsLQQELDQMLIAhBAWogB3Eh",
  "CCANQQFqIQ0MAQsLQX8hBAsgBCEGQX8hBAJAIAZBAEgNAEEAIQQgBkECdP4QAgAiBUUNAEF/IQQg",
  "ASAFRw0AQQAhBCAGQQFqQQJ0/hACACIFRQ0AQX8hBCAFQYCAgIAEcQ0AAn9BACAFQf////8DcSIJ",
  "QQJ0IgdBBGpBAnQoAgBB/////3txIApHDQAaIApB/////wFxQQNqQQJ2IQggB0EGaiEHQQAhDQNA",
  "IAggDUoEQEEAIAcgDWpBAnQoAgAgCyANakECdCgCAEcNAhogDUEBaiENDAELC0EBC0UNACAJQQR0",
  "/hACAEEATARAIAkQAwsgACAJIAEQBSAFIQQLIARBf0YEQEEADwsgBEH/////A3EiCAR/IAhBAnQi",
  "B0EEakECdCgCACACQQJ0IgVBBGpBAnQoAgBGBH8gB0EFakECdCgCACAFQQVqQQJ0KAIARgVBAAsF",
  "QQELRQRAQQAPCyAIBHwgCEEBdEEDaiAKQf////8BcUEHakEDdmogCkGAgICABHFBAEdqQQN0KwMA",
  "BUQAAAAAAAAAAAsgA6AiAyADYgRAQQAPCyACQQF0QQNqIApB/////wFxQQdqQQN2aiAKQYCAgIAE",
  "cUEAR2pBA3QgAzkDACAAQdYAakEBdUEDdCADOQMAIAgEfyACQQJ0IghBAWpBAnQgBEH/////A3Ei",
  "BzYCACAAQdgAakECdCgCACEJIABB2QBqQQJ0KAIAIQUgBwR/IAdBAnRBBWpBAnQoAgAgCEEFakEC",
  "dCgCAEYFQQALBH8gB0ECdEEEakECdCgCACACQQJ0QQRqQQJ0KAIARgVBAAtFBEAgCSACEAQiCEEA",
  "SiAHEAQiB0EASmtqIQkgBSAIIAdraiEFCyAAQd4AakECdCIIIAk2AgAgAEHfAGpBAnQiByAFNgIA",
  "IABBFmpBAnQiBUEAIAJrNgIAIAQgBkEBakECdCAEIAL+SAIARwR/QQAFIAJBBHT+EAIAQQBMBEAg",
  "AhADCyAAIAIgARAFQTT+EAIABEAgAUH/H3FBgLgDakECdCIC/hACACIBQQFxBEAgAiABIAFBAWr+",
  "SAIAGgsLIABB2ABqQQJ0IAgoAgA2AgAgAEHZAGpBAnQgBygCADYCACAFQQA2AgBBAQsFIAAgDCAG",
  "IAEgAhANCwuDBQEGf0GAAf4QAgAhBANAIAEgBUoEQAJ/QQAgAEERakECdCgCACICRQ0AGkEAIAQg",
  "AkECdEECakECdCgCACIDa0EESA0AGiADQQFxRQRAIAJBBHQoAgBB//8DcSEDA0AgAwRAIAJBAnQi",
  "BiADakEDakECdCgCACIDQQJ0IgdBAmpBAnQgBkECakECdCgCADYCACAHQQNqQQJ0IAI2AgAgAEER",
  "akECdCADNgIAIAZBAnQiAiACKAIAQQFrNgIAIAMiAkEEdCgCAEH//wNxIQMMAQsLCyACCyIDRQRA",
  "IAUPC0F/IANBECgCAGtBDCgCAHZBAXRBgNgDakECdCgCACICQQFrIAJBgICAgARxGyIGQQBIBH9B",
  "AQUgBkECaiICQQhKBEAgAkEJayICQQdxQQlqIAJBA3V0IQILIABBgAJqIAZqQQJ0KAIAIAJBBEwE",
  "f0HAAAUgAkGAAk4Ef0EBBUGAAiACbQsLQQF0TgsEQCAFDwsgAEEdakECdCAAQdoAakECdCgCACAG",
  "QQJqIgJBCEoEfyACQQlrIgJBB3FBCWogAkEDdXQFIAILazYCACAAQRhqQQJ0IAM2AgAgAEERaiIC",
  "QQJ0KAIAQQJ0QQNqQQJ0KAIAIgdFBEAgAEESakECdEEANgIACyACQQJ0IAc2AgAgA0ECdEEDakEC",
  "dCAAQeAAaiAGakECdCICKAIANgIAIAIgAzYCACAAQYACaiAGakECdCICIAIoAgBBAWo2AgAgAEHa",
  "AGpBAnQgAEEdakECdCgCADYCACAAQRZqQQJ0IgIoAgAiBkEAIANrRiADIAZGcgRAIAJBADYCAAsg",
  "AEEYakECdEEANgIAIAVBAWohBQwBCwsgAQtuAQF/IABBFWpBAnQiBCAEKAIAQQFqNgIAIABBEGpB",
  "AnQiBCgCAAR/QQAFIARBgAEoAgD+FwIAQQELIAAgASACIAMQESEBBEAgAEEQakECdEEA/hcCAAsg",
  "AEEVakECdCIAIAAoAgBBAWs2AgAgAQvjAQEDfyAAQRVqQQJ0IgYgBigCAEEBajYCACAAQRBqQQJ0",
  "IgYoAgAEf0EABSAGQYABKAIA/hcCAEEBCyAAQRxqQQJ0QcABKAIAQQJ0IgZBIGogASAGQQZqQQJ0",
  "KAIAdkEBdGpBAnQoAgA2AgAgACACIAMQByIDBEAgA0EBdEEDaiACQf////8BcUEHakEDdmogAkGA",
  "gICABHFBAEdqQQN0IAQ5AwAgACABIANBfxAMIgVFBEAgACADEAYLCwRAIABBEGpBAnRBAP4XAgAL",
  "IABBFWpBAnQiACAAKAIAQQFrNgIAIAULZgEBfyAAQRBqQQJ0IgQoAgAEf0EABSAEQYABKAIA/hcC",
  "AEEBCyACQQJ0QQVqQQJ0KAIAQR12QQVGBH8gACABIAIgAxALBSAAIAEgAiADEAwLIQEEQCAAQRBq",
  "QQJ0QQD+FwIACyABCzMAIAIgA0EBdGohAwJ/A0AgAiADSARAQQAgACABIAIQD0UNAhogAkECaiEC",
  "DAELC0EBCwsVACAAIABB0AJqQQJ0IAEgAiADEAgLnAcBD38gACIGQdACakECdCEMIAEQASIOQbAB",
  "SgR/QX8FIAIhB0EgKAIAIQJBJCgCACEJIAEQASIIQXxxIQ8gAkHlzuXjBnMhDSAJQeLIlaMHcyEF",
  "QQAhAANAIAghBCAAIA9IBEAgASAAEAAhBCABIABBAWoQACEQIAEgAEECahAAIQMgCyABIABBA2oQ",
  "ACIRIAMgBCAQcnJyciELIAwgAEF8cWogBCAQQQh0ciADQRB0ciARQRh0ciIENgIABSAAIAhIBEBB",
  "ACEEIAAhAwNAIAMgCEgEQCABIAMQACIQIAtyIQsgBCAQIANBA3FBA3R0ciEEIANBAWohAwwBCwsg",
  "DCAAQXxxaiAENgIACwsgAiAJaiICIAlBBXdzIQMgBCAFcyIFIA1qIgkgBUEId3MiBSACQRB3aiIC",
  "IAVBB3dzIQUgA0ENdyADIAlqIgNzIQkgA0EQdyENIAIgBHMhAiAAIAhIBEAgAEEEaiEADAELCyAL",
  "Qf8BSgR/QQAFIAUhAEEAIQQgDUH/AXMhAwNAIARBA0gEQCACIAlqIgIgCUEFd3MhBSAAIANqIgMg",
  "AEEId3MiACACQRB3aiICIABBB3dzIQAgAyAFaiIDIAVBDXdzIQkgA0EQdyEDIARBAWohBAwBCwsg",
  "ACAJcyIAIABBAnIgAEF+cRsLIgAEfyAGIAwgACAOIAcQCAUCf0EAIQRBfyABEAFBAXQiAEGwAUoN",
  "ABogARABIQIDQCACIARKBEAgDCAEQQF1QQJ0aiABIAQQACAEQQFqIgMgAkgEfyABIAMQAAVBAAtB",
  "EHRyNgIAIARBAmohBAwBCwsgAEGAgICAAnIiA0H/////AXFBA2pBAnYhBUEgKAIAIgBB5c7l4wZz",
  "IQlBJCgCACIEQeLIlaMHcyECA0AgBSAKTgRAIAAgBGoiCCAEQQV3cyEEIAkgAiAFIApKBH8gDCAK",
  "QQJ0aigCAAUgAwsiAHMiAmoiCSACQQh3cyICIAhBEHdqIgggAkEHd3MhAiAEIAlqIgkgBEENd3Mh",
  "BCAJQRB3IQkgACAIcyEAIApBAWohCgwBCwtBACEKIAlB/wFzIQkDQCAKQQNIBEAgACAEaiIAIARB",
  "BXdzIQQgAiAJaiIFIAJBCHdzIgIgAEEQd2oiACACQQd3cyECIAQgBWoiBSAEQQ13cyEEIAVBEHch",
  "CSAKQQFqIQoMAQsLIAYgDCACIARzIgAgAEECciAAQX5xGyADIAcQCAsLCwuHAQECfyAAQRVqQQJ0",
  "IgYgBigCAEEBajYCACAAIAIgAxAHIgIEQCAAQRBqQQJ0IgMoAgAEf0EABSADQYABKAIA/hcCAEEB",
  "CyAAIAEgAiAEEBIhBQRAIABBEGpBAnRBAP4XAgALIAVFBEAgACACEAYLCyAAQRVqQQJ0IgAgACgC",
  "AEEBazYCACAFC9oCAQh/IABB0AJqQQJ0IQRBf0HAAf4QAgBBAnQiB0EGakECdP4QAgAiAHYhCCAB",
  "IAB2IQMCfwNAIAVBIEgEQCAHQSBqIANBAXRqIgBBAnT+EAIAIgYgAUYEQEEAIABBAWpBAnT+EAIA",
  "IgBFDQMaQX8gAEGAgICABHENAxoCf0EAIABB/////wNxIglBAnQiAEEEakECdP4QAgBB/////3tx",
  "IAJHDQAaIAJB/////wFxQQNqQQJ2IQogAEEGaiEGQQAhAANAIABBAWogCkgEQEEAIAAgBmpBAnT+",
  "EQMAIAQgAEECdGopAwBSDQIaIABBAmohAAwBCwsgACAKRgR/QQEFIAAgBmpBAnT+EAIAIAQgAEEC",
  "dGooAgBGCwsEQEF/IAkgCUEEdP4QAgBBAEwbDAQLBUF/QQAgBhsgBkF+cUUNAxoLIANBAWogCHEh",
  "AyAFQQFqIQUMAQsLQX8LC7QBAQJ/IABBFWpBAnQiByAHKAIAQQFqNgIAIAAgAiADEAciAwRAIANB",
  "AXRBA2ogAkH/////AXFBB2pBA3ZqIAJBgICAgARxQQBHakEDdCAFOQMAIABBEGpBAnQiAigCAAR/",
  "QQAFIAJBgAEoAgD+FwIAQQELIAAgASADIAQQECEGBEAgAEEQakECdEEA/hcCAAsgBkUEQCAAIAMQ",
  "BgsLIABBFWpBAnQiACAAKAIAQQFrNgIAIAYLCAAgACABEBMLSAEBfyAAQQdqQQJ0KAIAQQFrIQMC",
  "QANAIAEgAkgEQCAAQSBqIAEgA3FBAXRqQQJ0/hACAA0CIAFBAWohAQwBCwsgAiEBCyABCw=="
].join("");

// src/segment/kernel.ts
var PAGE_BYTES = 2 ** 16;
var MOST_PAGES = 2 ** 16;
function kernelMemory(bytes) {
  const pages = Math.floor(bytes / PAGE_BYTES);
  if (pages > MOST_PAGES) return void 0;
  try {
    return new WebAssembly.Memory({
      initial: pages,
      maximum: pages,
      shared: true
    });
  } catch (error) {
    if (error instanceof RangeError) return void 0;
    throw error;
  }
}
var compiled;
function compile() {
  const Module = WebAssembly.Module;
  const binary = Uint8Array.fromBase64(KERNEL);
  return new Module(binary, {
    builtins: [
      "js-string"
    ]
  });
}
function kernelOver(memory) {
  compiled ??= compile();
  const { exports } = new WebAssembly.Instance(compiled, {
    env: {
      memory
    },
    host: {
      now: () => Date.now()
    }
  });
  const kernel = exports;
  return {
    lookup: kernel.lookup,
    lookupPacked: kernel.lookupPacked,
    findOptimistically: kernel.findOptimistically,
    putNumber: kernel.putNumber,
    publish: kernel.publish,
    remove: kernel.remove,
    increment: kernel.increment,
    exchange: kernel.exchange,
    afterGap: kernel.afterGap,
    moveSlots: kernel.moveSlots,
    drain: kernel.drain
  };
}

// src/segment/atomics.ts
var atomics_exports = {};
__export(atomics_exports, {
  add: () => add,
  compareAndSet: () => compareAndSet,
  fixed: () => fixed,
  hint: () => hint,
  load: () => load,
  own: () => own,
  pause: () => pause,
  poke: () => poke,
  release: () => release,
  store: () => store,
  touch: () => touch
});
function load(words, index) {
  return Atomics.load(words, index);
}
function release(words, index, value) {
  Atomics.store(words, index, value);
}
function store(words, index, value) {
  Atomics.store(words, index, value);
}
function compareAndSet(words, index, expected, value) {
  return Atomics.compareExchange(words, index, expected, value) === expected;
}
function add(words, index, by) {
  return Atomics.add(words, index, by);
}
function hint(words, index) {
  return words[index];
}
function own(words, index) {
  return words[index];
}
function fixed(words, index) {
  return words[index];
}
function touch(words, index) {
  return words[index];
}
function poke(words, index, value) {
  words[index] = value;
}
var pause = Atomics.pause?.bind(Atomics) ?? (() => {
});

// src/segment/long_key.ts
var CHUNKS_SHIFT = 20;
var CHUNKS_MASK = 2 ** CHUNKS_SHIFT - 1;
var DOUBTED = 255;
function reserveOf(word) {
  const doubt2 = word >> CHUNKS_SHIFT;
  return {
    word,
    chunks: word & CHUNKS_MASK,
    isDoubted: doubt2 !== 0,
    isTaken: doubt2 !== 0 && doubt2 !== DOUBTED
  };
}
function reservedChunks(words) {
  return load(words, H_LONG_KEY) & CHUNKS_MASK;
}
function isSound(words, chunkCount) {
  const word = load(words, H_LONG_KEY);
  return word >= 0 && (word & CHUNKS_MASK) <= chunkCount;
}
function raise(words, from, chunks) {
  return change(words, from, chunks, DOUBTED);
}
function confirm(words, reserve2) {
  return !reserve2.isTaken || change(words, reserve2, reserve2.chunks, DOUBTED);
}
function doubt(words, length) {
  for (; ; ) {
    const reserve2 = reserveOf(load(words, H_LONG_KEY));
    if (reserve2.chunks === 0 || length < reserve2.chunks) return;
    if (reserve2.isDoubted && !reserve2.isTaken) return;
    if (change(words, reserve2, reserve2.chunks, DOUBTED)) return;
  }
}
function take(words, from, slot) {
  return change(words, from, from.chunks, slot + 1) ? reserveOf(wordOf(from.chunks, slot + 1)) : void 0;
}
function lower(words, taken, chunks, isSure) {
  change(words, taken, chunks, isSure ? 0 : DOUBTED);
}
function change(words, from, chunks, doubt2) {
  return compareAndSet(words, H_LONG_KEY, from.word, wordOf(chunks, doubt2));
}
function wordOf(chunks, doubt2) {
  return chunks | doubt2 << CHUNKS_SHIFT;
}

// src/segment/size_classes.ts
var size_classes_exports = {};
__export(size_classes_exports, {
  SizeClasses: () => SizeClasses,
  batchOf: () => batchOf,
  classOf: () => classOf,
  classRefs: () => classRefs
});

// src/segment/intrinsics.ts
var intrinsics_exports = {};
__export(intrinsics_exports, {
  copyPair: () => copyPair,
  floatAt: () => floatAt,
  isPairOf: () => isPairOf,
  leadingZeros: () => leadingZeros,
  loadFloat: () => loadFloat,
  now: () => now
});
var { load: load2 } = atomics_exports;
var float = new Float64Array(1);
var halves = new Int32Array(float.buffer);
function floatAt(words, index) {
  halves[0] = words[index];
  halves[1] = words[index + 1];
  return float[0];
}
function loadFloat(words, index) {
  halves[0] = load2(words, index);
  halves[1] = load2(words, index + 1);
  return float[0];
}
function isPairOf(words, index, key, i) {
  return load2(words, index) === key[i] && load2(words, index + 1) === key[i + 1];
}
function copyPair(words, from, to) {
  words[to] = load2(words, from);
  words[to + 1] = load2(words, from + 1);
}
function leadingZeros(word) {
  return Math.clz32(word);
}
function now() {
  return Date.now();
}

// src/segment/size_classes.ts
var { leadingZeros: leadingZeros2 } = intrinsics_exports;
var SMALLEST = 2;
var FINE = 8;
var STEPS_SHIFT = 3;
var BATCH_REFS = 256;
var MOST_IN_BATCH = 64;
function classOf(refs) {
  if (refs <= FINE) return refs <= SMALLEST ? 0 : refs - SMALLEST;
  const doublings = 31 - STEPS_SHIFT - leadingZeros2(refs - 1);
  const step = refs - 1 >> doublings;
  return (doublings << STEPS_SHIFT) + step - SMALLEST + 1;
}
function classRefs(c) {
  const size = c + SMALLEST;
  if (size <= FINE) return size;
  const step = size - FINE - 1;
  return FINE + 1 + (step & FINE - 1) << (step >> STEPS_SHIFT);
}
function batchOf(c) {
  const refs = classRefs(c);
  if (refs <= BATCH_REFS / MOST_IN_BATCH) return MOST_IN_BATCH;
  return refs >= BATCH_REFS ? 1 : BATCH_REFS / refs | 0;
}
var SizeClasses = class {
  /** Size of each class, in refs. */
  refs;
  /** The largest size that has a class, in refs. */
  largest;
  /** How many blocks of each class travel together. */
  batch;
  constructor(chunkRefs) {
    this.largest = chunkRefs / 2;
    const classes = {
      length: classOf(this.largest) + 1
    };
    this.refs = Int32Array.from(classes, (_, c) => classRefs(c));
    this.batch = Int32Array.from(classes, (_, c) => batchOf(c));
  }
};

// src/segment/segment.ts
var MIN_SEGMENT_BYTES = 2 ** 20;
var MAX_SEGMENT_BYTES = 2 ** 34;
var MIN_CHUNK_REFS = 2 ** 8;
var MAX_CHUNK_REFS = 2 ** 12;
var CHUNKS_WANTED = 2 ** 10;
var FIRST_CHUNK_ALIGN = 4096;
var Segment = class _Segment {
  handle;
  /** What the map is called, if it has a name: for messages only. */
  name;
  buffer;
  /** Undefined where the segment is no memory that it can work on. */
  kernel;
  words;
  bytes;
  floats;
  id;
  /** The two words of the hash key. */
  seed;
  chunkShift;
  chunkCount;
  firstChunk;
  classes;
  keyCodec;
  valueCodec;
  evicts;
  minCapacityShift;
  constructor(handle) {
    const { buffer, memory, name } = handle;
    this.handle = handle;
    this.name = name;
    this.buffer = buffer;
    this.kernel = memory && kernelOver(memory);
    this.words = wordsOf(buffer);
    this.bytes = Buffer2.from(buffer);
    this.floats = new Float64Array(buffer, 0, Math.floor(buffer.byteLength / 8));
    const words = this.words;
    this.id = idOf([
      words[H_ID],
      words[H_ID + 1]
    ]);
    this.seed = [
      words[H_SEED],
      words[H_SEED + 1]
    ];
    this.chunkShift = words[H_CHUNK_SHIFT];
    this.chunkCount = words[H_CHUNK_COUNT];
    this.firstChunk = words[H_FIRST_CHUNK];
    this.classes = new SizeClasses(2 ** this.chunkShift);
    this.keyCodec = readName(this.bytes, words, H_KEY_CODEC);
    this.valueCodec = readName(this.bytes, words, H_VALUE_CODEC);
    this.evicts = (words[H_FLAGS] & F_EVICT) !== 0;
    this.minCapacityShift = words[H_MIN_CAPACITY_SHIFT];
  }
  /** Reserves a segment. The caller links the first table and then calls {@linkcode publish}. */
  static create(options) {
    const handle = named(reserve(options.maxBytes), options.name);
    const { buffer } = handle;
    const geometry = layOut(buffer.byteLength);
    const words = wordsOf(buffer);
    poke(words, H_LAYOUT, LAYOUT_VERSION);
    poke(words, H_TOTAL_REFS, geometry.totalRefs);
    poke(words, H_CHUNK_SHIFT, geometry.chunkShift);
    poke(words, H_FIRST_CHUNK, geometry.firstChunk);
    poke(words, H_CHUNK_COUNT, geometry.chunkCount);
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
    return new _Segment(handle);
  }
  /** Sees a segment that another worker made. */
  static attach(handle) {
    const { buffer, memory, name } = handle;
    const fault = faultOf({
      buffer,
      memory,
      name
    });
    if (fault !== void 0) refuse(fault, name);
    const own18 = memory ? {
      buffer: bufferOf(memory),
      memory
    } : {
      buffer
    };
    return new _Segment(named(own18, name));
  }
  /** Makes the segment attachable: its first table is linked. */
  publish() {
    store(this.words, H_READY, 1);
  }
  /** Word index of a chunk's descriptor. */
  descriptor(chunk) {
    return DESCRIPTORS + chunk * DESCRIPTOR_WORDS;
  }
  /** The chunk that a ref lies in. */
  chunkOf(ref) {
    return ref - this.firstChunk >>> this.chunkShift;
  }
  /** The ref at which a chunk begins. */
  chunkRef(chunk) {
    return this.firstChunk + chunk * 2 ** this.chunkShift;
  }
  /** The chunks that a block of so many bytes takes if it has them to itself. */
  chunksFor(bytes) {
    return Math.ceil(bytes / (REF_BYTES * 2 ** this.chunkShift));
  }
  /** The chunks that a block of so many bytes takes; 0: it shares its chunk with others. */
  runChunks(bytes) {
    return bytes > this.largestClassBytes ? this.chunksFor(bytes) : 0;
  }
  /** The largest block that shares a chunk with others, in bytes. */
  get largestClassBytes() {
    return this.classes.largest * REF_BYTES;
  }
};
function wordsOf(buffer) {
  return new Int32Array(buffer, 0, Math.floor(buffer.byteLength / 4));
}
function layOut(maxBytes) {
  const totalRefs = Math.floor(maxBytes / FIRST_CHUNK_ALIGN) * (FIRST_CHUNK_ALIGN / REF_BYTES);
  const wanted = totalRefs / CHUNKS_WANTED;
  const chunkRefs = Math.min(MAX_CHUNK_REFS, Math.max(MIN_CHUNK_REFS, 2 ** Math.floor(Math.log2(wanted))));
  const chunkShift = Math.log2(chunkRefs);
  const mostChunks = Math.ceil(totalRefs / chunkRefs);
  const headBytes = (DESCRIPTORS + mostChunks * DESCRIPTOR_WORDS) * 4;
  const firstChunk = Math.ceil(headBytes / FIRST_CHUNK_ALIGN) * (FIRST_CHUNK_ALIGN / REF_BYTES);
  const chunkCount = Math.floor((totalRefs - firstChunk) / chunkRefs);
  return {
    totalRefs,
    chunkShift,
    firstChunk,
    chunkCount
  };
}
function reserve(bytes) {
  const memory = kernelMemory(bytes);
  return memory ? {
    buffer: bufferOf(memory),
    memory
  } : {
    buffer: new SharedArrayBuffer(bytes)
  };
}
function named(handle, name) {
  return name === void 0 ? handle : {
    ...handle,
    name
  };
}
function bufferOf(memory) {
  return memory.buffer;
}
function isMemoryOf(memory, buffer) {
  if (!(memory instanceof WebAssembly.Memory)) return false;
  const other = bufferOf(memory);
  if (!(other instanceof SharedArrayBuffer) || other.byteLength !== buffer.byteLength) return false;
  const [a, b] = [
    wordsOf(buffer),
    wordsOf(other)
  ];
  return a[H_ID] === b[H_ID] && a[H_ID + 1] === b[H_ID + 1];
}
function refuse(fault, name) {
  const mapName = typeof name === "string" ? name : void 0;
  throw new HandleError(\`Cannot attach to \${theMap(mapName)}: \${fault}\`, {
    mapName
  });
}
function faultOf({ buffer, memory, name }) {
  const fault = faultOfBuffer(buffer);
  if (fault !== void 0) return fault;
  if (memory !== void 0 && !isMemoryOf(memory, buffer)) {
    return "its memory is not that of its buffer: pass the \`handle\` of a SharedMap as it is";
  }
  return name === void 0 || typeof name === "string" ? void 0 : \`its name must be a string: \${received(name)}\`;
}
function faultOfBuffer(buffer) {
  if (!(buffer instanceof SharedArrayBuffer)) {
    return "expected a SharedArrayBuffer: pass the \`handle\` of a SharedMap as it is";
  }
  const size = buffer.byteLength;
  if (buffer.growable || size < MIN_SEGMENT_BYTES || size > MAX_SEGMENT_BYTES) {
    return \`a buffer of \${size} bytes is not one that this module makes\`;
  }
  const words = wordsOf(buffer);
  if (words[H_MAGIC] !== MAGIC) return "the memory does not begin like a map's";
  if (words[H_LAYOUT] !== LAYOUT_VERSION) {
    return \`its layout version is \${words[H_LAYOUT]}, this module reads \${LAYOUT_VERSION}: use one version of the module in all workers\`;
  }
  const geometry = layOut(size);
  if (words[H_TOTAL_REFS] !== geometry.totalRefs || words[H_CHUNK_SHIFT] !== geometry.chunkShift || words[H_FIRST_CHUNK] !== geometry.firstChunk || words[H_CHUNK_COUNT] !== geometry.chunkCount || !areInBounds(words, geometry) || nameLength(words, H_KEY_CODEC) === 0 || nameLength(words, H_VALUE_CODEC) === 0) {
    return "its header is damaged";
  }
  return load(words, H_READY) === 1 ? void 0 : "its creator never finished it";
}
function areInBounds(words, { chunkCount }) {
  const bounds = [
    [
      H_MIN_CAPACITY_SHIFT,
      1,
      30
    ],
    [
      H_PARTICIPANTS,
      0,
      MAX_PARTICIPANTS
    ],
    [
      H_SNAPSHOTS,
      0,
      MAX_PARTICIPANTS
    ],
    [
      H_CHUNK_HINT,
      0,
      chunkCount
    ],
    [
      H_CEILING,
      0,
      chunkCount
    ],
    [
      H_CLOCK,
      FIRST_TICK,
      LAST_TICK
    ],
    [
      H_WRITTEN,
      0,
      LAST_TICK
    ],
    [
      H_NO_KEY + V_KEY,
      -1,
      -1
    ]
  ];
  return isSound(words, chunkCount) && bounds.every(([index, low, high]) => words[index] >= low && words[index] <= high);
}
function writeNoKey(words) {
  poke(words, H_NO_KEY + V_STAMP, 1);
  poke(words, H_NO_KEY + V_PREV, FINAL);
  poke(words, H_NO_KEY + V_KEY, -1);
  poke(words, H_NO_KEY + V_VALUE, TAG_TOMBSTONE << TAG_SHIFT);
}
function nameLength(words, index) {
  const length = words[index];
  return length > 0 && length <= CODEC_NAME_BYTES ? length : 0;
}
function readName(bytes, words, index) {
  const start = (index + 1) * 4;
  return bytes.utf8Slice(start, start + nameLength(words, index));
}
function writeName(bytes, words, index, name) {
  const encoded = new TextEncoder().encode(name);
  bytes.set(encoded, (index + 1) * 4);
  poke(words, index, encoded.length);
}
function idOf([high, low]) {
  return hex(high) + hex(low);
}
function hex(word) {
  return (word >>> 0).toString(16).padStart(8, "0");
}

// src/reclamation/lifeline.ts
var locks = navigator.locks;
var Lifeline = class _Lifeline {
  name;
  #release;
  #ended = false;
  constructor(name) {
    this.name = name;
  }
  /**
   * Takes the lock, inside this call. Nobody else may request the name but with \`ifAvailable\`.
   *
   * @param name The name of the lock, unique to this holder.
   */
  static hold(name) {
    const line = new _Lifeline(name);
    const { signal } = new AbortController();
    const keep = new Error("the lock is kept");
    Object.defineProperty(signal, "aborted", {
      get() {
        throw keep;
      }
    });
    Object.defineProperty(signal, "throwIfAborted", {
      value: () => {
      }
    });
    locks.request(name, {
      signal
    }, () => line.#holdOrdinarily()).catch((error) => {
      if (error !== keep && !line.#ended) throw error;
    });
    return line;
  }
  #holdOrdinarily() {
    if (this.#ended) return void 0;
    return new Promise((resolve2) => this.#release = resolve2);
  }
  /** Lets go of the lock. */
  release() {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#release !== void 0) return this.#release();
    locks.request(this.name, {
      steal: true
    }, () => {
    });
  }
};

// src/segment/assert.ts
var assert_exports = {};
__export(assert_exports, {
  CHECKED: () => CHECKED,
  assert: () => assert
});
var CHECKED = false;
function assert(holds, what) {
  if (!holds) throw new Error(\`It must hold that \${what}\`);
}

// src/segment/chunk_ledger.ts
function ownerOf(slot, kind) {
  return kind === "table" ? -(slot + 1) : CHUNK_RUN | slot + 1;
}
function changeChunk(segment, slot, chunk, state, chunks, usedRefs = 0) {
  const { words } = segment;
  const base = PARTICIPANTS + slot * PARTICIPANT_WORDS;
  if (CHECKED) checkChange(words, base, segment.descriptor(chunk), slot, state);
  const counted = own(words, base + P_CHUNKS_COUNTED) + chunks;
  const used = own(words, base + P_USED_REFS) + usedRefs;
  poke(words, base + P_CHUNK_CHANGE_COUNT, counted);
  poke(words, base + P_CHUNK_CHANGE_USED, used);
  poke(words, base + P_CHUNK_CHANGE, chunk + 1);
  store(words, segment.descriptor(chunk), state);
  poke(words, base + P_USED_REFS, used);
  poke(words, base + P_CHUNKS_COUNTED, counted);
  poke(words, base + P_CHUNK_CHANGE, 0);
}
function checkChange(words, base, descriptor, slot, state) {
  const mine = CHUNK_TAKING | slot;
  assert(words[base + P_CHUNK_CHANGE] === 0, "one chunk changes at a time");
  assert(words[descriptor] === mine !== (state === mine), "a chunk comes into use from its owner's hands, or goes back there");
}
function finishChunkChange(segment, slot) {
  const { words } = segment;
  const base = PARTICIPANTS + slot * PARTICIPANT_WORDS;
  const chunk = own(words, base + P_CHUNK_CHANGE) - 1;
  if (chunk < 0) return;
  const atHand = load(words, segment.descriptor(chunk)) === (CHUNK_TAKING | slot);
  const after = own(words, base + P_CHUNK_CHANGE_COUNT);
  const givesUp = after < own(words, base + P_CHUNKS_COUNTED);
  if (atHand === givesUp) {
    poke(words, base + P_USED_REFS, own(words, base + P_CHUNK_CHANGE_USED));
    poke(words, base + P_CHUNKS_COUNTED, after);
  }
  poke(words, base + P_CHUNK_CHANGE, 0);
}
function balanceChunks(words, base) {
  const given = own(words, base + P_TAKEN) - own(words, base + P_CHUNKS_COUNTED);
  if (CHECKED) {
    const more = given - words[base + P_GIVEN] | 0;
    assert(more >= 0, "what is counted as given back only grows");
  }
  store(words, base + P_GIVEN, given);
}

// src/segment/free_list.ts
var free_list_exports = {};
__export(free_list_exports, {
  addBlock: () => addBlock,
  beginFreeing: () => beginFreeing,
  blockRefs: () => blockRefs,
  classAt: () => classAt,
  classFor: () => classFor,
  countFree: () => countFree,
  endFreeing: () => endFreeing,
  endTaking: () => endTaking,
  isLong: () => isLong,
  popBlock: () => popBlock,
  pushBlock: () => pushBlock,
  recount: () => recount
});
var { CHUNK_RUN: CHUNK_RUN2, DESCRIPTOR_WORDS: DESCRIPTOR_WORDS2, DESCRIPTORS: DESCRIPTORS2, H_CHUNK_SHIFT: H_CHUNK_SHIFT2, H_FIRST_CHUNK: H_FIRST_CHUNK2, P_FREE: P_FREE2, P_FREE_COUNT: P_FREE_COUNT2, P_FREEING: P_FREEING2, P_HAND: P_HAND2, P_SEEN: P_SEEN2, P_TAKING: P_TAKING2, P_USED_AHEAD: P_USED_AHEAD2, P_USED_REFS: P_USED_REFS2, R_LINK: R_LINK2, REF_BYTES: REF_BYTES2, REF_SHIFT: REF_SHIFT2 } = layout_exports;
var { assert: assert2, CHECKED: CHECKED2 } = assert_exports;
var { batchOf: batchOf2, classOf: classOf2, classRefs: classRefs2 } = size_classes_exports;
var { own: own2, poke: poke2, fixed: fixed2, touch: touch2 } = atomics_exports;
function popBlock(words, base, c) {
  const list = base + P_FREE2 + c;
  const ref = own2(words, list);
  if (ref === 0) return 0;
  if (CHECKED2) {
    assert2(isOfClass(words, ref, c), "a list has blocks of its class");
    assert2(words[base + P_TAKING2] === 0, "one block is taken at a time");
  }
  const next = own2(words, ref * 4 + R_LINK2);
  const used = own2(words, base + P_USED_REFS2) + classRefs2(c);
  poke2(words, base + P_USED_AHEAD2, used);
  poke2(words, base + P_TAKING2, ref);
  poke2(words, list, next);
  words[base + P_SEEN2] = touch2(words, next * 4 + R_LINK2);
  words[base + P_FREE_COUNT2 + c] = words[base + P_FREE_COUNT2 + c] - 1;
  endTaking(words, base, ref);
  return ref;
}
function endTaking(words, base, ref) {
  poke2(words, base + P_USED_REFS2, own2(words, base + P_USED_AHEAD2));
  poke2(words, base + P_HAND2, ref);
  poke2(words, base + P_TAKING2, 0);
}
function pushBlock(words, base, c, ref) {
  beginFreeing(words, base, c, ref);
  addBlock(words, base, c, ref);
  endFreeing(words, base, ref);
}
function beginFreeing(words, base, c, ref) {
  const used = own2(words, base + P_USED_REFS2) - classRefs2(c);
  poke2(words, base + P_USED_AHEAD2, used);
  poke2(words, base + P_FREEING2, ref);
}
function endFreeing(words, base, ref) {
  poke2(words, base + P_USED_REFS2, own2(words, base + P_USED_AHEAD2));
  const hand = own2(words, base + P_HAND2);
  if (hand === ref || hand === -ref) poke2(words, base + P_HAND2, 0);
  poke2(words, base + P_FREEING2, 0);
}
function addBlock(words, base, c, ref) {
  const list = base + P_FREE2 + c;
  if (CHECKED2) checkPut(words, list, c, ref);
  poke2(words, ref * 4 + R_LINK2, own2(words, list));
  poke2(words, list, ref);
  words[base + P_FREE_COUNT2 + c] = words[base + P_FREE_COUNT2 + c] + 1;
}
function checkPut(words, list, c, ref) {
  assert2(isOfClass(words, ref, c), "a block goes to the list of its class");
  for (let at = words[list]; at !== 0; at = words[at * 4 + R_LINK2]) {
    assert2(at !== ref, "a block that is freed is on no list");
  }
}
function isOfClass(words, ref, c) {
  const chunk = ref - words[H_FIRST_CHUNK2] >>> words[H_CHUNK_SHIFT2];
  return words[DESCRIPTORS2 + chunk * DESCRIPTOR_WORDS2] === c + 1;
}
function isLong(words, base, c) {
  return words[base + P_FREE_COUNT2 + c] >= 2 * batchOf2(c);
}
function countFree(words, base, c, blocks) {
  const index = base + P_FREE_COUNT2 + c;
  words[index] = words[index] + blocks;
}
function recount(words, base, c) {
  const most = words.length / 4;
  let count = 0;
  let ref = own2(words, base + P_FREE2 + c);
  for (; ref > 0 && count < most; ref = own2(words, ref * 4 + R_LINK2)) count++;
  words[base + P_FREE_COUNT2 + c] = count;
}
function classAt(words, ref) {
  const chunk = ref - words[H_FIRST_CHUNK2] >>> words[H_CHUNK_SHIFT2];
  const state = fixed2(words, DESCRIPTORS2 + chunk * DESCRIPTOR_WORDS2);
  return (state & CHUNK_RUN2) !== 0 ? -1 : state - 1;
}
function classFor(words, bytes) {
  const refs = bytes + REF_BYTES2 - 1 >>> REF_SHIFT2;
  return refs > 1 << words[H_CHUNK_SHIFT2] >> 1 ? -1 : classOf2(refs);
}
function blockRefs(words, bytes) {
  const c = classFor(words, bytes);
  if (c >= 0) return classRefs2(c);
  const shift = words[H_CHUNK_SHIFT2];
  const refs = bytes + REF_BYTES2 - 1 >>> REF_SHIFT2;
  return refs + (1 << shift) - 1 >>> shift << shift;
}

// src/segment/chunk_cutter.ts
var ChunkCutter = class {
  #segment;
  #words;
  #classes;
  #slot;
  #base;
  constructor(segment, slot) {
    this.#segment = segment;
    this.#words = segment.words;
    this.#classes = segment.classes;
    this.#slot = slot;
    this.#base = PARTICIPANTS + slot * PARTICIPANT_WORDS;
  }
  /**
   * Cuts the first batch from a chunk that was claimed. The chunk goes from \`TAKING\` to its class
   * with the owner's record in between: at every point it is someone's.
   */
  begin(c, chunk) {
    poke(this.#words, this.#segment.descriptor(chunk) + 1, 0);
    poke(this.#words, this.#base + P_CHUNK + c, chunk + 1);
    changeChunk(this.#segment, this.#slot, chunk, c + 1, 1);
    return this.cut(c);
  }
  /** Cuts one batch from the chunk in use; false: there is none. */
  cut(c) {
    const words = this.#words;
    const chunk = own(words, this.#base + P_CHUNK + c) - 1;
    if (chunk < 0) return false;
    const descriptor = this.#segment.descriptor(chunk);
    if (CHECKED) assert(words[descriptor] === c + 1, "it is cut by its class");
    const cutAt = descriptor + 1;
    const size = this.#classes.refs[c];
    const start = this.#segment.chunkRef(chunk);
    const list = this.#base + P_FREE + c;
    let at = own(words, cutAt);
    const end = 2 ** this.#segment.chunkShift - size;
    let cut = 0;
    for (; cut < this.#classes.batch[c] && at <= end; cut++, at += size) {
      poke(words, (start + at) * 4 + R_LINK, own(words, list));
      poke(words, list, start + at);
      poke(words, cutAt, at + size);
    }
    countFree(words, this.#base, c, cut);
    if (at > end) poke(words, this.#base + P_CHUNK + c, 0);
    return cut > 0;
  }
  /**
   * Cuts the rest of a chunk that a dead participant was cutting, as its record says at \`current\`.
   * Each block goes to \`put\` before the next one is cut.
   */
  cutRest(c, current, put) {
    const words = this.#words;
    const chunk = own(words, current) - 1;
    if (chunk < 0) return;
    const cutAt = this.#segment.descriptor(chunk) + 1;
    const size = this.#classes.refs[c];
    const end = 2 ** this.#segment.chunkShift - size;
    for (let at = own(words, cutAt); at <= end; at += size) {
      poke(words, cutAt, at + size);
      if (at + size > end) poke(words, current, 0);
      put(this.#segment.chunkRef(chunk) + at);
    }
    poke(words, current, 0);
  }
};

// src/segment/table_region.ts
var RUN_LENGTH = CHUNK_BODY - 1;
function isFreeChunk(segment, chunk) {
  const state = stateOf(segment, chunk);
  return state === CHUNK_FRESH || state === CHUNK_FREE;
}
function areFreeChunks(segment, first, end) {
  for (let chunk = first; chunk < end; chunk++) {
    if (!isFreeChunk(segment, chunk)) return false;
  }
  return true;
}
function areSmallBlocks(segment, first, end) {
  for (let chunk = first; chunk < end; chunk++) {
    const state = stateOf(segment, chunk);
    if (state === CHUNK_BODY || runLength(state) > 1) return false;
  }
  return true;
}
function runLength(state) {
  return state > 0 && (state & CHUNK_RUN) !== 0 ? state & RUN_LENGTH : 0;
}
function freeTablePlace(segment, count) {
  const total = segment.chunkCount;
  const isFree = (first) => first >= 0 && areFreeChunks(segment, first, first + count);
  return [
    total - count,
    total - 2 * count
  ].find(isFree) ?? -1;
}
function nextTablePlace(segment) {
  const total = segment.chunkCount;
  const ceiling = load(segment.words, H_CEILING);
  const upper = (total + ceiling) / 2;
  const isTaken = upper < total && isTable(segment, upper) && runLength(stateOf(segment, upper)) === total - upper;
  return isTaken ? [
    ceiling,
    upper
  ] : [
    upper,
    total
  ];
}
function chunksOfRegion(segment) {
  const total = segment.chunkCount;
  const ceiling = load(segment.words, H_CEILING);
  const [first, end] = nextTablePlace(segment);
  let count = chunksInTheWay(segment, first, end);
  for (let chunk = ceiling; chunk < total; chunk++) {
    if (isFreeChunk(segment, chunk)) count++;
  }
  return count;
}
function chunksInTheWay(segment, first, end) {
  let count = 0;
  for (let chunk = headOf(segment, first); chunk < end; ) {
    const state = stateOf(segment, chunk);
    const length = runLength(state);
    const isInUse = length > 0 ? !isTable(segment, chunk) : state > 0 && state < CHUNK_TAKING;
    const next = chunk + Math.max(1, length);
    if (isInUse) count += Math.min(end, next) - Math.max(first, chunk);
    chunk = next;
  }
  return count;
}
function headOf(segment, chunk) {
  while (chunk > 0 && stateOf(segment, chunk) === CHUNK_BODY) chunk--;
  return chunk;
}
function isTable(segment, chunk) {
  return hint(segment.words, segment.descriptor(chunk) + 1) < 0;
}
function stateOf(segment, chunk) {
  return hint(segment.words, segment.descriptor(chunk));
}

// src/segment/chunk_limits.ts
function leastReserve(chunkCount) {
  return Math.max(4, chunkCount >> 6);
}
function sumOver(words, word) {
  let sum = 0;
  const slots = load(words, H_PARTICIPANTS);
  for (let slot = 0; slot < slots; slot++) {
    const index = PARTICIPANTS + slot * PARTICIPANT_WORDS + word;
    sum = sum + load(words, index) | 0;
  }
  return sum;
}
var ChunkLimits = class {
  #segment;
  #words;
  constructor(segment) {
    this.#segment = segment;
    this.#words = segment.words;
  }
  /** The first of the chunks that belong to tables. */
  get ceiling() {
    return load(this.#words, H_CEILING);
  }
  /**
   * The chunks from here up are not for this purpose. What belongs to a table but is no run stays
   * below the ceiling, too.
   */
  end(purpose) {
    const { ceiling } = this;
    return purpose === "entry" ? ceiling - reservedChunks(this.#words) : ceiling;
  }
  /**
   * Chunks in the pool that nobody is about to take: at most as many as there were when this had
   * read what was given back. That is read first, because one participant may give back what
   * another one took.
   */
  get freeChunks() {
    const given = sumOver(this.#words, P_GIVEN);
    const taken = sumOver(this.#words, P_TAKEN);
    return this.#segment.chunkCount - (taken - given | 0);
  }
  /** Chunks that are kept for tombstones. */
  get tombstoneChunks() {
    return leastReserve(this.#segment.chunkCount) + reservedChunks(this.#words);
  }
  /** Chunks that entries may take: those that are free, less what is kept for others. */
  get spareChunks() {
    return this.freeChunks - this.tombstoneChunks - chunksOfRegion(this.#segment);
  }
  /** Whether what entries have taken so far leaves enough to tables and tombstones. */
  get leavesEnough() {
    const tableChunks = this.#segment.chunkCount - this.ceiling;
    return this.freeChunks >= this.tombstoneChunks + tableChunks || this.spareChunks >= 0;
  }
  /**
   * Whether tombstones have used up half of what is kept for them. A chunk that one of them takes
   * has many blocks: if entries took the rest, they would soon have all of it, and nothing could be
   * deleted any more.
   */
  isLow() {
    const least = -(leastReserve(this.#segment.chunkCount) >> 1);
    if (this.spareChunks < least) return true;
    store(this.#words, H_LOW, 0);
    if (this.spareChunks >= least) return false;
    store(this.#words, H_LOW, 1);
    return true;
  }
  /** Says so to all, if tombstones have used up half of it: a tombstone has taken a chunk. */
  noteLow() {
    if (this.isLow()) store(this.#words, H_LOW, 1);
  }
};

// src/segment/chunk_pool.ts
var ChunkPool = class {
  #segment;
  #words;
  #limits;
  #slot;
  #base;
  constructor(segment, slot, limits) {
    this.#segment = segment;
    this.#words = segment.words;
    this.#limits = limits;
    this.#slot = slot;
    this.#base = PARTICIPANTS + slot * PARTICIPANT_WORDS;
  }
  // ---- claiming ---------------------------------------------------------------------------------
  /** Claims \`count\` chunks side by side; returns the first, or -1. Those for a table are zeroed. */
  claim(count, purpose) {
    if (purpose === "table") return this.#claimTable(count);
    return count === 1 ? this.claimOne(purpose) : this.#claimLowest(count, purpose);
  }
  /** Claims the lowest free chunk; returns its index, or -1. */
  claimOne(purpose) {
    if (!this.#reserve(1, purpose)) return -1;
    const words = this.#words;
    const end = this.#limits.end(purpose);
    const hinted = hint(words, H_CHUNK_HINT);
    const start = hinted < end ? hinted : 0;
    for (let step = 0; step < end; step++) {
      const chunk = start + step < end ? start + step : start + step - end;
      if (!this.#claimChunk(chunk, false)) continue;
      poke(words, H_CHUNK_HINT, chunk + 1);
      return this.#keepBelowEnd(chunk, 1, purpose);
    }
    this.balance();
    return -1;
  }
  /** Claims the lowest \`count\` free chunks side by side; returns the first, or -1. */
  #claimLowest(count, purpose) {
    if (!this.#reserve(count, purpose)) return -1;
    const end = this.#limits.end(purpose);
    let got = 0;
    for (let chunk = 0; chunk < end; chunk++) {
      if (!this.#claimChunk(chunk, false)) {
        this.unclaim(chunk - got, got);
        got = 0;
      } else if (++got === count) {
        return this.#keepBelowEnd(chunk - count + 1, count, purpose);
      }
    }
    this.unclaim(end - got, got);
    this.balance();
    return -1;
  }
  /** Takes a claim back if the ceiling was lowered meanwhile: a table needs the chunks. */
  #keepBelowEnd(first, count, purpose) {
    if (first + count <= this.#limits.end(purpose)) {
      if (purpose === "tombstone") this.#limits.noteLow();
      return first;
    }
    this.unclaim(first, count);
    this.balance();
    return -1;
  }
  /** Claims a chunk for a tombstone in the region of tables; returns its index, or -1. */
  claimAbove(ceiling) {
    this.#reserve(1, "tombstone");
    for (let chunk = ceiling; chunk < this.#segment.chunkCount; chunk++) {
      if (this.#claimChunk(chunk, false)) return chunk;
    }
    this.balance();
    return -1;
  }
  /**
   * Claims and zeroes \`count\` chunks for a table: at one of its two places, or else as high as it
   * can without reaching into the upper one, which can be cleared for the next table then.
   */
  #claimTable(count) {
    const place = freeTablePlace(this.#segment, count);
    if (place >= 0 && this.claimRange(place, count)) return place;
    const upper = this.#segment.chunkCount - count;
    let free2 = 0;
    for (let chunk = upper - 1; chunk >= 0; chunk--) {
      free2 = isFreeChunk(this.#segment, chunk) ? free2 + 1 : 0;
      if (free2 === count && this.claimRange(chunk, count)) return chunk;
      if (free2 === count) free2 = 0;
    }
    return -1;
  }
  /** Claims these chunks, and zeroes them if that is wanted; or none of them. */
  claimRange(first, count, zeroed = true) {
    if (!areFreeChunks(this.#segment, first, first + count)) return false;
    this.#reserve(count, "table");
    for (let i = 0; i < count; i++) {
      if (this.#claimChunk(first + i, zeroed)) continue;
      this.unclaim(first, i);
      this.balance();
      return false;
    }
    return true;
  }
  #claimChunk(chunk, zeroed) {
    const words = this.#words;
    const descriptor = this.#segment.descriptor(chunk);
    const state = hint(words, descriptor);
    if (state !== CHUNK_FRESH && state !== CHUNK_FREE) return false;
    const mine = CHUNK_TAKING | this.#slot;
    if (!compareAndSet(words, descriptor, state, mine)) return false;
    if (zeroed && state === CHUNK_FREE) {
      const start = this.#segment.chunkRef(chunk) * 4;
      words.fill(0, start, start + 2 ** this.#segment.chunkShift * 4);
    }
    return true;
  }
  /** Gives chunks back that were claimed and not used. The caller balances then. */
  unclaim(first, count) {
    for (let i = 0; i < count; i++) {
      if (CHECKED) this.#checkInHand(first + i);
      store(this.#words, this.#segment.descriptor(first + i), CHUNK_FREE);
    }
  }
  // ---- counting ---------------------------------------------------------------------------------
  /**
   * Counts chunks as taken before they are claimed; false, and nothing is counted, if too few were
   * left to tables and tombstones. The last one to count sees what all count, so entries never take
   * what is kept, however many take some at a time.
   */
  #reserve(count, purpose) {
    const taken = this.#base + P_TAKEN;
    store(this.#words, taken, own(this.#words, taken) + count);
    if (purpose !== "entry" || this.#limits.leavesEnough) return true;
    this.balance();
    return false;
  }
  /** Counts no more as taken than what is in use: when nothing is at hand. */
  balance() {
    balanceChunks(this.#words, this.#base);
  }
  // ---- runs -------------------------------------------------------------------------------------
  /** Makes a run of chunks that were claimed; returns its ref. The head names who allocated it. */
  beginRun(first, count, purpose) {
    const segment = this.#segment;
    const words = this.#words;
    for (let i = 1; i < count; i++) {
      store(words, segment.descriptor(first + i), CHUNK_BODY);
    }
    const isTable3 = purpose === "table";
    if (!isTable3) poke(words, segment.chunkRef(first) * 4 + V_STAMP, 0);
    const owner = ownerOf(this.#slot, isTable3 ? "table" : "version");
    poke(words, segment.descriptor(first) + 1, owner);
    const refs = count * 2 ** segment.chunkShift;
    changeChunk(segment, this.#slot, first, CHUNK_RUN | count, count, refs);
    return segment.chunkRef(first);
  }
  /** Frees a run. The head says who is at it until the last body is free: recovery can finish. */
  releaseRun(first, length) {
    const words = this.#words;
    const refs = length * 2 ** this.#segment.chunkShift;
    const mine = CHUNK_TAKING | this.#slot;
    changeChunk(this.#segment, this.#slot, first, mine, -length, -refs);
    poke(words, this.#base + P_FREEING, 0);
    poke(words, this.#segment.descriptor(first) + 1, 0);
    doubt(words, length);
    this.release(first, length);
    this.balance();
  }
  /** Frees chunks that are in this participant's hands; it counts them as given back after that. */
  release(first, count) {
    if (CHECKED) this.#checkInHand(first, count);
    for (let i = count - 1; i >= 0; i--) {
      store(this.#words, this.#segment.descriptor(first + i), CHUNK_FREE);
    }
    if (first < hint(this.#words, H_CHUNK_HINT)) {
      poke(this.#words, H_CHUNK_HINT, first);
    }
  }
  /** A chunk is in this participant's hands, and bodies of one run follow it. */
  #checkInHand(first, count = 1) {
    const stateOf2 = (chunk) => this.#words[this.#segment.descriptor(chunk)];
    const mine = CHUNK_TAKING | this.#slot;
    assert(stateOf2(first) === mine, "a chunk is freed by the one who has it");
    for (let i = 1; i < count; i++) {
      assert(stateOf2(first + i) === CHUNK_BODY, "a run is freed whole");
    }
  }
};

// src/segment/section.ts
var section_exports = {};
__export(section_exports, {
  enter: () => enter,
  isCutShort: () => isCutShort,
  leave: () => leave
});
var { P_SECTION: P_SECTION2 } = layout_exports;
var { own: own3, poke: poke3 } = atomics_exports;
function enter(words, base) {
  poke3(words, base + P_SECTION2, own3(words, base + P_SECTION2) + 1);
}
function leave(words, base) {
  poke3(words, base + P_SECTION2, own3(words, base + P_SECTION2) - 1);
}
function isCutShort(words, base) {
  return own3(words, base + P_SECTION2) !== 0;
}

// src/segment/consolidation.ts
var MOST_SKIPPED = 1024;
var Consolidation = class {
  #segment;
  #words;
  #classes;
  #pool;
  #transfer;
  #slot;
  #base;
  #freed = 0;
  #toSkip = 0;
  #backOff = 1;
  constructor(segment, slot, pool, transfer) {
    this.#segment = segment;
    this.#words = segment.words;
    this.#classes = segment.classes;
    this.#pool = pool;
    this.#transfer = transfer;
    this.#slot = slot;
    this.#base = PARTICIPANTS + slot * PARTICIPANT_WORDS;
  }
  /** Notes that so many refs were freed: the more there are, the sooner it is worth while. */
  noteFreed(refs) {
    this.#freed += refs;
  }
  /**
   * Gives whole chunks back to the pool; says whether there were any. Backs off when it finds none
   * and little was freed since.
   *
   * @param anyway Looks, even if it found nothing the last times.
   */
  run(anyway = false) {
    const isWorthwhile = anyway || this.#freed >= 2 ** this.#segment.chunkShift;
    if (!isWorthwhile && this.#toSkip > 0) {
      this.#toSkip--;
      return false;
    }
    this.#freed = 0;
    let found = false;
    enter(this.#words, this.#base);
    for (let c = 0; c < this.#classes.refs.length; c++) {
      found = this.#consolidate(c) || found;
    }
    leave(this.#words, this.#base);
    this.#backOff = found ? 1 : Math.min(MOST_SKIPPED, this.#backOff * 2);
    this.#toSkip = this.#backOff;
    return found;
  }
  #consolidate(c) {
    this.#transfer.takeAll(c);
    const words = this.#words;
    const list = this.#base + P_FREE + c;
    const whole2 = this.#wholeChunks(c);
    const mine = CHUNK_TAKING | this.#slot;
    for (const chunk of whole2) {
      changeChunk(this.#segment, this.#slot, chunk, mine, -1);
    }
    const inUse2 = this.#base + P_CHUNK + c;
    if (whole2.has(own(words, inUse2) - 1)) poke(words, inUse2, 0);
    const count = this.#base + P_FREE_COUNT + c;
    words[count] = unlinkChunks(this.#segment, list, whole2);
    for (const chunk of whole2) this.#pool.release(chunk, 1);
    this.#pool.balance();
    while (words[count] > this.#classes.batch[c] && this.#transfer.give(c)) {
    }
    return whole2.size > 0;
  }
  /** The chunks whose blocks, as far as they are cut, are all on the own list. */
  #wholeChunks(c) {
    const words = this.#words;
    const size = this.#classes.refs[c];
    const perChunk = Math.floor(2 ** this.#segment.chunkShift / size);
    const inUse2 = own(words, this.#base + P_CHUNK + c) - 1;
    const cutInUse = inUse2 < 0 ? 0 : own(words, this.#segment.descriptor(inUse2) + 1) / size;
    const whole2 = /* @__PURE__ */ new Set();
    const counts = /* @__PURE__ */ new Map();
    let ref = own(words, this.#base + P_FREE + c);
    for (; ref !== 0; ref = own(words, ref * 4 + R_LINK)) {
      const chunk = this.#segment.chunkOf(ref);
      const count = (counts.get(chunk) ?? 0) + 1;
      counts.set(chunk, count);
      if (count === (chunk === inUse2 ? cutInUse : perChunk)) whole2.add(chunk);
    }
    return whole2;
  }
};
function unlinkChunks(segment, list, chunks) {
  const words = segment.words;
  let at = list;
  let stay = 0;
  for (let ref = own(words, list); ref !== 0; ) {
    const next = own(words, ref * 4 + R_LINK);
    if (chunks.has(segment.chunkOf(ref))) {
      poke(words, at, next);
    } else {
      at = ref * 4 + R_LINK;
      stay++;
    }
    ref = next;
  }
  return stay;
}

// src/segment/table_memory.ts
var TableMemory = class {
  #segment;
  #words;
  #limits;
  #consolidation;
  constructor(segment, limits, consolidation) {
    this.#segment = segment;
    this.#words = segment.words;
    this.#limits = limits;
    this.#consolidation = consolidation;
  }
  /** Keeps the top of the segment for a table of this many bytes, and one more like it. */
  keep(bytes) {
    const ceiling = this.#segment.chunkCount - 2 * this.#segment.runChunks(bytes);
    store(this.#words, H_CEILING, Math.max(0, ceiling));
  }
  /** What blocks in use take, but for a table of this many bytes, in refs. O(participants). */
  usedRefsBeside(bytes) {
    const used = sumOver(this.#words, P_USED_REFS);
    return Math.max(0, used - blockRefs(this.#words, bytes) | 0);
  }
  /** What entries can have in all beside a table of this many bytes, in refs. */
  refsForEntries(bytes) {
    const { chunkCount, chunkShift } = this.#segment;
    const chunks = chunkCount - 2 * this.#segment.runChunks(bytes) - this.#limits.tombstoneChunks;
    return chunks * 2 ** chunkShift;
  }
  /**
   * Whether there are chunks for a table of \`bytes\` that replaces one of \`before\` bytes, and is to
   * be replaced in turn: so there must be memory to clear the other of its places.
   */
  hasChunks(bytes, before) {
    const segment = this.#segment;
    const count = segment.runChunks(bytes);
    const isEnough = () => {
      const free2 = this.#limits.freeChunks + segment.runChunks(before);
      const beside = free2 - 2 * count - this.#limits.tombstoneChunks;
      const hasPlace = () => freeTablePlace(segment, count) >= 0;
      return (beside >= count || beside >= 0 && hasPlace()) && this.#leavesReserve(count);
    };
    return isEnough() || this.#consolidation.run() && isEnough();
  }
  /**
   * The tombstone of the longest key needs a run, which is below the lower ceiling then. Entries
   * that lie there are moved when it is needed, but it is no easier to find a run for large ones.
   */
  #leavesReserve(count) {
    const ceiling = this.#segment.chunkCount - 2 * count;
    const first = ceiling - reservedChunks(this.#words);
    return first >= 0 && areSmallBlocks(this.#segment, first, ceiling);
  }
  /** Whether one of the two places of a table of this many bytes is free. */
  hasPlace(bytes) {
    const count = this.#segment.runChunks(bytes);
    const isFree = () => freeTablePlace(this.#segment, count) >= 0;
    return isFree() || this.#consolidation.run() && isFree();
  }
};

// src/segment/tombstone_reserve.ts
var TombstoneReserve = class {
  #segment;
  #words;
  #limits;
  #pool;
  #consolidation;
  #slot;
  constructor(segment, slot, limits, pool, consolidation) {
    this.#segment = segment;
    this.#words = segment.words;
    this.#limits = limits;
    this.#pool = pool;
    this.#consolidation = consolidation;
    this.#slot = slot;
  }
  /** The place for a tombstone of so many bytes, from its first chunk to its end. */
  place(bytes) {
    const { ceiling } = this.#limits;
    return [
      Math.max(0, ceiling - this.#segment.runChunks(bytes)),
      ceiling
    ];
  }
  /**
   * Makes sure that a tombstone of this many bytes finds memory, whatever entries take from here
   * on. False, and nothing is changed, if entries have it now. What is kept may be lowered again
   * until the version that may need it is written: so a writer asks again before it links that one.
   */
  keep(bytes) {
    const count = this.#segment.runChunks(bytes);
    if (count === 0) return true;
    const base = PARTICIPANTS + this.#slot * PARTICIPANT_WORDS;
    enter(this.#words, base);
    const isKept = this.#keepChunks(count);
    leave(this.#words, base);
    return isKept;
  }
  #keepChunks(count) {
    const words = this.#words;
    for (; ; ) {
      const reserve2 = reserveOf(add(words, H_LONG_KEY, 0));
      if (count <= reserve2.chunks) {
        if (confirm(words, reserve2)) return true;
        continue;
      }
      const first = this.#limits.ceiling - count;
      const missing = count - reserve2.chunks;
      const isMine = () => this.#pool.claimRange(first, missing, false);
      if (first < 0 || !(isMine() || this.#consolidation.run() && isMine())) {
        return false;
      }
      const isRaised = raise(words, reserve2, count);
      this.#pool.unclaim(first, missing);
      this.#pool.balance();
      if (isRaised) return true;
    }
  }
  /**
   * Keeps no more for tombstones of long keys than is needed, if that is in doubt and nobody links
   * such a key meanwhile: then it stays in doubt. O(chunks) if it is.
   *
   * @param tombstoneBytes What a tombstone takes for the entry of a version; 0 if that is none.
   * It is asked of memory in which anything may lie.
   */
  lower(tombstoneBytes2) {
    const reserve2 = reserveOf(load(this.#words, H_LONG_KEY));
    if (!reserve2.isDoubted) return;
    const taken = take(this.#words, reserve2, this.#slot);
    if (taken === void 0) return;
    const { chunks, isSure } = this.#needed(taken.chunks, tombstoneBytes2);
    lower(this.#words, taken, chunks, isSure);
  }
  /**
   * The chunks that the tombstone of the longest key takes, \`most\` of them at most; sure, unless
   * its version is not settled yet.
   */
  #needed(most, tombstoneBytes2) {
    const segment = this.#segment;
    const words = this.#words;
    let chunks = 0;
    let isSure = true;
    for (let chunk = 0; chunk < segment.chunkCount; ) {
      if (chunks === most && isSure) break;
      const descriptor = segment.descriptor(chunk);
      const length = runLength(load(words, descriptor));
      const ref = segment.chunkRef(chunk);
      chunk += Math.max(1, length);
      if (length === 0 || length < chunks) continue;
      if (load(words, descriptor + 1) < 0) continue;
      const isSettled = load(words, ref * 4 + V_STAMP) !== 0;
      const needed = Math.min(most, segment.runChunks(tombstoneBytes2(ref)));
      if (needed > chunks) isSure = isSettled;
      else if (needed === chunks) isSure ||= isSettled;
      chunks = Math.max(chunks, needed);
    }
    return {
      chunks,
      isSure
    };
  }
};

// src/segment/transfer_cache.ts
var TransferCache = class {
  #words;
  #classes;
  #slot;
  #base;
  constructor(segment, slot) {
    this.#words = segment.words;
    this.#classes = segment.classes;
    this.#slot = slot;
    this.#base = PARTICIPANTS + slot * PARTICIPANT_WORDS;
  }
  /**
   * Claims a transfer word that \`wanted\` accepts; returns its index, or 0. \`brought\` is the batch
   * that is to be given, from its first block to \`cut\`; 0: one is taken.
   */
  #claim(c, wanted, brought, cut) {
    const words = this.#words;
    for (let way = 0; way < TRANSFER_WAYS; way++) {
      const index = TRANSFER + c * TRANSFER_WAYS + (this.#slot + way & TRANSFER_WAYS - 1);
      const chain = load(words, index);
      if (chain < 0 || !wanted(chain)) continue;
      poke(words, this.#base + P_TRANSIT_WORD, index);
      poke(words, this.#base + P_TRANSIT_OLD, chain);
      poke(words, this.#base + P_TRANSIT_REF, brought);
      poke(words, this.#base + P_TRANSIT_CUT, cut);
      if (compareAndSet(words, index, chain, -(this.#slot + 1))) return index;
    }
    return 0;
  }
  /** Ends the claim of a transfer word: from here on this chain is there for all. */
  #release(index, chain) {
    if (CHECKED) {
      const mine = -(this.#slot + 1);
      assert(this.#words[index] === mine, "one has a transfer word at a time");
    }
    store(this.#words, index, chain);
  }
  /** Takes a batch of the class; the own list must be empty. */
  take(c) {
    const words = this.#words;
    if (CHECKED) {
      const list = words[this.#base + P_FREE + c];
      assert(list === 0, "a batch is taken for an empty list");
    }
    const index = this.#claim(c, (chain) => chain !== 0, 0, 0);
    if (index === 0) return false;
    const batch = own(words, this.#base + P_TRANSIT_OLD);
    const rest = own(words, batch * 4 + B_NEXT);
    words[this.#base + P_FREE_COUNT + c] = own(words, batch * 4 + B_COUNT);
    poke(words, this.#base + P_FREE + c, batch);
    this.#release(index, rest);
    return true;
  }
  /** Takes every batch of a class that it can get, in front of the own list. */
  takeAll(c) {
    const words = this.#words;
    const list = this.#base + P_FREE + c;
    for (; ; ) {
      const index = this.#claim(c, (chain) => chain !== 0, 0, -1);
      if (index === 0) return;
      const batch = own(words, this.#base + P_TRANSIT_OLD);
      const rest = own(words, batch * 4 + B_NEXT);
      poke(words, this.#lastOf(batch) * 4 + R_LINK, own(words, list));
      poke(words, list, batch);
      countFree(words, this.#base, c, own(words, batch * 4 + B_COUNT));
      this.#release(index, rest);
    }
  }
  #lastOf(batch) {
    let last = batch;
    for (let next = batch; next !== 0; next = own(this.#words, next * 4 + R_LINK)) last = next;
    return last;
  }
  /** Gives the first batch of the own list; false when every word is claimed at the moment. */
  give(c) {
    const words = this.#words;
    const list = this.#base + P_FREE + c;
    const head = own(words, list);
    let cut = head;
    let count = 1;
    while (count < this.#classes.batch[c]) {
      const next = own(words, cut * 4 + R_LINK);
      if (next === 0) break;
      cut = next;
      count++;
    }
    poke(words, head * 4 + B_COUNT, count);
    const index = this.#claim(c, () => true, head, cut);
    if (index === 0) return false;
    poke(words, head * 4 + B_NEXT, own(words, this.#base + P_TRANSIT_OLD));
    poke(words, list, own(words, cut * 4 + R_LINK));
    poke(words, cut * 4 + R_LINK, 0);
    this.#release(index, head);
    countFree(words, this.#base, c, -count);
    return true;
  }
  /** Gives a batch if the own list is long. */
  giveSurplus(c) {
    if (isLong(this.#words, this.#base, c)) this.give(c);
  }
};

// src/segment/allocator.ts
var { H_LOW: H_LOW2, MAX_CLASSES: MAX_CLASSES2, P_CHUNK: P_CHUNK2, P_FREE: P_FREE3, P_FREEING: P_FREEING3, P_HAND: P_HAND3, PARTICIPANT_WORDS: PARTICIPANT_WORDS2, PARTICIPANTS: PARTICIPANTS2, R_LINK: R_LINK3 } = layout_exports;
var { hint: hint2, own: own4, poke: poke4, fixed: fixed3, store: store2 } = atomics_exports;
var { addBlock: addBlock2, beginFreeing: beginFreeing2, blockRefs: blockRefs2, classFor: classFor2, endFreeing: endFreeing2, popBlock: popBlock2, recount: recount2 } = free_list_exports;
var { enter: enter2, leave: leave2 } = section_exports;
var Allocator = class {
  /** What each purpose may take. */
  limits;
  /** What is kept for tables. */
  tables;
  /** What is kept for the tombstone of the longest key. */
  reserve;
  #segment;
  #words;
  #classes;
  #slot;
  #base;
  #pool;
  #transfer;
  #cutter;
  #consolidation;
  constructor(segment, slot) {
    this.#segment = segment;
    this.#words = segment.words;
    this.#classes = segment.classes;
    this.#slot = slot;
    this.#base = PARTICIPANTS2 + slot * PARTICIPANT_WORDS2;
    const limits = new ChunkLimits(segment);
    const pool = new ChunkPool(segment, slot, limits);
    const transfer = new TransferCache(segment, slot);
    const consolidation = new Consolidation(segment, slot, pool, transfer);
    this.limits = limits;
    this.#pool = pool;
    this.#transfer = transfer;
    this.#cutter = new ChunkCutter(segment, slot);
    this.#consolidation = consolidation;
    this.tables = new TableMemory(segment, limits, consolidation);
    this.reserve = new TombstoneReserve(segment, slot, limits, pool, consolidation);
    for (let c = 0; c < MAX_CLASSES2; c++) recount2(this.#words, this.#base, c);
  }
  // ---- allocating -------------------------------------------------------------------------------
  /**
   * A block of at least \`bytes\`, which are less than 2 ** 32, or 0. It may contain anything. It is
   * in hand until it is linked or freed; the caller is in a section until then.
   */
  allocate(bytes, purpose = "entry") {
    const ref = this.#allocateInPlace(bytes, purpose);
    return ref === 0 && purpose === "tombstone" ? this.#allocateAbove(bytes) : ref;
  }
  /** As {@linkcode allocate}, where that purpose has its place. */
  #allocateInPlace(bytes, purpose) {
    if (purpose === "entry" && hint2(this.#words, H_LOW2) !== 0 && this.limits.isLow()) return 0;
    const c = classFor2(this.#words, bytes);
    if (c < 0) return this.#allocateRun(bytes, purpose);
    const ref = this.#pop(c) || (this.#refill(c, purpose) ? this.#pop(c) : 0);
    if (ref !== 0) return ref;
    return purpose === "tombstone" ? this.#allocateLarger(c) : 0;
  }
  #pop(c) {
    return popBlock2(this.#words, this.#base, c);
  }
  /** Puts at least one block on the empty list of a class, if it can. */
  #refill(c, purpose) {
    if (this.#transfer.take(c) || this.#cutter.cut(c)) return true;
    const chunk = this.#pool.claimOne(purpose);
    if (chunk < 0) return this.#consolidateFor(c, purpose);
    return this.#cutter.begin(c, chunk);
  }
  #consolidateFor(c, purpose) {
    if (!this.consolidate()) return false;
    if (own4(this.#words, this.#base + P_FREE3 + c) !== 0) return true;
    const chunk = this.#pool.claimOne(purpose);
    return chunk >= 0 && this.#cutter.begin(c, chunk);
  }
  /** A block of a larger class: what deletes free must be enough for their tombstones. */
  #allocateLarger(c) {
    for (let larger = c + 1; larger < this.#classes.refs.length; larger++) {
      const ref = this.#pop(larger) || (this.#transfer.take(larger) ? this.#pop(larger) : 0);
      if (ref !== 0) return ref;
    }
    return 0;
  }
  /** A run of chunks; for a table it is zeroed. */
  #allocateRun(bytes, purpose) {
    const count = this.#segment.chunksFor(bytes);
    let first = this.#pool.claim(count, purpose);
    if (first < 0 && this.consolidate()) {
      first = this.#pool.claim(count, purpose);
    }
    return first < 0 ? 0 : this.#pool.beginRun(first, count, purpose);
  }
  /**
   * A block above the ceiling: what is kept for tombstones may be there, when the ceiling was
   * lowered while entries took all that is below. It is moved out of the way of tables later, as
   * entries are that are there.
   */
  #allocateAbove(bytes) {
    const c = classFor2(this.#words, bytes);
    if (c < 0) return 0;
    const { ceiling } = this.limits;
    const half = (this.#segment.chunkCount - ceiling) / 2;
    if (freeTablePlace(this.#segment, half) >= 0) return 0;
    const chunk = this.#pool.claimAbove(ceiling);
    if (chunk < 0) return 0;
    this.#cutter.begin(c, chunk);
    this.limits.noteLow();
    return this.#pop(c);
  }
  /**
   * As {@linkcode allocate}, from what is kept for tombstones, too, below the ceiling, and not in
   * the chunks from \`first\` up to \`end\`. A block that lies elsewhere goes to \`setAside\`.
   */
  allocateOutside(first, end, bytes, setAside2) {
    for (; ; ) {
      const ref = this.#allocateInPlace(bytes, "tombstone");
      if (ref === 0) return 0;
      if (!this.isHigh(ref) && !this.isWithin(ref, first, end)) return ref;
      this.#leaveHand(ref);
      setAside2(ref);
      poke4(this.#words, this.#base + P_FREEING3, 0);
    }
  }
  /**
   * A block that was allocated is in hand no more, nor a run that its owner has yet to link: it is
   * on its way, to a queue this time. Should it not come there, it goes to its list, or back to the
   * pool.
   */
  #leaveHand(ref) {
    const words = this.#words;
    const descriptor = this.#segment.descriptor(this.#segment.chunkOf(ref));
    const state = own4(words, descriptor);
    if (runLength(state) === 0) beginFreeing2(words, this.#base, state - 1, ref);
    else poke4(words, this.#base + P_FREEING3, ref);
    poke4(words, this.#base + P_HAND3, 0);
    if (runLength(state) > 0) poke4(words, descriptor + 1, 0);
  }
  /**
   * A block of zeros for a table of at least \`bytes\`, or 0. What is in hand stays so. The caller is
   * in a section.
   */
  allocateZeroed(bytes) {
    if (bytes > this.#segment.largestClassBytes) {
      return this.#allocateRun(bytes, "table");
    }
    const hand = this.#base + P_HAND3;
    const before = own4(this.#words, hand);
    const ref = this.allocate(bytes, "table");
    poke4(this.#words, hand, before);
    if (ref !== 0) {
      this.#words.fill(0, ref * 4, ref * 4 + this.blockRefs(bytes) * 4);
    }
    return ref;
  }
  // ---- freeing ----------------------------------------------------------------------------------
  /** Gives a block back. The caller owns it and no one reads it any more. */
  free(ref) {
    enter2(this.#words, this.#base);
    this.#free(ref, () => {
    });
    leave2(this.#words, this.#base);
  }
  /**
   * As {@linkcode free}, for a block that is in a queue: \`takeOut\` takes it out of that, when it is
   * written down where it goes.
   */
  freeFrom(ref, takeOut) {
    enter2(this.#words, this.#base);
    this.#free(ref, takeOut);
    leave2(this.#words, this.#base);
  }
  /**
   * Frees a run that a dead participant had in its hands: at each step exactly one record leads to
   * it.
   */
  freeUnlinkedRun(ref, kind) {
    enter2(this.#words, this.#base);
    const descriptor = this.#segment.descriptor(this.#segment.chunkOf(ref));
    store2(this.#words, descriptor + 1, ownerOf(this.#slot, kind));
    this.#free(ref, () => {
    });
    leave2(this.#words, this.#base);
  }
  #free(ref, takeOut) {
    const words = this.#words;
    const chunk = this.#segment.chunkOf(ref);
    const state = fixed3(words, this.#segment.descriptor(chunk));
    const length = runLength(state);
    if (length > 0) {
      poke4(words, this.#base + P_FREEING3, ref);
      const hand = this.#base + P_HAND3;
      if (Math.abs(own4(words, hand)) === ref) poke4(words, hand, 0);
      takeOut();
      this.#pool.releaseRun(chunk, length);
      return;
    }
    const c = state - 1;
    beginFreeing2(words, this.#base, c, ref);
    takeOut();
    addBlock2(words, this.#base, c, ref);
    endFreeing2(words, this.#base, ref);
    this.noteFreed(this.#classes.refs[c]);
    this.#transfer.giveSurplus(c);
  }
  /** Notes that so many refs were freed: it decides when consolidation is worth while. */
  noteFreed(refs) {
    this.#consolidation.noteFreed(refs);
  }
  /** Gives whole chunks of free blocks back to the pool: see {@linkcode Consolidation.run}. */
  consolidate(anyway = false) {
    return this.#consolidation.run(anyway);
  }
  // ---- giving everything away, and taking it over -----------------------------------------------
  /** Gives all free blocks to the others; says whether nothing is left. */
  flush() {
    enter2(this.#words, this.#base);
    const empty = this.#flush();
    leave2(this.#words, this.#base);
    return empty;
  }
  #flush() {
    let empty = true;
    for (let c = 0; c < this.#classes.refs.length; c++) {
      const list = this.#base + P_FREE3 + c;
      while (own4(this.#words, list) !== 0) {
        if (this.#transfer.give(c)) continue;
        empty = false;
        break;
      }
    }
    return empty;
  }
  /** Gives everything up: the free blocks, and what is left of the chunks that are being cut. */
  giveAll() {
    enter2(this.#words, this.#base);
    const empty = this.#giveAll();
    leave2(this.#words, this.#base);
    return empty;
  }
  #giveAll() {
    for (let c = 0; c < this.#classes.refs.length; c++) {
      while (this.#cutter.cut(c)) {
        if (!this.#transfer.give(c)) return false;
      }
    }
    return this.#flush();
  }
  /**
   * Takes over the free blocks and half-cut chunks of a dead participant: a block at a time, each
   * in one hand at most.
   */
  adopt(base) {
    enter2(this.#words, this.#base);
    this.#adopt(base);
    leave2(this.#words, this.#base);
  }
  #adopt(base) {
    const words = this.#words;
    for (let c = 0; c < this.#classes.refs.length; c++) {
      const list = base + P_FREE3 + c;
      for (let ref = own4(words, list); ref !== 0; ref = own4(words, list)) {
        poke4(words, list, own4(words, ref * 4 + R_LINK3));
        this.#put(c, ref);
      }
      this.#cutter.cutRest(c, base + P_CHUNK2 + c, (ref) => this.#put(c, ref));
    }
  }
  #put(c, ref) {
    addBlock2(this.#words, this.#base, c, ref);
    this.#transfer.giveSurplus(c);
  }
  // ---- questions --------------------------------------------------------------------------------
  /** The size of the block that \`bytes\` would get, in refs. */
  blockRefs(bytes) {
    return blockRefs2(this.#words, bytes);
  }
  /** The size of a run of chunks, in refs; 0 if the block shares its chunk with others. */
  runRefs(ref) {
    return runLength(this.#stateOf(ref)) * 2 ** this.#segment.chunkShift;
  }
  /** Whether a block lies, or ends, where only tables should. */
  isHigh(ref) {
    return this.isWithin(ref, this.limits.ceiling, Infinity);
  }
  /** Whether a block lies, or begins or ends, in the chunks from \`first\` up to \`end\`. */
  isWithin(ref, first, end) {
    const chunk = this.#segment.chunkOf(ref);
    const length = Math.max(1, runLength(this.#stateOf(ref)));
    return chunk < end && chunk + length > first;
  }
  #stateOf(ref) {
    const chunk = this.#segment.chunkOf(ref);
    return fixed3(this.#words, this.#segment.descriptor(chunk));
  }
};

// src/segment/tally.ts
var tally_exports = {};
__export(tally_exports, {
  tally: () => tally
});
var { own: own5, poke: poke5 } = atomics_exports;
function tally(words, index, by) {
  poke5(words, index, own5(words, index) + by);
}

// src/timers.ts
import { clearTimeout, setInterval, setTimeout } from "node:timers";
var { now: now2 } = Date;
var timers = {
  setTimeout,
  setInterval,
  clear(timer) {
    clearTimeout(timer);
  },
  now: now2,
  elapsed: performance.now.bind(performance)
};
function sleep(ms) {
  return new Promise((resolve2) => void timers.setTimeout(resolve2, ms));
}

// src/reclamation/bounded_wait.ts
var LIMIT_MS = 500;
var LEAST_NAP_MS = 0.01;
var LONGEST_NAP_MS = 1;
var pillow = new Int32Array(new SharedArrayBuffer(4));
var BoundedWait = class {
  #end;
  #ms = LEAST_NAP_MS;
  /** @param ms How long it lasts. */
  constructor(ms = LIMIT_MS) {
    this.#end = timers.elapsed() + ms;
  }
  /** Sleeps, each time a little longer; false, and it does not, once the wait is over. */
  nap() {
    if (timers.elapsed() > this.#end) return false;
    Atomics.wait(pillow, 0, 0, this.#ms);
    this.#ms = Math.min(LONGEST_NAP_MS, this.#ms * 2);
    return true;
  }
};

// src/reclamation/limbo.ts
var limbo_exports = {};
__export(limbo_exports, {
  drain: () => drain,
  firstToFree: () => firstToFree,
  heldAfter: () => heldAfter,
  hold: () => hold,
  isOver: () => isOver,
  leaveLimbo: () => leaveLimbo,
  releaseHeld: () => releaseHeld,
  retire: () => retire,
  retireTree: () => retireTree
});

// src/reclamation/tree.ts
var tree_exports = {};
__export(tree_exports, {
  childOf: () => childOf,
  childrenOf: () => childrenOf,
  descend: () => descend,
  finishDescent: () => finishDescent,
  isTreeStamp: () => isTreeStamp,
  treeStamp: () => treeStamp
});
var { CHILDREN_MASK: CHILDREN_MASK2, N_CHILDREN: N_CHILDREN2, N_FIRST: N_FIRST2, P_LIMBO_HEAD: P_LIMBO_HEAD2, R_LINK: R_LINK4, R_STAMP: R_STAMP2 } = layout_exports;
var { own: own6, poke: poke6 } = atomics_exports;
var ODD = 1;
function treeStamp(era) {
  return era & ~ODD;
}
function isTreeStamp(stamp) {
  return (stamp & ODD) === 0;
}
function childrenOf(words, node) {
  return own6(words, node * 4 + N_CHILDREN2) & CHILDREN_MASK2;
}
function childOf(words, node, index) {
  return own6(words, node * 4 + N_FIRST2 + index);
}
function descend(words, base, first) {
  let node = first;
  let children = childrenOf(words, node);
  while (children > 0) {
    const child = childOf(words, node, children - 1);
    poke6(words, child * 4 + R_STAMP2, own6(words, node * 4 + R_STAMP2));
    poke6(words, child * 4 + R_LINK4, node);
    poke6(words, base + P_LIMBO_HEAD2, child);
    dropLast(words, node);
    node = child;
    children = childrenOf(words, node);
  }
  return node;
}
function dropLast(words, node) {
  const index = node * 4 + N_CHILDREN2;
  poke6(words, index, own6(words, index) - 1);
}
function finishDescent(words, base) {
  const first = own6(words, base + P_LIMBO_HEAD2);
  if (first === 0) return;
  const node = own6(words, first * 4 + R_LINK4);
  if (node === 0 || !isTreeStamp(own6(words, node * 4 + R_STAMP2))) return;
  const children = childrenOf(words, node);
  if (children > 0 && childOf(words, node, children - 1) === first) {
    dropLast(words, node);
  }
}

// src/reclamation/limbo.ts
var { H_ERA: H_ERA2, P_HELD_COUNT: P_HELD_COUNT2, P_HELD_HEAD: P_HELD_HEAD2, P_HELD_TAIL: P_HELD_TAIL2, P_LIMBO_HEAD: P_LIMBO_HEAD3, P_LIMBO_TAIL: P_LIMBO_TAIL2, P_RECORD_WEIGHT: P_RECORD_WEIGHT2, P_RETIRED: P_RETIRED2, R_LINK: R_LINK5, R_STAMP: R_STAMP3 } = layout_exports;
var { assert: assert3, CHECKED: CHECKED3 } = assert_exports;
var { addBlock: addBlock3, beginFreeing: beginFreeing3, classAt: classAt2, endFreeing: endFreeing3, isLong: isLong2 } = free_list_exports;
var { tally: tally2 } = tally_exports;
var { load: load3, own: own7, poke: poke7 } = atomics_exports;
var { descend: descend2, isTreeStamp: isTreeStamp2, treeStamp: treeStamp2 } = tree_exports;
var GRACE = 4;
var SIGN = -2147483648;
function isOver(words, era) {
  const steps = load3(words, H_ERA2) - era;
  return ((steps | 0) ^ SIGN) >= (GRACE ^ SIGN);
}
function retire(words, base, ref, refs) {
  poke7(words, ref * 4 + R_STAMP3, load3(words, H_ERA2));
  append(words, base + P_LIMBO_HEAD3, base + P_LIMBO_TAIL2, ref);
  countRetired(words, base, refs);
}
function retireTree(words, base, root, refs) {
  poke7(words, root * 4 + R_STAMP3, treeStamp2(load3(words, H_ERA2)));
  append(words, base + P_LIMBO_HEAD3, base + P_LIMBO_TAIL2, root);
  countRetired(words, base, refs);
}
function hold(words, base, ref, death) {
  poke7(words, ref * 4 + R_STAMP3, death);
  append(words, base + P_HELD_HEAD2, base + P_HELD_TAIL2, ref);
  tally2(words, base + P_HELD_COUNT2, 1);
  countRetired(words, base, 0);
}
function heldAfter(words, base, before) {
  return own7(words, before === 0 ? base + P_HELD_HEAD2 : before * 4 + R_LINK5);
}
function releaseHeld(words, base, before) {
  const next = own7(words, heldAfter(words, base, before) * 4 + R_LINK5);
  if (next === 0) poke7(words, base + P_HELD_TAIL2, before);
  poke7(words, before === 0 ? base + P_HELD_HEAD2 : before * 4 + R_LINK5, next);
  if (CHECKED3) {
    assert3(words[base + P_HELD_COUNT2] > 0, "what is held was counted");
  }
  tally2(words, base + P_HELD_COUNT2, -1);
}
function firstToFree(words, base, era) {
  const ref = own7(words, base + P_LIMBO_HEAD3);
  if (ref === 0) return 0;
  const stamp = own7(words, ref * 4 + R_STAMP3);
  if ((era - stamp | 0) < GRACE) return 0;
  return isTreeStamp2(stamp) ? descend2(words, base, ref) : ref;
}
function leaveLimbo(words, base) {
  removeFirst(words, base + P_LIMBO_HEAD3, base + P_LIMBO_TAIL2);
}
function drain(words, base, most) {
  const era = load3(words, H_ERA2);
  for (let freed = 0; freed < most; freed++) {
    const first = firstToFree(words, base, era);
    if (first === 0) return freed;
    const c = classAt2(words, first);
    if (c < 0 || isLong2(words, base, c)) return freed;
    beginFreeing3(words, base, c, first);
    leaveLimbo(words, base);
    addBlock3(words, base, c, first);
    endFreeing3(words, base, first);
  }
  return most;
}
function append(words, head, tail, ref) {
  poke7(words, ref * 4 + R_LINK5, 0);
  const last = own7(words, tail);
  if (CHECKED3) {
    assert3(words[head] === 0 === (last === 0), "a queue has both ends or none");
    assert3(last !== ref, "a record is in one queue, and once");
  }
  if (last === 0) poke7(words, head, ref);
  else poke7(words, last * 4 + R_LINK5, ref);
  poke7(words, tail, ref);
}
function removeFirst(words, head, tail) {
  const next = own7(words, own7(words, head) * 4 + R_LINK5);
  if (next === 0) poke7(words, tail, 0);
  poke7(words, head, next);
}
function countRetired(words, base, refs) {
  const weight = words[base + P_RECORD_WEIGHT2] + refs;
  words[base + P_RETIRED2] = words[base + P_RETIRED2] + weight;
}

// src/reclamation/registry.ts
var registry_exports = {};
__export(registry_exports, {
  FIRST_PLACE: () => FIRST_PLACE,
  LAST_PLACE: () => LAST_PLACE,
  countOpen: () => countOpen,
  hasDump: () => hasDump,
  isNeeded: () => isNeeded,
  isOlderOpen: () => isOlderOpen,
  isShown: () => isShown,
  isShownNow: () => isShownNow,
  neededFrom: () => neededFrom,
  noteOf: () => noteOf,
  oldestHeld: () => oldestHeld,
  oldestSnapshot: () => oldestSnapshot,
  participantBase: () => participantBase,
  placeOf: () => placeOf,
  revokeDumps: () => revokeDumps
});
var { H_SNAPSHOTS: H_SNAPSHOTS2, NEVER: NEVER2, OPENING: OPENING2, P_NOTES: P_NOTES2, P_REGISTRY: P_REGISTRY2, P_REGISTRY_MARK: P_REGISTRY_MARK2, PARTICIPANT_WORDS: PARTICIPANT_WORDS3, PARTICIPANTS: PARTICIPANTS3, PENDING: PENDING2, REVOKED: REVOKED2 } = layout_exports;
var { compareAndSet: compareAndSet2, load: load4 } = atomics_exports;
var NOTE = P_NOTES2 - P_REGISTRY2;
var SIGN2 = -2147483648;
var FIRST_PLACE = SIGN2;
var LAST_PLACE = 2147483647;
function participantBase(slot) {
  return PARTICIPANTS3 + slot * PARTICIPANT_WORDS3;
}
function noteOf(registryWord) {
  return registryWord + NOTE;
}
function placeOf(hash) {
  return hash ^ SIGN2;
}
function tickOf(word) {
  if (word === 0) return NEVER2;
  if (isPending(word)) return 0;
  return word > 0 ? word : ~word;
}
function isPending(word) {
  return word === PENDING2 || word === OPENING2;
}
function oldestSnapshot(words) {
  let oldest = NEVER2;
  const slots = load4(words, H_SNAPSHOTS2);
  for (let slot = 0; slot < slots; slot++) {
    const base = participantBase(slot);
    const mark = load4(words, base + P_REGISTRY_MARK2);
    for (let i = 0; i < mark; i++) {
      const tick = tickOf(load4(words, base + P_REGISTRY2 + i));
      if (tick < oldest) oldest = tick;
    }
  }
  return oldest;
}
function isShown(words, birth, death, hash) {
  const slots = load4(words, H_SNAPSHOTS2);
  for (let slot = 0; slot < slots; slot++) {
    const base = participantBase(slot);
    const mark = load4(words, base + P_REGISTRY_MARK2);
    for (let i = 0; i < mark; i++) {
      const index = base + P_REGISTRY2 + i;
      const word = load4(words, index);
      if (isPending(word)) return true;
      const tick = tickOf(word);
      if (tick < birth || tick >= death) continue;
      if (word > 0 || placeOf(hash) >= load4(words, index + NOTE)) return true;
    }
  }
  return false;
}
function isShownNow(words, birth, hash) {
  return isShown(words, birth, NEVER2, hash);
}
function isNeeded(words, death, hash) {
  return isShown(words, 0, death, hash);
}
function isOlderOpen(words, birth, hash) {
  const slots = load4(words, H_SNAPSHOTS2);
  for (let slot = 0; slot < slots; slot++) {
    const base = participantBase(slot);
    const mark = load4(words, base + P_REGISTRY_MARK2);
    for (let i = 0; i < mark; i++) {
      const index = base + P_REGISTRY2 + i;
      const word = load4(words, index);
      if (isPending(word) || tickOf(word) >= birth) continue;
      if (word > 0) return true;
      const isYetToCome = placeOf(hash) >= load4(words, index + NOTE);
      if (isYetToCome && load4(words, index) === word) return true;
    }
  }
  return false;
}
function neededFrom(words) {
  let place = LAST_PLACE;
  const slots = load4(words, H_SNAPSHOTS2);
  for (let slot = 0; slot < slots; slot++) {
    const base = participantBase(slot);
    const mark = load4(words, base + P_REGISTRY_MARK2);
    for (let i = 0; i < mark; i++) {
      const index = base + P_REGISTRY2 + i;
      const word = load4(words, index);
      if (word === 0 || word === REVOKED2) continue;
      if (word >= PENDING2) return FIRST_PLACE;
      const passed = load4(words, index + NOTE);
      if (passed < place) place = passed;
    }
  }
  return place;
}
function forEachOpen(words, visit) {
  const slots = load4(words, H_SNAPSHOTS2);
  for (let slot = 0; slot < slots; slot++) {
    const base = participantBase(slot);
    const mark = load4(words, base + P_REGISTRY_MARK2);
    for (let i = 0; i < mark; i++) {
      const index = base + P_REGISTRY2 + i;
      const word = load4(words, index);
      if (word !== 0 && word !== REVOKED2) visit(word, index);
    }
  }
}
function revokeDumps(words) {
  let revoked = false;
  forEachOpen(words, (word, index) => {
    if (isDump(word) && compareAndSet2(words, index, word, REVOKED2)) {
      revoked = true;
    }
  });
  return revoked;
}
function hasDump(words, base) {
  const mark = load4(words, base + P_REGISTRY_MARK2);
  for (let i = 0; i < mark; i++) {
    const word = load4(words, base + P_REGISTRY2 + i);
    if (isDump(word) && word !== REVOKED2) return true;
  }
  return false;
}
function isDump(word) {
  return word < PENDING2;
}
function oldestHeld(words) {
  let oldest = NEVER2;
  let found = 0;
  forEachOpen(words, (word, index) => {
    if (word < 0 || word >= oldest) return;
    oldest = word;
    found = index;
  });
  return found;
}
function countOpen(words) {
  let open = 0;
  forEachOpen(words, () => open++);
  return open;
}

// src/reclamation/held_versions.ts
var { H_SNAPSHOT_CHANGES: H_SNAPSHOT_CHANGES2, R_STAMP: R_STAMP4 } = layout_exports;
var { load: load5, own: own8 } = atomics_exports;
var HeldVersions = class {
  /** Set when there is a table: until then, what an older snapshot is open for stays. */
  chains;
  #words;
  #holder;
  /** The version after which the next look is due; 0: at the first. */
  #lookedAt = 0;
  /** What \`H_SNAPSHOT_CHANGES\` said when this round of looks began. */
  #changes;
  constructor(words, holder) {
    this.#words = words;
    this.#holder = holder;
    this.#changes = load5(words, H_SNAPSHOT_CHANGES2) - 1 | 0;
  }
  /**
   * Retires versions that no snapshot needs, open or yet to be opened: \`most\` of those that died
   * before all of them, and what it finds in so many \`looks\` at others, or at what is passed in
   * their chains.
   */
  release(most, looks2) {
    const words = this.#words;
    const holder = this.#holder;
    if (heldAfter(words, holder.base, 0) === 0) return;
    holder.pin();
    try {
      const oldest = oldestSnapshot(words);
      for (let released = 0; released < most; released++) {
        const ref = heldAfter(words, holder.base, 0);
        if (ref === 0 || own8(words, ref * 4 + R_STAMP4) > oldest) break;
        this.#retire(0, ref);
      }
      this.#lookThrough(oldest, looks2);
    } finally {
      holder.unpin();
    }
  }
  /**
   * Looks at the next held versions. A round through all of them begins when a snapshot was opened
   * or closed since the last one began: else nothing is needed less.
   */
  #lookThrough(oldest, looks2) {
    const words = this.#words;
    const chains = this.chains;
    if (chains === void 0) return;
    if (this.#lookedAt === 0) {
      const changes = load5(words, H_SNAPSHOT_CHANGES2);
      if (changes === this.#changes) return;
      this.#changes = changes;
    }
    const start = chains.passed;
    for (let looked = 0; looked + chains.passed - start < looks2; looked++) {
      const ref = heldAfter(words, this.#holder.base, this.#lookedAt);
      if (ref === 0) {
        this.#lookedAt = 0;
        return;
      }
      if (this.#mayGo(chains, ref, oldest)) this.#retire(this.#lookedAt, ref);
      else this.#lookedAt = ref;
    }
  }
  /** Whether nobody needs a version: an older snapshot cannot come by any more, either. */
  #mayGo(chains, ref, oldest) {
    const words = this.#words;
    const death = own8(words, ref * 4 + R_STAMP4);
    if (death <= oldest) return true;
    const outcome = chains.releaseHeld(ref, death);
    if (outcome === "later") this.#changes = this.#changes - 1 | 0;
    return outcome === "out";
  }
  /** Retires the version that is held behind another one, or first if that is 0. */
  #retire(before, ref) {
    const words = this.#words;
    const { base } = this.#holder;
    if (this.#lookedAt === ref) this.#lookedAt = 0;
    enter(words, base);
    releaseHeld(words, base, before);
    this.#holder.retire(ref);
    leave(words, base);
  }
};

// src/reclamation/collector.ts
var { H_ERA: H_ERA3, H_FLUSH: H_FLUSH2, H_PARTICIPANTS: H_PARTICIPANTS2, P_HELD_HEAD: P_HELD_HEAD3, P_LIMBO_HEAD: P_LIMBO_HEAD4, P_PIN: P_PIN2, P_RECORD_WEIGHT: P_RECORD_WEIGHT3, P_RETIRED: P_RETIRED3, P_USED_REFS: P_USED_REFS3, REF_BYTES: REF_BYTES3 } = layout_exports;
var { add: add2, compareAndSet: compareAndSet3, hint: hint3, load: load6, own: own9 } = atomics_exports;
var { enter: enter3, leave: leave3 } = section_exports;
var RETIRES_PER_COLLECT = 64;
var COLLECTS_PER_SEGMENT = 256;
var MUCH = 1 / 16;
var MUCH_RETIRED = 2;
var FREES_PER_COLLECT = 256;
var LOOKS_PER_RECORD = 4;
var LEAST_LOOKS = 8;
var LOOKS_AT_REST = 4096;
var ALL = 2147483647;
var Collector = class {
  held;
  #owner;
  #words;
  #freeBlocks;
  /** The most that may be retired until the next collection, in refs. */
  #mostRetired;
  #muchFreed;
  /** The era that did not go on for a whole wait; 0: none. */
  #stuckAt = 0;
  /** The last request to give back free blocks that it has followed. */
  #flushed;
  #usedRefs = 0;
  constructor(owner) {
    const { base, segment } = owner;
    const { words } = segment;
    this.#owner = owner;
    this.#words = words;
    this.#flushed = load6(words, H_FLUSH2);
    this.held = new HeldVersions(words, owner);
    const refs = segment.buffer.byteLength / REF_BYTES3;
    this.#mostRetired = refs / COLLECTS_PER_SEGMENT;
    this.#muchFreed = refs * MUCH;
    words[base + P_RETIRED3] = 0;
    words[base + P_RECORD_WEIGHT3] = Math.ceil(this.#mostRetired / RETIRES_PER_COLLECT);
    this.#freeBlocks = segment.kernel?.drain ?? ((base2, most) => drain(words, base2, most));
  }
  // ---- when -------------------------------------------------------------------------------------
  /** After a write: collects now and then, or when another one asked for free blocks. */
  collectSometimes() {
    const retired = this.#words[this.#owner.base + P_RETIRED3];
    if (retired < this.#mostRetired && hint3(this.#words, H_FLUSH2) === this.#flushed) return;
    this.#owner.renewPin();
    this.collect(FREES_PER_COLLECT);
    if (retired >= MUCH_RETIRED * this.#mostRetired) this.#collectMuch(retired);
  }
  /**
   * After something large was retired, as a table: it is free at once, if nobody reads at the
   * moment. Else the next operations try again, but not for long. This worker may be about to block
   * for ever, and nobody else can free what is in its limbo.
   */
  #collectMuch(retired) {
    const { base } = this.#owner;
    for (let i = 0; i < 2; i++) {
      this.#owner.renewPin();
      this.collect(FREES_PER_COLLECT);
    }
    if (this.hasRetired) this.#words[base + P_RETIRED3] = retired >> 1;
  }
  /**
   * As \`collect\`, at rest: a participant that used no memory since the last time needs none at
   * hand, and gives it to the others; one that freed much makes whole chunks of it, before it is
   * used again here and there.
   */
  collectAtRest() {
    const { allocator, base } = this.#owner;
    this.collect(ALL, LOOKS_AT_REST);
    const used = own9(this.#words, base + P_USED_REFS3);
    const change2 = used - this.#usedRefs | 0;
    if (change2 === 0) allocator.flush();
    else if (-change2 > this.#muchFreed) allocator.consolidate(true);
    this.#usedRefs = used;
  }
  /** Frees all that can be freed now, renewing the own pin if it is kept between operations. */
  collectAll() {
    for (let i = 0; i < 3; i++) {
      this.#owner.renewPin();
      this.collect(ALL, ALL);
    }
  }
  // ---- how --------------------------------------------------------------------------------------
  /**
   * Advances the era if it can, releases held versions, and frees up to \`most\` records. Gives the
   * free blocks to the others if one of them asked.
   */
  collect(most = ALL, looks2 = this.#looksDue) {
    const words = this.#words;
    const { base } = this.#owner;
    words[base + P_RETIRED3] = 0;
    this.advance();
    this.held.release(most, looks2);
    enter3(words, base);
    this.#drain(most);
    const asked2 = load6(words, H_FLUSH2);
    if (asked2 !== this.#flushed) {
      this.#flushed = asked2;
      this.#owner.allocator.flush();
    }
    leave3(words, base);
  }
  get #looksDue() {
    const { base } = this.#owner;
    const records = this.#words[base + P_RETIRED3] / this.#words[base + P_RECORD_WEIGHT3];
    return LEAST_LOOKS + LOOKS_PER_RECORD * Math.min(RETIRES_PER_COLLECT, records);
  }
  /** One try to advance the era: it goes on when every pinned participant has seen it. */
  advance() {
    const words = this.#words;
    const era = load6(words, H_ERA3);
    if (CHECKED) assert((era & 1) === 1, "an era is odd: 0 is no pin");
    const slots = load6(words, H_PARTICIPANTS2);
    for (let slot = 0; slot < slots; slot++) {
      const pin2 = load6(words, participantBase(slot) + P_PIN2);
      if (pin2 !== 0 && pin2 !== era) return false;
    }
    return compareAndSet3(words, H_ERA3, era, era + 2 | 0);
  }
  /** Frees what has no reader left. Blocks go by the kernel, runs of chunks one by one. */
  #drain(most) {
    const words = this.#words;
    const { allocator, base } = this.#owner;
    const used = own9(words, base + P_USED_REFS3);
    let freed = 0;
    while (freed < most) {
      freed += this.#freeBlocks(base, most - freed);
      const ref = freed < most ? firstToFree(words, base, load6(words, H_ERA3)) : 0;
      if (ref === 0) break;
      allocator.freeFrom(ref, () => leaveLimbo(words, base));
      freed++;
    }
    if (freed === 0) return;
    this.#owner.count("reclaimed", freed);
    allocator.noteFreed(used - own9(words, base + P_USED_REFS3) | 0);
  }
  /** Whether something that was retired is not free yet. */
  get hasRetired() {
    return own9(this.#words, this.#owner.base + P_LIMBO_HEAD4) !== 0;
  }
  /** Whether versions are held for open snapshots. */
  get holdsVersions() {
    return own9(this.#words, this.#owner.base + P_HELD_HEAD3) !== 0;
  }
  // ---- waiting ----------------------------------------------------------------------------------
  /** Asks the others to give back what their free lists hold. */
  askForFlush() {
    this.#flushed = add2(this.#words, H_FLUSH2, 1) + 1 | 0;
  }
  /** Frees all that is retired, and waits for those who may still read it; false: some is left. */
  drainAndWait() {
    return this.waitFor(() => !this.hasRetired);
  }
  /**
   * Waits for memory that somebody retired, but not for long, and asks the others for theirs; says
   * whether it came. If a reader kept the era from going on for a whole wait, it waits again only
   * when the era has gone on.
   */
  waitFor(came) {
    this.collectAll();
    if (came()) return true;
    const before = load6(this.#words, H_ERA3);
    if (before === this.#stuckAt) return false;
    const wait = new BoundedWait();
    do {
      this.#owner.allocator.flush();
      this.askForFlush();
      if (!wait.nap()) {
        this.#stuckAt = load6(this.#words, H_ERA3) === before ? before : 0;
        return false;
      }
      this.collectAll();
    } while (!came());
    return true;
  }
  /** As \`waitFor\`, for memory for a block, which the caller may then take. */
  waitForBlock(bytes, purpose) {
    const { allocator, base } = this.#owner;
    return this.waitFor(() => {
      enter3(this.#words, base);
      const ref = allocator.allocate(bytes, purpose);
      if (ref !== 0) allocator.free(ref);
      leave3(this.#words, base);
      return ref !== 0;
    });
  }
};

// src/reclamation/pin.ts
var pin_exports = {};
__export(pin_exports, {
  clearPin: () => clearPin,
  setPin: () => setPin
});
var { H_ERA: H_ERA4, P_PIN: P_PIN3 } = layout_exports;
var { hint: hint4, release: release2, store: store3 } = atomics_exports;
function setPin(words, base) {
  store3(words, base + P_PIN3, hint4(words, H_ERA4));
}
function clearPin(words, base) {
  release2(words, base + P_PIN3, 0);
}

// src/reclamation/participant.ts
var { COUNTERS: COUNTERS2, ESTATE: ESTATE2, H_ERA: H_ERA5, H_PARTICIPANTS: H_PARTICIPANTS3, H_SNAPSHOTS: H_SNAPSHOTS3, H_SNAPSHOT_CHANGES: H_SNAPSHOT_CHANGES3, MAX_CLASSES: MAX_CLASSES3, MAX_PARTICIPANTS: MAX_PARTICIPANTS2, P_CHUNK: P_CHUNK3, P_COUNTERS: P_COUNTERS2, P_EXPECTED: P_EXPECTED2, P_FREE: P_FREE4, P_HAND: P_HAND4, P_HORIZON: P_HORIZON2, P_HELD_COUNT: P_HELD_COUNT3, P_HELD_HEAD: P_HELD_HEAD4, P_HELD_TAIL: P_HELD_TAIL3, P_LIMBO_HEAD: P_LIMBO_HEAD5, P_LIMBO_TAIL: P_LIMBO_TAIL3, P_PERMITS: P_PERMITS2, P_PIN: P_PIN4, P_REGISTRY: P_REGISTRY3, P_REGISTRY_MARK: P_REGISTRY_MARK3, P_SECTION: P_SECTION3, P_STATE: P_STATE2, R_LINK: R_LINK6, R_STAMP: R_STAMP5, REGISTRY_WORDS: REGISTRY_WORDS2 } = layout_exports;
var { add: add3, compareAndSet: compareAndSet4, load: load7, own: own10, poke: poke8, store: store4 } = atomics_exports;
var { assert: assert4, CHECKED: CHECKED4 } = assert_exports;
var { enter: enter4, isCutShort: isCutShort2, leave: leave4 } = section_exports;
var { clearPin: clearPin2, setPin: setPin2 } = pin_exports;
var NOWHERE = 0;
function withdraw(words, base) {
  for (let i = 0; i < REGISTRY_WORDS2; i++) {
    store4(words, base + P_REGISTRY3 + i, 0);
  }
  add3(words, H_SNAPSHOT_CHANGES3, 1);
  store4(words, base + P_HORIZON2, 0);
  poke8(words, base + P_EXPECTED2, 0);
  store4(words, base + P_PIN4, 0);
}
var Participant = class _Participant {
  segment;
  slot;
  /** The number of the Web Lock that stands for its life. */
  lock;
  #words;
  #allocator;
  #collector;
  /**
   * Changes once before it is used: V8 throws away what it has compiled for a field that never
   * changed, when it does.
   */
  #base = NOWHERE;
  #depth = 0;
  #kept = 0;
  #repair;
  #onCutShort;
  #isRepairing = false;
  constructor(segment, slot, lock) {
    this.segment = segment;
    this.slot = slot;
    this.lock = lock;
    this.#allocator = new Allocator(segment, slot);
    this.#words = segment.words;
    this.#base = participantBase(slot);
    this.#collector = new Collector(this);
  }
  /**
   * Takes a free record, or returns undefined when all are taken. \`lock\` is the number of the Web
   * Lock that the caller holds already: from the moment the record says so, anybody may test
   * whether its worker lives.
   */
  static join(segment, lock) {
    const words = segment.words;
    for (let slot = 0; slot < MAX_PARTICIPANTS2; slot++) {
      const index = participantBase(slot) + P_STATE2;
      const state = load7(words, index);
      if (state !== 0 && state !== ESTATE2) continue;
      raise2(words, H_PARTICIPANTS3, slot + 1);
      if (compareAndSet4(words, index, state, lock)) {
        if (CHECKED4 && state === 0) checkBare(words, index - P_STATE2);
        return new _Participant(segment, slot, lock);
      }
    }
    return void 0;
  }
  /** Whether it has not left. */
  get isHere() {
    return this.#base !== NOWHERE;
  }
  /** Word index of its record. Throws \`ClosedError\` once it has left, as does whatever needs it. */
  get base() {
    if (this.#base === NOWHERE) this.#refuse();
    return this.#base;
  }
  /** Its memory, likewise. */
  get allocator() {
    if (this.#base === NOWHERE) this.#refuse();
    return this.#allocator;
  }
  #refuse() {
    throw mapClosed("use the map", this.segment.name);
  }
  /**
   * Ends the participation. What cannot be given away at once (records that some reader may still
   * see, versions that a snapshot shows) stays in the record, which is free then all the same: see
   * \`estate.ts\`.
   */
  leave() {
    const { base } = this;
    const words = this.#words;
    this.heal();
    this.#depth = 0;
    this.#kept = 0;
    withdraw(words, base);
    this.collectAll();
    const empty = this.allocator.giveAll() && own10(words, base + P_LIMBO_HEAD5) === 0 && own10(words, base + P_HELD_HEAD4) === 0;
    this.#base = NOWHERE;
    if (CHECKED4 && empty) checkBare(words, base);
    store4(words, base + P_STATE2, empty ? 0 : ESTATE2);
  }
  /** Gives up its record: it left, or could not, and then others clear up. */
  abandon() {
    this.#base = NOWHERE;
  }
  /**
   * Takes over the queues and free blocks of one that is dead, or has left: a record at a time,
   * each in one hand at most.
   */
  adopt(base) {
    const words = this.#words;
    finishDescent(words, base);
    for (; ; ) {
      const first = own10(words, base + P_LIMBO_HEAD5);
      if (first === 0) break;
      const isTree = isTreeStamp(own10(words, first * 4 + R_STAMP5));
      const ref = isTree ? descend(words, base, first) : first;
      poke8(words, base + P_LIMBO_HEAD5, own10(words, ref * 4 + R_LINK6));
      this.retire(ref);
    }
    poke8(words, base + P_LIMBO_TAIL3, 0);
    for (; ; ) {
      const ref = own10(words, base + P_HELD_HEAD4);
      if (ref === 0) break;
      poke8(words, base + P_HELD_HEAD4, own10(words, ref * 4 + R_LINK6));
      this.hold(ref, own10(words, ref * 4 + R_STAMP5));
    }
    poke8(words, base + P_HELD_TAIL3, 0);
    poke8(words, base + P_HELD_COUNT3, 0);
    this.allocator.adopt(base);
  }
  // ---- sections ---------------------------------------------------------------------------------
  /** Begins a section of an operation: see \`segment/section.ts\`. */
  enterSection() {
    enter4(this.#words, this.base);
  }
  /** Ends it. */
  leaveSection() {
    leave4(this.#words, this.base);
  }
  /**
   * Says what brings the record in order after a section that was cut short: \`repair\`, which may be
   * called again if it is cut short itself; and what sees to it that this is \`soon\`, since the pin
   * of that section is kept until then.
   */
  repairWith(repair2, soon) {
    this.#repair = repair2;
    this.#onCutShort = soon;
  }
  /** Brings the record in order if a section was cut short. Called where none can be under way. */
  heal() {
    if (!isCutShort2(this.#words, this.base) || this.#isRepairing) return;
    this.#isRepairing = true;
    try {
      this.#repairPinned();
    } finally {
      this.#isRepairing = false;
    }
  }
  /**
   * What was in hand may have been linked, and retired since: so the section keeps its pin until
   * it is known.
   */
  #repairPinned() {
    const words = this.#words;
    const pin2 = this.base + P_PIN4;
    if (own10(words, pin2) === 0) store4(words, pin2, load7(words, H_ERA5));
    this.#repair?.();
    poke8(words, this.base + P_SECTION3, 0);
    if (this.#depth === 0) clearPin2(words, this.base);
  }
  /**
   * Whether an operation was stopped and has left its pin: there are more than the caller of the
   * map keeps. Asked in a timer, where no operation is under way.
   */
  get isStopped() {
    return this.#depth !== this.#kept || this.#isRepairing;
  }
  /** Gives up the pins of operations that were stopped. */
  dropStalePins() {
    this.#isRepairing = false;
    this.#depth = this.#kept;
    if (this.#depth === 0 && !isCutShort2(this.#words, this.base)) {
      clearPin2(this.#words, this.base);
    }
  }
  // ---- pins -------------------------------------------------------------------------------------
  /** From here on nothing that this participant can reach is reused. Wait-free; nests. */
  pin() {
    const { base } = this;
    if (isCutShort2(this.#words, base)) this.heal();
    this.pinInSection();
  }
  /** As \`pin\`, within a section, which must end before the pin does. */
  pinInSection() {
    const words = this.#words;
    if (this.#depth === 0 && !this.#isRepairing) {
      setPin2(words, this.base);
    }
    this.#depth++;
  }
  /**
   * Ends the innermost pin, unless a section was cut short: then the repair does. Wait-free. Once
   * the participant has left, all of its pins have ended.
   */
  unpin() {
    const words = this.#words;
    if (CHECKED4) {
      assert4(this.#depth > 0 || !this.isHere, "an unpin has its pin");
    }
    if (this.#depth === 1) {
      if (isCutShort2(words, this.base)) this.#onCutShort?.();
      else clearPin2(words, this.base);
    }
    this.#depth--;
  }
  /** Pins for the caller of the map, over many operations. */
  keepPin() {
    this.#kept++;
    this.pin();
  }
  /** Ends a pin of the caller. */
  releasePin() {
    this.#kept--;
    this.unpin();
  }
  /**
   * Renews a pin that the caller keeps: between operations no ref is in use, and the era can go on.
   */
  renewPin() {
    if (this.#depth > 0 && this.#depth === this.#kept) {
      store4(this.#words, this.base + P_PIN4, load7(this.#words, H_ERA5));
    }
  }
  // ---- limbo ------------------------------------------------------------------------------------
  /** Takes a record that was just unlinked; it is freed when no reader can be left. */
  retire(ref) {
    const refs = this.allocator.runRefs(ref);
    enter4(this.#words, this.base);
    retire(this.#words, this.base, ref, refs);
    leave4(this.#words, this.base);
  }
  /**
   * Takes the root of a tree that was just unlinked; all of the tree, of so many refs, is freed
   * when no reader can be left.
   */
  retireTree(root, refs) {
    enter4(this.#words, this.base);
    retireTree(this.#words, this.base, root, refs);
    leave4(this.#words, this.base);
  }
  /** Keeps a version that an open snapshot needs, until none does. It died at \`death\`. */
  hold(ref, death) {
    enter4(this.#words, this.base);
    hold(this.#words, this.base, ref, death);
    leave4(this.#words, this.base);
  }
  /** What takes held versions out of their chains: set when there is a table. */
  set chains(chains) {
    this.#collector.held.chains = chains;
  }
  /** See {@linkcode Collector.collectSometimes}. */
  collectSometimes() {
    this.#collector.collectSometimes();
  }
  /** See {@linkcode Collector.collect}. */
  collect(most) {
    this.#collector.collect(most);
  }
  /** See {@linkcode Collector.collectAtRest}. */
  collectAtRest() {
    this.#collector.collectAtRest();
  }
  /** See {@linkcode Collector.collectAll}. */
  collectAll() {
    this.#collector.collectAll();
  }
  /** See {@linkcode Collector.advance}. */
  advance() {
    return this.#collector.advance();
  }
  /** See {@linkcode Collector.hasRetired}. */
  get hasRetired() {
    return this.#collector.hasRetired;
  }
  /** See {@linkcode Collector.holdsVersions}. */
  get holdsVersions() {
    return this.#collector.holdsVersions;
  }
  /** See {@linkcode Collector.askForFlush}. */
  askForFlush() {
    this.#collector.askForFlush();
  }
  /** See {@linkcode Collector.drainAndWait}. */
  drainAndWait() {
    return this.#collector.drainAndWait();
  }
  /** See {@linkcode Collector.waitFor}. */
  waitFor(came) {
    return this.#collector.waitFor(came);
  }
  /** See {@linkcode Collector.waitForBlock}. */
  waitForBlock(bytes, purpose) {
    return this.#collector.waitForBlock(bytes, purpose);
  }
  // ---- snapshots --------------------------------------------------------------------------------
  /** A free registry word of this participant, or 0 when all are in use. */
  freeRegistryWord() {
    for (let i = 0; i < REGISTRY_WORDS2; i++) {
      const index = this.base + P_REGISTRY3 + i;
      if (own10(this.#words, index) === 0) return index;
    }
    return 0;
  }
  /**
   * Clears the registry words of this participant but those in use: the others are of snapshots
   * whose opening or closing was cut short.
   */
  closeSnapshotsBut(inUse2) {
    for (let i = 0; i < REGISTRY_WORDS2; i++) {
      const index = this.base + P_REGISTRY3 + i;
      if (!inUse2.has(index)) store4(this.#words, index, 0);
    }
  }
  /** Raises the marks that bound the scans, so that no scan misses this registry word. */
  raiseSnapshotMarks(index) {
    const mark = this.base + P_REGISTRY_MARK3;
    raise2(this.#words, H_SNAPSHOTS3, this.slot + 1);
    raise2(this.#words, mark, index - this.base - P_REGISTRY3 + 1);
  }
  /** Says that a snapshot was opened or closed: what is held may be needed less. */
  noteTurn() {
    add3(this.#words, H_SNAPSHOT_CHANGES3, 1);
  }
  // ---- counters ---------------------------------------------------------------------------------
  /** Adds to one of this participant's own counters. */
  count(counter, by = 1) {
    this.segment.floats[this.counterIndex(counter)] += by;
  }
  /** Index of a counter in \`segment.floats\`, for hot paths. */
  counterIndex(counter) {
    return (this.base + P_COUNTERS2) / 2 + COUNTERS2.indexOf(counter);
  }
  /** Adds to a wrapping counter of the record. */
  tally(word, by) {
    tally(this.#words, this.base + word, by);
  }
  /** Slots of the current table that this participant may still claim. */
  get permits() {
    return own10(this.#words, this.base + P_PERMITS2);
  }
  set permits(value) {
    poke8(this.#words, this.base + P_PERMITS2, value);
  }
};
function checkBare(words, base) {
  const heads = [
    P_LIMBO_HEAD5,
    P_HELD_HEAD4,
    P_HAND4,
    P_PIN4,
    P_HORIZON2
  ];
  for (let c = 0; c < MAX_CLASSES3; c++) heads.push(P_FREE4 + c, P_CHUNK3 + c);
  const left = heads.filter((word) => words[base + word] !== 0);
  assert4(left.length === 0, \`a free record is empty, but for words \${left}\`);
}
function raise2(words, index, value) {
  for (; ; ) {
    const mark = load7(words, index);
    if (mark >= value || compareAndSet4(words, index, mark, value)) return;
  }
}

// src/reclamation/repair.ts
function repair(segment, slot, isLinked) {
  const record = new Record(segment, slot);
  record.mendQueues();
  finishChunkChange(segment, slot);
  record.finishCut();
  record.finishMove();
  record.finishHand(isLinked);
  record.finishTransit();
  record.freeClaimedChunks();
  if (CHECKED) record.checkIdle();
}
var Record = class {
  #segment;
  #slot;
  #base;
  constructor(segment, slot) {
    this.#segment = segment;
    this.#slot = slot;
    this.#base = participantBase(slot);
  }
  #own(word) {
    return own(this.#segment.words, this.#base + word);
  }
  #set(word, value) {
    poke(this.#segment.words, this.#base + word, value);
  }
  get #classes() {
    return [
      ...this.#segment.classes.refs.keys()
    ];
  }
  /** Nothing is on its way any more. */
  checkIdle() {
    const { words } = this.#segment;
    const left = [
      P_TAKING,
      P_FREEING,
      P_HAND,
      P_CHUNK_CHANGE
    ].filter((word) => words[this.#base + word] !== 0);
    assert(left.length === 0, \`a record is repaired, but for words \${left}\`);
  }
  // ---- one block --------------------------------------------------------------------------------
  /**
   * A block that was just cut is the first of its list, though its chunk may not say yet that it
   * was cut. A chunk that is all cut is nobody's to cut: its blocks may be given away, and it be
   * another's.
   */
  finishCut() {
    const segment = this.#segment;
    for (const c of this.#classes) {
      const chunk = this.#own(P_CHUNK + c) - 1;
      if (chunk < 0 || !this.#isOfClass(chunk, c)) continue;
      const cutAt = segment.descriptor(chunk) + 1;
      const size = segment.classes.refs[c];
      let at = own(segment.words, cutAt);
      if (this.#own(P_FREE + c) === segment.chunkRef(chunk) + at) {
        at += size;
        poke(segment.words, cutAt, at);
      }
      if (at + size > 2 ** segment.chunkShift) this.#set(P_CHUNK + c, 0);
    }
  }
  /** Else it was claimed to be cut, or is being given back. */
  #isOfClass(chunk, c) {
    const { words } = this.#segment;
    return load(words, this.#segment.descriptor(chunk)) === c + 1;
  }
  /** Ends the way of a block from a list into the hand, or to a list. */
  finishMove() {
    const { words } = this.#segment;
    const taking = this.#own(P_TAKING);
    if (taking !== 0) {
      const isTaken = this.#own(P_FREE + this.#classAt(taking)) !== taking;
      if (isTaken) endTaking(words, this.#base, taking);
      else this.#set(P_TAKING, 0);
    }
    const freeing = this.#own(P_FREEING);
    if (freeing === 0) return;
    if (this.#isListed(P_LIMBO_HEAD, freeing)) this.#set(P_FREEING, 0);
    else this.#finishFreeing(freeing);
  }
  #finishFreeing(ref) {
    const { words } = this.#segment;
    const c = this.#classAt(ref);
    if (c < 0) return this.#finishFreeingRun(ref);
    const isListed = this.#own(P_FREE + c) === ref;
    if (!isListed) addBlock(words, this.#base, c, ref);
    endFreeing(words, this.#base, ref);
  }
  /** The run of chunks is given back from here on: {@linkcode freeClaimedChunks} ends that. */
  #finishFreeingRun(ref) {
    const segment = this.#segment;
    const chunk = segment.chunkOf(ref);
    const state = load(segment.words, segment.descriptor(chunk));
    const length = runLength(state);
    if (length > 0) {
      const mine = CHUNK_TAKING | this.#slot;
      const refs = length * 2 ** segment.chunkShift;
      changeChunk(segment, this.#slot, chunk, mine, -length, -refs);
    }
    this.#set(P_FREEING, 0);
  }
  /** The class of a block; -1: it is a run of chunks, perhaps one that is being given back. */
  #classAt(ref) {
    const segment = this.#segment;
    const chunk = segment.chunkOf(ref);
    const state = load(segment.words, segment.descriptor(chunk));
    return state >= 1 && state <= MAX_CLASSES ? state - 1 : -1;
  }
  /**
   * Counts the version in hand if it was linked; else frees it, unless it is a run, which is found
   * by its owner's name.
   */
  finishHand(isLinked) {
    const { words } = this.#segment;
    const hand = this.#own(P_HAND);
    if (hand === 0) return;
    if (hand < 0 && isLinked(-hand)) {
      this.#set(P_ENTRIES, this.#own(P_ENTRIES_AHEAD));
      this.#set(P_LIVE_REFS, this.#own(P_LIVE_AHEAD));
      this.#set(P_HAND, 0);
      return;
    }
    const ref = Math.abs(hand);
    const c = this.#classAt(ref);
    if (c < 0) return this.#set(P_HAND, 0);
    pushBlock(words, this.#base, c, ref);
  }
  // ---- batches ----------------------------------------------------------------------------------
  /** Finishes or undoes what was done at a transfer word, if that word still says so. */
  finishTransit() {
    const { words } = this.#segment;
    const word = this.#own(P_TRANSIT_WORD);
    if (word === 0 || load(words, word) !== -(this.#slot + 1)) return;
    const old = this.#own(P_TRANSIT_OLD);
    const brought = this.#own(P_TRANSIT_REF);
    const list = P_FREE + Math.floor((word - TRANSFER) / TRANSFER_WAYS);
    if (brought === 0) {
      if (this.#isListed(list, old)) {
        return store(words, word, own(words, old * 4 + B_NEXT));
      }
      this.#cutBatch(old);
      return store(words, word, old);
    }
    if (this.#isListed(list, brought)) return store(words, word, old);
    poke(words, this.#own(P_TRANSIT_CUT) * 4 + R_LINK, 0);
    store(words, word, brought);
  }
  /** Whether a block is on a list or in a queue of this participant's. */
  #isListed(list, wanted) {
    const { words } = this.#segment;
    let ref = this.#own(list);
    while (ref !== 0 && ref !== wanted) ref = own(words, ref * 4 + R_LINK);
    return ref !== 0;
  }
  /** Ends a batch where its count says, in case it was already linked to the taker's list. */
  #cutBatch(batch) {
    const { words } = this.#segment;
    let last = batch;
    for (let i = 1; i < own(words, batch * 4 + B_COUNT); i++) {
      const next = own(words, last * 4 + R_LINK);
      if (next === 0) return;
      last = next;
    }
    poke(words, last * 4 + R_LINK, 0);
  }
  // ---- chunks -----------------------------------------------------------------------------------
  /** Frees the chunks that were being claimed or given back, and takes them off the lists first. */
  freeClaimedChunks() {
    const segment = this.#segment;
    const { words } = segment;
    const claimed = /* @__PURE__ */ new Set();
    for (let chunk = 0; chunk < segment.chunkCount; chunk++) {
      const state = load(words, segment.descriptor(chunk));
      if (state === (CHUNK_TAKING | this.#slot)) claimed.add(chunk);
      else if (state === CHUNK_BODY && claimed.has(chunk - 1)) {
        claimed.add(chunk);
      }
    }
    if (claimed.size > 0) this.#takeOffLists(claimed);
    doubt(words, claimed.size);
    for (const chunk of [
      ...claimed
    ].reverse()) {
      poke(words, segment.descriptor(chunk) + 1, 0);
      store(words, segment.descriptor(chunk), CHUNK_FREE);
    }
    balanceChunks(words, this.#base);
    poke(words, H_CHUNK_HINT, 0);
  }
  /** Takes chunks off the lists, and off what was being cut. */
  #takeOffLists(chunks) {
    for (const c of this.#classes) {
      const current = this.#own(P_CHUNK + c);
      if (current !== 0 && chunks.has(current - 1)) this.#set(P_CHUNK + c, 0);
      const list = this.#base + P_FREE + c;
      const stay = unlinkChunks(this.#segment, list, chunks);
      this.#set(P_FREE_COUNT + c, stay);
    }
  }
  // ---- queues and lists -------------------------------------------------------------------------
  /** Queues and lists are what their first record leads to: ends and lengths follow from that. */
  mendQueues() {
    finishDescent(this.#segment.words, this.#base);
    this.#set(P_LIMBO_TAIL, this.#walk(P_LIMBO_HEAD).last);
    const held = this.#walk(P_HELD_HEAD);
    this.#set(P_HELD_TAIL, held.last);
    this.#set(P_HELD_COUNT, held.count);
    for (const c of this.#classes) {
      this.#set(P_FREE_COUNT + c, this.#walk(P_FREE + c).count);
    }
  }
  #walk(head) {
    const { words } = this.#segment;
    let last = 0;
    let count = 0;
    for (let ref = this.#own(head); ref !== 0; ref = own(words, ref * 4 + R_LINK)) {
      last = ref;
      count++;
    }
    return {
      last,
      count
    };
  }
};

// src/reclamation/recovery.ts
async function livingLocks() {
  const { held, pending } = await locks.query();
  return new Set([
    ...held,
    ...pending
  ].map((lock) => lock.name));
}
function lifelineName(segment, lock) {
  return \`epochmap \${segment.id} participant \${lock}\`;
}
async function recoverDead(self, tables, living) {
  const segment = self.segment;
  const suspects = findSuspects(segment, self.slot, living);
  if (suspects.length === 0) return 0;
  const one = {
    ifAvailable: true
  };
  return await locks.request(\`epochmap \${segment.id} recovery\`, one, async (mine) => {
    let recovered = 0;
    if (mine === null) return 0;
    for (const { slot, state } of suspects) {
      const name = lifelineName(segment, Math.abs(state));
      await locks.request(name, one, (dead) => {
        if (dead === null || !self.isHere || self.isStopped) return;
        if (load(segment.words, participantBase(slot) + P_STATE) !== state) {
          return;
        }
        recover(self, slot, tables);
        recovered++;
      });
    }
    return recovered;
  });
}
function findSuspects(segment, self, living) {
  const suspects = [];
  const slots = load(segment.words, H_PARTICIPANTS);
  for (let slot = 0; slot < slots; slot++) {
    const state = load(segment.words, participantBase(slot) + P_STATE);
    if (slot === self || state === 0 || state === ESTATE) continue;
    if (living.has(lifelineName(segment, Math.abs(state)))) continue;
    suspects.push({
      slot,
      state
    });
  }
  return suspects;
}
function recover(self, slot, tables) {
  const segment = self.segment;
  const words = segment.words;
  const base = participantBase(slot);
  self.heal();
  repair(segment, slot, (version) => tables.isLinked(version));
  tables.reap(slot);
  withdraw(words, base);
  self.adopt(base);
  const permits = own(words, base + P_PERMITS);
  poke(words, base + P_PERMITS, 0);
  if (permits > 0) tables.returnPermits(permits);
  tables.freeUnlinked(slot);
  if (load(words, base + P_STATE) > 0) self.count("recoveries");
  poke(words, base + P_SECTION, 0);
  store(words, base + P_STATE, 0);
}
function repairOwn(self, tables) {
  repair(self.segment, self.slot, (version) => tables.isLinked(version));
  tables.reap(self.slot);
  tables.freeUnlinked(self.slot);
}

// src/table/version.ts
var version_exports = {};
__export(version_exports, {
  SIGN: () => SIGN3,
  bytesOf: () => bytesOf,
  cameTooLate: () => cameTooLate,
  contentRefs: () => contentRefs,
  copyVersion: () => copyVersion,
  endOf: () => endOf,
  expiryOf: () => expiryOf,
  hasExpired: () => hasExpired,
  hasKey: () => hasKey,
  isOfKey: () => isOfKey,
  isTombstone: () => isTombstone,
  keyBytes: () => keyBytes,
  keyIndex: () => keyIndex,
  keyIsWide: () => keyIsWide,
  keyWords: () => keyWords,
  sameKey: () => sameKey,
  settle: () => settle,
  tombstoneBytes: () => tombstoneBytes,
  touchVersion: () => touchVersion,
  valueBytes: () => valueBytes,
  valueIndex: () => valueIndex,
  valueIndexOf: () => valueIndexOf,
  valueTag: () => valueTag,
  versionBytes: () => versionBytes,
  writeHeader: () => writeHeader,
  writePlain: () => writePlain,
  writeVersion: () => writeVersion,
  writingTick: () => writingTick
});
var { FINAL: FINAL2, H_CLOCK: H_CLOCK2, H_WRITTEN: H_WRITTEN2, HAS_EXPIRY: HAS_EXPIRY2, KEY_WIDE: KEY_WIDE2, LENGTH_MASK: LENGTH_MASK2, REF_MASK: REF_MASK2, REF_SHIFT: REF_SHIFT3, TAG_SHIFT: TAG_SHIFT2, TAG_TOMBSTONE: TAG_TOMBSTONE2, V_HEADER_BYTES: V_HEADER_BYTES2, V_HEADER_WORDS: V_HEADER_WORDS2, V_KEY: V_KEY2, V_PREV: V_PREV2, V_STAMP: V_STAMP2, V_VALUE: V_VALUE2 } = layout_exports;
var { compareAndSet: compareAndSet5, hint: hint5, load: load8, poke: poke9, touch: touch3 } = atomics_exports;
var { floatAt: floatAt2, now: now3 } = intrinsics_exports;
var NO_STAMP = 0;
var NEXT_LINE = 8;
function touchVersion(words, ref) {
  const first = ref * 4;
  return touch3(words, first) | touch3(words, first + NEXT_LINE);
}
function versionBytes(keyBytes3, valueBytes3, expires) {
  return V_HEADER_BYTES2 + (keyBytes3 + 7 & ~7) + (expires ? 8 : 0) + valueBytes3;
}
function writeHeader(words, ref, stamp, keyInfo, valueInfo) {
  const at = ref * 4;
  poke9(words, at + V_STAMP2, stamp);
  poke9(words, at + V_PREV2, FINAL2);
  words[at + V_KEY2] = keyInfo;
  words[at + V_VALUE2] = valueInfo;
}
function writeVersion(segment, ref, key, tag, valueBytes3, expiry2) {
  const words = segment.words;
  const expires = expiry2 !== Infinity;
  const info = expires ? key.info | HAS_EXPIRY2 : key.info;
  writeHeader(words, ref, NO_STAMP, info, valueBytes3 | tag << TAG_SHIFT2);
  const count = key.count;
  const from = key.words;
  const to = ref * 4 + V_HEADER_WORDS2;
  for (let i = 0; i < count; i++) words[to + i] = from[i];
  if (expires) segment.floats[valueIndex(words, ref) - 1] = expiry2;
}
function writePlain(words, ref, key, info, valueInfo) {
  writeHeader(words, ref, NO_STAMP, info, valueInfo);
  const count = keyWords(info);
  const to = ref * 4 + V_HEADER_WORDS2;
  for (let i = 0; i < count; i++) words[to + i] = words[key + i];
}
function keyWords(info) {
  return (info & LENGTH_MASK2) + 3 >>> 2;
}
function hasKey(words, ref, key, info) {
  const at = ref * 4;
  if ((words[at + V_KEY2] & ~HAS_EXPIRY2) !== info) return false;
  const count = keyWords(info);
  const from = at + V_HEADER_WORDS2;
  for (let i = 0; i < count; i++) {
    if (words[from + i] !== key[i]) return false;
  }
  return true;
}
function isOfKey(words, ref, key, info) {
  const at = ref * 4;
  if ((words[at + V_KEY2] & ~HAS_EXPIRY2) !== info) return false;
  const count = keyWords(info);
  const from = at + V_HEADER_WORDS2;
  for (let i = 0; i < count; i++) {
    if (words[from + i] !== words[key + i]) return false;
  }
  return true;
}
function sameKey(words, a, b) {
  const info = words[b * 4 + V_KEY2] & ~HAS_EXPIRY2;
  return a === b || isOfKey(words, a, b * 4 + V_HEADER_WORDS2, info);
}
function keyBytes(words, ref) {
  return words[ref * 4 + V_KEY2] & LENGTH_MASK2;
}
function keyIsWide(words, ref) {
  return (words[ref * 4 + V_KEY2] & KEY_WIDE2) !== 0;
}
function keyIndex(ref) {
  return ref * 2 + V_HEADER_BYTES2 / 8;
}
function valueBytes(words, ref) {
  return words[ref * 4 + V_VALUE2] & LENGTH_MASK2;
}
function valueTag(words, ref) {
  return words[ref * 4 + V_VALUE2] >>> TAG_SHIFT2;
}
function valueIndex(words, ref) {
  return valueIndexOf(ref, words[ref * 4 + V_KEY2]);
}
function valueIndexOf(ref, info) {
  return ref * 2 + V_HEADER_BYTES2 / 8 + ((info & LENGTH_MASK2) + 7 >>> 3) + ((info & HAS_EXPIRY2) !== 0 ? 1 : 0);
}
function isTombstone(words, ref) {
  return valueTag(words, ref) === TAG_TOMBSTONE2;
}
function expiryOf(segment, ref) {
  if ((segment.words[ref * 4 + V_KEY2] & HAS_EXPIRY2) === 0) return Infinity;
  return Math.abs(segment.floats[valueIndex(segment.words, ref) - 1]);
}
function signWord(words, ref) {
  return valueIndex(words, ref) * 2 - 1;
}
var SIGN3 = 2147483648;
var LONG_AGO = 0;
function bytesOf(words, ref) {
  return (valueIndex(words, ref) - ref * 2) * 8 + valueBytes(words, ref);
}
function tombstoneBytes(words, ref) {
  if (isTombstone(words, ref)) return 0;
  return versionBytes(words[ref * 4 + V_KEY2] & LENGTH_MASK2, 0, false);
}
function contentRefs(words, ref) {
  const keyBytes3 = words[ref * 4 + V_KEY2] & LENGTH_MASK2;
  return keyBytes3 + valueBytes(words, ref) >>> REF_SHIFT3;
}
function copyVersion(words, from, to, bytes) {
  poke9(words, to * 4 + V_STAMP2, 0);
  const start = from * 4 + V_KEY2;
  words.copyWithin(to * 4 + V_KEY2, start, from * 4 + (bytes + 3 >>> 2));
  if ((words[to * 4 + V_KEY2] & HAS_EXPIRY2) !== 0) {
    words[signWord(words, to)] &= ~SIGN3;
  }
}
function endOf(segment, ref) {
  if (ref === 0 || isTombstone(segment.words, ref)) return -Infinity;
  return expiryOf(segment, ref);
}
function settle(words, ref) {
  const stamp = load8(words, ref * 4 + V_STAMP2);
  return stamp > 0 ? stamp : settlePending(words, ref);
}
function settlePending(words, ref) {
  const at = ref * 4 + V_STAMP2;
  let tick = writingTick(words);
  if (isLateRenewal(words, ref)) tick = -writingTick(words);
  const isMine = compareAndSet5(words, at, 0, tick);
  const stamp = isMine ? tick : load8(words, at);
  if (stamp > 0) return stamp;
  poke9(words, signWord(words, ref), LONG_AGO);
  compareAndSet5(words, at, stamp, -stamp);
  return -stamp;
}
function writingTick(words) {
  const tick = load8(words, H_CLOCK2);
  let last = load8(words, H_WRITTEN2);
  while (last < tick && !compareAndSet5(words, H_WRITTEN2, last, tick)) {
    last = load8(words, H_WRITTEN2);
  }
  return tick;
}
function isLateRenewal(words, ref) {
  if ((words[ref * 4 + V_KEY2] & HAS_EXPIRY2) === 0) return false;
  if (hint5(words, signWord(words, ref)) >= 0) return false;
  return isPast(words, load8(words, ref * 4 + V_PREV2) & REF_MASK2);
}
function cameTooLate(words, ref) {
  return (words[ref * 4 + V_KEY2] & HAS_EXPIRY2) !== 0 && words[signWord(words, ref)] === LONG_AGO;
}
function hasExpired(words, ref) {
  return (words[ref * 4 + V_KEY2] & HAS_EXPIRY2) !== 0 && isPast(words, ref);
}
function isPast(words, ref) {
  const expiry2 = floatAt2(words, signWord(words, ref) - 1);
  return now3() >= (expiry2 < 0 ? -expiry2 : expiry2);
}

// src/table/clock.ts
var { H_CLOCK: H_CLOCK3, H_WRITTEN: H_WRITTEN3, LAST_TICK: LAST_TICK2, OPENING: OPENING3, PENDING: PENDING3, REF_MASK: REF_MASK3, V_PREV: V_PREV3 } = layout_exports;
var { compareAndSet: compareAndSet6, load: load9, own: own11, poke: poke10, store: store5 } = atomics_exports;
var { settle: settle2 } = version_exports;
var MOST_HASH = 2 ** 32 - 1;
var HALF = 2 ** 31;
var TURN_SHIFT = 27;
function openSnapshot(participant, registryWord) {
  const { words } = participant.segment;
  participant.raiseSnapshotMarks(registryWord);
  poke10(words, noteOf(registryWord), Math.floor(Date.now() / 1e3));
  store5(words, registryWord, PENDING3);
  const tick = presentTick(words);
  store5(words, registryWord, tick);
  participant.noteTurn();
  return tick;
}
function openDump(participant, registryWord) {
  const { words } = participant.segment;
  participant.raiseSnapshotMarks(registryWord);
  poke10(words, noteOf(registryWord), FIRST_PLACE);
  store5(words, registryWord, OPENING3);
  const tick = presentTick(words);
  if (tick === 0) store5(words, registryWord, 0);
  else compareAndSet6(words, registryWord, OPENING3, ~tick);
  participant.noteTurn();
  return tick;
}
function pass(participant, registryWord, hash) {
  const { words } = participant.segment;
  const note2 = noteOf(registryWord);
  const before = own11(words, note2);
  const place = Math.min(hash, MOST_HASH) - HALF;
  store5(words, note2, place);
  if ((before ^ place) >>> TURN_SHIFT !== 0) participant.noteTurn();
}
function isRevoked(participant, registryWord, tick) {
  const { words } = participant.segment;
  return !compareAndSet6(words, registryWord, ~tick, ~tick);
}
function presentTick(words) {
  const now4 = load9(words, H_CLOCK3);
  if (load9(words, H_WRITTEN3) < now4) return now4 - 1;
  if (now4 >= LAST_TICK2) return 0;
  compareAndSet6(words, H_CLOCK3, now4, now4 + 1);
  return now4;
}
var MOST_OPENINGS = 1e3;
function openMoment(participant, registryWord, open = openSnapshot) {
  for (let tries = MOST_OPENINGS; ; tries--) {
    const time = Date.now();
    const tick = open(participant, registryWord);
    if (tick === 0) return void 0;
    if (Date.now() === time || tries === 0) return {
      tick,
      time
    };
  }
}
function closeSnapshot(participant, registryWord) {
  store5(participant.segment.words, registryWord, 0);
  participant.noteTurn();
}

// src/table/hash_memo.ts
var PLACES = 1024;
var HashMemo = class {
  /** An integer and its hash in each place; no hash is 0. */
  #pairs = new Int32Array(2 * PLACES);
  /** The hash of an integer of 32 bits; 0: it is not remembered. */
  recall(integer) {
    const at = placeOf2(integer);
    return this.#pairs[at] === integer ? this.#pairs[at + 1] : 0;
  }
  /** Remembers a hash, in the place of another one. */
  remember(integer, hash) {
    const at = placeOf2(integer);
    this.#pairs[at] = integer;
    this.#pairs[at + 1] = hash;
  }
};
function placeOf2(integer) {
  return (integer & PLACES - 1) * 2;
}

// src/table/hash.ts
var hash_exports = {};
__export(hash_exports, {
  hashWords: () => hashWords,
  packAndHash: () => packAndHash,
  packWide: () => packWide
});
function hashWords(words, count, info, k0, k1, from = 0) {
  let v0 = k0;
  let v1 = k1;
  let v2 = 1819895653 ^ k0;
  let v3 = 1952801890 ^ k1;
  for (let i = 0; i <= count; i++) {
    const word = i < count ? words[from + i] : info;
    v3 ^= word;
    v0 = v0 + v1 | 0;
    v1 = (v1 << 5 | v1 >>> 27) ^ v0;
    v0 = v0 << 16 | v0 >>> 16;
    v2 = v2 + v3 | 0;
    v3 = (v3 << 8 | v3 >>> 24) ^ v2;
    v0 = v0 + v3 | 0;
    v3 = (v3 << 7 | v3 >>> 25) ^ v0;
    v2 = v2 + v1 | 0;
    v1 = (v1 << 13 | v1 >>> 19) ^ v2;
    v2 = v2 << 16 | v2 >>> 16;
    v0 ^= word;
  }
  return finishHash(v0, v1, v2, v3);
}
function finishHash(v0, v1, v2, v3) {
  v2 ^= 255;
  for (let round = 0; round < 3; round++) {
    v0 = v0 + v1 | 0;
    v1 = (v1 << 5 | v1 >>> 27) ^ v0;
    v0 = v0 << 16 | v0 >>> 16;
    v2 = v2 + v3 | 0;
    v3 = (v3 << 8 | v3 >>> 24) ^ v2;
    v0 = v0 + v3 | 0;
    v3 = (v3 << 7 | v3 >>> 25) ^ v0;
    v2 = v2 + v1 | 0;
    v1 = (v1 << 13 | v1 >>> 19) ^ v2;
    v2 = v2 << 16 | v2 >>> 16;
  }
  const hash = v1 ^ v3;
  return (hash & ~1) === 0 ? hash | 2 : hash;
}
function packAndHash(text, words, k0, k1) {
  const length = text.length;
  const whole2 = length & ~3;
  let v0 = k0;
  let v1 = k1;
  let v2 = 1819895653 ^ k0;
  let v3 = 1952801890 ^ k1;
  let units = 0;
  for (let i = 0; ; i += 4) {
    let word = length;
    if (i < whole2) {
      const a = text.charCodeAt(i);
      const b = text.charCodeAt(i + 1);
      const c = text.charCodeAt(i + 2);
      const d = text.charCodeAt(i + 3);
      units |= a | b | c | d;
      word = a | b << 8 | c << 16 | d << 24;
      words[i >> 2] = word;
    } else if (i < length) {
      word = 0;
      for (let j = i; j < length; j++) {
        const unit = text.charCodeAt(j);
        units |= unit;
        word |= unit << ((j & 3) << 3);
      }
      words[i >> 2] = word;
    }
    v3 ^= word;
    v0 = v0 + v1 | 0;
    v1 = (v1 << 5 | v1 >>> 27) ^ v0;
    v0 = v0 << 16 | v0 >>> 16;
    v2 = v2 + v3 | 0;
    v3 = (v3 << 8 | v3 >>> 24) ^ v2;
    v0 = v0 + v3 | 0;
    v3 = (v3 << 7 | v3 >>> 25) ^ v0;
    v2 = v2 + v1 | 0;
    v1 = (v1 << 13 | v1 >>> 19) ^ v2;
    v2 = v2 << 16 | v2 >>> 16;
    v0 ^= word;
    if (i >= length) break;
  }
  if (units > 255) return 0;
  return finishHash(v0, v1, v2, v3);
}
function packWide(text, words) {
  const length = text.length;
  for (let i = 0; i < length; i += 2) {
    const low = text.charCodeAt(i);
    const high = i + 1 < length ? text.charCodeAt(i + 1) : 0;
    words[i >> 1] = low | high << 16;
  }
}

// src/table/key.ts
var { KEY_SCRATCH_WORDS: KEY_SCRATCH_WORDS2, KEY_WIDE: KEY_WIDE3, P_KEY: P_KEY2, V_HEADER_WORDS: V_HEADER_WORDS3 } = layout_exports;
var { hashWords: hashWords2, packAndHash: packAndHash2, packWide: packWide2 } = hash_exports;
var { keyBytes: keyBytes2, keyIsWide: keyIsWide2, keyWords: keyWords2 } = version_exports;
var FIRST_WORDS = 64;
var NO_HASH = 0;
var oneNumber = new Float64Array(1);
var numberWords = new Int32Array(oneNumber.buffer);
var NUMBER_BYTES = 8;
function scratchIn(words) {
  const { buffer, byteLength, byteOffset } = words;
  return {
    words,
    bytes: new Uint8Array(buffer, byteOffset, byteLength)
  };
}
var EncodedKey = class _EncodedKey {
  /** The key, padded with zero bytes to a whole word. */
  words;
  /** The same memory as bytes. */
  bytes;
  /** Memory for keys that are not long, as most are. */
  #near;
  #nearLength;
  /** Memory for long ones. */
  #far;
  #isTooLong = false;
  /**
   * Bytes in use, with the \`KEY_WIDE\` flag: what a version's key word holds, but for its expiry
   * flag.
   */
  info = 0;
  hash = 0;
  #k0;
  #k1;
  #memo;
  /**
   * @param seed The map's.
   * @param memo What is known of the map's hashes, for a caller that packs the same numbers again
   * and again.
   */
  constructor(seed, memo, words = new Int32Array(FIRST_WORDS)) {
    this.#k0 = seed[0];
    this.#k1 = seed[1];
    this.#memo = memo;
    this.#near = scratchIn(words);
    this.#nearLength = words.byteLength;
    this.words = this.#near.words;
    this.bytes = this.#near.bytes;
  }
  /** One in the participant's record, where the fast path finds it if it is not too long. */
  static inRecord(participant, memo) {
    const { base, segment: { seed, words } } = participant;
    const from = base + P_KEY2;
    const scratch = words.subarray(from, from + KEY_SCRATCH_WORDS2);
    return new _EncodedKey(seed, memo, scratch);
  }
  /** Words in use. */
  get count() {
    return keyWords2(this.info);
  }
  /** Whether the key is short enough for the memory that was given first. */
  get fitsScratch() {
    return !this.#isTooLong;
  }
  /** Makes the memory large enough for \`bytes\` bytes. */
  reserve(bytes) {
    if (this.#isTooLong || bytes > this.#nearLength) this.#fit(bytes);
  }
  #fit(bytes) {
    this.#isTooLong = bytes > this.#nearLength;
    if (this.#isTooLong && bytes > (this.#far?.bytes.length ?? 0)) {
      const words = 2 ** Math.ceil(Math.log2(bytes / 4 + 1));
      this.#far = scratchIn(new Int32Array(words));
    }
    const scratch = this.#isTooLong ? this.#far : this.#near;
    this.words = scratch.words;
    this.bytes = scratch.bytes;
  }
  /** Takes over the key of a version. */
  copyFrom(segment, ref) {
    const byteLength = keyBytes2(segment, ref);
    this.reserve(byteLength);
    const from = ref * 4 + V_HEADER_WORDS3;
    const count = byteLength + 3 >>> 2;
    const words = this.words;
    for (let i = 0; i < count; i++) words[i] = segment[from + i];
    this.finish(byteLength, keyIsWide2(segment, ref));
  }
  /** Takes over a key that was encoded elsewhere. */
  take(other) {
    const { count } = other;
    this.reserve(count * 4);
    const from = other.words;
    const words = this.words;
    for (let i = 0; i < count; i++) words[i] = from[i];
    this.info = other.info;
    this.hash = other.hash;
  }
  /** Encodes a Latin-1 string; false, and nothing is encoded, if it is none. */
  packLatin1(text) {
    const length = text.length;
    this.reserve(length);
    const hash = packAndHash2(text, this.words, this.#k0, this.#k1);
    if (hash === 0) return false;
    this.info = length;
    this.hash = hash;
    return true;
  }
  /** Encodes any string as UTF-16. */
  packWide(text) {
    const byteLength = text.length * 2;
    this.reserve(byteLength + 4);
    packWide2(text, this.words);
    this.finish(byteLength, true);
  }
  /**
   * Forgets the key, as another one was packed into the memory given first. There is none until one
   * is packed or adopted.
   */
  forget() {
    this.hash = NO_HASH;
  }
  /** Takes over a key that was packed into the memory given first. */
  adopt(info, hash) {
    if (this.#isTooLong) this.#fit(0);
    this.info = info;
    this.hash = hash;
  }
  /**
   * Encodes a number. Those that are one key to \`Map\` are encoded alike: NaN equals NaN, and -0 is
   * 0.
   */
  packNumber(key) {
    oneNumber[0] = key === key ? key + 0 : NaN;
    this.reserve(NUMBER_BYTES);
    this.words[0] = numberWords[0];
    this.words[1] = numberWords[1];
    const memo = this.#memo;
    const integer = key | 0;
    if (memo === void 0 || integer !== key) {
      return this.finish(NUMBER_BYTES, false);
    }
    const hash = memo.recall(integer);
    if (hash === 0) {
      this.finish(NUMBER_BYTES, false);
      memo.remember(integer, this.hash);
      return;
    }
    this.info = NUMBER_BYTES;
    this.hash = hash;
  }
  /** Ends the encoding of a key whose words are in place. */
  finish(byteLength, wide) {
    this.info = wide ? byteLength | KEY_WIDE3 : byteLength;
    this.hash = hashWords2(this.words, this.count, this.info, this.#k0, this.#k1);
  }
};

// src/table/slot_permits.ts
var { H_ROOT: H_ROOT2, P_PERMITS_FOR: P_PERMITS_FOR2, T_CAPACITY: T_CAPACITY2, T_NEXT: T_NEXT2, T_NUMBER: T_NUMBER2, T_PERMITS: T_PERMITS2 } = layout_exports;
var { compareAndSet: compareAndSet7, load: load10, own: own12, poke: poke11, fixed: fixed4 } = atomics_exports;
function slotLimit(capacity) {
  return capacity - capacity / 8;
}
function claimedSlots(words, table) {
  const left = load10(words, table + T_PERMITS2);
  return slotLimit(words[table + T_CAPACITY2]) - (left < 0 ? ~left : left);
}
function closePermits(words, table) {
  for (; ; ) {
    const left = load10(words, table + T_PERMITS2);
    if (left < 0 || compareAndSet7(words, table + T_PERMITS2, left, ~left)) {
      return;
    }
  }
}
function credit(words, table, permits) {
  for (; ; ) {
    const left = load10(words, table + T_PERMITS2);
    if (left < 0) return false;
    if (compareAndSet7(words, table + T_PERMITS2, left, left + permits)) {
      return true;
    }
  }
}
function returnPermits(words, permits) {
  let table = load10(words, H_ROOT2) * 4;
  while (table !== 0 && !credit(words, table, permits)) {
    table = load10(words, table + T_NEXT2) * 4;
  }
}
function batchFor(words, table) {
  return Math.min(64, Math.max(1, words[table + T_CAPACITY2] >> 8));
}
var Permits = class {
  #participant;
  #words;
  /** The word that says which table the permits are for. */
  #for;
  constructor(participant) {
    this.#participant = participant;
    this.#words = participant.segment.words;
    this.#for = participant.base + P_PERMITS_FOR2;
  }
  /** Asks for the right to claim one slot of a table. Lock-free. */
  ask(table) {
    this.turnTo(table);
    if (this.#participant.permits > 0) return "kept";
    return this.#take(table) ? "taken" : "none";
  }
  /** Spends one of those at hand, to claim a slot. */
  spend() {
    this.#participant.permits--;
  }
  /** Puts it back: the slot was not claimed. */
  keep() {
    this.#participant.permits++;
  }
  /** Returns those at hand if they are for another table, so that all at hand are for this one. */
  turnTo(table) {
    const number = fixed4(this.#words, table + T_NUMBER2);
    if (number === own12(this.#words, this.#for)) return;
    this.giveBack();
    poke11(this.#words, this.#for, number);
  }
  /**
   * Returns those at hand for \`table\` if they are many: the places of slots that this participant
   * dropped in the table before it.
   */
  giveSurplus(table) {
    if (this.#participant.permits > batchFor(this.#words, table)) {
      this.giveBack();
    }
  }
  /** Returns those at hand. */
  giveBack() {
    const permits = this.#participant.permits;
    this.#participant.permits = 0;
    if (permits > 0) returnPermits(this.#words, permits);
  }
  #take(table) {
    const words = this.#words;
    const batch = batchFor(words, table);
    for (; ; ) {
      const left = load10(words, table + T_PERMITS2);
      if (left <= 0) return false;
      const permits = Math.min(batch, left);
      if (compareAndSet7(words, table + T_PERMITS2, left, left - permits)) {
        this.#participant.permits = permits;
        return true;
      }
    }
  }
};

// src/table/table_record.ts
var { H_CLOCK: H_CLOCK4, H_TABLES: H_TABLES2, REF_BYTES: REF_BYTES4, SLOT_WORDS: SLOT_WORDS2, STRIDE: STRIDE2, T_BORN: T_BORN2, T_CAPACITY: T_CAPACITY3, T_NUMBER: T_NUMBER3, T_PERMITS: T_PERMITS3, T_SHIFT: T_SHIFT2, T_SLOTS: T_SLOTS2 } = layout_exports;
var { add: add4, load: load11, poke: poke12 } = atomics_exports;
var { enter: enter5, leave: leave5 } = section_exports;
var LEAST_SHIFT = 8;
function tableBytes(capacity) {
  return (T_SLOTS2 + capacity * SLOT_WORDS2 + capacity / STRIDE2) * 4;
}
function allocateTable(participant, shift) {
  const words = participant.segment.words;
  const capacity = 2 ** shift;
  enter5(words, participant.base);
  const ref = participant.allocator.allocateZeroed(tableBytes(capacity));
  leave5(words, participant.base);
  if (ref === 0) return 0;
  const table = ref * 4;
  poke12(words, table + T_SHIFT2, 32 - shift);
  poke12(words, table + T_CAPACITY3, capacity);
  poke12(words, table + T_NUMBER3, add4(words, H_TABLES2, 1) + 1);
  poke12(words, table + T_BORN2, load11(words, H_CLOCK4));
  poke12(words, table + T_PERMITS3, slotLimit(capacity));
  return ref;
}
function isTable2(segment, ref) {
  const { words, firstChunk } = segment;
  if (ref < firstChunk || ref * 4 + T_SLOTS2 > words.length) return false;
  const table = ref * 4;
  const shift = 32 - words[table + T_SHIFT2];
  return 2 ** shift >= STRIDE2 && shift < 31 && words[table + T_CAPACITY3] === 2 ** shift && ref * REF_BYTES4 + tableBytes(2 ** shift) <= words.length * 4;
}

// src/table/resize_policy.ts
var FULLEST = 0.4;
var SPARSEST = 1 / 8;
var LEAST_PERMITS = 8;
var PURGE_WORTH = 32;
var DEAD_SHARE = 1 / 2;
function crowded(capacity) {
  return capacity * 5 / 8;
}
function deadSlots({ claimed, live }) {
  return claimed - live;
}
function isMostlyDead(counts) {
  return deadSlots(counts) > counts.live;
}
function hasDeadShare(counts, share) {
  return deadSlots(counts) >= counts.capacity * share;
}
function isSparse({ capacity, claimed }, expected, minCapacityShift) {
  return capacity > 2 ** minCapacityShift && claimed + expected < capacity * SPARSEST;
}
function purgeWorth(capacity) {
  return capacity / PURGE_WORTH;
}
function earlyPurgeWorth({ capacity, live }) {
  return Math.max((slotLimit(capacity) - live) / 2, purgeWorth(capacity));
}
function minCapacityShiftFor(entries) {
  let shift = LEAST_SHIFT;
  while (crowded(2 ** shift) <= entries) shift++;
  return shift;
}
function leastShift(claimed) {
  let shift = LEAST_SHIFT;
  while (slotLimit(2 ** shift) - claimed < 2 ** shift / LEAST_PERMITS) shift++;
  return shift;
}
function fittingShift({ claimed, live }, minCapacityShift) {
  const suitable = Math.ceil(Math.log2(Math.max(1, live) / FULLEST));
  return Math.max(minCapacityShift, suitable, leastShift(claimed));
}
function canShrink(counts, minCapacityShift) {
  return 2 ** fittingShift(counts, minCapacityShift) < counts.capacity;
}
function growthShifts(counts, expected, minCapacityShift) {
  const least = Math.max(Math.log2(counts.capacity) + 1, leastShift(counts.claimed));
  const most = Math.max(fittingShift(counts, minCapacityShift), expected === 0 ? 0 : minCapacityShiftFor(counts.live + expected));
  const shifts = [];
  for (let shift = most; shift >= least; shift--) shifts.push(shift);
  return shifts;
}
function isWorthGrowing({ capacity, claimed }, used, left) {
  return claimed === 0 || left >= used / claimed * slotLimit(capacity);
}

// src/table/optimistic_read.ts
var optimistic_read_exports = {};
__export(optimistic_read_exports, {
  UNDECIDED: () => UNDECIDED,
  beginOptimisticRead: () => beginOptimisticRead,
  findOptimistically: () => findOptimistically,
  seemsOfKey: () => seemsOfKey,
  validates: () => validates
});

// src/table/slot.ts
var slot_exports = {};
__export(slot_exports, {
  claim: () => claim,
  claimWithPermit: () => claimWithPermit,
  closeEmpty: () => closeEmpty,
  closeUnlinked: () => closeUnlinked,
  deadLink: () => deadLink,
  drop: () => drop,
  dropMoved: () => dropMoved,
  freezeLink: () => freezeLink,
  homePlace: () => homePlace,
  isClosed: () => isClosed,
  isDead: () => isDead,
  isEmpty: () => isEmpty,
  isFrozen: () => isFrozen,
  isGone: () => isGone,
  isMoved: () => isMoved,
  isUnclaimed: () => isUnclaimed,
  isUnlinked: () => isUnlinked,
  linkFirst: () => linkFirst,
  markMoved: () => markMoved,
  nextPlace: () => nextPlace,
  placeOf: () => placeOf3,
  readHash: () => readHash,
  readLink: () => readLink,
  refOf: () => refOf,
  relink: () => relink,
  slotAt: () => slotAt,
  thawed: () => thawed,
  valueRefOf: () => valueRefOf
});
var { CLOSED: CLOSED2, DEAD: DEAD2, EMPTY: EMPTY2, FROZEN: FROZEN2, GONE: GONE2, MOVED: MOVED2, P_PERMITS: P_PERMITS3, REF_MASK: REF_MASK4, SLOT_WORDS: SLOT_WORDS3, T_SLOTS: T_SLOTS3 } = layout_exports;
var { compareAndSet: compareAndSet8, hint: hint6, load: load12, own: own13, poke: poke13, release: release3 } = atomics_exports;
function homePlace(hash, shift) {
  return hash >>> shift | 0;
}
function nextPlace(place, mask) {
  return place + 1 & mask;
}
function slotAt(table, place) {
  return table + T_SLOTS3 + place * SLOT_WORDS3;
}
function placeOf3(table, slot) {
  return (slot - table - T_SLOTS3) / SLOT_WORDS3;
}
function readHash(words, slot) {
  const there = hint6(words, slot);
  return isUnclaimed(there) ? load12(words, slot) : there;
}
function isEmpty(there) {
  return there === EMPTY2;
}
function isClosed(there) {
  return there === CLOSED2;
}
function isUnclaimed(there) {
  return (there & ~CLOSED2) === EMPTY2;
}
function readLink(words, slot) {
  return load12(words, slot + 1);
}
function isUnlinked(link2) {
  return link2 === 0;
}
function isMoved(link2) {
  return link2 === MOVED2;
}
function isGone(link2) {
  return link2 === GONE2;
}
function isFrozen(link2) {
  return (link2 & FROZEN2) !== 0;
}
function isDead(link2) {
  return (link2 & DEAD2) !== 0 && link2 !== MOVED2;
}
function refOf(link2) {
  return link2 & REF_MASK4;
}
function valueRefOf(link2) {
  return (link2 & DEAD2) === 0 ? link2 & REF_MASK4 : 0;
}
function deadLink(tombstone) {
  return tombstone | DEAD2;
}
function thawed(link2) {
  return link2 & ~FROZEN2;
}
function claim(words, slot, hash) {
  return compareAndSet8(words, slot, EMPTY2, hash);
}
function claimWithPermit(words, base, slot, hash) {
  const permits = own13(words, base + P_PERMITS3);
  poke13(words, base + P_PERMITS3, permits - 1);
  if (claim(words, slot, hash)) return true;
  poke13(words, base + P_PERMITS3, permits);
  return false;
}
function closeEmpty(words, slot) {
  return compareAndSet8(words, slot, EMPTY2, CLOSED2);
}
function closeUnlinked(words, slot) {
  return compareAndSet8(words, slot + 1, 0, MOVED2);
}
function linkFirst(words, slot, link2) {
  return compareAndSet8(words, slot + 1, 0, link2);
}
function relink(words, slot, from, to) {
  return compareAndSet8(words, slot + 1, from, to);
}
function drop(words, slot, link2) {
  return compareAndSet8(words, slot + 1, link2, GONE2);
}
function dropMoved(words, slot, link2) {
  return compareAndSet8(words, slot + 1, link2, MOVED2);
}
function freezeLink(words, slot, link2) {
  return compareAndSet8(words, slot + 1, link2, link2 | FROZEN2);
}
function markMoved(words, slot) {
  release3(words, slot + 1, MOVED2);
}

// src/table/optimistic_read.ts
var { H_ERA: H_ERA6, H_ROOT: H_ROOT3, HAS_EXPIRY: HAS_EXPIRY3, T_SHIFT: T_SHIFT3, V_HEADER_WORDS: V_HEADER_WORDS4, V_KEY: V_KEY3, V_STAMP: V_STAMP3 } = layout_exports;
var { load: load13 } = atomics_exports;
var { isPairOf: isPairOf2 } = intrinsics_exports;
var { homePlace: homePlace2, isEmpty: isEmpty2, isFrozen: isFrozen2, isUnclaimed: isUnclaimed2, isUnlinked: isUnlinked2, nextPlace: nextPlace2, readLink: readLink2, refOf: refOf2, slotAt: slotAt2 } = slot_exports;
var { keyWords: keyWords3 } = version_exports;
var UNDECIDED = -1;
var MOST_PROBES = 32;
var TWO_STEPS = 4;
function beginOptimisticRead(words) {
  return load13(words, H_ERA6);
}
function validates(words, before) {
  return load13(words, H_ERA6) - before >>> 0 < TWO_STEPS;
}
function findOptimistically(words, hash, key, info) {
  const table = load13(words, H_ROOT3) * 4;
  const shift = load13(words, table + T_SHIFT3);
  const mask = -1 >>> shift;
  let place = homePlace2(hash, shift);
  for (let probes = 0; probes < MOST_PROBES; probes++) {
    const slot = slotAt2(table, place);
    const there = load13(words, slot);
    if (there === hash) {
      const link2 = readLink2(words, slot);
      if (isUnlinked2(link2)) return 0;
      if (isFrozen2(link2)) return UNDECIDED;
      const ref = refOf2(link2);
      if (seemsOfKey(words, ref, key, info)) {
        return load13(words, ref * 4 + V_STAMP3) > 0 ? ref : UNDECIDED;
      }
    } else if (isUnclaimed2(there)) {
      return isEmpty2(there) ? 0 : UNDECIDED;
    }
    place = nextPlace2(place, mask);
  }
  return UNDECIDED;
}
function seemsOfKey(words, ref, key, info) {
  const at = ref * 4;
  if ((load13(words, at + V_KEY3) & ~HAS_EXPIRY3) !== info) return false;
  const count = keyWords3(info);
  const from = at + V_HEADER_WORDS4;
  let i = 0;
  for (; i + 1 < count; i += 2) {
    if (!isPairOf2(words, from + i, key, i)) return false;
  }
  return i === count || load13(words, from + i) === key[i];
}

// src/table/fast_path.ts
var fast_path_exports = {};
__export(fast_path_exports, {
  ABSENT: () => ABSENT,
  ANY_VERSION: () => ANY_VERSION,
  DONE: () => DONE,
  UNDONE: () => UNDONE,
  exchange: () => exchange,
  increment: () => increment,
  publish: () => publish,
  putNumber: () => putNumber,
  remove: () => remove,
  touchHome: () => touchHome
});

// src/table/account.ts
var account_exports = {};
__export(account_exports, {
  account: () => account,
  announce: () => announce
});

// src/table/changes.ts
var changes_exports = {};
__export(changes_exports, {
  arm: () => arm,
  changeWord: () => changeWord,
  changed: () => changed
});
var { ARMED: ARMED2, CHANGE_WORDS: CHANGE_WORDS2, CHANGES: CHANGES2, H_WATCHED: H_WATCHED2 } = layout_exports;
var { compareAndSet: compareAndSet9, load: load14, store: store6 } = atomics_exports;
var STEP = 2;
function changed(words, hash) {
  if (load14(words, H_WATCHED2) !== 0) disarm(words, changeWord(hash));
}
function disarm(words, word) {
  const armed = load14(words, word);
  if ((armed & ARMED2) === 0) return;
  compareAndSet9(words, word, armed, armed - ARMED2 + STEP | 0);
}
function arm(words, hash) {
  if (load14(words, H_WATCHED2) === 0) store6(words, H_WATCHED2, 1);
  const word = changeWord(hash);
  const before = load14(words, word);
  compareAndSet9(words, word, before, before | ARMED2);
  return before | ARMED2;
}
function changeWord(hash) {
  return CHANGES2 + (hash & CHANGE_WORDS2 - 1);
}

// src/table/account.ts
var { P_ENTRIES: P_ENTRIES2, P_ENTRIES_AHEAD: P_ENTRIES_AHEAD2, P_HAND: P_HAND5, P_LIVE_AHEAD: P_LIVE_AHEAD2, P_LIVE_REFS: P_LIVE_REFS2, V_KEY: V_KEY4, V_VALUE: V_VALUE3 } = layout_exports;
var { own: own14, poke: poke14 } = atomics_exports;
var { blockRefs: blockRefs3 } = free_list_exports;
var { changed: changed2 } = changes_exports;
var { bytesOf: bytesOf2, isTombstone: isTombstone2 } = version_exports;
function announce(words, base, before, after) {
  let entries = own14(words, base + P_ENTRIES2);
  let live = own14(words, base + P_LIVE_REFS2);
  if (!isAlike(words, before, after)) {
    const had = liveRefs(words, before);
    const has = liveRefs(words, after);
    entries += (has > 0 ? 1 : 0) - (had > 0 ? 1 : 0);
    live += has - had;
  }
  poke14(words, base + P_ENTRIES_AHEAD2, entries);
  poke14(words, base + P_LIVE_AHEAD2, live);
  poke14(words, base + P_HAND5, -after);
}
function account(words, base, hash) {
  changed2(words, hash);
  poke14(words, base + P_ENTRIES2, own14(words, base + P_ENTRIES_AHEAD2));
  poke14(words, base + P_LIVE_REFS2, own14(words, base + P_LIVE_AHEAD2));
  poke14(words, base + P_HAND5, 0);
}
function isAlike(words, before, after) {
  return before !== 0 && words[before * 4 + V_VALUE3] === words[after * 4 + V_VALUE3] && words[before * 4 + V_KEY4] === words[after * 4 + V_KEY4];
}
function liveRefs(words, ref) {
  if (ref === 0 || isTombstone2(words, ref)) return 0;
  return blockRefs3(words, bytesOf2(words, ref));
}

// src/table/tombstone.ts
var tombstone_exports = {};
__export(tombstone_exports, {
  dropAtOnce: () => dropAtOnce,
  isDroppable: () => isDroppable,
  isUnneeded: () => isUnneeded
});

// src/table/horizon.ts
var horizon_exports = {};
__export(horizon_exports, {
  clearHorizon: () => clearHorizon,
  lowestHorizon: () => lowestHorizon,
  raiseHorizon: () => raiseHorizon,
  revokeHorizons: () => revokeHorizons,
  setHorizon: () => setHorizon
});
function setHorizon(participant, tick) {
  store(participant.segment.words, participant.base + P_HORIZON, tick);
}
function raiseHorizon(participant, from, to) {
  const words = participant.segment.words;
  return compareAndSet(words, participant.base + P_HORIZON, from, to);
}
function clearHorizon(participant) {
  store(participant.segment.words, participant.base + P_HORIZON, 0);
}
function lowestHorizon(words) {
  let lowest = NEVER;
  const slots = load(words, H_SNAPSHOTS);
  for (let slot = 0; slot < slots; slot++) {
    const horizon = load(words, participantBase(slot) + P_HORIZON);
    if (horizon > 0 && horizon < lowest) lowest = horizon;
  }
  return lowest;
}
function revokeHorizons(words) {
  const slots = load(words, H_SNAPSHOTS);
  for (let slot = 0; slot < slots; slot++) {
    const index = participantBase(slot) + P_HORIZON;
    const horizon = load(words, index);
    if (horizon > 0) compareAndSet(words, index, horizon, LOST);
  }
}

// src/table/prune.ts
var prune_exports = {};
__export(prune_exports, {
  freeze: () => freeze,
  prune: () => prune
});
var { FINAL: FINAL3, GOING: GOING2, REF_MASK: REF_MASK5, V_PREV: V_PREV4, V_STAMP: V_STAMP4 } = layout_exports;
var { compareAndSet: compareAndSet10, hint: hint7, load: load15, fixed: fixed5 } = atomics_exports;
var { hold: hold2, retire: retire2 } = limbo_exports;
var { isShown: isShown2 } = registry_exports;
var { contentRefs: contentRefs2 } = version_exports;
function prune(words, base, ref, hash) {
  const at = ref * 4 + V_PREV4;
  if ((hint7(words, at) & FINAL3) !== 0) return;
  const old = load15(words, at);
  if ((old & FINAL3) !== 0) return;
  const death = fixed5(words, ref * 4 + V_STAMP4);
  if (isShown2(words, fixed5(words, old * 4 + V_STAMP4), death, hash)) {
    if (compareAndSet10(words, at, old, old | FINAL3)) {
      hold2(words, base, old, death);
    }
    return;
  }
  const older = freeze(words, old);
  if (compareAndSet10(words, at, old, older & REF_MASK5 | FINAL3)) {
    retire2(words, base, old, contentRefs2(words, old));
  }
}
function freeze(words, ref) {
  const at = ref * 4 + V_PREV4;
  let prev = load15(words, at);
  while ((prev & REF_MASK5) !== 0 && (prev & GOING2) === 0) {
    if (compareAndSet10(words, at, prev, prev | GOING2)) break;
    prev = load15(words, at);
  }
  return prev;
}

// src/table/tombstone.ts
var { H_ERA: H_ERA7, H_ROOT: H_ROOT4, H_SNAPSHOTS: H_SNAPSHOTS4, REF_MASK: REF_MASK6, T_CAPACITY: T_CAPACITY4, T_ROOT_SINCE: T_ROOT_SINCE2, T_SHIFT: T_SHIFT4, V_PREV: V_PREV5, V_STAMP: V_STAMP5 } = layout_exports;
var { compareAndSet: compareAndSet11, load: load16, fixed: fixed6 } = atomics_exports;
var { isOver: isOver2, retire: retire3 } = limbo_exports;
var { isNeeded: isNeeded2 } = registry_exports;
var { lowestHorizon: lowestHorizon2 } = horizon_exports;
var { prune: prune2 } = prune_exports;
var { drop: drop2, homePlace: homePlace3, placeOf: placeOf4, refOf: refOf3 } = slot_exports;
var { contentRefs: contentRefs3, settle: settle3 } = version_exports;
var NEAR = 8;
function isDroppable(words, base, tombstone, hash) {
  settle3(words, tombstone);
  prune2(words, base, tombstone, hash);
  return isNeededByNone(words, tombstone, hash);
}
function isNeededByNone(words, tombstone, hash) {
  if (load16(words, H_SNAPSHOTS4) === 0) return true;
  return isUnneeded(words, tombstone, hash) && lowestHorizon2(words) >= fixed6(words, tombstone * 4 + V_STAMP5);
}
function isUnneeded(words, tombstone, hash) {
  const at = tombstone * 4;
  return (load16(words, at + V_PREV5) & REF_MASK6) === 0 || !isNeeded2(words, fixed6(words, at + V_STAMP5), hash);
}
function dropAtOnce(words, base, table, slot, link2) {
  const tombstone = refOf3(link2);
  if (isNearHome(words, table, slot) && isRidOfMovers(words, table) && isNeededByNone(words, tombstone, fixed6(words, slot)) && drop2(words, slot, link2)) retire3(words, base, tombstone, contentRefs3(words, tombstone));
}
function isNearHome(words, table, slot) {
  const home2 = homePlace3(fixed6(words, slot), words[table + T_SHIFT4]);
  return (placeOf4(table, slot) - home2 & words[table + T_CAPACITY4] - 1) < NEAR;
}
function isRidOfMovers(words, table) {
  const since = load16(words, table + T_ROOT_SINCE2);
  if (since !== 0) return isOver2(words, since);
  if (load16(words, H_ROOT4) * 4 === table) {
    compareAndSet11(words, table + T_ROOT_SINCE2, 0, load16(words, H_ERA7));
  }
  return false;
}

// src/table/fast_path.ts
var { H_LOW: H_LOW3, H_ROOT: H_ROOT5, HAS_EXPIRY: HAS_EXPIRY4, LENGTH_MASK: LENGTH_MASK3, P_DELETED: P_DELETED2, P_KEY: P_KEY3, P_PERMITS: P_PERMITS4, P_PERMITS_FOR: P_PERMITS_FOR3, P_PIN: P_PIN5, P_RESULT: P_RESULT2, P_SEEN: P_SEEN3, T_CAPACITY: T_CAPACITY5, T_NEXT: T_NEXT3, T_NUMBER: T_NUMBER4, T_SHIFT: T_SHIFT5, TAG_SHIFT: TAG_SHIFT3, TAG_TOMBSTONE: TAG_TOMBSTONE3, V_HEADER_WORDS: V_HEADER_WORDS5, V_KEY: V_KEY5, V_PREV: V_PREV6, V_VALUE: V_VALUE4 } = layout_exports;
var { hint: hint8, load: load17, own: own15, poke: poke15, touch: touch4 } = atomics_exports;
var { floatAt: floatAt3 } = intrinsics_exports;
var { clearPin: clearPin3, setPin: setPin3 } = pin_exports;
var { classAt: classAt3, classFor: classFor3, popBlock: popBlock3, pushBlock: pushBlock2 } = free_list_exports;
var { account: account2, announce: announce2 } = account_exports;
var { enter: enter6, leave: leave6 } = section_exports;
var { claimWithPermit: claimWithPermit2, deadLink: deadLink2, homePlace: homePlace4, isClosed: isClosed2, isEmpty: isEmpty3, isFrozen: isFrozen3, isUnlinked: isUnlinked3, linkFirst: linkFirst2, nextPlace: nextPlace3, readHash: readHash2, readLink: readLink3, refOf: refOf4, relink: relink2, slotAt: slotAt3 } = slot_exports;
var { dropAtOnce: dropAtOnce2 } = tombstone_exports;
var { prune: prune3 } = prune_exports;
var { hasExpired: hasExpired2, isOfKey: isOfKey2, isTombstone: isTombstone3, settle: settle4, valueIndexOf: valueIndexOf2, versionBytes: versionBytes2, writePlain: writePlain2 } = version_exports;
var UNDONE = 0;
var DONE = 1;
var ABSENT = 2;
var NO_LINK = -1;
var ANY_VERSION = -1;
var NUMBER_BYTES2 = 8;
var TOMBSTONE = TAG_TOMBSTONE3 << TAG_SHIFT3;
function putNumber(words, floats, base, hash, info, valueInfo, value) {
  enter6(words, base);
  const pinned = pin(words, base);
  touchHome(words, base, hash);
  const version = newNumber(words, base, info, valueInfo);
  let outcome = UNDONE;
  if (version !== 0) {
    floats[valueIndexOf2(version, info)] = value;
    outcome = link(words, base, hash, version, ANY_VERSION);
    if (outcome === UNDONE) free(words, base, version);
  }
  if (pinned) clearPin3(words, base);
  leave6(words, base);
  return outcome;
}
function publish(words, base, hash, version, expected) {
  const pinned = pin(words, base);
  const outcome = isTombstone3(words, version) ? linkTombstone(words, base, hash, version, expected) : link(words, base, hash, version, expected);
  if (pinned) clearPin3(words, base);
  return outcome;
}
function remove(words, base, hash, info, expected) {
  enter6(words, base);
  const pinned = pin(words, base);
  const outcome = bury(words, base, hash, info, expected);
  if (pinned) clearPin3(words, base);
  leave6(words, base);
  return outcome;
}
function increment(words, floats, base, hash, info, valueInfo, by) {
  enter6(words, base);
  const version = newNumber(words, base, info, valueInfo);
  let outcome = UNDONE;
  if (version !== 0) {
    const pinned = pin(words, base);
    outcome = add5(words, floats, base, hash, version, by);
    if (pinned) clearPin3(words, base);
    if (outcome === UNDONE) free(words, base, version);
  }
  leave6(words, base);
  return outcome;
}
function exchange(words, floats, base, hash, info, valueInfo, expected, value) {
  enter6(words, base);
  const version = newNumber(words, base, info, valueInfo);
  let outcome = UNDONE;
  if (version !== 0) {
    floats[valueIndexOf2(version, info)] = value;
    const pinned = pin(words, base);
    outcome = swap(words, base, hash, version, expected);
    if (pinned) clearPin3(words, base);
    if (outcome === UNDONE) free(words, base, version);
  }
  leave6(words, base);
  return outcome;
}
function pin(words, base) {
  if (words[base + P_PIN5] !== 0) return false;
  setPin3(words, base);
  return true;
}
function newNumber(words, base, info, valueInfo) {
  if (hint8(words, H_LOW3) !== 0) return 0;
  return newVersion(words, base, info, valueInfo, NUMBER_BYTES2);
}
function newVersion(words, base, info, valueInfo, valueBytes3) {
  const keyBytes3 = info & LENGTH_MASK3;
  const c = classFor3(words, versionBytes2(keyBytes3, valueBytes3, false));
  const version = c < 0 ? 0 : popBlock3(words, base, c);
  if (version !== 0) writePlain2(words, version, base + P_KEY3, info, valueInfo);
  return version;
}
function free(words, base, version) {
  pushBlock2(words, base, classAt3(words, version), version);
}
function touchHome(words, base, hash) {
  const table = hint8(words, H_ROOT5) * 4;
  const home2 = homePlace4(hash, words[table + T_SHIFT5]);
  words[base + P_SEEN3] = touch4(words, slotAt3(table, home2));
}
function rootAtRest(words) {
  const table = load17(words, H_ROOT5) * 4;
  return load17(words, table + T_NEXT3) === 0 ? table : 0;
}
function probe(words, table, hash, key, info) {
  if (table === 0) return -1;
  const mask = words[table + T_CAPACITY5] - 1;
  let place = homePlace4(hash, words[table + T_SHIFT5]);
  for (let probes = 0; probes <= mask; probes++) {
    const slot = slotAt3(table, place);
    const there = readHash2(words, slot);
    if (isEmpty3(there)) return slot;
    if (isClosed2(there)) return -1;
    if (there === hash) {
      const linked = readLink3(words, slot);
      if (isUnlinked3(linked)) return slot;
      if (isFrozen3(linked)) return -1;
      if (isOfKey2(words, refOf4(linked), key, info)) return slot;
    }
    place = nextPlace3(place, mask);
  }
  return -1;
}
function currentLink(words, base, slot, hash, key, info) {
  if (slot < 0) return NO_LINK;
  const there = load17(words, slot);
  if (isEmpty3(there)) return 0;
  if (there !== hash) return NO_LINK;
  const linked = readLink3(words, slot);
  if (isUnlinked3(linked)) return 0;
  if (isFrozen3(linked)) return NO_LINK;
  const ref = refOf4(linked);
  if (!isOfKey2(words, ref, key, info)) return NO_LINK;
  settle4(words, ref);
  prune3(words, base, ref, hash);
  return linked;
}
function link(words, base, hash, version, expected) {
  const key = version * 4 + V_HEADER_WORDS5;
  const info = words[version * 4 + V_KEY5] & ~HAS_EXPIRY4;
  const table = rootAtRest(words);
  const slot = probe(words, table, hash, key, info);
  const linked = currentLink(words, base, slot, hash, key, info);
  if (linked === NO_LINK || !isExpected(linked, expected)) return UNDONE;
  return linked === 0 ? insert(words, base, table, slot, hash, version) : replace(words, base, hash, slot, linked, version, version);
}
function isExpected(linked, expected) {
  return expected === ANY_VERSION || refOf4(linked) === expected;
}
function insert(words, base, table, slot, hash, version) {
  const there = load17(words, slot);
  const isMine = isEmpty3(there) ? claim2(words, base, table, slot, hash) : there === hash;
  if (!isMine) return UNDONE;
  announce2(words, base, 0, version);
  if (!linkFirst2(words, slot, version)) return UNDONE;
  settle4(words, version);
  account2(words, base, hash);
  return DONE;
}
function claim2(words, base, table, slot, hash) {
  return own15(words, base + P_PERMITS4) > 0 && words[base + P_PERMITS_FOR3] === words[table + T_NUMBER4] && claimWithPermit2(words, base, slot, hash);
}
function replace(words, base, hash, slot, linked, version, link2) {
  const current = refOf4(linked);
  poke15(words, version * 4 + V_PREV6, current);
  announce2(words, base, current, version);
  if (!relink2(words, slot, linked, link2)) return UNDONE;
  settle4(words, version);
  prune3(words, base, version, hash);
  account2(words, base, hash);
  return DONE;
}
function bury(words, base, hash, info, expected) {
  touchHome(words, base, hash);
  const tombstone = newVersion(words, base, info, TOMBSTONE, 0);
  if (tombstone === 0) return UNDONE;
  const outcome = linkTombstone(words, base, hash, tombstone, expected);
  if (outcome !== DONE) free(words, base, tombstone);
  return outcome;
}
function linkTombstone(words, base, hash, tombstone, expected) {
  const key = tombstone * 4 + V_HEADER_WORDS5;
  const info = words[tombstone * 4 + V_KEY5];
  const table = rootAtRest(words);
  const slot = probe(words, table, hash, key, info);
  const linked = currentLink(words, base, slot, hash, key, info);
  if (linked === NO_LINK) return UNDONE;
  const current = refOf4(linked);
  if (current === 0 || isTombstone3(words, current)) return ABSENT;
  if (!isExpected(linked, expected)) return UNDONE;
  if (hasExpired2(words, current)) return UNDONE;
  const dead = deadLink2(tombstone);
  if (replace(words, base, hash, slot, linked, tombstone, dead) !== DONE) {
    return UNDONE;
  }
  words[base + P_DELETED2] = current;
  dropAtOnce2(words, base, table, slot, dead);
  return DONE;
}
function add5(words, floats, base, hash, version, by) {
  const key = version * 4 + V_HEADER_WORDS5;
  const info = words[version * 4 + V_KEY5];
  const table = rootAtRest(words);
  const slot = probe(words, table, hash, key, info);
  const linked = currentLink(words, base, slot, hash, key, info);
  if (linked === NO_LINK) return UNDONE;
  const current = refOf4(linked);
  if (current !== 0 && !isAlike2(words, current, version)) return UNDONE;
  const before = current === 0 ? 0 : floatAt3(words, valueIndexOf2(current, info) * 2);
  const sum = before + by;
  if (sum !== sum) return UNDONE;
  floats[valueIndexOf2(version, info)] = sum;
  floats[base + P_RESULT2 >> 1] = sum;
  return current === 0 ? insert(words, base, table, slot, hash, version) : replace(words, base, hash, slot, linked, version, version);
}
function swap(words, base, hash, version, expected) {
  const key = version * 4 + V_HEADER_WORDS5;
  const info = words[version * 4 + V_KEY5];
  const slot = probe(words, rootAtRest(words), hash, key, info);
  const linked = currentLink(words, base, slot, hash, key, info);
  if (linked === NO_LINK || linked === 0) return UNDONE;
  const current = refOf4(linked);
  if (!isAlike2(words, current, version)) return UNDONE;
  const there = floatAt3(words, valueIndexOf2(current, info) * 2);
  if (!isSame(there, expected)) return UNDONE;
  return replace(words, base, hash, slot, linked, version, version);
}
function isSame(a, b) {
  return a === b && (a !== 0 || 1 / a === 1 / b);
}
function isAlike2(words, a, b) {
  return words[a * 4 + V_KEY5] === words[b * 4 + V_KEY5] && words[a * 4 + V_VALUE4] === words[b * 4 + V_VALUE4];
}

// src/table/fast_path_fallback.ts
var { UNDECIDED: UNDECIDED2 } = optimistic_read_exports;
var { exchange: exchange2, increment: increment2, publish: publish2, putNumber: putNumber2, remove: remove2 } = fast_path_exports;
function fastPathFallback(words, floats) {
  return {
    lookup: () => UNDECIDED2,
    lookupPacked: () => UNDECIDED2,
    findOptimistically: () => UNDECIDED2,
    putNumber: (base, hash, info, valueInfo, value) => putNumber2(words, floats, base, hash, info, valueInfo, value),
    publish: (base, hash, version, expected) => publish2(words, base, hash, version, expected),
    remove: (base, hash, info, expected) => remove2(words, base, hash, info, expected),
    increment: (base, hash, info, valueInfo, by) => increment2(words, floats, base, hash, info, valueInfo, by),
    exchange: (base, hash, info, valueInfo, expected, value) => exchange2(words, floats, base, hash, info, valueInfo, expected, value)
  };
}

// src/table/gap.ts
var { T_CAPACITY: T_CAPACITY6 } = layout_exports;
var { load: load18 } = atomics_exports;
var { isEmpty: isEmpty4, slotAt: slotAt4 } = slot_exports;
function afterGap(words, table, from, to) {
  const mask = words[table + T_CAPACITY6] - 1;
  for (let i = from; i < to; i++) {
    if (!isEmpty4(load18(words, slotAt4(table, i & mask)))) return i;
  }
  return to;
}

// src/table/cursor.ts
var { H_ROOT: H_ROOT6, HAS_EXPIRY: HAS_EXPIRY5, T_CAPACITY: T_CAPACITY7, T_NEXT: T_NEXT4, T_SHIFT: T_SHIFT6, V_KEY: V_KEY6, V_STAMP: V_STAMP6 } = layout_exports;
var { hint: hint9, load: load19, fixed: fixed7 } = atomics_exports;
var { homePlace: homePlace5, isClosed: isClosed3, isEmpty: isEmpty5, isGone: isGone2, isMoved: isMoved2, isUnclaimed: isUnclaimed3, isUnlinked: isUnlinked4, readLink: readLink4, refOf: refOf5, slotAt: slotAt5 } = slot_exports;
var { settle: settle5, touchVersion: touchVersion2 } = version_exports;
var HASHES = 2 ** 32;
var RANGE_SLOTS = 128;
var Cursor = class {
  #words;
  #migration;
  #afterGap;
  #position;
  /** The hashes of what the range at hand holds, in step with the refs. */
  #hashes = [];
  /**
   * What was read only to bring it into the cache: kept, so that the reads are not optimized away.
   */
  seen = 0;
  /**
   * @param segment The segment.
   * @param migration Helps with tables that are being moved.
   * @param position The hash to begin with, as an unsigned number.
   */
  constructor(segment, migration, position = 0) {
    this.#words = segment.words;
    this.#migration = migration;
    this.#afterGap = segment.kernel?.afterGap ?? ((table, from, to) => afterGap(segment.words, table, from, to));
    this.#position = position;
  }
  /** The hash that the next range begins with; 2 ** 32 at the end. */
  get position() {
    return this.#position;
  }
  /** The hash of the key whose version the last range put at this index. */
  hashAt(index) {
    return this.#hashes[index] | 0;
  }
  /** Whether all ranges were visited. */
  get done() {
    return this.#position >= HASHES;
  }
  /**
   * Puts the newest versions of the next range's keys (settled, tombstones too) into \`refs\`, in the
   * order of their hashes as unsigned numbers. The caller is pinned.
   */
  next(refs) {
    const words = this.#words;
    const from = this.#position;
    const width = 2 ** words[load19(words, H_ROOT6) * 4 + T_SHIFT6];
    const to = Math.min(HASHES, (Math.floor(from / width) + RANGE_SLOTS) * width);
    for (; ; ) {
      refs.length = 0;
      this.#hashes.length = 0;
      let table = load19(words, H_ROOT6) * 4;
      const next = load19(words, table + T_NEXT4);
      if (next !== 0) {
        this.#move(table, from, to);
        table = next * 4;
      }
      if (this.#collect(table, from, to, refs)) break;
    }
    let seen = 0;
    for (let i = 0; i < refs.length; i++) seen |= touchVersion2(words, refs[i]);
    this.seen = seen;
    for (let i = 0; i < refs.length; i++) settleMet(words, refs[i]);
    this.#position = to;
  }
  /**
   * Moves every slot that a key of the range may stand in: from home(from) to the end of the run
   * behind home(to - 1), which is closed then.
   */
  #move(table, from, to) {
    const words = this.#words;
    const capacity = words[table + T_CAPACITY7];
    const first = home(words, table, from);
    const last = home(words, table, to - 1);
    for (let n = 0; n < capacity; n++) {
      const slot = slotAt5(table, first + n & capacity - 1);
      this.#migration.moveSlot(table, slot);
      if (isClosed3(fixed7(words, slot)) && first + n >= last) return;
    }
  }
  /** Collects the range, from the same slots; false when a move came in between. */
  #collect(table, from, to, refs) {
    const words = this.#words;
    const mask = words[table + T_CAPACITY7] - 1;
    const first = home(words, table, from);
    const last = home(words, table, to - 1);
    for (let i = first; i - first <= mask; i++) {
      let slot = slotAt5(table, i & mask);
      let hash = hint9(words, slot);
      if (isUnclaimed3(hash)) {
        if (i < last) i = this.#afterGap(table, i, last);
        slot = slotAt5(table, i & mask);
        hash = load19(words, slot);
      }
      if (isEmpty5(hash)) break;
      if (isClosed3(hash)) return false;
      const link2 = readLink4(words, slot);
      if (isMoved2(link2)) return false;
      if (isUnlinked4(link2) || isGone2(link2)) continue;
      const unsigned = hash >>> 0;
      if (unsigned >= from && unsigned < to) {
        this.#insert(refs, refOf5(link2), unsigned);
      }
    }
    return true;
  }
  /** A slot is seldom far from its home, so the place is found within a step or two. */
  #insert(refs, ref, hash) {
    const hashes = this.#hashes;
    let i = hashes.length;
    for (; i > 0 && hashes[i - 1] > hash; i--) {
      hashes[i] = hashes[i - 1];
      refs[i] = refs[i - 1];
    }
    hashes[i] = hash;
    refs[i] = ref;
  }
};
function settleMet(words, ref) {
  const at = ref * 4;
  if (hint9(words, at + V_STAMP6) <= 0 || (words[at + V_KEY6] & HAS_EXPIRY5) !== 0) settle5(words, ref);
}
function home(words, table, hash) {
  return homePlace5(hash, words[table + T_SHIFT6]);
}
function forEachRange(participant, migration, visit) {
  const cursor = new Cursor(participant.segment, migration);
  const refs = [];
  while (!cursor.done) {
    participant.pin();
    try {
      cursor.next(refs);
      visit(refs, cursor);
    } finally {
      participant.unpin();
    }
    participant.collectSometimes();
  }
}

// src/table/table_recovery.ts
var TableRecoverer = class {
  #participant;
  #table;
  #migration;
  /** Its own scratch. */
  #key;
  constructor(participant, table) {
    this.#participant = participant;
    this.#table = table;
    this.#migration = table.migration;
    this.#key = new EncodedKey(participant.segment.seed);
  }
  /**
   * A version is settled before it is replaced, and by a search for its key, if it is the newest.
   */
  isLinked(version) {
    const participant = this.#participant;
    const { words } = participant.segment;
    const stamp = version * 4 + V_STAMP;
    this.#key.copyFrom(words, version);
    participant.pin();
    if (load(words, stamp) === 0) this.#table.find(this.#key);
    participant.unpin();
    const isLinked = load(words, stamp) !== 0;
    if (isLinked) changed(words, this.#key.hash);
    return isLinked;
  }
  reap(slot) {
    const participant = this.#participant;
    const { words } = participant.segment;
    const base = participantBase(slot);
    const ref = own(words, base + P_REAPING);
    if (ref !== 0 && load(words, H_ROOT) !== ref) {
      poke(words, participant.base + P_REAPING, ref);
      const reaper = load(words, ref * 4 + T_REAPER);
      if (reaper === 0) this.#migration.reap(ref * 4);
      else if (reaper === slot + 1 && !isInLimbo(participant, base, ref)) {
        store(words, ref * 4 + T_REAPER, participant.slot + 1);
        if (slot !== participant.slot) poke(words, base + P_REAPING, 0);
        participant.retire(ref);
      }
      poke(words, participant.base + P_REAPING, 0);
    }
    poke(words, base + P_REAPING, 0);
  }
  returnPermits(permits) {
    this.#participant.pin();
    returnPermits(this.#participant.segment.words, permits);
    this.#participant.unpin();
  }
  freeUnlinked(slot) {
    const { allocator } = this.#participant;
    const tables = this.#unlinked(ownerOf(slot, "table"));
    for (const ref of tables) {
      const isUnlinked7 = !this.#isTableInUse(ref) && this.#isUnlinked(ref, ownerOf(slot, "table"));
      if (isUnlinked7) allocator.freeUnlinkedRun(ref, "table");
    }
    const versions = this.#unlinked(ownerOf(slot, "version"));
    if (versions.length === 0) return;
    this.#settleAll();
    for (const ref of versions) {
      if (this.#isUnlinked(ref, ownerOf(slot, "version"))) {
        allocator.freeUnlinkedRun(ref, "version");
      }
    }
  }
  /** Runs of this owner that may not be linked. */
  #unlinked(owner) {
    const { segment } = this.#participant;
    const found = [];
    for (let chunk = 0; chunk < segment.chunkCount; chunk++) {
      const state = load(segment.words, segment.descriptor(chunk));
      if (state <= 0 || (state & CHUNK_RUN) === 0) continue;
      const ref = segment.chunkRef(chunk);
      if (this.#isUnlinked(ref, owner)) found.push(ref);
    }
    return found;
  }
  /**
   * The word is read first: a dead worker allocates nothing more, so a block that still is its own
   * was so at that moment, too.
   */
  #isUnlinked(ref, owner) {
    const { segment } = this.#participant;
    const { words } = segment;
    const isFresh = load(words, ref * 4 + V_STAMP) === 0;
    const descriptor = segment.descriptor(segment.chunkOf(ref));
    return isFresh && load(words, descriptor + 1) === owner;
  }
  /**
   * In this order: a table that was linked is the next one, or then the root, or then has a next
   * one itself.
   */
  #isTableInUse(ref) {
    const { words } = this.#participant.segment;
    this.#participant.pin();
    const root = load(words, H_ROOT);
    const next = load(words, root * 4 + T_NEXT);
    const follower = load(words, ref * 4 + T_NEXT);
    this.#participant.unpin();
    return ref === root || ref === next || follower !== 0;
  }
  /** Settles every version that is the newest of its key. */
  #settleAll() {
    forEachRange(this.#participant, this.#migration, () => {
    });
  }
};
function isInLimbo(participant, base, wanted) {
  const { words } = participant.segment;
  let ref = own(words, base + P_LIMBO_HEAD);
  while (ref !== 0 && ref !== wanted) ref = own(words, ref * 4 + R_LINK);
  return ref === wanted;
}

// src/table/backoff.ts
var LEAST_PAUSES = 1;
var MOST_PAUSES = 64;
var Backoff = class {
  #participant;
  #pauses = LEAST_PAUSES;
  constructor(participant) {
    this.#participant = participant;
  }
  /** Before an operation's first try. */
  reset() {
    this.#pauses = LEAST_PAUSES;
  }
  /** After a lost race. Returns soon, whatever the others do. */
  wait() {
    this.#participant.count("retries");
    for (let i = 0; i < this.#pauses; i++) pause();
    this.#pauses = Math.min(MOST_PAUSES, this.#pauses * 2);
  }
};

// src/table/chain.ts
var { FINAL: FINAL4, GOING: GOING3, H_SEED: H_SEED2, HAS_EXPIRY: HAS_EXPIRY6, REF_MASK: REF_MASK7, V_HEADER_WORDS: V_HEADER_WORDS6, V_KEY: V_KEY7, V_PREV: V_PREV7, V_STAMP: V_STAMP7 } = layout_exports;
var { compareAndSet: compareAndSet12, load: load20, fixed: fixed8 } = atomics_exports;
var { hashWords: hashWords3 } = hash_exports;
var { isOlderOpen: isOlderOpen2, isShown: isShown3 } = registry_exports;
var { freeze: freeze2, prune: prune4 } = prune_exports;
var { keyWords: keyWords4 } = version_exports;
var TRIES = 4;
var TableChains = class {
  #participant;
  #words;
  #find;
  /** Its own scratch: the operation that this is part of still needs the attachment's. */
  #key;
  passed = 0;
  /**
   * @param participant Who works.
   * @param find From a key to its newest version, settled; 0: none.
   */
  constructor(participant, find) {
    this.#participant = participant;
    this.#words = participant.segment.words;
    this.#find = find;
    this.#key = new EncodedKey(participant.segment.seed);
  }
  releaseHeld(ref, death) {
    const words = this.#words;
    const hash = hashOf(words, ref);
    const birth = fixed8(words, ref * 4 + V_STAMP7);
    if (isShown3(words, birth, death, hash)) return "needed";
    if (!isOlderOpen2(words, birth, hash)) return "out";
    return this.#takeOut(ref) ? "out" : "later";
  }
  /**
   * Takes a version that no snapshot shows out of its chain, although an older one may come by;
   * false: it may still be there.
   */
  #takeOut(ref) {
    const words = this.#words;
    freeze2(words, ref);
    this.#key.copyFrom(words, ref);
    for (let tries = 0; tries < TRIES; tries++) {
      const newest = this.#find(this.#key);
      if (newest === 0) return true;
      this.#participant.enterSection();
      prune4(words, this.#participant.base, newest, this.#key.hash);
      this.#participant.leaveSection();
      if (this.#takeOutBehind(newest, ref)) return true;
    }
    return false;
  }
  /**
   * Takes out what is going, from the newest version to this one; false: the chain changed, and it
   * may still be there.
   */
  #takeOutBehind(newest, wanted) {
    const words = this.#words;
    const birth = fixed8(words, wanted * 4 + V_STAMP7);
    let front = newest;
    let prev = load20(words, front * 4 + V_PREV7);
    for (; ; ) {
      this.passed++;
      if ((prev & GOING3) !== 0) return false;
      const ref = prev & REF_MASK7;
      if (ref === 0 || fixed8(words, ref * 4 + V_STAMP7) < birth) return true;
      const older = load20(words, ref * 4 + V_PREV7);
      if (ref === wanted || (older & GOING3) !== 0) {
        const next = older & REF_MASK7 | FINAL4;
        if (!compareAndSet12(words, front * 4 + V_PREV7, prev, next)) return false;
        if (ref === wanted) return true;
        prev = next;
      } else {
        front = ref;
        prev = older;
      }
    }
  }
};
function hashOf(words, ref) {
  const info = words[ref * 4 + V_KEY7] & ~HAS_EXPIRY6;
  const key = ref * 4 + V_HEADER_WORDS6;
  const [k0, k1] = [
    words[H_SEED2],
    words[H_SEED2 + 1]
  ];
  return hashWords3(words, keyWords4(info), info, k0, k1, key);
}

// src/table/move.ts
var { P_PERMITS: P_PERMITS5, SLOT_WORDS: SLOT_WORDS4, T_CAPACITY: T_CAPACITY8, T_NEXT: T_NEXT5, T_SHIFT: T_SHIFT7 } = layout_exports;
var { load: load21, own: own16, poke: poke16 } = atomics_exports;
var { retire: retire4 } = limbo_exports;
var { claim: claim3, closeEmpty: closeEmpty2, closeUnlinked: closeUnlinked2, dropMoved: dropMoved2, freezeLink: freezeLink2, homePlace: homePlace6, isClosed: isClosed4, isDead: isDead2, isEmpty: isEmpty6, isFrozen: isFrozen4, isGone: isGone3, isMoved: isMoved3, isUnlinked: isUnlinked5, linkFirst: linkFirst3, markMoved: markMoved2, nextPlace: nextPlace4, readLink: readLink5, refOf: refOf6, slotAt: slotAt6, thawed: thawed2 } = slot_exports;
var { isDroppable: isDroppable2 } = tombstone_exports;
var { contentRefs: contentRefs4, sameKey: sameKey2 } = version_exports;
function moveSlots(words, base, table, first, count) {
  const end = first + count * SLOT_WORDS4;
  for (let slot = first; slot < end; slot += SLOT_WORDS4) {
    if (!moveSlot(words, base, table, slot)) return false;
  }
  return true;
}
function moveSlot(words, base, table, slot) {
  for (; ; ) {
    const hash = load21(words, slot);
    if (isClosed4(hash)) return true;
    if (isEmpty6(hash)) {
      if (closeEmpty2(words, slot)) return true;
      continue;
    }
    const link2 = readLink5(words, slot);
    if (isMoved3(link2)) return true;
    if (isUnlinked5(link2)) {
      if (giveUpUnlinked(words, base, slot)) return true;
      continue;
    }
    if (!isFrozen4(link2)) {
      if (isDead2(link2) && canDrop(words, base, link2, hash)) {
        if (!dropMoved2(words, slot, link2)) continue;
        if (!isGone3(link2)) retireVersion(words, base, refOf6(link2));
        gainPlace(words, base);
        return true;
      }
      if (!freezeLink2(words, slot, link2)) continue;
    }
    const next = load21(words, table + T_NEXT5) * 4;
    if (!copy(words, next, hash, thawed2(link2))) return false;
    markMoved2(words, slot);
    return true;
  }
}
function retireVersion(words, base, ref) {
  retire4(words, base, ref, contentRefs4(words, ref));
}
function giveUpUnlinked(words, base, slot) {
  if (!closeUnlinked2(words, slot)) return false;
  gainPlace(words, base);
  return true;
}
function gainPlace(words, base) {
  poke16(words, base + P_PERMITS5, own16(words, base + P_PERMITS5) + 1);
}
function canDrop(words, base, link2, hash) {
  return isGone3(link2) || isDroppable2(words, base, refOf6(link2), hash);
}
function copy(words, next, hash, link2) {
  const mask = words[next + T_CAPACITY8] - 1;
  let place = homePlace6(hash, words[next + T_SHIFT7]);
  for (let probes = 0; probes <= mask; ) {
    const slot = slotAt6(next, place);
    const there = load21(words, slot);
    if (isClosed4(there)) return true;
    if (isEmpty6(there)) {
      claim3(words, slot, hash);
      continue;
    }
    if (there === hash) {
      const linked = readLink5(words, slot);
      if (isMoved3(linked)) return true;
      if (isUnlinked5(linked)) {
        if (linkFirst3(words, slot, link2)) return true;
        continue;
      }
      if (sameKey2(words, refOf6(linked), refOf6(link2))) return true;
    }
    place = nextPlace4(place, mask);
    probes++;
  }
  return false;
}

// src/table/migration.ts
var { H_ROOT: H_ROOT7, P_REAPING: P_REAPING2, P_SEEN: P_SEEN4, SLOT_WORDS: SLOT_WORDS5, STRIDE: STRIDE3, T_CAPACITY: T_CAPACITY9, T_CURSOR: T_CURSOR2, T_NEXT: T_NEXT6, T_PERMITS: T_PERMITS4, T_REAPER: T_REAPER2, T_SWEPT: T_SWEPT2, V_STAMP: V_STAMP8 } = layout_exports;
var { add: add6, compareAndSet: compareAndSet13, hint: hint10, load: load22, poke: poke17, release: release4, store: store7, touch: touch5 } = atomics_exports;
var { enter: enter7, leave: leave7 } = section_exports;
var Migration = class {
  #participant;
  #permits;
  #words;
  #move;
  constructor(participant, permits) {
    const { segment } = participant;
    const { words } = segment;
    this.#participant = participant;
    this.#permits = permits;
    this.#words = words;
    this.#move = segment.kernel?.moveSlots ?? ((base, table, first, count) => Number(moveSlots(words, base, table, first, count)));
  }
  // ---- beginning ----------------------------------------------------------------------------
  /**
   * Makes an empty table the next one of the root, if that has none yet, and the new one turns out
   * to be large enough. Otherwise the new one is freed. The caller is in a section.
   *
   * @param table The root.
   * @param next The ref of a table that nobody else knows.
   */
  begin(table, next) {
    const words = this.#words;
    const { allocator } = this.#participant;
    closePermits(words, table);
    const limit = slotLimit(words[next * 4 + T_CAPACITY9]);
    const permits = limit - claimedSlots(words, table);
    if (permits < 0) return allocator.free(next);
    poke17(words, next * 4 + T_PERMITS4, permits);
    if (!compareAndSet13(words, table + T_NEXT6, 0, next)) {
      return allocator.free(next);
    }
    this.#participant.count("migrations");
    this.keepReserve();
  }
  /**
   * Keeps memory back from entries for a table that is as large as the current one, or the next.
   */
  keepReserve() {
    const root = load22(this.#words, H_ROOT7) * 4;
    const next = load22(this.#words, root + T_NEXT6) * 4;
    const capacity = this.#words[(next || root) + T_CAPACITY9];
    this.#participant.allocator.tables.keep(tableBytes(capacity));
  }
  // ---- helping ----------------------------------------------------------------------------------
  /**
   * Moves one stride of the root, or redoes one that is not finished; the last one switches the
   * root. Lock-free.
   */
  help(table) {
    const words = this.#words;
    const strides = words[table + T_CAPACITY9] / STRIDE3;
    const stride = add6(words, table + T_CURSOR2, 1);
    if (stride < strides) {
      this.#moveStride(table, stride);
      if (stride < strides - 1) return;
    }
    const unfinished = this.#firstUnfinished(table);
    if (unfinished < strides) this.#moveStride(table, unfinished);
    if (this.#firstUnfinished(table) === strides) this.#switchRoot(table);
  }
  /** Moves everything that is left of the root. */
  finish(table) {
    const strides = this.#words[table + T_CAPACITY9] / STRIDE3;
    for (; ; ) {
      const stride = this.#firstUnfinished(table);
      if (stride === strides) break;
      this.#moveStride(table, stride);
    }
    this.#switchRoot(table);
  }
  /** Whether the root is being moved: a hint, for a caller that is not pinned. */
  get isMoving() {
    return hint10(this.#words, hint10(this.#words, H_ROOT7) * 4 + T_NEXT6) !== 0;
  }
  /** Moves everything that is left of the root, if it is being moved. */
  finishIfMoving() {
    const table = load22(this.#words, H_ROOT7) * 4;
    if (load22(this.#words, table + T_NEXT6) !== 0) this.finish(table);
  }
  /**
   * Moves one stride if the root is being moved, for a caller that has time. Says whether there is
   * more to do.
   */
  helpIfMoving() {
    const table = load22(this.#words, H_ROOT7) * 4;
    if (load22(this.#words, table + T_NEXT6) === 0) return false;
    this.help(table);
    return true;
  }
  #doneWord(table, stride) {
    return slotAt(table, this.#words[table + T_CAPACITY9]) + stride;
  }
  #firstUnfinished(table) {
    const words = this.#words;
    const strides = words[table + T_CAPACITY9] / STRIDE3;
    let stride = load22(words, table + T_SWEPT2);
    while (stride < strides && load22(words, this.#doneWord(table, stride)) !== 0) stride++;
    release4(words, table + T_SWEPT2, stride);
    return stride;
  }
  #moveStride(table, stride) {
    const words = this.#words;
    const first = slotAt(table, stride * STRIDE3);
    this.#touchTombstones(first);
    this.#moveSlots(table, first, STRIDE3);
    store7(words, this.#doneWord(table, stride), 1);
  }
  /**
   * Brings the tombstones of a stride into the cache, all at the same time: most were written long
   * ago.
   */
  #touchTombstones(firstSlot) {
    const words = this.#words;
    const end = firstSlot + STRIDE3 * SLOT_WORDS5;
    let seen = 0;
    for (let slot = firstSlot; slot < end; slot += SLOT_WORDS5) {
      const link2 = hint10(words, slot + 1);
      if (isDead(link2)) seen |= touch5(words, refOf(link2) * 4 + V_STAMP8);
    }
    words[this.#participant.base + P_SEEN4] = seen;
  }
  #switchRoot(table) {
    const words = this.#words;
    const { base } = this.#participant;
    enter7(words, base);
    poke17(words, base + P_REAPING2, table / 4);
    compareAndSet13(words, H_ROOT7, table / 4, load22(words, table + T_NEXT6));
    this.reap(table);
    poke17(words, base + P_REAPING2, 0);
    leave7(words, base);
  }
  /** Retires a table that is not the root any more, unless another participant does. */
  reap(table) {
    const { slot } = this.#participant;
    if (!compareAndSet13(this.#words, table + T_REAPER2, 0, slot + 1)) return;
    this.#participant.retire(table / 4);
    this.keepReserve();
  }
  // ---- one slot ---------------------------------------------------------------------------------
  /** Moves one slot, whatever state it is in and however many workers do. Lock-free. */
  moveSlot(table, slot) {
    this.#moveSlots(table, slot, 1);
  }
  #moveSlots(table, first, count) {
    const words = this.#words;
    const { base } = this.#participant;
    const next = load22(words, table + T_NEXT6) * 4;
    enter7(words, base);
    this.#permits.turnTo(next);
    if (!this.#move(base, table, first, count)) {
      throw new Error("Cannot move an entry: the next table is full, which its permits rule out");
    }
    this.#permits.giveSurplus(next);
    leave7(words, base);
  }
  /** Shuts a claimed slot that nobody linked; its place goes to the next table. */
  giveUpUnlinked(table, slot) {
    const words = this.#words;
    const { base } = this.#participant;
    const next = load22(words, table + T_NEXT6) * 4;
    enter7(words, base);
    this.#permits.turnTo(next);
    const closed = giveUpUnlinked(words, base, slot);
    this.#permits.giveSurplus(next);
    leave7(words, base);
    return closed;
  }
};

// src/table/resizer.ts
var { H_PARTICIPANTS: H_PARTICIPANTS4, H_ROOT: H_ROOT8, NEVER: NEVER3, P_ENTRIES: P_ENTRIES3, P_EXPECTED: P_EXPECTED3, SLOT_WORDS: SLOT_WORDS6, T_BORN: T_BORN3, T_CAPACITY: T_CAPACITY10, T_NEXT: T_NEXT7, T_PERMITS: T_PERMITS5, V_STAMP: V_STAMP9 } = layout_exports;
var { hint: hint11, load: load23, own: own17, poke: poke18 } = atomics_exports;
var { enter: enter8, leave: leave8 } = section_exports;
var MOST_EXPECTED = 2 ** 28;
function liveEntries(words) {
  let sum = 0;
  const slots = load23(words, H_PARTICIPANTS4);
  for (let slot = 0; slot < slots; slot++) {
    sum = sum + hint11(words, participantBase(slot) + P_ENTRIES3) | 0;
  }
  return Math.max(0, sum);
}
function expectedEntries(words) {
  let sum = 0;
  const slots = load23(words, H_PARTICIPANTS4);
  for (let slot = 0; slot < slots; slot++) {
    sum += hint11(words, participantBase(slot) + P_EXPECTED3);
  }
  return sum;
}
var Resizer = class {
  #participant;
  #migration;
  #words;
  #minCapacityShift;
  constructor(participant, migration) {
    this.#participant = participant;
    this.#migration = migration;
    this.#words = participant.segment.words;
    this.#minCapacityShift = participant.segment.minCapacityShift;
  }
  // ---- starting a move ----------------------------------------------------------------------
  /**
   * Makes sure that the root has a next table. False when there is no memory for one: the root then
   * stays as it is, and can be used while it has permits. Lock-free.
   *
   * @param table The root.
   * @param worth How many dead slots make a move to a table of the same size worth its while, if
   * there is no memory for a larger one.
   */
  start(table, worth = purgeWorth(this.#words[table + T_CAPACITY10])) {
    const { base } = this.#participant;
    enter8(this.#words, base);
    const started = this.#start(table, worth);
    leave8(this.#words, base);
    return started;
  }
  #start(table, worth) {
    while (load23(this.#words, table + T_NEXT7) === 0) {
      const counts = this.#count(table);
      if (isMostlyDead(counts) && this.#movesInVain(table)) {
        revokeHorizons(this.#words);
      }
      const next = this.#allocateNext(table, counts, worth);
      if (next === 0) return load23(this.#words, table + T_NEXT7) !== 0;
      this.#migration.begin(table, next);
    }
    return true;
  }
  /** Starts a move if the root, in which this participant has just taken permits, is crowded. */
  startIfCrowded(table) {
    const words = this.#words;
    if (load23(words, H_ROOT8) * 4 !== table) return;
    const claimed = claimedSlots(words, table);
    if (claimed < crowded(words[table + T_CAPACITY10])) return;
    this.start(table, earlyPurgeWorth(this.#count(table)));
  }
  /**
   * Starts a move when dead slots take at least this share of the root, or the root is too large.
   */
  considerShrinking(deadShare) {
    const words = this.#words;
    const table = load23(words, H_ROOT8) * 4;
    if (load23(words, table + T_PERMITS5) < 0) return;
    const counts = this.#count(table);
    const expected = expectedEntries(words);
    if (!isSparse(counts, expected, this.#minCapacityShift)) {
      if (!hasDeadShare(counts, deadShare)) return;
      if (!isMostlyDead(counts) && this.#movesInVain(table)) return;
    }
    if (oldestSnapshot(words) === NEVER3) this.start(table);
  }
  /**
   * Drops the tombstones of the root at once, if it is not being moved and there are enough to be
   * worth it, or if it is larger than it needs to be. For a caller that is out of memory.
   *
   * @param worth How many are enough.
   */
  purge(worth) {
    const words = this.#words;
    const table = load23(words, H_ROOT8) * 4;
    if (load23(words, table + T_NEXT7) !== 0) return;
    const counts = this.#count(table);
    worth ??= purgeWorth(counts.capacity);
    if (!this.#canDrop(table, counts, worth) && !this.#canShrink(counts)) {
      return;
    }
    if (this.start(table, worth)) this.#migration.finish(table);
  }
  /**
   * Whether a purge for which so many tombstones are enough would move the root, if there is a
   * place. The caller is pinned.
   */
  wouldPurge(worth) {
    const table = load23(this.#words, H_ROOT8) * 4;
    const counts = this.#count(table);
    worth ??= purgeWorth(counts.capacity);
    return this.#hasDroppable(table, counts, worth) || this.#canShrink(counts);
  }
  /** How many more deletions would make a purge worth its while. */
  get deletionsWanted() {
    const counts = this.#count(load23(this.#words, H_ROOT8) * 4);
    return purgeWorth(counts.capacity) - deadSlots(counts);
  }
  /**
   * Announces that this participant is about to write so many entries, or, from then on, how many
   * are left: makes the table large enough at once, if there is memory. The caller is pinned.
   */
  expect(entries) {
    const words = this.#words;
    const announced = this.#participant.base + P_EXPECTED3;
    const before = own17(words, announced);
    poke18(words, announced, Math.min(entries, MOST_EXPECTED));
    if (entries <= before) return;
    this.#migration.finishIfMoving();
    const table = load23(words, H_ROOT8) * 4;
    const wanted = claimedSlots(words, table) + expectedEntries(words);
    if (wanted < crowded(words[table + T_CAPACITY10])) return;
    if (this.start(table)) this.#migration.finish(table);
  }
  // ---- the next table -----------------------------------------------------------------------
  /**
   * A table for the entries of this one: as large as it should be, or as there is memory for. If
   * there is no memory to grow, but something to drop, one of the same size: that may begin without
   * permits, and gains one with each tombstone that is dropped. 0 if there is none.
   */
  #allocateNext(table, counts, worth) {
    const participant = this.#participant;
    const minShift = this.#minCapacityShift;
    const expected = expectedEntries(this.#words);
    for (const shift of growthShifts(counts, expected, minShift)) {
      const larger = this.#allocateLarger(2 ** shift, counts);
      if (larger !== 0) return larger;
    }
    const fitting = fittingShift(counts, minShift);
    const same = Math.log2(counts.capacity);
    if (fitting <= same) return allocateTable(participant, fitting);
    if (!this.#canDrop(table, counts, worth)) return 0;
    return allocateTable(participant, same);
  }
  /** A larger table must leave enough to be cleaned up in turn; 0 if it does not. */
  #allocateLarger(capacity, counts) {
    const { allocator } = this.#participant;
    const bytes = tableBytes(capacity);
    const before = tableBytes(counts.capacity);
    const used = allocator.tables.usedRefsBeside(before);
    const left = allocator.tables.refsForEntries(bytes);
    if (!isWorthGrowing(counts, used, left)) return 0;
    if (!allocator.tables.hasChunks(bytes, before)) return 0;
    allocator.tables.keep(bytes);
    const next = allocateTable(this.#participant, Math.log2(capacity));
    if (next === 0) this.#migration.keepReserve();
    return next;
  }
  // ---- what there is ------------------------------------------------------------------------
  #count(table) {
    const words = this.#words;
    const claimed = claimedSlots(words, table);
    const live = liveEntries(words);
    return {
      capacity: words[table + T_CAPACITY10],
      claimed,
      live
    };
  }
  #canShrink(counts) {
    return canShrink(counts, this.#minCapacityShift);
  }
  /**
   * Whether there are so many tombstones that a move would drop. The caller is short of memory,
   * which is more important than the next delta: so horizons are revoked.
   */
  #canDrop(table, counts, wanted) {
    if (!this.#hasDroppable(table, counts, wanted)) return false;
    revokeHorizons(this.#words);
    return true;
  }
  /**
   * Whether there are so many slots that a move would drop, horizons aside. Reads each of them
   * while a snapshot is open.
   */
  #hasDroppable(table, counts, wanted) {
    if (deadSlots(counts) < wanted) return false;
    if (oldestSnapshot(this.#words) === NEVER3) return true;
    const end = slotAt(table, counts.capacity);
    let count = 0;
    for (let slot = slotAt(table, 0); slot < end; slot += SLOT_WORDS6) {
      if (this.#isDroppable(slot) && ++count >= wanted) return true;
    }
    return false;
  }
  #isDroppable(slot) {
    const words = this.#words;
    const link2 = readLink(words, slot);
    if (isGone(link2)) return true;
    if (!isDead(link2)) return false;
    const tombstone = refOf(link2);
    return hint11(words, tombstone * 4 + V_STAMP9) > 0 && isUnneeded(words, tombstone, hint11(words, slot));
  }
  /** Whether all that the horizons let go was dropped when this table was made. */
  #movesInVain(table) {
    return this.#words[table + T_BORN3] > lowestHorizon(this.#words);
  }
  /**
   * Whether memory for a table like the root is there, or could not be made by moving entries. The
   * caller is pinned.
   */
  get hasPlace() {
    const table = load23(this.#words, H_ROOT8) * 4;
    const bytes = tableBytes(this.#words[table + T_CAPACITY10]);
    return this.#participant.allocator.tables.hasPlace(bytes);
  }
};

// src/table/table.ts
var { FINAL: FINAL5, H_ROOT: H_ROOT9, P_SEEN: P_SEEN5, T_CAPACITY: T_CAPACITY11, T_NEXT: T_NEXT8, T_PERMITS: T_PERMITS6, T_SHIFT: T_SHIFT8, V_PREV: V_PREV8 } = layout_exports;
var { hint: hint12, load: load24, poke: poke19, fixed: fixed9, touch: touch6 } = atomics_exports;
var { account: account3, announce: announce3 } = account_exports;
var { enter: enter9, leave: leave9 } = section_exports;
var { claimWithPermit: claimWithPermit3, closeEmpty: closeEmpty3, deadLink: deadLink3, homePlace: homePlace7, isClosed: isClosed5, isEmpty: isEmpty7, isFrozen: isFrozen5, isMoved: isMoved4, isUnlinked: isUnlinked6, linkFirst: linkFirst4, nextPlace: nextPlace5, readHash: readHash3, readLink: readLink6, refOf: refOf7, relink: relink3, slotAt: slotAt7 } = slot_exports;
var { prune: prune5 } = prune_exports;
var { dropAtOnce: dropAtOnce3 } = tombstone_exports;
var { hasKey: hasKey2, isTombstone: isTombstone4, settle: settle6, touchVersion: touchVersion3 } = version_exports;
var TOMBSTONES_PER_LOOK = 256;
var GUESSES = 2;
var ONWARD = -1;
var Table = class {
  migration;
  resizer;
  backoff;
  #participant;
  #words;
  #permits;
  // Where the last seek ended.
  #table = 0;
  #slot = 0;
  #slotIsEmpty = false;
  #link = 0;
  #tombstones = 0;
  constructor(participant) {
    this.#participant = participant;
    this.#words = participant.segment.words;
    this.#permits = new Permits(participant);
    this.migration = new Migration(participant, this.#permits);
    this.resizer = new Resizer(participant, this.migration);
    this.backoff = new Backoff(participant);
    participant.chains = new TableChains(participant, (key) => this.find(key));
  }
  /** Gives back what this participant keeps for later. */
  leave() {
    this.#participant.pin();
    this.#permits.giveBack();
    this.#participant.unpin();
  }
  // ---- reading ----------------------------------------------------------------------------------
  /**
   * The newest version of a key, settled; 0: there is none. A tombstone counts as a version.
   * Wait-free: see above for the bound.
   *
   * Has a fast path, \`findOptimistically()\` in table/optimistic_read.ts. Kept alike by
   * tests/table/slot_test.ts and tests/table/optimistic_read_test.ts.
   */
  find(key) {
    const words = this.#words;
    const hash = key.hash;
    let table = load24(words, H_ROOT9) * 4;
    for (; ; ) {
      const mask = words[table + T_CAPACITY11] - 1;
      let place = homePlace7(hash, words[table + T_SHIFT8]);
      let moved = false;
      for (let probes = 0; probes <= mask; probes++) {
        const slot = slotAt7(table, place);
        const there = readHash3(words, slot);
        if (there === hash) {
          const link2 = readLink6(words, slot);
          if (isMoved4(link2)) {
            moved = true;
          } else if (isUnlinked6(link2)) {
            if (!moved) return 0;
            break;
          } else {
            const ref = refOf7(link2);
            if (hasKey2(words, ref, key.words, key.info)) {
              settle6(words, ref);
              return ref;
            }
          }
        } else if (isEmpty7(there)) {
          if (!moved) return 0;
          break;
        } else if (isClosed5(there)) {
          break;
        }
        place = nextPlace5(place, mask);
      }
      table = load24(words, table + T_NEXT8) * 4;
      if (table === 0) return 0;
    }
  }
  // ---- writing ----------------------------------------------------------------------------------
  /**
   * Finds where to write a key: returns its newest version, settled and pruned, ready for
   * {@linkcode replace}; or 0 if there is none, ready for {@linkcode insert} if \`toInsert\`. Helps a
   * move on its way. Lock-free.
   *
   * Has a fast path, \`probe()\` in table/fast_path.ts. Kept alike by tests/table/slot_test.ts.
   */
  seek(key, toInsert) {
    const { base } = this.#participant;
    enter9(this.#words, base);
    const found = this.#seek(key, toInsert);
    leave9(this.#words, base);
    return found;
  }
  #seek(key, toInsert) {
    const words = this.#words;
    for (; ; ) {
      let table = load24(words, H_ROOT9) * 4;
      let next = load24(words, table + T_NEXT8);
      if (next !== 0) this.migration.help(table);
      for (; ; ) {
        const found = this.#seekIn(table, key, toInsert, next !== 0);
        if (found >= 0) return found;
        next = load24(words, table + T_NEXT8);
        if (next === 0) break;
        table = next * 4;
        next = load24(words, table + T_NEXT8);
      }
      if (this.#slot === 0) return 0;
    }
  }
  /**
   * @param moving Whether the table has a next one. A writer that knows so ends on no open slot: it
   * shuts the slot that it finds.
   */
  #seekIn(table, key, toInsert, moving) {
    const words = this.#words;
    const hash = key.hash;
    const mask = words[table + T_CAPACITY11] - 1;
    let place = homePlace7(hash, words[table + T_SHIFT8]);
    for (let probes = 0; probes <= mask; ) {
      const slot = slotAt7(table, place);
      const there = readHash3(words, slot);
      if (there === hash) {
        const link2 = readLink6(words, slot);
        if (isMoved4(link2)) {
          moving = true;
        } else if (isUnlinked6(link2)) {
          if (!moving) return this.#endOn(table, slot, false);
          if (!toInsert) return ONWARD;
          if (this.migration.giveUpUnlinked(table, slot)) return ONWARD;
          continue;
        } else {
          const ref = refOf7(link2);
          if (hasKey2(words, ref, key.words, key.info)) {
            if (isFrozen5(link2)) {
              this.migration.moveSlot(table, slot);
              return ONWARD;
            }
            settle6(words, ref);
            prune5(words, this.#participant.base, ref, hash);
            this.#endOn(table, slot, false);
            this.#link = link2;
            return ref;
          }
        }
      } else if (isEmpty7(there)) {
        if (!moving) return this.#endOn(table, slot, true);
        if (!toInsert) return ONWARD;
        if (closeEmpty3(words, slot)) return ONWARD;
        continue;
      } else if (isClosed5(there)) {
        return ONWARD;
      }
      place = nextPlace5(place, mask);
      probes++;
    }
    this.#endOn(table, 0, false);
    return ONWARD;
  }
  #endOn(table, slot, slotIsEmpty) {
    this.#table = table;
    this.#slot = slot;
    this.#slotIsEmpty = slotIsEmpty;
    return 0;
  }
  /**
   * Puts \`version\`, which is in hand, in the place of \`current\`, which the last seek returned, and
   * counts it. If another worker changed that meanwhile, it returns false, and the version is in
   * hand still. Otherwise the version is settled, and what it replaced is retired or held; a
   * tombstone that nobody needs is dropped. The caller is in a section.
   *
   * Has a fast path, \`replace()\` in table/fast_path.ts. Kept alike by tests/table/slot_test.ts.
   */
  replace(current, version) {
    const words = this.#words;
    const { base } = this.#participant;
    poke19(words, version * 4 + V_PREV8, current);
    const dead = isTombstone4(words, version);
    const link2 = dead ? deadLink3(version) : version;
    announce3(words, base, current, version);
    if (!relink3(words, this.#slot, this.#link, link2)) return false;
    settle6(words, version);
    const hash = fixed9(words, this.#slot);
    prune5(words, base, version, hash);
    account3(words, base, hash);
    if (!dead) return true;
    dropAtOnce3(words, base, this.#table, this.#slot, link2);
    this.countTombstone();
    return true;
  }
  /** After a tombstone was written: checks now and then whether there are too many. */
  countTombstone() {
    if (++this.#tombstones % TOMBSTONES_PER_LOOK === 0) {
      this.resizer.considerShrinking(DEAD_SHARE);
    }
  }
  /**
   * Links the first version, which is in hand and no tombstone, of the key that the last seek did
   * not find, and counts it; else it is in hand still. The caller is in a section.
   *
   * Has fast paths, \`insert()\` in table/fast_path.ts and \`insertNew()\` in table/table.ts. Kept
   * alike by tests/table/slot_test.ts.
   */
  insert(key, version) {
    const words = this.#words;
    if (this.#slot === 0) return this.#startOrFinishMove();
    if (this.#slotIsEmpty) {
      const grant = this.#permits.ask(this.#table);
      if (grant === "none") return this.#startOrFinishMove();
      const { base } = this.#participant;
      if (!claimWithPermit3(words, base, this.#slot, key.hash)) return "lost";
      if (grant === "taken") this.resizer.startIfCrowded(this.#table);
    }
    poke19(words, version * 4 + V_PREV8, FINAL5);
    announce3(words, this.#participant.base, 0, version);
    const outcome = this.#linkInSlot(version);
    if (outcome === "done") {
      account3(words, this.#participant.base, key.hash);
    }
    return outcome;
  }
  /**
   * Links a version, which is in hand and no tombstone, under its key, whatever is there and
   * however often others are faster; false if the table has no place. The caller is in a section.
   */
  put(key, version) {
    this.backoff.reset();
    for (; ; ) {
      const current = this.seek(key, true);
      if (current !== 0) {
        if (this.replace(current, version)) return true;
      } else {
        const outcome = this.insert(key, version);
        if (outcome !== "lost") return outcome === "done";
      }
      this.backoff.wait();
    }
  }
  /** Links a version in the slot that the last seek found, which is claimed by now. */
  #linkInSlot(version) {
    const isInNext = load24(this.#words, H_ROOT9) * 4 !== this.#table;
    if (isInNext && !this.#slotIsEmpty) return this.#linkInNext(version);
    return this.#linkFirst(this.#slot, version) ? "done" : "lost";
  }
  /**
   * Links a version in a slot of the next table that another worker claimed. That may have been a
   * mover, without a permit, for a key with the same hash, which it then puts elsewhere: so this
   * one's permit stands for that place.
   */
  #linkInNext(version) {
    if (this.#permits.ask(this.#table) === "none") {
      return this.#startOrFinishMove();
    }
    this.#permits.spend();
    if (this.#linkFirst(this.#slot, version)) return "done";
    this.#permits.keep();
    return "lost";
  }
  /** Links the first version of a claimed slot, unless another worker did. */
  #linkFirst(slot, version) {
    if (!linkFirst4(this.#words, slot, version)) return false;
    settle6(this.#words, version);
    return true;
  }
  /**
   * Brings the slots of some hashes into the cache, all at the same time, for a caller that is
   * about to write there. It is pinned.
   */
  touch(hashes, count) {
    const words = this.#words;
    const table = load24(words, H_ROOT9) * 4;
    const shift = words[table + T_SHIFT8];
    let seen = 0;
    for (let i = 0; i < count; i++) {
      seen |= touch6(words, slotAt7(table, homePlace7(hashes[i], shift)));
    }
    words[this.#participant.base + P_SEEN5] = seen;
  }
  /**
   * Brings the newest versions under some hashes into the cache, all at the same time, for a caller
   * that is about to read them. It is pinned. Overwrites the hashes.
   */
  touchVersions(hashes, count) {
    this.touch(hashes, count);
    const words = this.#words;
    const table = load24(words, H_ROOT9) * 4;
    const mask = words[table + T_CAPACITY11] - 1;
    const shift = words[table + T_SHIFT8];
    for (let i = 0; i < count; i++) {
      let place = homePlace7(hashes[i], shift);
      for (let probes = 0; probes < GUESSES; probes++) {
        if (hint12(words, slotAt7(table, place)) === hashes[i]) break;
        place = nextPlace5(place, mask);
      }
      hashes[i] = refOf7(hint12(words, slotAt7(table, place) + 1));
    }
    let seen = 0;
    for (let i = 0; i < count; i++) seen |= touchVersion3(words, hashes[i]);
    words[this.#participant.base + P_SEEN5] = seen;
  }
  /**
   * Links the first version of a key, if it is certain to be the first: no slot of its hash comes
   * before an empty one, and no move is on. Otherwise nothing is linked, and \`put\` takes over. The
   * caller is in a section, and counts.
   *
   * Fast path of \`insert()\` in table/table.ts: a caller that brings many new keys needs neither the
   * words of each, to compare them, nor a slot that was sought before. Kept alike by
   * tests/table/slot_test.ts.
   *
   * @param hash The hash of the key.
   * @param version The version; its stamp is settled if the caller is alone.
   * @param isAlone Whether nobody else has the map yet. Then nobody can change a word meanwhile,
   * and plain writes do.
   */
  insertNew(hash, version, isAlone) {
    const words = this.#words;
    const table = load24(words, H_ROOT9) * 4;
    if (load24(words, table + T_NEXT8) !== 0) return false;
    const mask = words[table + T_CAPACITY11] - 1;
    let place = homePlace7(hash, words[table + T_SHIFT8]);
    let slot = slotAt7(table, place);
    for (let there = hint12(words, slot); !isEmpty7(there); ) {
      if (there === hash || isClosed5(there)) return false;
      place = nextPlace5(place, mask);
      slot = slotAt7(table, place);
      there = hint12(words, slot);
    }
    const grant = this.#permits.ask(table);
    if (grant === "none") return false;
    if (isAlone) this.#place(slot, hash, version);
    else if (!claimWithPermit3(words, this.#participant.base, slot, hash)) {
      return false;
    }
    if (grant === "taken") this.resizer.startIfCrowded(table);
    return isAlone || this.#linkFirst(slot, version);
  }
  /** Claims a slot with a permit and links its first version, while nobody else has the map. */
  #place(slot, hash, version) {
    this.#permits.spend();
    poke19(this.#words, slot, hash);
    poke19(this.#words, slot + 1, version);
  }
  /**
   * The table that the seek ended in has no permit left: it must start to move, or its own move
   * must end.
   */
  #startOrFinishMove() {
    const words = this.#words;
    const root = load24(words, H_ROOT9) * 4;
    if (root !== this.#table) {
      if (load24(words, root + T_NEXT8) !== 0) this.migration.finish(root);
      return "lost";
    }
    if (load24(words, root + T_PERMITS6) > 0) return "lost";
    return this.resizer.start(root) ? "lost" : "full";
  }
};

// src/map/background.ts
var background_exports = {};
__export(background_exports, {
  takeTurn: () => takeTurn,
  ticker: () => ticker
});
var TICK_MS = 200;
var REST_MS = 5e3;
var SHORT_REST_MS = 2e3;
function takeTurn({ words }, index, everyMs) {
  const last = load(words, index);
  const now4 = timers.now() | 0;
  const passed = now4 - last | 0;
  return (passed < 0 || passed >= everyMs) && compareAndSet(words, index, last, now4);
}
var Ticker = class {
  #residents = /* @__PURE__ */ new Set();
  /** Comes even if the other one does not. */
  #heartbeat;
  #timer;
  /** Whether the next round is a rest away. */
  isResting = false;
  #looking = false;
  add(resident) {
    this.#residents.add(resident);
    if (this.#heartbeat === void 0) {
      this.#heartbeat = timers.setInterval(() => this.#tick(), REST_MS);
      this.#heartbeat.unref();
      this.#schedule(TICK_MS);
    } else if (this.isResting) this.#schedule(TICK_MS);
  }
  /** Ends the rest: this thread writes, or wants to. */
  wake() {
    this.#schedule(TICK_MS);
  }
  delete(resident) {
    this.#residents.delete(resident);
    if (this.#residents.size > 0) return;
    timers.clear(this.#heartbeat);
    timers.clear(this.#timer);
    this.#heartbeat = void 0;
    this.isResting = false;
  }
  #schedule(ms) {
    timers.clear(this.#timer);
    this.isResting = true;
    if (ms === REST_MS) return;
    this.#timer = timers.setTimeout(() => this.#tick(), ms);
    this.#timer.unref();
    this.isResting = ms > TICK_MS;
  }
  #tick() {
    let next = TICK_MS;
    try {
      next = this.#tickAll();
    } finally {
      this.#schedule(next);
    }
    if (!this.#looking) this.#look();
  }
  /** Returns the milliseconds until the next round. */
  #tickAll() {
    let next = REST_MS;
    for (const resident of this.#residents) {
      const urgency = resident.tick();
      if (urgency === "soon") next = TICK_MS;
      else if (urgency === "later") next = Math.min(next, SHORT_REST_MS);
    }
    return next;
  }
  /** One look at a time; errors surface as unhandled rejections, because they would be defects. */
  async #look() {
    const due = [
      ...this.#residents
    ].filter((it) => it.takesLook());
    if (due.length === 0) return;
    this.#looking = true;
    try {
      const living = await livingLocks();
      for (const resident of due) await resident.recover(living);
    } finally {
      this.#looking = false;
    }
  }
};
var ticker = new Ticker();

// src/table/sample.ts
var { H_ROOT: H_ROOT10, T_CAPACITY: T_CAPACITY12, T_NEXT: T_NEXT9, T_SHIFT: T_SHIFT9 } = layout_exports;
var TRIES2 = 32;
var REACH = 128;
function sampleVersions(words, count, sample, hashes = 2 ** 32) {
  sample.refs.length = 0;
  sample.hashes.length = 0;
  let hash = 0;
  for (let tries = 0; tries < TRIES2; tries++) {
    hash = Math.floor(Math.random() * hashes) | 0;
    const table = tableWith(words, hash);
    if (table !== 0) return collect(words, table, hash, count, sample);
  }
  const root = load(words, H_ROOT10) * 4;
  collect(words, root, hash, count, sample);
  const next = load(words, root + T_NEXT9) * 4;
  if (next !== 0) collect(words, next, hash, count, sample);
}
function tableWith(words, hash) {
  const root = load(words, H_ROOT10) * 4;
  if (versionIn(words, root, homeIn(words, root, hash)) !== 0) return root;
  const next = load(words, root + T_NEXT9) * 4;
  if (next === 0) return 0;
  return versionIn(words, next, homeIn(words, next, hash)) === 0 ? 0 : next;
}
function collect(words, table, hash, count, { refs, hashes }) {
  const home2 = homeIn(words, table, hash);
  for (let i = home2; i < home2 + REACH && refs.length < count; i++) {
    const ref = versionIn(words, table, i);
    if (ref === 0) continue;
    refs.push(ref);
    hashes.push(hint(words, slotRound(words, table, i)));
  }
}
function homeIn(words, table, hash) {
  return homePlace(hash, words[table + T_SHIFT9]);
}
function versionIn(words, table, place) {
  return valueRefOf(readLink(words, slotRound(words, table, place)));
}
function slotRound(words, table, place) {
  return slotAt(table, place & words[table + T_CAPACITY12] - 1);
}

// src/map/random_replacement.ts
var SAMPLES = 8;
var RandomReplacement = class {
  #sample = {
    refs: [],
    hashes: []
  };
  choose(candidates) {
    const { limit, segment } = candidates;
    const { words } = segment;
    const { refs, hashes } = this.#sample;
    const samples = load(words, H_TTL_USED) === 0 ? 1 : SAMPLES;
    sampleVersions(words, samples, this.#sample, limit);
    let chosen = 0;
    let soonest = Infinity;
    for (let i = 0; i < refs.length; i++) {
      if (!candidates.isEvictable(refs[i], hashes[i])) continue;
      const expiry2 = expiryOf(segment, refs[i]);
      if (chosen !== 0 && expiry2 >= soonest) continue;
      chosen = refs[i];
      soonest = expiry2;
    }
    return chosen;
  }
};

// src/map/attachment.ts
var MOST_LOCKS = 2 ** 31 - 1;
var Attachment = class _Attachment {
  segment;
  participant;
  table;
  /** Scratch for the key of the operation at hand. */
  key;
  /** What this worker remembers of the map's hashes. */
  memo = new HashMemo();
  /** The fast path of operations: compiled, where that is possible. */
  fastPath;
  #lifeline;
  /** What chooses the entries to evict, in a map that evicts. */
  evictionPolicy;
  /** What clears up after a worker that died while it worked on the table. */
  tableRecovery;
  /** What works for it in the background. */
  resident;
  /** What is closed together with the attachment. */
  dependents = /* @__PURE__ */ new Set();
  constructor(segment, participant, lifeline, evictionPolicy = new RandomReplacement()) {
    this.segment = segment;
    this.evictionPolicy = evictionPolicy;
    this.participant = participant;
    this.#lifeline = lifeline;
    this.table = new Table(participant);
    this.tableRecovery = new TableRecoverer(participant, this.table);
    participant.repairWith(() => this.#repair(), () => ticker.wake());
    this.key = EncodedKey.inRecord(participant, this.memo);
    const { kernel, words, floats } = segment;
    this.fastPath = kernel ?? fastPathFallback(words, floats);
  }
  /**
   * Makes a segment and attaches to it. \`attach.ts\` begins what runs in the background.
   */
  static make(options, policy) {
    const { capacity, ...rest } = options;
    const minCapacityShift = minCapacityShiftFor(capacity);
    const segment = Segment.create({
      ...rest,
      minCapacityShift
    });
    const { participant, lifeline } = join(segment);
    const root = allocateTable(participant, minCapacityShift);
    if (root === 0) {
      participant.leave();
      lifeline.release();
      throw new RangeError(\`Cannot create SharedMap: maxBytes must hold a table for the capacity: received maxBytes \${options.maxBytes} and capacity \${capacity}\`);
    }
    store(segment.words, H_ROOT, root);
    segment.publish();
    return new _Attachment(segment, participant, lifeline, policy);
  }
  /** Attaches to a segment that another worker made; the background is as with \`make\`. */
  static join(segment, policy) {
    const { participant, lifeline } = join(segment);
    if (!hasTables(participant)) {
      participant.leave();
      lifeline.release();
      throw new HandleError(\`Cannot attach to \${theMap(segment.name)}: its table is damaged: pass the \\\`handle\\\` of a SharedMap as it is\`, {
        mapName: segment.name
      });
    }
    return new _Attachment(segment, participant, lifeline, policy);
  }
  /** Whether \`close\` was not called. */
  get isOpen() {
    return this.participant.isHere;
  }
  /**
   * Throws \`ClosedError\` after \`close\`; repairs what was cut short. To be called before each
   * operation that writes.
   */
  checkOpen(what) {
    if (!this.isOpen) throw mapClosed(what, this.segment.name);
    this.participant.heal();
  }
  /** Leaves the segment; a second call does nothing. */
  close() {
    if (!this.isOpen) return;
    try {
      for (const dependent of this.dependents) dependent.close();
      this.table.leave();
      this.participant.leave();
    } finally {
      this.participant.abandon();
      this.#lifeline.release();
    }
  }
  /** Does work under a pin. */
  pinned(work2) {
    this.participant.pin();
    try {
      return work2();
    } finally {
      this.participant.unpin();
    }
  }
  /**
   * Gives back what is kept for the tombstone of the longest key, as far as it is not needed any
   * more.
   */
  lowerReserve() {
    const { participant: { allocator }, segment: { words } } = this;
    allocator.reserve.lower((ref) => tombstoneBytes(words, ref));
  }
  /**
   * Opens a moment in the registry word of its view; undefined: the clock has run out.
   */
  openMomentFor(view, open) {
    const { participant } = this;
    participant.heal();
    participant.enterSection();
    const moment = openMoment(participant, view.registryWord, open);
    if (moment !== void 0) this.dependents.add(view);
    participant.leaveSection();
    return moment;
  }
  /** Closes the moment of a view; a second call does nothing. */
  closeMomentOf(view) {
    if (!view.isOpen) return;
    const { participant } = this;
    participant.heal();
    participant.enterSection();
    this.dependents.delete(view);
    view.isOpen = false;
    closeSnapshot(participant, view.registryWord);
    participant.leaveSection();
    participant.collect();
  }
  /** Repairs the record after a section that was cut short. */
  #repair() {
    const { dependents, participant } = this;
    const words = [
      ...dependents
    ].map((dependent) => dependent.registryWord);
    const inUse2 = words.filter((word) => word !== void 0);
    participant.closeSnapshotsBut(new Set(inUse2));
    repairOwn(participant, this.tableRecovery);
  }
};
function hasTables(participant) {
  const { segment } = participant;
  participant.pin();
  const root = load(segment.words, H_ROOT);
  const next = isTable2(segment, root) ? load(segment.words, root * 4 + T_NEXT) : -1;
  const isSound2 = next === 0 || isTable2(segment, next);
  participant.unpin();
  return isSound2;
}
function nextLock(words) {
  for (; ; ) {
    const lock = add(words, H_LOCKS, 1) + 1 & MOST_LOCKS;
    if (lock !== 0 && !isNamed(words, lock)) return lock;
  }
}
function isNamed(words, lock) {
  const slots = load(words, H_PARTICIPANTS);
  for (let slot = 0; slot < slots; slot++) {
    const state = load(words, participantBase(slot) + P_STATE);
    if (state === lock || state === -lock) return true;
  }
  return false;
}
function join(segment) {
  const lock = nextLock(segment.words);
  const lifeline = Lifeline.hold(lifelineName(segment, lock));
  const participant = Participant.join(segment, lock);
  if (participant !== void 0) return {
    participant,
    lifeline
  };
  lifeline.release();
  throw new HandleError(\`Cannot attach to \${theMap(segment.name)}: all \${MAX_PARTICIPANTS} places are taken: close attachments that are no longer needed\`, {
    mapName: segment.name
  });
}

// src/reclamation/estate.ts
function adoptEstates(self) {
  const { base: own18, segment: { words } } = self;
  const slots = load(words, H_PARTICIPANTS);
  for (let slot = 0; slot < slots; slot++) {
    const base = participantBase(slot);
    if (base === own18 || !claim4(self, base + P_STATE)) continue;
    self.adopt(base);
    store(words, base + P_STATE, 0);
  }
}
function claim4({ lock, segment: { words } }, index) {
  const state = load(words, index);
  return state === -lock || state === ESTATE && compareAndSet(words, index, ESTATE, -lock);
}

// src/codec/codec.ts
var codec_exports = {};
__export(codec_exports, {
  TAG_BYTES: () => TAG_BYTES,
  TAG_CLONE: () => TAG_CLONE,
  TAG_CONSTANT_OR_BIGINT: () => TAG_CONSTANT_OR_BIGINT,
  TAG_CUSTOM: () => TAG_CUSTOM,
  TAG_LATIN1: () => TAG_LATIN1,
  TAG_NUMBER: () => TAG_NUMBER,
  TAG_UTF16: () => TAG_UTF16,
  TAG_UTF8: () => TAG_UTF8
});
var TAG_CONSTANT_OR_BIGINT = 0;
var TAG_LATIN1 = 2;
var TAG_UTF16 = 3;
var TAG_BYTES = 4;
var TAG_CLONE = 6;
var TAG_CUSTOM = 7;
var TAG_UTF8 = 7;

// src/table/fast_lookup.ts
var fast_lookup_exports = {};
__export(fast_lookup_exports, {
  FOUND: () => FOUND,
  LONG: () => LONG,
  NUMBER: () => NUMBER,
  NUMBER_INFO: () => NUMBER_INFO,
  copiedValue: () => copiedValue,
  lookup: () => lookup,
  lookupPacked: () => lookupPacked
});
var { H_SEED: H_SEED3, HAS_EXPIRY: HAS_EXPIRY7, KEY_SCRATCH_WORDS: KEY_SCRATCH_WORDS3, KEY_WIDE: KEY_WIDE4, LENGTH_MASK: LENGTH_MASK4, P_HASH: P_HASH2, P_INFO: P_INFO2, P_KEY: P_KEY4, P_RESULT: P_RESULT3, P_VALUE_INFO: P_VALUE_INFO2, TAG_NUMBER: TAG_NUMBER2, TAG_SHIFT: TAG_SHIFT4, TAG_TOMBSTONE: TAG_TOMBSTONE4, V_KEY: V_KEY8, V_VALUE: V_VALUE5 } = layout_exports;
var { load: load25 } = atomics_exports;
var { copyPair: copyPair2, loadFloat: loadFloat2 } = intrinsics_exports;
var { beginOptimisticRead: beginOptimisticRead2, validates: validates2, findOptimistically: findOptimistically2, UNDECIDED: UNDECIDED3 } = optimistic_read_exports;
var { hashWords: hashWords4, packAndHash: packAndHash3, packWide: packWide3 } = hash_exports;
var { keyWords: keyWords5, valueIndexOf: valueIndexOf3 } = version_exports;
var NUMBER = -2;
var FOUND = -3;
var LONG = -4;
var SCRATCH_BYTES = KEY_SCRATCH_WORDS3 * 4;
var NUMBER_BYTES3 = 8;
var NUMBER_INFO = NUMBER_BYTES3 | TAG_NUMBER2 << TAG_SHIFT4;
function lookup(words, floats, base, key, text, most) {
  const length = text.length;
  if (length > SCRATCH_BYTES) return UNDECIDED3;
  const hash = packAndHash3(text, key, words[H_SEED3], words[H_SEED3 + 1]);
  return hash === 0 ? lookupWide(words, floats, base, key, text, most) : lookupPacked(words, floats, base, key, hash, length, most);
}
function lookupWide(words, floats, base, key, text, most) {
  const byteLength = text.length * 2;
  if (byteLength > SCRATCH_BYTES) return UNDECIDED3;
  packWide3(text, key);
  const info = byteLength | KEY_WIDE4;
  const k0 = words[H_SEED3];
  const k1 = words[H_SEED3 + 1];
  const hash = hashWords4(key, keyWords5(info), info, k0, k1);
  return lookupPacked(words, floats, base, key, hash, info, most);
}
function lookupPacked(words, floats, base, key, hash, info, most) {
  const before = beginOptimisticRead2(words);
  const version = findOptimistically2(words, hash, key, info);
  if (version === UNDECIDED3) return UNDECIDED3;
  let found = 0;
  if (version !== 0) {
    if (seemsPlainNumber(words, version)) {
      const at = valueIndexOf3(version, info) * 2;
      floats[base + P_RESULT3 >> 1] = loadFloat2(words, at);
      found = NUMBER;
    } else found = copyOut(words, floats, base, hash, info, version, most);
  }
  return validates2(words, before) ? found : UNDECIDED3;
}
function seemsPlainNumber(words, version) {
  return load25(words, version * 4 + V_VALUE5) === NUMBER_INFO && (load25(words, version * 4 + V_KEY8) & HAS_EXPIRY7) === 0;
}
function copyOut(words, floats, base, hash, info, version, most) {
  const valueInfo = load25(words, version * 4 + V_VALUE5);
  if (valueInfo >>> TAG_SHIFT4 === TAG_TOMBSTONE4) return 0;
  const to = copiedValue(base, info) * 2;
  const end = base + P_KEY4 + KEY_SCRATCH_WORDS3;
  if (to > end) return UNDECIDED3;
  words[base + P_HASH2] = hash;
  words[base + P_INFO2] = info;
  words[base + P_VALUE_INFO2] = valueInfo;
  const keyInfo = load25(words, version * 4 + V_KEY8);
  const from = valueIndexOf3(version, keyInfo) * 2;
  const expires = (keyInfo & HAS_EXPIRY7) !== 0;
  floats[(to >> 1) - 1] = expires ? loadFloat2(words, from - 2) : Infinity;
  const bytes = valueInfo & LENGTH_MASK4;
  const count = bytes + 7 >>> 3 << 1;
  if (bytes > most || to + count > end) return LONG;
  for (let i = 0; i < count; i += 2) copyPair2(words, from + i, to + i);
  return FOUND;
}
function copiedValue(base, info) {
  return (base + P_KEY4 + keyWords5(info) + 1 >> 1) + 1;
}

// src/map/liveness.ts
var { endOf: endOf2 } = version_exports;
function judged(segment, found, findAgain) {
  for (let ref = found, now4 = -Infinity; ; ) {
    const end = endOf2(segment, ref);
    if (end === Infinity) return ref;
    if (end <= now4) return 0 - ref;
    now4 = Date.now();
    if (end > now4) return ref;
    ref = findAgain();
  }
}

// src/map/own_changes.ts
var own_changes_exports = {};
__export(own_changes_exports, {
  Watch: () => Watch,
  underway: () => underway
});
var MOST_ROUNDS = 8;
var underway = {
  innermost: void 0
};
var Watch = class {
  #segment;
  #keys;
  #prepared;
  #hash = 0;
  #outer;
  #isChanged = false;
  #rounds = 0;
  /**
   * @param segment The segment.
   * @param keys Packs keys.
   */
  constructor(segment, keys) {
    this.#segment = segment;
    this.#keys = keys;
  }
  /**
   * Begins to watch an entry.
   *
   * @param prepared Its key, prepared.
   * @param hash Its hash.
   */
  begin(prepared, hash) {
    this.#prepared = prepared;
    this.#hash = hash;
    this.#isChanged = false;
    this.#rounds = 0;
  }
  /** Calls the caller's code with an argument, and watches meanwhile. */
  during(code, argument) {
    this.#outer = underway.innermost;
    underway.innermost = this;
    try {
      return code(argument);
    } finally {
      underway.innermost = this.#outer;
    }
  }
  /** Whether the caller's code changed the entry itself in this round. */
  get hasSeenChange() {
    return this.#isChanged;
  }
  /**
   * Ends a round that was in vain. Throws if the caller's code has changed the entry itself in too
   * many rounds.
   */
  endRound(what) {
    if (!this.#isChanged) return;
    this.#isChanged = false;
    if (++this.#rounds < MOST_ROUNDS) return;
    throw new Error(\`Cannot \${what}: the callback or codec that it waited for changed this very entry itself, \${MOST_ROUNDS} times: return the new value, and change only other entries meanwhile\`);
  }
  /** Notes a change by this thread, here and in the operations around this one. */
  note(segment, key) {
    if (key.hash === this.#hash && segment.id === this.#segment.id) {
      this.#isChanged ||= this.#isOf(key);
    }
    this.#outer?.note(segment, key);
  }
  #isOf(key) {
    const own18 = new EncodedKey(this.#segment.seed);
    this.#keys.pack(this.#prepared, own18);
    if (own18.info !== key.info) return false;
    for (let i = 0; i < own18.count; i++) {
      if (own18.words[i] !== key.words[i]) return false;
    }
    return true;
  }
};

// src/map/version_maker.ts
var { H_TTL_USED: H_TTL_USED2, LENGTH_MASK: LENGTH_MASK5, TAG_TOMBSTONE: TAG_TOMBSTONE5 } = layout_exports;
var { bytesOf: bytesOf3, endOf: endOf3, valueBytes: valueBytes2, valueIndex: valueIndex2, valueTag: valueTag2, versionBytes: versionBytes3, writeVersion: writeVersion2 } = version_exports;
var NO_MEMORY = -1;
var VersionMaker = class {
  #participant;
  #segment;
  #key;
  /** Keys that are longer than this need memory that is kept for their tombstones. */
  #longKey;
  #ttlMarked = false;
  /**
   * What the last \`NO_MEMORY\`, or lack of a slot, was about. It stands here, and is not returned,
   * because versions are numbers: writes pass no objects while they succeed.
   */
  shortage = {
    of: "entry",
    bytes: 0
  };
  /**
   * @param attachment The worker's hold on the map.
   * @param key What the versions are of.
   */
  constructor({ participant, segment }, key) {
    this.#participant = participant;
    this.#segment = segment;
    this.#key = key;
    this.#longKey = participant.segment.largestClassBytes / 2;
  }
  /**
   * When an entry expires that lives \`ttl\` milliseconds from now. Notes first that the map has such
   * entries, so that it is swept. The attachment is open.
   */
  endAfter(ttl) {
    if (ttl === Infinity) return Infinity;
    if (!this.#ttlMarked) {
      store(this.#segment.words, H_TTL_USED2, 1);
      this.#ttlMarked = true;
    }
    return Date.now() + ttl;
  }
  /**
   * The expiry of a version that takes the place of a key's newest one; negative, for a renewal, if
   * the entry is there and gets more time.
   */
  endOver(current, live, { ttl, keeps }) {
    if (!live) return this.endAfter(ttl);
    const before = endOf3(this.#segment, current);
    if (keeps) return before;
    const end = this.endAfter(ttl);
    return before === Infinity || end <= before ? end : -end;
  }
  /**
   * Writes a fresh version of the packed key with a prepared value. It is in hand then; the section
   * that it is made in ends when it is published or freed.
   */
  make(values, expiry2) {
    const ref = this.#allocate(values.byteLength, expiry2);
    if (ref === NO_MEMORY) return NO_MEMORY;
    const segment = this.#segment;
    writeVersion2(segment, ref, this.#key, values.tag, values.byteLength, expiry2);
    values.write(segment, valueIndex2(segment.words, ref));
    return this.#kept(ref);
  }
  /**
   * The same, with the expiry that follows from the key's newest version.
   */
  makeOver(values, current, live, life) {
    return this.make(values, this.endOver(current, live, life));
  }
  /** The same with the value of another version, and an expiry of its own. */
  copy(current, expiry2) {
    const { words, bytes } = this.#segment;
    const length = valueBytes2(words, current);
    const ref = this.#allocate(length, expiry2);
    if (ref === NO_MEMORY) return NO_MEMORY;
    writeVersion2(this.#segment, ref, this.#key, valueTag2(words, current), length, expiry2);
    const from = valueIndex2(words, current) * 8;
    bytes.copyWithin(valueIndex2(words, ref) * 8, from, from + length);
    return this.#kept(ref);
  }
  /** A block for a version. If there is one, a section begins. */
  #allocate(valueLength, expiry2) {
    const keyLength = this.#key.info & LENGTH_MASK5;
    const bytes = versionBytes3(keyLength, valueLength, expiry2 !== Infinity);
    const { allocator } = this.#participant;
    const isLong3 = keyLength > this.#longKey;
    if (!isLong3 || allocator.reserve.keep(versionBytes3(keyLength, 0, false))) {
      this.#participant.enterSection();
      const ref = allocator.allocate(bytes);
      if (ref !== 0) return ref;
      this.#participant.leaveSection();
    }
    this.shortage = {
      of: "entry",
      bytes: isLong3 ? bytes + keyLength : bytes
    };
    return NO_MEMORY;
  }
  /**
   * A version of the packed key whose header and key are written, if memory is kept for its
   * tombstone, still or again: from here on that stays so as long as the version exists. Else the
   * version is freed, and its section ends.
   */
  #kept(ref) {
    const keyLength = this.#key.info & LENGTH_MASK5;
    if (keyLength <= this.#longKey) return ref;
    const { allocator } = this.#participant;
    if (allocator.reserve.keep(versionBytes3(keyLength, 0, false))) {
      return ref;
    }
    this.shortage = {
      of: "entry",
      bytes: bytesOf3(this.#segment.words, ref) + keyLength
    };
    allocator.free(ref);
    this.#participant.leaveSection();
    return NO_MEMORY;
  }
  /** A tombstone of the packed key: as \`make\`. */
  tombstone() {
    this.#participant.enterSection();
    const bytes = versionBytes3(this.#key.count * 4, 0, false);
    const ref = this.#participant.allocator.allocate(bytes, "tombstone");
    if (ref !== 0) {
      writeVersion2(this.#segment, ref, this.#key, TAG_TOMBSTONE5, 0, Infinity);
      return ref;
    }
    this.#participant.leaveSection();
    this.shortage = {
      of: "tombstone",
      bytes: this.#key.info & LENGTH_MASK5
    };
    return NO_MEMORY;
  }
};

// src/map/commit.ts
var { P_DELETED: P_DELETED3, P_RESULT: P_RESULT4 } = layout_exports;
var { TAG_NUMBER: TAG_NUMBER3 } = codec_exports;
var { NUMBER_INFO: NUMBER_INFO2 } = fast_lookup_exports;
var { ABSENT: ABSENT2, ANY_VERSION: ANY_VERSION2, DONE: DONE2, touchHome: touchHome2, UNDONE: UNDONE2 } = fast_path_exports;
var { bytesOf: bytesOf4, cameTooLate: cameTooLate2, endOf: endOf4, isTombstone: isTombstone5 } = version_exports;
var { UNDECIDED: UNDECIDED4 } = optimistic_read_exports;
var { ticker: ticker2 } = background_exports;
var { underway: underway2 } = own_changes_exports;
var LEAVE = 0;
var NOT_TAKEN = Symbol("not taken");
var Committer = class {
  /** Makes the versions that are decided on. */
  maker;
  #participant;
  #segment;
  #table;
  #fastPath;
  #key;
  #isCallers;
  /** The policy of eviction that hears of changes; undefined: none does. */
  #listener;
  // The kernel returns one number. What else it has to say stands in the participant's record, and
  // is read right after the call.
  #deleted;
  #result;
  /**
   * @param attachment The worker's hold on the map.
   * @param key Where keys are packed: the attachment's own, which the fast path knows, for what the
   * caller of the map writes; another one for what the map does by itself, perhaps in the middle of
   * that.
   */
  constructor(attachment, key = attachment.key) {
    const { participant, segment } = attachment;
    this.maker = new VersionMaker(attachment, key);
    this.#participant = participant;
    this.#segment = segment;
    this.#table = attachment.table;
    this.#fastPath = attachment.fastPath;
    this.#key = key;
    this.#isCallers = key === attachment.key;
    const { evictionPolicy } = attachment;
    const isHeard = segment.evicts && evictionPolicy.changed !== void 0;
    this.#listener = isHeard ? evictionPolicy : void 0;
    this.#deleted = participant.base + P_DELETED3;
    this.#result = (participant.base + P_RESULT4) / 2;
  }
  /**
   * Decides about the newest version of the packed key, again and again until no one comes between
   * decision and change.
   *
   * Has fast paths, table/fast_path.ts and persist/bulk_load.ts. Kept alike by
   * tests/map/model_test.ts, tests/schedule/schedule_test.ts and tests/persist/load_test.ts.
   *
   * @param toInsert Whether the decision may be a version for a key that has none.
   * @param decide From the newest version (0: none; perhaps a tombstone, perhaps expired), and
   * whether it is live, to the version to publish, or to \`LEAVE\` or \`NO_MEMORY\`. Called while
   * pinned: none of the caller's code may run. A renewal that came too late was published in the
   * place of nothing, and renewed nothing: then it decides anew.
   * @returns What came of it; if that is "full", the maker's \`shortage\` says of what there was too
   * little.
   */
  tryCommit(toInsert, decide) {
    const participant = this.#participant;
    participant.pin();
    try {
      this.#table.backoff.reset();
      for (let isFirst = true; ; isFirst = false) {
        let found = isFirst && this.#isCallers ? this.#findFast() : UNDECIDED4;
        const isSought = found === UNDECIDED4;
        if (isSought) found = this.#seek(toInsert);
        const live = found > 0;
        const current = live ? found : 0 - found;
        const version = decide(current, live);
        if (version === LEAVE) return "left";
        if (version === NO_MEMORY) return "full";
        const outcome = this.#linkOrFree(current, version, isSought);
        if (outcome === "full") return "full";
        if (outcome === "done") {
          this.#noteChange();
          if (!cameTooLate2(this.#segment.words, version)) return "done";
        } else if (isSought) this.#table.backoff.wait();
      }
    } finally {
      participant.unpin();
    }
  }
  /**
   * As the table's \`seek\`, but negated if it is not live. The table remembers the place, for
   * \`#link\`: to pass it on would take an object for each write.
   */
  #seek(toInsert) {
    const seek = () => this.#table.seek(this.#key, toInsert);
    return judged(this.#segment, seek(), seek);
  }
  /**
   * The same by an optimistic read, which takes no place in the table; \`UNDECIDED\` also if it
   * expires, as the clock would have to be asked. The map is pinned.
   */
  #findFast() {
    const found = this.#newest();
    if (found <= 0) return found;
    const end = endOf4(this.#segment, found);
    if (end === Infinity) return found;
    return end === -Infinity ? -found : UNDECIDED4;
  }
  /** The newest version of the packed key, 0 for none, or \`UNDECIDED\`. The map is pinned. */
  #newest() {
    const key = this.#key;
    if (!key.fitsScratch) return UNDECIDED4;
    return this.#fastPath.findOptimistically(this.#participant.base, key.hash, key.info);
  }
  /**
   * Links a version, or frees it; ends the section that it was made in.
   *
   * @param current The version that it replaces; 0: none.
   * @param version The version.
   * @param isSought Whether the table has sought the key, and knows its place: see \`Table.seek\`.
   */
  #linkOrFree(current, version, isSought) {
    const outcome = isSought ? this.#link(current, version) : this.#linkFast(current, version);
    if (outcome !== "done") this.#participant.allocator.free(version);
    this.#participant.leaveSection();
    return outcome;
  }
  /**
   * Links a version whose place was not sought: "lost" if the fast path does not do it.
   */
  #linkFast(current, version) {
    const { base } = this.#participant;
    const outcome = this.#fastPath.publish(base, this.#key.hash, version, current);
    if (outcome !== DONE2) return "lost";
    if (isTombstone5(this.#segment.words, version)) this.#table.countTombstone();
    return "done";
  }
  #link(current, version) {
    if (current !== 0) {
      return this.#table.replace(current, version) ? "done" : "lost";
    }
    const outcome = this.#table.insert(this.#key, version);
    if (outcome === "full") this.#noteFull(version);
    return outcome;
  }
  /** The table has no slot for a version. */
  #noteFull(version) {
    const bytes = bytesOf4(this.#segment.words, version);
    this.maker.shortage = {
      of: "slot",
      bytes
    };
  }
  /** After a change of the packed key's entry. */
  #noteChange() {
    if (!this.#isCallers) return;
    if (ticker2.isResting) ticker2.wake();
    this.#listener?.changed?.(this.#key.hash);
    underway2.innermost?.note(this.#segment, this.#key);
  }
  /**
   * Publishes a version with a prepared value under the packed key, whatever is there now; false if
   * there is no memory for it, or no slot.
   */
  tryPut(values, expiry2) {
    if (!this.#putFast(values, expiry2)) {
      const { base } = this.#participant;
      touchHome2(this.#segment.words, base, this.#key.hash);
      const version = this.maker.make(values, expiry2);
      if (version === NO_MEMORY || !this.#publish(version)) return false;
    }
    this.#noteChange();
    return true;
  }
  /**
   * Links a version, however often others are faster; false, and the version is freed, if the table
   * has no place. Ends the section that it was made in.
   */
  #publish(version) {
    const participant = this.#participant;
    const { base } = participant;
    if (this.#fastPath.publish(base, this.#key.hash, version, ANY_VERSION2) === DONE2) {
      participant.leaveSection();
      return true;
    }
    participant.pinInSection();
    try {
      const isLinked = this.#linkAnyway(version);
      participant.leaveSection();
      return isLinked;
    } finally {
      participant.unpin();
    }
  }
  #linkAnyway(version) {
    if (this.#table.put(this.#key, version)) return true;
    this.#noteFull(version);
    this.#participant.allocator.free(version);
    return false;
  }
  // ---- the fast path ----------------------------------------------------------------------------
  // Whole operations in one call of the kernel, with steps of their own: those of
  // \`table/fast_path.ts\`, which are searched as the others are, and take the same words through the
  // same states. They give up where anything is out of the ordinary.
  #putFast({ tag, number }, expiry2) {
    const key = this.#key;
    return tag === TAG_NUMBER3 && expiry2 === Infinity && key.fitsScratch && this.#fastPath.putNumber(this.#participant.base, key.hash, key.info, NUMBER_INFO2, number) === DONE2;
  }
  /**
   * Exchanges one number for another, neither NaN, if there is that one, and it does not expire.
   */
  exchangeFast(expected, next) {
    const key = this.#key;
    const isDone = key.fitsScratch && typeof expected === "number" && typeof next === "number" && next === next && this.#fastPath.exchange(this.#participant.base, key.hash, key.info, NUMBER_INFO2, expected, next) === DONE2;
    if (!isDone) return false;
    this.#noteChange();
    return true;
  }
  /**
   * Deletes the entry of the packed key, if its version is the one that is expected: \`DONE\`,
   * \`ABSENT\` or \`UNDONE\`.
   */
  removeFast(expected = ANY_VERSION2) {
    const key = this.#key;
    if (!key.fitsScratch) return UNDONE2;
    const { base } = this.#participant;
    const outcome = this.#fastPath.remove(base, key.hash, key.info, expected);
    if (outcome === DONE2) {
      this.#table.countTombstone();
      this.#noteChange();
    }
    return outcome;
  }
  /**
   * The same, and reads what is deleted: returns what \`read\` makes of its version, undefined if
   * there is none, or \`NOT_TAKEN\`.
   *
   * @param read Reads the version, while pinned.
   * @param isSafe Whether that cannot fail: then it may come after, and the entry is found and
   * deleted in one call.
   */
  takeFast(read, isSafe) {
    const participant = this.#participant;
    participant.pin();
    try {
      return isSafe ? this.#deleteThenRead(read) : this.#readThenDelete(read);
    } finally {
      participant.unpin();
    }
  }
  #deleteThenRead(read) {
    const outcome = this.removeFast();
    if (outcome === DONE2) return read(this.#segment.words[this.#deleted]);
    return outcome === ABSENT2 ? void 0 : NOT_TAKEN;
  }
  #readThenDelete(read) {
    const found = this.#findFast();
    if (found === UNDECIDED4) return NOT_TAKEN;
    if (found <= 0) return void 0;
    const value = read(found);
    return this.removeFast(found) === DONE2 ? value : NOT_TAKEN;
  }
  /**
   * Adds to a number, or to 0 if there is none. Returns the sum; NaN if nothing was done, or the
   * number is NaN.
   */
  incrementFast(by) {
    const key = this.#key;
    const isDone = key.fitsScratch && this.#fastPath.increment(this.#participant.base, key.hash, key.info, NUMBER_INFO2, by) === DONE2;
    if (!isDone) return NaN;
    const sum = this.#segment.floats[this.#result];
    this.#noteChange();
    return sum;
  }
};

// src/map/removal.ts
var Remover = class {
  #attachment;
  /** Its own scratch: the write that is short of memory still needs the attachment's. */
  #key;
  #committer;
  #isStuck = false;
  constructor(attachment) {
    this.#attachment = attachment;
    this.#key = new EncodedKey(attachment.segment.seed);
    this.#committer = new Committer(attachment, this.#key);
  }
  /**
   * Whether no memory was left for a tombstone. Then it removes nothing more: to find that out
   * again looks through all chunks, each time.
   */
  get isStuck() {
    return this.#isStuck;
  }
  /**
   * Removes one version; false if it was replaced meanwhile, or no memory is left for a tombstone.
   * The caller is pinned.
   */
  remove(ref, why) {
    if (this.#isStuck) return false;
    const { participant, segment: { words } } = this.#attachment;
    this.#key.copyFrom(words, ref);
    const { maker } = this.#committer;
    const outcome = this.#committer.tryCommit(false, (current) => current === ref ? maker.tombstone() : LEAVE);
    if (outcome === "full") this.#isStuck = true;
    if (outcome !== "done") return false;
    participant.count(why);
    return true;
  }
};

// src/map/expiry_sweep.ts
var RANGES_PER_TICK = 32;
var MOST_NOTED = 2 ** 12;
var WORTH = 1 / 64;
function sweep(attachment, most = RANGES_PER_TICK) {
  return sweepRanges(attachment, most, () => {
  });
}
function sweepAll(attachment) {
  const { words } = attachment.segment;
  const capacity = words[load(words, H_ROOT) * 4 + T_CAPACITY];
  const every = Math.max(1, capacity / MOST_NOTED);
  const expiries = [];
  let seen = 0;
  const removed = sweepRanges(attachment, Infinity, (expiry2) => {
    if (seen++ % every === 0) expiries.push(expiry2);
  });
  expiries.sort((a, b) => a < b ? -1 : Number(a > b));
  const last = expiries.findLastIndex((expiry2) => expiry2 !== Infinity);
  const enough = Math.floor(expiries.length * WORTH);
  return {
    removed,
    due: expiries[Math.min(enough, last)] ?? Infinity
  };
}
function sweepRanges(attachment, most, stays) {
  const { participant, segment, table } = attachment;
  const words = segment.words;
  if (load(words, H_TTL_USED) === 0) return false;
  const remover = new Remover(attachment);
  const refs = [];
  const start = hint(words, H_SWEEP) >>> 0;
  let cursor = new Cursor(segment, table.migration, start);
  let wrapped = false;
  let removed = false;
  for (let i = 0; i < most; i++) {
    participant.pin();
    try {
      cursor.next(refs);
      const now4 = Date.now();
      for (const ref of refs) {
        if (isTombstone(words, ref)) continue;
        const expiry2 = expiryOf(segment, ref);
        if (expiry2 > now4) stays(expiry2);
        else removed = remover.remove(ref, "expired") || removed;
      }
    } finally {
      participant.unpin();
    }
    participant.collectSometimes();
    if (wrapped && cursor.position >= start) break;
    if (!cursor.done) continue;
    if (wrapped || start === 0) break;
    wrapped = true;
    cursor = new Cursor(segment, table.migration);
  }
  poke(words, H_SWEEP, cursor.position | 0);
  return removed;
}

// src/map/background_jobs.ts
var SWEEP_MS = 150;
var STRIDES_PER_TICK = 256;
var DEAD_SHARE_AT_REST = 1 / 4;
function jobsOf(attachment) {
  const job = (name, work2) => ({
    name,
    run: (round) => work2(attachment, round)
  });
  return [
    job("heal what was cut short", healCutShort),
    job("adopt estates", adopt),
    job("collect", collect2),
    job("lower the reserve", lowerReserve),
    job("tidy the table", tidyTable),
    job("sweep what has expired", sweepExpired)
  ];
}
function healCutShort({ participant }) {
  participant.heal();
  return "when something happens";
}
function adopt({ participant }) {
  adoptEstates(participant);
  return participant.hasRetired ? "soon" : "when something happens";
}
function collect2({ participant }, round) {
  if (round === "at work") participant.collectAtRest();
  else if (participant.holdsVersions) participant.collect();
  return participant.holdsVersions ? "later" : "when something happens";
}
function lowerReserve(attachment, round) {
  if (round === "at work") attachment.lowerReserve();
  return "when something happens";
}
function tidyTable(attachment, round) {
  if (round === "at work") {
    const { migration, resizer } = attachment.table;
    attachment.pinned(() => {
      migration.keepReserve();
      resizer.considerShrinking(DEAD_SHARE_AT_REST);
      for (let i = 0; i < STRIDES_PER_TICK && migration.helpIfMoving(); i++) ;
    });
  }
  return "when something happens";
}
function sweepExpired(attachment) {
  const { segment } = attachment;
  if (load(segment.words, H_TTL_USED) === 0) return "when something happens";
  const hadExpired = takeTurn(segment, H_SWEPT, SWEEP_MS) && sweep(attachment);
  return hadExpired ? "soon" : "later";
}

// src/map/counters.ts
var { COUNTERS: COUNTERS3, H_FLUSH: H_FLUSH3, H_PARTICIPANTS: H_PARTICIPANTS5, P_COUNTERS: P_COUNTERS3, P_LIVE_REFS: P_LIVE_REFS3, P_USED_REFS: P_USED_REFS4, REF_BYTES: REF_BYTES5 } = layout_exports;
var { hint: hint13, load: load26 } = atomics_exports;
function sumTally(segment, word) {
  let sum = 0;
  const slots = load26(segment.words, H_PARTICIPANTS5);
  for (let slot = 0; slot < slots; slot++) {
    sum = sum + hint13(segment.words, participantBase(slot) + word) | 0;
  }
  return Math.max(0, sum);
}
var SETS = P_COUNTERS3 / 2 + COUNTERS3.indexOf("sets");
var DELETES = P_COUNTERS3 / 2 + COUNTERS3.indexOf("deletes");
function activityOf({ words, floats }, slot) {
  const base = participantBase(slot);
  return floats[base / 2 + SETS] + floats[base / 2 + DELETES] + hint13(words, base + P_USED_REFS4) + hint13(words, H_FLUSH3);
}
function sumActivity(segment) {
  let sum = 0;
  const slots = load26(segment.words, H_PARTICIPANTS5);
  for (let slot = 0; slot < slots; slot++) sum += activityOf(segment, slot);
  return sum;
}
function liveBytesOf(segment) {
  return sumTally(segment, P_LIVE_REFS3) * REF_BYTES5;
}

// src/map/death_watch.ts
var LOOK_MS = 500;
var LOOK_AT_REST_MS = 5e3;
var looks = /* @__PURE__ */ new WeakMap();
var DeathWatch = class {
  name = "look for the dead";
  #attachment;
  /** What had been written by the last round. */
  #activity = -1;
  constructor(attachment) {
    this.#attachment = attachment;
  }
  /**
   * Notes what has been written, for the look at the end of the round. The attachment may rest once
   * a look of this thread has followed all of that. Another thread's look does not count: the
   * worker that took the last turn may be the one that died.
   */
  run() {
    const { segment } = this.#attachment;
    this.#activity = sumActivity(segment);
    const isFollowed = this.#activity === looks.get(segment.buffer);
    return isFollowed ? "when something happens" : "later";
  }
  /** Whether it is this thread's turn to look for the dead; takes the turn. */
  takesLook() {
    const { segment } = this.#attachment;
    const isActive = this.#activity !== looks.get(segment.buffer);
    const every = isActive ? LOOK_MS : LOOK_AT_REST_MS;
    const isTaken = takeTurn(segment, H_LOOKED, every);
    if (isTaken) looks.set(segment.buffer, this.#activity);
    return isTaken;
  }
  /** Clears up after the dead: those whose locks are not among the living's. */
  async recover(living) {
    const { isOpen, participant, tableRecovery } = this.#attachment;
    if (isOpen) await recoverDead(participant, tableRecovery, living);
  }
};

// src/map/job.ts
function sooner(one, other) {
  if (one === "soon" || other === "soon") return "soon";
  return one === "later" || other === "later" ? "later" : one;
}

// src/map/maintenance.ts
var ROUNDS_BEFORE_REST = 3;
var RESTS_PER_ROUND = 10;
var Maintenance = class {
  #attachment;
  #jobs;
  #watch;
  /** Whether the last round found that an operation was stopped. */
  #wasStopped = false;
  /** What this participant had written by the last round. */
  #ownActivity = -1;
  /** Rounds since it last had something to do. */
  #rests = 0;
  /**
   * @param attachment The worker's hold on the map.
   * @param jobs What is done in each round, in this order, before it looks for the dead.
   */
  constructor(attachment, jobs) {
    this.#attachment = attachment;
    this.#watch = new DeathWatch(attachment);
    this.#jobs = [
      ...jobs,
      this.#watch
    ];
  }
  /**
   * One round. Where nothing was written since the last one, and nothing is left to do, it is a
   * round at rest, but now and then.
   */
  tick() {
    if (this.#isStopped()) return "soon";
    const round = this.#nextRound();
    let urgency = "when something happens";
    for (const job of this.#jobs) urgency = sooner(urgency, job.run(round));
    return this.#rests < ROUNDS_BEFORE_REST ? "soon" : urgency;
  }
  /**
   * Whether this worker is being stopped: then a timer that is due is still called once, and must
   * do nothing. If an operation is still pinned in the round after that, the worker lives, and an
   * exception came out of a place where none should.
   */
  #isStopped() {
    const { participant } = this.#attachment;
    const isFirst = participant.isStopped && !this.#wasStopped;
    if (participant.isStopped && !isFirst) participant.dropStalePins();
    this.#wasStopped = isFirst;
    return isFirst;
  }
  /** The last round of work is followed by one more: what is at hand is given away then. */
  #nextRound() {
    const { participant, segment, table: { migration } } = this.#attachment;
    const activity = activityOf(segment, participant.slot);
    const isActive = activity !== this.#ownActivity || participant.hasRetired || migration.isMoving;
    this.#ownActivity = activity;
    this.#rests = isActive ? 0 : this.#rests + 1;
    return this.#rests % RESTS_PER_ROUND > 1 ? "at rest" : "at work";
  }
  takesLook() {
    return this.#watch.takesLook();
  }
  recover(living) {
    return this.#watch.recover(living);
  }
};

// src/map/attach.ts
function attach(handle) {
  return attachTo(Segment.attach(handle));
}
function attachTo(segment, policy) {
  return maintained(Attachment.join(segment, policy));
}
function maintained(attachment) {
  attachment.pinned(() => attachment.table.migration.keepReserve());
  const resident = new Maintenance(attachment, jobsOf(attachment));
  attachment.resident = resident;
  attachment.dependents.add({
    close: () => ticker.delete(resident)
  });
  ticker.add(resident);
  return attachment;
}

// src/persist/file_reader.ts
import { constants, crc32 as crc322, zstdDecompressSync } from "node:zlib";

// src/persist/fs_error.ts
var DamageError = class extends SnapshotError {
};
var NotUnderstoodError = class extends SnapshotError {
};
var MEANINGS = [
  [
    "NotFound",
    "no such file or directory",
    "create it, or name another"
  ],
  [
    "PermissionDenied",
    "the system denies access",
    "change the owner or the mode"
  ],
  [
    "NotADirectory",
    "it is not a directory",
    "name a directory"
  ],
  [
    "IsADirectory",
    "it is a directory",
    "name a file"
  ],
  [
    "FilesystemLoop",
    "its links go round in a circle",
    "repair them"
  ]
];
var NUMBERS = {
  "5": [
    "the device failed (input/output error)",
    "look after the device"
  ],
  "22": [
    "the file system refuses that",
    "choose one that can make it durable"
  ],
  "23": [
    "too many files are open in the system",
    "close some"
  ],
  "24": [
    "too many files are open in this process",
    "close some"
  ],
  "27": [
    "the file would be larger than allowed",
    "raise the limit"
  ],
  "28": [
    "no space is left on the device",
    "make room"
  ],
  "30": [
    "the file system is read-only",
    "choose another directory"
  ],
  "95": [
    "the file system cannot do that",
    "choose one that can"
  ],
  "37": [
    "the file system has no locks to give",
    "choose another directory"
  ],
  "122": [
    "the disk quota is used up",
    "make room"
  ]
};
function failure(what, path, cause) {
  if (cause instanceof SnapshotError) return cause;
  const [reason, remedy] = meaningOf(cause, path);
  const error = new SnapshotError(\`Cannot \${what} "\${path}": \${reason}\${remedy === "" ? "" : \`: \${remedy}\`}\`, {
    path,
    reason
  });
  error.cause = cause;
  return error;
}
function meaningOf(cause, path) {
  if (!(cause instanceof Error)) return [
    String(cause),
    ""
  ];
  const number = /\\(os error (\\d+)\\)/.exec(cause.message)?.[1];
  if (number !== void 0 && NUMBERS[number] !== void 0) {
    return NUMBERS[number];
  }
  if (cause.name === "NotCapable") return notGranted(cause, path);
  const known = MEANINGS.find(([name]) => name === cause.name);
  return known === void 0 ? [
    cause.message,
    ""
  ] : [
    known[1],
    known[2]
  ];
}
function notGranted({ message }, path) {
  const needed = /^Requires (\\S+ access to ".+?")/.exec(message)?.[1];
  const flag = /--allow-\\w+/.exec(message)?.[0];
  const remedy = needed === void 0 ? "grant it" : \`grant \${needed}\`;
  return [
    "Deno was not given the permission",
    flag === void 0 ? remedy : \`\${remedy} by \${flag}=\${path}\`
  ];
}
function damage(path, offset, reason) {
  return new DamageError(\`Cannot read the snapshot "\${path}": at byte \${offset}: \${reason}: restore an older epoch, or this file from a copy\`, {
    path,
    offset,
    reason
  });
}
function asideError({ path, offset, reason }, aside) {
  return new DamageError(\`Cannot read the snapshot "\${path}": at byte \${offset}: \${reason}: it was renamed to "\${aside}", and counts no longer: bring it back from a copy, if need be\`, {
    path,
    offset,
    reason
  });
}

// src/persist/files.ts
import { dirname, join as join2 } from "node:path";

// src/persist/system.ts
function openSync(path, options) {
  return Deno.openSync(path, options);
}
function readDirSync(path) {
  return Deno.readDirSync(path);
}
function statSync(path) {
  return Deno.statSync(path);
}
function lstatSync(path) {
  return Deno.lstatSync(path);
}
function renameSync(from, to) {
  Deno.renameSync(from, to);
}
function removeSync(path) {
  Deno.removeSync(path);
}
function isAllowedSync(name, path) {
  return Deno.permissions.querySync({
    name,
    path
  }).state === "granted";
}

// src/persist/files.ts
function uninterrupted(call) {
  for (; ; ) {
    try {
      return call();
    } catch (error) {
      if (!isInterruption(error)) throw error;
    }
  }
}
async function uninterruptedly(call) {
  for (; ; ) {
    try {
      return await call();
    } catch (error) {
      if (!isInterruption(error)) throw error;
    }
  }
}
function isInterruption(error) {
  return error instanceof Deno.errors.Interrupted;
}
var OpenFile = class _OpenFile {
  path;
  #file;
  #isClosed = false;
  constructor(path, file) {
    this.path = path;
    this.#file = file;
  }
  /** Opens a file. */
  static open(path, options) {
    const file = uninterrupted(() => openSync(path, options));
    return new _OpenFile(path, file);
  }
  /** Its length in bytes. */
  get size() {
    return uninterrupted(() => this.#file.statSync()).size;
  }
  /** Goes to a place: the next read or write begins there. */
  seek(offset) {
    uninterrupted(() => this.#file.seekSync(offset, Deno.SeekMode.Start));
  }
  /** Reads into \`into\` from the present place; returns how many bytes there were. */
  read(into) {
    let at = 0;
    while (at < into.length) {
      const read = uninterrupted(() => this.#file.readSync(into.subarray(at)));
      if (read === null || read === 0) break;
      at += read;
    }
    return at;
  }
  /** Writes all the bytes at the place at hand. */
  async write(bytes) {
    for (let at = 0; at < bytes.length; ) {
      at += await uninterruptedly(() => this.#file.write(bytes.subarray(at)));
    }
  }
  /** Cuts it to nothing. */
  truncate() {
    uninterrupted(() => this.#file.truncateSync(0));
  }
  /** Makes what was written durable. */
  async sync() {
    await uninterruptedly(() => this.#file.sync());
  }
  /**
   * Takes the lock of the file, unless another file has it; a shared lock, unless another one has
   * it exclusively. It is held until it is given back, or the file is closed in any way.
   */
  tryLock(mode = "exclusive") {
    const isExclusive = mode === "exclusive";
    return uninterrupted(() => this.#file.tryLockSync(isExclusive));
  }
  /** Gives the lock back. */
  unlock() {
    uninterrupted(() => this.#file.unlockSync());
  }
  /** Waits for the lock of the file. */
  async lock() {
    await uninterruptedly(() => this.#file.lock(true));
  }
  /** Whether it is the one that bears its name now. */
  get hasItsName() {
    const own18 = uninterrupted(() => this.#file.statSync());
    let there;
    try {
      there = uninterrupted(() => lstatSync(this.path));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
    return there.ino === own18.ino && there.dev === own18.dev;
  }
  /** Closes it; a second call does nothing. */
  close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#file.close();
  }
  [Symbol.dispose]() {
    this.close();
  }
};
function namesIn(directory) {
  return uninterrupted(() => [
    ...readDirSync(directory)
  ]).map(({ name }) => name);
}
function fingerprintOf(path) {
  const { dev, ino, mtime, size } = uninterrupted(() => statSync(path));
  return \`\${dev} \${ino} \${size} \${mtime?.getTime()}\`;
}
function exists(path) {
  try {
    uninterrupted(() => lstatSync(path));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
function rename(from, to) {
  uninterrupted(() => renameSync(from, to));
}
function remove3(path) {
  uninterrupted(() => removeSync(path));
}
function syncDirectory(directory) {
  if (Deno.build.os === "windows") return;
  const file = uninterrupted(() => openSync(directory, {
    read: true
  }));
  try {
    uninterrupted(() => file.syncSync());
  } finally {
    file.close();
  }
}
function syncName(directory) {
  const above = join2(directory, "..");
  if (above === directory) return;
  if (!isAllowedSync("read", above)) return;
  try {
    syncDirectory(above);
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
  }
}

// src/persist/format.ts
var FILE_MAGIC = [
  1129271365,
  1346456904
];
var BLOCK_MAGIC = 1262701634;
var FOOTER_MAGIC = 1145980229;
var FORMAT_VERSION = 2;
var OLDEST_VERSION = 1;
var HEADER_FIXED_BYTES = 88;
var HEADER_MAX_BYTES = 384;
var BLOCK_HEADER_BYTES = 32;
var BLOCK_HEADER_WORDS = 8;
var FOOTER_BYTES = 56;
var MAX_RAW_BYTES = 2 ** 20;
var MAX_RAW_WORDS = 2 ** 18;
var MAX_STORED_BYTES = MAX_RAW_BYTES + 2 ** 16;
var TARGET_WORDS = 2 ** 16;
var FILE_IS_DELTA = 1;
var BLOCK_COMPRESSED = 1;
var BLOCK_PIECE = 2;
var BLOCK_LAST_PIECE = 4;
var RECORD_HEAD_WORDS = 2;

// src/persist/header.ts
import { crc32 } from "node:zlib";
var LAST_TIME = 864e13;
function encodeHeader(header) {
  const key = new TextEncoder().encode(header.keyCodec);
  const value = new TextEncoder().encode(header.valueCodec);
  const names = key.length + value.length;
  const length = Math.ceil((HEADER_FIXED_BYTES + names + 4) / 8) * 8;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  setPair(view, 0, FILE_MAGIC);
  view.setUint32(8, FORMAT_VERSION, true);
  view.setUint32(12, LAYOUT_VERSION, true);
  view.setUint32(16, length, true);
  view.setUint32(20, header.base === void 0 ? 0 : FILE_IS_DELTA, true);
  setPair(view, 24, header.id);
  setPair(view, 32, header.seed);
  view.setFloat64(40, header.epoch, true);
  view.setFloat64(48, header.base?.epoch ?? 0, true);
  setPair(view, 56, header.base?.id ?? [
    0,
    0
  ]);
  view.setFloat64(64, header.time, true);
  view.setFloat64(72, header.expected, true);
  view.setUint32(80, key.length, true);
  view.setUint32(84, value.length, true);
  bytes.set(key, HEADER_FIXED_BYTES);
  bytes.set(value, HEADER_FIXED_BYTES + key.length);
  view.setUint32(length - 4, crc32(bytes.subarray(0, length - 4)), true);
  return bytes;
}
function checkOf(header) {
  return viewOf(header).getUint32(header.length - 4, true);
}
function decodeHeader(path, bytes) {
  if (bytes.length < HEADER_FIXED_BYTES + 4) {
    throw damage(path, 0, \`only \${bytes.length} bytes, less than a header\`);
  }
  const view = viewOf(bytes);
  if (!isPair(view, 0, FILE_MAGIC)) {
    throw damage(path, 0, "it does not begin like an epoch of a map");
  }
  const version = view.getUint32(8, true);
  if (version > FORMAT_VERSION) throw tooNew(path, version);
  if (version < OLDEST_VERSION) {
    throw damage(path, 8, \`its format version is \${version}, this module reads \${OLDEST_VERSION} to \${FORMAT_VERSION}\`);
  }
  const length = view.getUint32(16, true);
  const isPossible = length >= HEADER_FIXED_BYTES + 4 && length % 8 === 0 && length <= Math.min(HEADER_MAX_BYTES, bytes.length);
  if (!isPossible) {
    throw damage(path, 16, \`a header of \${length} bytes is not possible\`);
  }
  const check = view.getUint32(length - 4, true);
  if (crc32(bytes.subarray(0, length - 4)) !== check) {
    throw damage(path, length - 4, "the check of the header does not match");
  }
  const [keyCodec, valueCodec] = decodeNames(path, view, bytes, length);
  const flags = view.getUint32(20, true);
  if ((flags & ~FILE_IS_DELTA) !== 0) {
    throw damage(path, 20, \`unknown flags \${flags}\`);
  }
  const isDelta = (flags & FILE_IS_DELTA) !== 0;
  const header = {
    id: getPair(view, 24),
    seed: getPair(view, 32),
    epoch: view.getFloat64(40, true),
    base: isDelta ? {
      epoch: view.getFloat64(48, true),
      id: getPair(view, 56)
    } : void 0,
    time: view.getFloat64(64, true),
    expected: view.getFloat64(72, true),
    keyCodec,
    valueCodec,
    format: version,
    layout: view.getUint32(12, true),
    byteLength: length,
    check
  };
  checkNumbers(path, header);
  return header;
}
function isCount(value) {
  return Number.isSafeInteger(value) && value >= 0;
}
function checkNumbers(path, header) {
  const { base, epoch, expected, time } = header;
  if (!isCount(epoch)) throw damage(path, 40, \`an epoch \${epoch}\`);
  if (base !== void 0 && !(isCount(base.epoch) && base.epoch < epoch)) {
    throw damage(path, 48, \`epoch \${epoch} builds on epoch \${base.epoch}\`);
  }
  if (!(time >= 0 && time <= LAST_TIME)) {
    throw damage(path, 64, \`it was opened at \${time}\`);
  }
  if (!isCount(expected)) throw damage(path, 72, \`\${expected} entries\`);
}
function tooNew(path, version) {
  return new NotUnderstoodError(\`Cannot read the snapshot "\${path}": its format version is \${version}, this module reads \${OLDEST_VERSION} to \${FORMAT_VERSION}: use the version of the module that wrote it, or move the file away\`, {
    path,
    offset: 8,
    reason: "a newer format"
  });
}
function decodeNames(path, view, bytes, length) {
  const key = view.getUint32(80, true);
  const value = view.getUint32(84, true);
  const isPossible = key <= CODEC_NAME_BYTES && value <= CODEC_NAME_BYTES && HEADER_FIXED_BYTES + key + value + 4 <= length;
  if (!isPossible) {
    throw damage(path, 80, \`codec names of \${key} and \${value} bytes\`);
  }
  const decoder = new TextDecoder("utf-8", {
    fatal: true,
    ignoreBOM: true
  });
  const text = (start, count) => decoder.decode(bytes.subarray(start, start + count));
  try {
    return [
      text(HEADER_FIXED_BYTES, key),
      text(HEADER_FIXED_BYTES + key, value)
    ];
  } catch {
    throw damage(path, HEADER_FIXED_BYTES, "codec names that are no text");
  }
}
function encodeFooter(footer) {
  const bytes = new Uint8Array(FOOTER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, FOOTER_MAGIC, true);
  view.setUint32(4, footer.blocks, true);
  view.setFloat64(8, footer.records, true);
  view.setFloat64(16, footer.deletions, true);
  view.setFloat64(24, footer.entries, true);
  view.setFloat64(32, footer.rawBytes, true);
  view.setFloat64(40, footer.length, true);
  view.setUint32(48, footer.check, true);
  const check = crc32(bytes.subarray(0, FOOTER_BYTES - 4));
  view.setUint32(FOOTER_BYTES - 4, check, true);
  return bytes;
}
function decodeFooter(path, bytes, size) {
  const at = size - FOOTER_BYTES;
  const view = viewOf(bytes);
  if (bytes.length < FOOTER_BYTES || view.getUint32(0, true) !== FOOTER_MAGIC) {
    throw damage(path, Math.max(0, at), "it does not end like an epoch");
  }
  const check = crc32(bytes.subarray(0, FOOTER_BYTES - 4));
  if (check !== view.getUint32(FOOTER_BYTES - 4, true)) {
    throw damage(path, size - 4, "the check of the footer does not match");
  }
  const footer = {
    blocks: view.getUint32(4, true),
    records: view.getFloat64(8, true),
    deletions: view.getFloat64(16, true),
    entries: view.getFloat64(24, true),
    rawBytes: view.getFloat64(32, true),
    length: view.getFloat64(40, true),
    check: view.getUint32(48, true)
  };
  const { deletions, entries, rawBytes, records } = footer;
  if (![
    deletions,
    entries,
    rawBytes,
    records
  ].every(isCount)) {
    throw damage(path, at + 8, "a total of the footer is no number of things");
  }
  if (footer.length !== at) {
    throw damage(path, at + 40, \`the footer is for a file of \${footer.length + FOOTER_BYTES} bytes, this one has \${size}\`);
  }
  return footer;
}
function samePair(a, b) {
  return a[0] === b[0] && a[1] === b[1];
}
function viewOf(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
function setPair(view, at, pair) {
  view.setInt32(at, pair[0], true);
  view.setInt32(at + 4, pair[1], true);
}
function getPair(view, at) {
  return [
    view.getInt32(at, true),
    view.getInt32(at + 4, true)
  ];
}
function isPair(view, at, pair) {
  return samePair(getPair(view, at), pair);
}

// src/persist/file_reader.ts
var KNOWN_FLAGS = BLOCK_COMPRESSED | BLOCK_PIECE | BLOCK_LAST_PIECE;
var NOTHING = new Uint8Array();
var WINDOW_LOG = 21;
var FileReader = class _FileReader {
  path;
  header;
  footer;
  /** The size of the file. */
  bytes;
  #file;
  #offset = 0;
  #check = 0;
  #blocks = 0;
  #records = 0;
  #rawBytes = 0;
  #compressedBlocks = 0;
  #head = new Uint8Array(BLOCK_HEADER_BYTES);
  #headView = new DataView(this.#head.buffer);
  #stored = NOTHING;
  /** The payload of the block at hand. */
  words = new Int32Array();
  /** Records in it; 0 for a piece of one. */
  records = 0;
  isPiece = false;
  isLastPiece = false;
  /** The hash of the first of them, as the block says; of the whole record, if it is a piece. */
  firstHash = 0;
  /** Where the block begins in the file. */
  blockOffset = 0;
  constructor(path, file) {
    this.path = path;
    this.#file = file;
    try {
      this.bytes = file.size;
      const first = this.#readAt(0, Math.min(this.bytes, HEADER_MAX_BYTES));
      this.header = decodeHeader(path, first);
      const last = Math.max(this.header.byteLength, this.bytes - FOOTER_BYTES);
      this.footer = decodeFooter(path, this.#readAt(last, this.bytes - last), this.bytes);
      this.rewind();
    } catch (error) {
      file.close();
      throw failure("read the snapshot", path, error);
    }
  }
  /** Opens a file. Throws \`SnapshotError\`. */
  static open(path) {
    let file;
    try {
      file = OpenFile.open(path, {
        read: true
      });
    } catch (cause) {
      throw failure("read the snapshot", path, cause);
    }
    return new _FileReader(path, file);
  }
  /** Bytes of the file that were read so far, from its beginning. */
  get offset() {
    return this.#offset;
  }
  /** Compressed blocks among those that were read so far. */
  get compressedBlocks() {
    return this.#compressedBlocks;
  }
  /** Starts over. */
  rewind() {
    const { byteLength } = this.header;
    this.#check = crc322(this.#readAt(0, byteLength));
    this.#offset = byteLength;
    this.#blocks = 0;
    this.#records = 0;
    this.#rawBytes = 0;
    this.#compressedBlocks = 0;
  }
  /**
   * Reads the next block; false if there is none, and the whole file was as its footer says. Throws
   * \`SnapshotError\`.
   */
  readBlock() {
    const left = this.footer.length - this.#offset;
    if (left <= 0) {
      this.#checkTotals();
      return false;
    }
    this.blockOffset = this.#offset;
    if (left < BLOCK_HEADER_BYTES) this.#refuse("a block's header is cut off");
    this.#readFully(this.#head);
    const { stored, raw, flags } = this.#checkBlockHeader(left);
    if (this.#stored.length < stored) this.#stored = bufferOf2(stored);
    const payload = this.#stored.subarray(0, stored);
    this.#readFully(payload);
    this.#checkSum(payload);
    this.#unpack(payload, raw, flags);
    this.#offset += BLOCK_HEADER_BYTES + stored;
    this.#blocks++;
    this.#rawBytes += raw;
    if ((flags & BLOCK_COMPRESSED) !== 0) this.#compressedBlocks++;
    return true;
  }
  #checkBlockHeader(left) {
    const view = this.#headView;
    const stored = view.getUint32(8, true);
    const raw = view.getUint32(12, true);
    const flags = view.getUint32(20, true);
    this.records = view.getUint32(16, true);
    this.firstHash = view.getUint32(24, true);
    this.isPiece = (flags & BLOCK_PIECE) !== 0;
    this.isLastPiece = (flags & BLOCK_LAST_PIECE) !== 0;
    if (view.getUint32(0, true) !== BLOCK_MAGIC) {
      this.#refuse("no block begins here");
    }
    if (view.getUint32(4, true) !== this.#blocks) {
      this.#refuse(\`block \${view.getUint32(4, true)} stands here, not \${this.#blocks}\`);
    }
    const isPossible = stored <= MAX_STORED_BYTES && raw <= MAX_RAW_BYTES && raw % 4 === 0 && raw > 0 && (flags & ~KNOWN_FLAGS) === 0 && ((flags & BLOCK_COMPRESSED) !== 0 || stored === raw) && (this.isPiece ? this.records === 0 : this.records <= raw / 8);
    if (!isPossible) this.#refuse("a block's header is not possible");
    if (BLOCK_HEADER_BYTES + stored > left) this.#refuse("a block is cut off");
    return {
      stored,
      raw,
      flags
    };
  }
  #checkSum(payload) {
    const head = crc322(this.#head.subarray(0, 28), this.header.check);
    if (crc322(payload, head) !== this.#headView.getUint32(28, true)) {
      this.#refuse("the check of a block does not match");
    }
    this.#check = crc322(this.#head, this.#check);
  }
  #unpack(payload, raw, flags) {
    let bytes = payload;
    if ((flags & BLOCK_COMPRESSED) !== 0) {
      try {
        bytes = zstdDecompressSync(payload, {
          maxOutputLength: raw,
          params: {
            [constants.ZSTD_d_windowLogMax]: WINDOW_LOG
          }
        });
      } catch {
        this.#refuse("a block cannot be decompressed");
      }
      if (bytes.length !== raw) {
        this.#refuse("a block decompresses to another length");
      }
    }
    if (bytes.byteOffset % 4 !== 0) bytes = new Uint8Array(bytes);
    this.words = new Int32Array(bytes.buffer, bytes.byteOffset, raw / 4);
  }
  /** Counts records that were found in the blocks. */
  countRecords(records) {
    this.#records += records;
  }
  #checkTotals() {
    const { footer } = this;
    this.blockOffset = footer.length;
    const isAll = this.#blocks === footer.blocks && this.#rawBytes === footer.rawBytes && this.#records === footer.records;
    if (!isAll) this.#refuse("the totals of the footer do not match");
    if (this.#check !== footer.check) {
      this.#refuse("the check of the whole file does not match");
    }
  }
  /** Throws for what was found in the block at hand. */
  #refuse(reason) {
    throw damage(this.path, this.blockOffset, reason);
  }
  #readAt(offset, length) {
    const bytes = new Uint8Array(length);
    try {
      this.#file.seek(offset);
    } catch (cause) {
      throw failure("read the snapshot", this.path, cause);
    }
    this.blockOffset = offset;
    this.#readFully(bytes);
    return bytes;
  }
  #readFully(bytes) {
    let read;
    try {
      read = this.#file.read(bytes);
    } catch (cause) {
      throw failure("read the snapshot", this.path, cause);
    }
    if (read < bytes.length) this.#refuse("the file ends too early");
  }
  /** Closes the file; a second call does nothing. */
  close() {
    this.#file.close();
  }
  [Symbol.dispose]() {
    this.close();
  }
};
function bufferOf2(bytes) {
  return new Uint8Array(Math.min(MAX_STORED_BYTES, Math.ceil(bytes * 1.25)));
}

// src/map/capacity.ts
function capacityOf({ chunkCount, chunkShift }, minCapacityShift) {
  const chunkBytes2 = 2 ** chunkShift * REF_BYTES;
  const table = Math.ceil(tableBytes(2 ** minCapacityShift) / chunkBytes2);
  return (chunkCount - 2 * table - leastReserve(chunkCount)) * chunkBytes2;
}
function leastMaxBytes(fits) {
  for (let size = MIN_SEGMENT_BYTES; size <= MAX_SEGMENT_BYTES; size *= 2) {
    if (fits(layOut(size))) return size;
  }
  return void 0;
}

// src/map/map_full.ts
function refuseWhatNeverFits(segment, bytes) {
  const { minCapacityShift } = segment;
  if (bytes <= capacityOf(segment, minCapacityShift)) return;
  const size = leastMaxBytes((geometry) => bytes <= capacityOf(geometry, minCapacityShift));
  const remedy = size === void 0 ? "store it in parts" : \`create the map with a larger maxBytes, such as \${size}, or store it in parts\`;
  throw refusal(segment, bytes, "can never fit", remedy);
}
function mapFull(segment, bytes) {
  const snapshot = oldestOpen(segment.words);
  const remedy = snapshot !== void 0 ? \`a snapshot has been open for \${Math.round(snapshot.ageMs / 1e3)} s (it shows tick \${snapshot.tick}), and what it shows cannot be reused: close it\` : segment.evicts ? "create the map with a larger maxBytes" : \`delete entries, or create the map with a larger maxBytes or with onFull: "evict"\`;
  return refusal(segment, bytes, "does not fit now", remedy, snapshot);
}
function refusal(segment, needed, why, remedy, snapshot) {
  const maxBytes = segment.buffer.byteLength;
  const liveBytes = liveBytesOf(segment);
  const mapName = segment.name;
  const where = mapName === void 0 ? "a map" : theMap(mapName);
  return new MapFullError(\`Cannot store the entry: it needs \${needed} bytes and \${why} in \${where} of \${maxBytes} bytes, of which live entries take \${liveBytes}: \${remedy}\`, {
    needed,
    maxBytes,
    liveBytes,
    snapshot,
    mapName
  });
}
function oldestOpen(words) {
  const word = oldestHeld(words);
  if (word === 0) return void 0;
  const tick = load(words, word);
  const openedAt = load(words, noteOf(word)) * 1e3;
  if (tick <= 0) return void 0;
  return {
    tick,
    epoch: tick,
    ageMs: Math.max(0, Date.now() - openedAt)
  };
}

// src/map/evacuation.ts
function evacuate(attachment, place = nextTablePlace(attachment.segment)) {
  const { participant, segment, table } = attachment;
  const cursor = new Cursor(segment, table.migration);
  const key = new EncodedKey(segment.seed);
  const committer = new Committer(attachment, key);
  const refs = [];
  while (!cursor.done) {
    participant.pin();
    try {
      cursor.next(refs);
      for (const ref of refs) {
        if (!participant.allocator.isWithin(ref, ...place)) continue;
        key.copyFrom(segment.words, ref);
        if (!move(attachment, committer, ref, place)) return false;
      }
    } finally {
      participant.unpin();
    }
  }
  participant.collectAll();
  return true;
}
function move(attachment, committer, ref, place) {
  const outcome = committer.tryCommit(false, (current) => current === ref ? copyOutside(attachment, ref, place) : LEAVE);
  return outcome !== "full";
}
function copyOutside({ participant, segment: { words } }, ref, place) {
  const { allocator } = participant;
  const bytes = bytesOf(words, ref);
  participant.enterSection();
  const copy3 = allocator.allocateOutside(...place, bytes, (high) => participant.retire(high));
  if (copy3 !== 0) {
    copyVersion(words, ref, copy3, bytes);
    if (allocator.reserve.keep(tombstoneBytes(words, copy3))) return copy3;
    allocator.free(copy3);
  }
  participant.leaveSection();
  return NO_MEMORY;
}

// src/map/purge.ts
function purge(attachment, worth, waitsFor = attachment.segment.evicts ? "place" : "nothing") {
  const { participant, segment: { words }, table } = attachment;
  const { allocator } = participant;
  const before = load(words, H_ROOT);
  const isWorth = pinnedAndCollected(attachment, () => {
    table.migration.finishIfMoving();
    table.migration.keepReserve();
    return table.resizer.wouldPurge(worth);
  });
  if (!isWorth) return false;
  const hasPlace = () => attachment.pinned(() => table.resizer.hasPlace);
  if (!hasPlace()) makePlace(attachment, hasPlace, waitsFor);
  pinnedAndCollected(attachment, () => table.resizer.purge(worth));
  if (load(words, H_ROOT) === before) return false;
  allocator.consolidate(true);
  return true;
}
function makePlace(attachment, hasPlace, waitsFor) {
  const { participant } = attachment;
  const hasMoved = evacuate(attachment);
  const cameFree = () => {
    participant.allocator.consolidate(true);
    return hasPlace();
  };
  if (cameFree() || waitsFor === "nothing") return;
  if (hasMoved) participant.waitFor(cameFree);
  else if (waitsFor === "memory") {
    participant.waitFor(() => evacuate(attachment) && cameFree());
  }
}
function pinnedAndCollected(attachment, work2) {
  const result = attachment.pinned(work2);
  attachment.participant.collectAll();
  return result;
}

// src/map/evictable.ts
function isEvictable(words, ref, hash) {
  return !isTombstone(words, ref) && !isShownNow(words, settle(words, ref), hash);
}
function forEachEvictable({ participant, segment: { words }, table }, visit) {
  forEachRange(participant, table.migration, (refs, cursor) => {
    for (let i = 0; i < refs.length; i++) {
      if (isEvictable(words, refs[i], cursor.hashAt(i))) visit(refs[i]);
    }
  });
}

// src/map/scattered_eviction.ts
var HASHES2 = 2 ** 32;
var MOST_IN_VAIN = 16;
var DUMP_PATIENCE_MS = 5;
var RANGES_BESIDE_DUMP = 64;
var ScatteredEviction = class {
  #attachment;
  #words;
  #remover;
  #leastBytes;
  #leastEntries;
  #bytes = 0;
  #entries = 0;
  constructor(attachment, leastBytes, leastEntries) {
    this.#attachment = attachment;
    this.#words = attachment.segment.words;
    this.#remover = new Remover(attachment);
    this.#leastBytes = leastBytes;
    this.#leastEntries = leastEntries;
  }
  /**
   * Evicts; says whether there was anything to evict. If there is nothing beside a dump, it waits
   * until that has passed more, but not for long. The caller is between operations.
   */
  run() {
    do {
      this.#evictChosen();
      if (neededFrom(this.#words) === FIRST_PLACE && this.#isInVain) {
        if (this.#dumpsGetOn()) continue;
      }
      this.#evictFromAnywhere();
    } while (this.#isInVain && this.#dumpsGetOn());
    return this.#entries > 0;
  }
  get #isOver() {
    return this.#remover.isStuck || this.#bytes >= this.#leastBytes && this.#entries >= this.#leastEntries;
  }
  get #isInVain() {
    return this.#entries === 0 && !this.#remover.isStuck;
  }
  /** Evicts what the policy chooses, until it is over, or too many choices were in vain. */
  #evictChosen() {
    const { evictionPolicy, participant, segment, table } = this.#attachment;
    const candidates = {
      segment,
      table,
      limit: HASHES2,
      isEvictable: (ref, hash) => isEvictable(segment.words, ref, hash)
    };
    for (let inVain = 0; !this.#isOver && inVain < MOST_IN_VAIN; ) {
      const before = this.#entries;
      participant.pin();
      try {
        candidates.limit = limitFor(segment.words, inVain);
        const ref = evictionPolicy.choose(candidates);
        if (ref !== 0) this.#evict(ref);
      } finally {
        participant.unpin();
      }
      if (this.#entries === before) inVain++;
    }
  }
  /**
   * Evicts range by range, until it is over, from a place by chance: the beginning of the table
   * would become sparse.
   */
  #evictFromAnywhere() {
    const { segment, table } = this.#attachment;
    const start = Math.floor(Math.random() * HASHES2);
    let ranges = isWaitingForDumps(this.#words) ? RANGES_BESIDE_DUMP : Infinity;
    for (const [from, to] of [
      [
        start,
        HASHES2
      ],
      [
        0,
        start
      ]
    ]) {
      const cursor = new Cursor(segment, table.migration, from);
      while (!this.#isOver && cursor.position < to && ranges-- > 0) {
        this.#evictRange(cursor);
      }
    }
  }
  /** Evicts the entries of the cursor's next range, until it is over. */
  #evictRange(cursor) {
    const { participant } = this.#attachment;
    const refs = [];
    participant.pin();
    try {
      cursor.next(refs);
      for (let i = 0; i < refs.length && !this.#isOver; i++) {
        if (isEvictable(this.#words, refs[i], cursor.hashAt(i))) {
          this.#evict(refs[i]);
        }
      }
    } finally {
      participant.unpin();
    }
    participant.collectSometimes();
  }
  /** Evicts this entry, if it is still there. The caller is pinned. */
  #evict(ref) {
    const size = bytesOf(this.#words, ref);
    const cause = hasExpired(this.#words, ref) ? "expired" : "evicted";
    if (!this.#remover.remove(ref, cause)) return;
    this.#bytes += size;
    this.#entries++;
  }
  /**
   * Waits for the dumps that are under way to pass something more, but not for long; says whether
   * they did. Not for a dump of this very participant, which does nothing meanwhile.
   */
  #dumpsGetOn() {
    const words = this.#words;
    const before = neededFrom(words);
    const { base } = this.#attachment.participant;
    if (!isWaitingForDumps(words) || hasDump(words, base)) return false;
    const patience = new BoundedWait(DUMP_PATIENCE_MS);
    while (neededFrom(words) === before) {
      if (!patience.nap()) return false;
    }
    return true;
  }
};
function limitFor(words, inVain) {
  const place = neededFrom(words);
  if (place === FIRST_PLACE || inVain % 2 !== 0) return HASHES2;
  return place - FIRST_PLACE;
}
function isWaitingForDumps(words) {
  return neededFrom(words) !== LAST_PLACE && oldestHeld(words) === 0;
}

// src/map/stretches.ts
var STRETCHES_PER_SEGMENT = 64;
var MOST_DOUBLINGS = 3;
var TAKEN = -(2 ** 50);
function emptyStretches(attachment, count, tries) {
  const { segment } = attachment;
  const share = 2 ** Math.min(tries, MOST_DOUBLINGS) / STRETCHES_PER_SEGMENT;
  const wanted = Math.ceil(segment.chunkCount / count * share);
  const chosen = chooseChunks(attachment, count, wanted);
  if (chosen.size === 0) return false;
  const remover = new Remover(attachment);
  forEachEvictable(attachment, (ref) => {
    if (chosen.has(segment.chunkOf(ref))) remover.remove(ref, "evicted");
  });
  purge(attachment, 1);
  attachment.participant.allocator.consolidate(true);
  return true;
}
function chooseChunks(attachment, count, wanted) {
  const { segment } = attachment;
  const { limits } = attachment.participant.allocator;
  const end = limits.end("entry");
  const gains = gainsOf(attachment);
  const isFree = (chunk) => isFreeChunk(segment, chunk);
  let mostFree = Math.max(0, Math.min(count - 1, limits.spareChunks));
  const chosen = /* @__PURE__ */ new Set();
  for (let i = 0; i < wanted; i++) {
    const first = bestStretch(segment, gains, count, end, mostFree);
    if (first < 0) break;
    for (let chunk = first; chunk < first + count; chunk++) {
      if (isFree(chunk)) mostFree--;
      chosen.add(chunk);
      gains[chunk] = TAKEN;
    }
    mostFree = Math.max(0, mostFree);
  }
  return chosen;
}
function gainsOf(attachment) {
  const { segment } = attachment;
  const gains = new Float64Array(segment.chunkCount);
  forEachEvictable(attachment, (ref) => {
    let chunk = segment.chunkOf(ref);
    for (let left = bytesOf(segment.words, ref); left > 0; ) {
      gains[chunk++] += Math.min(left, chunkBytes(segment));
      left -= chunkBytes(segment);
    }
  });
  for (let chunk = 0; chunk < gains.length; chunk++) {
    if (isFreeChunk(segment, chunk)) gains[chunk] = chunkBytes(segment);
  }
  return gains;
}
function chunkBytes(segment) {
  return 2 ** segment.chunkShift * REF_BYTES;
}
function bestStretch(segment, gains, count, limit, mostFree) {
  const starts = limit - count + 1;
  if (starts <= 0) return -1;
  const before = new Float64Array(limit + 1);
  const freeBefore = new Int32Array(limit + 1);
  for (let chunk = 0; chunk < limit; chunk++) {
    before[chunk + 1] = before[chunk] + gains[chunk];
    freeBefore[chunk + 1] = freeBefore[chunk] + Number(isFreeChunk(segment, chunk));
  }
  const state = (chunk) => hint(segment.words, segment.descriptor(chunk));
  const offset = Math.floor(Math.random() * starts);
  let best = -1;
  let most = 0;
  for (let i = 0; i < starts; i++) {
    const first = (offset + i) % starts;
    const total = before[first + count] - before[first];
    const free2 = freeBefore[first + count] - freeBefore[first];
    if (total <= most || free2 > mostFree) continue;
    if (state(first) === CHUNK_BODY) continue;
    most = total;
    best = first;
  }
  return best;
}

// src/map/eviction.ts
var LEAST_EVICTED = 16;
var SCATTERED_TRIES = 5;
function evict(attachment, shortage, tries) {
  const { participant } = attachment;
  return participant.drainAndWait() && (evictSome(attachment, shortage, tries) || othersGive(attachment, shortage)) && participant.drainAndWait();
}
function evictFew(attachment, bytes) {
  return evictScattered(attachment, bytes, LEAST_EVICTED) && attachment.participant.drainAndWait();
}
function evictAhead(attachment, bytes) {
  evictScattered(attachment, bytes, 0);
  const { participant } = attachment;
  participant.collectAll();
  participant.allocator.flush();
}
function evictScattered(attachment, leastBytes, leastEntries) {
  return new ScatteredEviction(attachment, leastBytes, leastEntries).run();
}
function othersGive({ participant, segment }, { of, bytes }) {
  if (of !== "entry" || isSnapshotOpen(segment)) return false;
  return participant.waitForBlock(bytes, "entry");
}
function evictSome(attachment, shortage, tries) {
  const { bytes, of } = shortage;
  if (of === "slot") return evictForSlot(attachment);
  const { largestClassBytes } = attachment.segment;
  if (bytes <= largestClassBytes && tries < SCATTERED_TRIES) {
    return evictForBlock(attachment, bytes);
  }
  const count = attachment.segment.chunksFor(bytes);
  return emptyStretches(attachment, count, tries);
}
function evictForSlot(attachment) {
  const { resizer } = attachment.table;
  const entries = Math.max(LEAST_EVICTED, resizer.deletionsWanted);
  const evicted = evictScattered(attachment, 0, entries);
  const worth = isSnapshotOpen(attachment.segment) ? 1 : void 0;
  return purge(attachment, worth, evicted ? "place" : "memory") || evicted && worth === void 0;
}
function evictForBlock(attachment, bytes) {
  const evicted = evictScattered(attachment, bytes, LEAST_EVICTED);
  const { limits } = attachment.participant.allocator;
  const purged = (!evicted || limits.isLow()) && purge(attachment, 1, evicted ? "place" : "memory");
  return evicted || purged;
}
function isSnapshotOpen({ words }) {
  return oldestSnapshot(words) !== NEVER;
}

// src/map/purge_backoff.ts
var MOST_SKIPPED2 = 64;
var PurgeBackoff = class {
  #attachment;
  #toSkip = 0;
  #interval = 1;
  constructor(attachment) {
    this.#attachment = attachment;
  }
  /**
   * Drops tombstones if there are many; if the memory that is kept for tombstones is used up, also
   * a few, but twice as seldom each time that it stays so.
   */
  purge() {
    const attachment = this.#attachment;
    const { participant: { allocator }, table: { resizer } } = attachment;
    const low = allocator.limits.isLow();
    const hasMany = () => attachment.pinned(() => resizer.wouldPurge());
    if (low && this.#toSkip > 0 && !hasMany()) {
      this.#toSkip--;
      return;
    }
    purge(attachment, low ? 1 : void 0);
    this.#interval = allocator.limits.isLow() ? Math.min(MOST_SKIPPED2, 2 * this.#interval) : 1;
    this.#toSkip = this.#interval - 1;
  }
};

// src/map/reclaim_strategies.ts
var MOST_FEW_EVICTIONS = 2;
var MOST_EVICTIONS = 29;
var MOST_TOMBSTONE_PLACES = 9;
var ReclaimContext = class {
  attachment;
  purges;
  /** When a sweep of the whole table is worth it again, in milliseconds since 1970. */
  sweepDue = 0;
  constructor(attachment) {
    this.attachment = attachment;
    this.purges = new PurgeBackoff(attachment);
  }
};
var Progress = class {
  #tries = /* @__PURE__ */ new Map();
  /** How often a strategy has been tried. */
  triesOf(strategy) {
    return this.#tries.get(strategy) ?? 0;
  }
  /** Notes one try more. */
  count(strategy) {
    this.#tries.set(strategy, this.triesOf(strategy) + 1);
  }
};
var ADOPT_ESTATES = {
  name: "adopt estates",
  times: Infinity,
  run({ attachment: { participant } }) {
    adoptEstates(participant);
    return false;
  }
};
var COLLECT = {
  name: "collect",
  times: Infinity,
  run({ attachment: { participant } }, _, tries) {
    participant.collectAll();
    return tries === 0;
  }
};
var LOWER_RESERVE = {
  name: "lower the reserve",
  times: Infinity,
  run({ attachment }) {
    attachment.lowerReserve();
    return false;
  }
};
var SWEEP_IF_DUE = {
  name: "sweep the whole table if that is due",
  applies: sharesItsChunk,
  run(context) {
    if (Date.now() < context.sweepDue) return false;
    const { removed, due } = sweepAll(context.attachment);
    context.sweepDue = due;
    return removed && context.attachment.participant.drainAndWait();
  }
};
var EVICT_FEW = {
  name: "evict a few entries",
  times: MOST_FEW_EVICTIONS,
  applies: sharesItsChunk,
  run: ({ attachment }, { bytes }) => evictFew(attachment, bytes)
};
var CONSOLIDATE = {
  name: "consolidate",
  times: Infinity,
  run({ attachment: { participant } }) {
    participant.allocator.consolidate(true);
    return false;
  }
};
var ASK_OTHERS = {
  name: "ask others to give back",
  run({ attachment: { participant } }) {
    participant.askForFlush();
    return false;
  }
};
var SWEEP = {
  name: "sweep what has expired",
  run({ attachment }) {
    sweep(attachment, Infinity);
    attachment.participant.collectAll();
    return true;
  }
};
var PURGE = {
  name: "purge tombstones",
  run({ purges }) {
    purges.purge();
    return true;
  }
};
var EVICT = {
  name: "evict until there is a place",
  times: MOST_EVICTIONS,
  applies: ({ attachment: { segment } }, { of }) => segment.evicts && of !== "tombstone",
  run: ({ attachment }, shortage, tries) => evict(attachment, shortage, tries)
};
var PLACE_TOMBSTONE = {
  name: "make a place for a tombstone",
  times: MOST_TOMBSTONE_PLACES,
  applies: (_, { of }) => of === "tombstone",
  run({ attachment }, { bytes }, tries) {
    const isLast = tries === MOST_TOMBSTONE_PLACES - 1;
    makeTombstonePlace(attachment, bytes, isLast);
    return true;
  }
};
var REVOKE_FIRST = {
  name: "revoke dumps before more is given up",
  times: Infinity,
  applies: (_context, _shortage, progress) => progress.triesOf(EVICT) + progress.triesOf(PLACE_TOMBSTONE) > 0,
  run: ({ attachment }, shortage) => revoke(attachment, shortage)
};
var REVOKE = {
  name: "revoke dumps",
  times: Infinity,
  run: ({ attachment }, shortage) => revoke(attachment, shortage)
};
var STRATEGIES = [
  ADOPT_ESTATES,
  COLLECT,
  LOWER_RESERVE,
  SWEEP_IF_DUE,
  EVICT_FEW,
  CONSOLIDATE,
  ASK_OTHERS,
  SWEEP,
  PURGE,
  REVOKE_FIRST,
  EVICT,
  PLACE_TOMBSTONE,
  REVOKE
];
function sharesItsChunk({ attachment: { participant, segment } }, { of, bytes }) {
  return segment.evicts && of === "entry" && bytes <= participant.segment.largestClassBytes;
}
function revoke(attachment, { of, bytes }) {
  const { participant, segment: { words } } = attachment;
  if (!revokeDumps(words)) return false;
  participant.noteTurn();
  const isTombstone6 = of === "tombstone";
  purge(attachment, 1, isTombstone6 ? "memory" : void 0);
  participant.waitForBlock(bytes, isTombstone6 ? "tombstone" : "entry");
  return true;
}
function makeTombstonePlace(attachment, keyBytes3, isLast) {
  const { participant } = attachment;
  const { allocator } = participant;
  const bytes = versionBytes(keyBytes3, 0, false);
  const isLong3 = bytes > participant.segment.largestClassBytes;
  participant.drainAndWait();
  purge(attachment, isLong3 ? 0 : 1, isLast ? "memory" : "place");
  if (!isLong3) return;
  evacuate(attachment, allocator.reserve.place(bytes));
  participant.drainAndWait();
  allocator.consolidate(true);
}

// src/map/reclaim.ts
var Reclaimer = class {
  #context;
  #strategies;
  /**
   * @param attachment The worker's hold on the map.
   * @param strategies What it tries, in this order.
   */
  constructor(attachment, strategies = STRATEGIES) {
    this.#context = new ReclaimContext(attachment);
    this.#strategies = strategies;
  }
  /**
   * Tries to free memory for a write that found none; the caller is between operations. Throws
   * \`MapFullError\` when nothing is left to try.
   *
   * @param shortage What the write was short of.
   * @param progress What came of the last call for the same write; nothing for the first one.
   * @returns What the next call for this write goes on from.
   */
  reclaimFor(shortage, progress = new Progress()) {
    const { segment } = this.#context.attachment;
    if (ticker.isResting) ticker.wake();
    refuseWhatNeverFits(segment, shortage.bytes);
    for (const strategy of this.#strategies) {
      if (this.#isWorthATry(strategy, shortage, progress)) {
        const tries = progress.triesOf(strategy);
        progress.count(strategy);
        if (strategy.run(this.#context, shortage, tries)) return progress;
      }
    }
    throw mapFull(segment, shortage.bytes);
  }
  #isWorthATry(strategy, shortage, progress) {
    const { times = 1 } = strategy;
    if (progress.triesOf(strategy) >= times) return false;
    return strategy.applies?.(this.#context, shortage, progress) ?? true;
  }
};

// src/persist/record.ts
var { HAS_EXPIRY: HAS_EXPIRY8, KEY_WIDE: KEY_WIDE5, LENGTH_MASK: LENGTH_MASK6, TAG_SHIFT: TAG_SHIFT5, TAG_TOMBSTONE: TAG_TOMBSTONE6, V_HEADER_WORDS: V_HEADER_WORDS7 } = layout_exports;
var LOOP_LIMIT = 32;
var EXPIRY_WORDS = 2;
function wordsFor(bytes) {
  return bytes + 3 >>> 2;
}
function recordWords(keyInfo, valueInfo) {
  return RECORD_HEAD_WORDS + wordsFor(keyInfo & LENGTH_MASK6) + ((keyInfo & HAS_EXPIRY8) !== 0 ? EXPIRY_WORDS : 0) + wordsFor(valueInfo & LENGTH_MASK6);
}
function recordFault(keyInfo, valueInfo, mayBeTombstone) {
  if ((keyInfo & ~(LENGTH_MASK6 | KEY_WIDE5 | HAS_EXPIRY8)) !== 0) {
    return "unknown flags in the key length";
  }
  if (valueInfo >>> TAG_SHIFT5 !== TAG_TOMBSTONE6) return void 0;
  if (!mayBeTombstone) return "a deletion in a full epoch";
  if ((valueInfo & LENGTH_MASK6) !== 0 || (keyInfo & HAS_EXPIRY8) !== 0) {
    return "a deletion with a value";
  }
  return void 0;
}
function isDeletion(valueInfo) {
  return valueInfo >>> TAG_SHIFT5 === TAG_TOMBSTONE6;
}
var DELETION = TAG_TOMBSTONE6 << TAG_SHIFT5 | 0;
function recordValue(words, at) {
  const keyInfo = words[at];
  return at + RECORD_HEAD_WORDS + wordsFor(keyInfo & LENGTH_MASK6) + ((keyInfo & HAS_EXPIRY8) !== 0 ? EXPIRY_WORDS : 0);
}
var expiry = new Float64Array(1);
var expiryWords = new Int32Array(expiry.buffer);
function recordExpiry(words, at) {
  const keyInfo = words[at];
  if ((keyInfo & HAS_EXPIRY8) === 0) return Infinity;
  const from = recordValue(words, at) - EXPIRY_WORDS;
  expiryWords[0] = words[from];
  expiryWords[1] = words[from + 1];
  return expiry[0];
}
function writeRecord(segment, ref, keyInfo, valueInfo, into, at) {
  const afterKey = writeHead(segment, ref, into, at, keyInfo, valueInfo);
  const expires = (keyInfo & HAS_EXPIRY8) !== 0 ? EXPIRY_WORDS : 0;
  const valueBytes3 = valueInfo & LENGTH_MASK6;
  const end = copy2(segment, valueIndexOf(ref, keyInfo) * 2 - expires, into, afterKey, expires + wordsFor(valueBytes3));
  if (expires !== 0) into[afterKey + 1] &= ~SIGN3;
  if ((valueBytes3 & 3) !== 0) {
    into[end - 1] &= (1 << (valueBytes3 & 3) * 8) - 1;
  }
  return end;
}
function writeDeletion(segment, ref, keyInfo, into, at) {
  return writeHead(segment, ref, into, at, keyInfo & ~HAS_EXPIRY8, DELETION);
}
function writeHead(segment, ref, into, at, keyInfo, valueInfo) {
  into[at] = keyInfo;
  into[at + 1] = valueInfo;
  return copy2(segment, ref * 4 + V_HEADER_WORDS7, into, at + RECORD_HEAD_WORDS, wordsFor(keyInfo & LENGTH_MASK6));
}
function copy2(from, start, into, at, count) {
  if (count > LOOP_LIMIT) {
    into.set(from.subarray(start, start + count), at);
  } else {
    for (let i = 0; i < count; i++) into[at + i] = from[start + i];
  }
  return at + count;
}

// src/persist/content.ts
var TEXTS = [
  TAG_LATIN1,
  TAG_UTF16,
  TAG_UTF8
];
var TAGS = {
  any: [
    TAG_CONSTANT_OR_BIGINT,
    TAG_NUMBER,
    ...TEXTS,
    TAG_BYTES,
    TAG_CLONE
  ],
  bytes: [
    TAG_BYTES
  ],
  json: TEXTS,
  number: [
    TAG_NUMBER
  ],
  string: TEXTS
};
var HARD_TAGS = 1 << TAG_CONSTANT_OR_BIGINT | 1 << TAG_NUMBER | 1 << TAG_UTF16;
var NUMBER_BYTES4 = 8;
var CONSTANTS = 3;
var NAN_WORDS = [
  0,
  2146959360
];
var MINUS_ZERO = 2147483648 | 0;
var Content = class {
  #keyCodec;
  /** A bit for each tag. */
  #tags;
  /**
   * A bit for each tag whose values may have any length and any bytes; none if the keys are
   * numbers.
   */
  #easyTags;
  constructor({ keyCodec, valueCodec }) {
    this.#keyCodec = keyCodec;
    const tags = Object.hasOwn(TAGS, valueCodec) ? TAGS[valueCodec] : [
      TAG_CUSTOM
    ];
    this.#tags = [
      TAG_TOMBSTONE,
      ...tags
    ].reduce((bits, tag) => bits | 1 << tag, 0);
    this.#easyTags = keyCodec === "number" ? 0 : this.#tags & ~HARD_TAGS;
  }
  /**
   * What is wrong with the whole record at \`at\`, whose flags and lengths are right; undefined:
   * nothing.
   */
  faultOf(words, at) {
    const keyInfo = words[at];
    const isEasy = (this.#easyTags >>> (words[at + 1] >>> TAG_SHIFT) & 1) !== 0 && (keyInfo & (HAS_EXPIRY | KEY_WIDE)) === 0 && isPadded(words, at + RECORD_HEAD_WORDS, keyInfo & LENGTH_MASK);
    return isEasy ? void 0 : this.#lookFor(words, at);
  }
  #lookFor(words, at) {
    const valueInfo = words[at + 1];
    const tag = valueInfo >>> TAG_SHIFT;
    if ((this.#tags >>> tag & 1) === 0) {
      return \`a value of the kind \${tag}, which its codec does not have\`;
    }
    return this.#keyFault(words, at) ?? expiryFault(words, at) ?? valueFault(words, at, tag, valueInfo & LENGTH_MASK);
  }
  /** Two keys are the same when their bytes are: so there is one way to write each. */
  #keyFault(words, at) {
    const keyInfo = words[at];
    const length = keyInfo & LENGTH_MASK;
    const from = at + RECORD_HEAD_WORDS;
    if (!isPadded(words, from, length)) return "bytes behind the end of a key";
    if (this.#keyCodec === "number") return numberFault(words, from, length);
    if ((keyInfo & KEY_WIDE) === 0) return void 0;
    return this.#keyCodec === "string" && isWide(words, from, length) ? void 0 : "a key that is UTF-16, and need not or cannot be";
  }
};
function isPadded(words, from, length) {
  const rest = length & 3;
  return rest === 0 || words[from + (length >>> 2)] >>> rest * 8 === 0;
}
function isWide(words, from, length) {
  if (length % 2 !== 0) return false;
  for (let i = from; i < from + length / 4; i++) {
    if ((words[i] & 4278255360) !== 0) return true;
  }
  return false;
}
function numberFault(words, from, length) {
  if (length !== NUMBER_BYTES4) return \`a number of \${length} bytes as a key\`;
  const [low, high] = [
    words[from],
    words[from + 1]
  ];
  if (low === 0 && high === MINUS_ZERO) return "-0 as a key";
  const isNan = (high & 2146435072) === 2146435072 && (high & 1048575 | low) !== 0;
  return isNan && (low !== NAN_WORDS[0] || high !== NAN_WORDS[1]) ? "another NaN than the one as a key" : void 0;
}
function expiryFault(words, at) {
  if ((words[at] & HAS_EXPIRY) === 0) return void 0;
  const expiry2 = recordExpiry(words, at);
  return expiry2 >= 0 && !Object.is(expiry2, -0) ? void 0 : \`an entry that expires at \${expiry2}\`;
}
function valueFault(words, at, tag, length) {
  if (tag === TAG_NUMBER) {
    return length === NUMBER_BYTES4 ? void 0 : \`a number of \${length} bytes as a value\`;
  }
  if (tag === TAG_UTF16) {
    return length % 2 === 0 ? void 0 : \`UTF-16 of \${length} bytes\`;
  }
  if (tag !== TAG_CONSTANT_OR_BIGINT) return void 0;
  const first = words[recordValue(words, at)] & 255;
  const isKnown = length === 1 ? first < CONSTANTS : length > 1 && first <= 1;
  return isKnown ? void 0 : "a value that is no constant and no bigint";
}

// src/persist/record_reader.ts
function readKey(words, at, key) {
  const keyInfo = words[at];
  const byteLength = keyInfo & LENGTH_MASK;
  key.reserve(byteLength + 4);
  copy2(words, at + RECORD_HEAD_WORDS, key.words, 0, byteLength + 3 >>> 2);
  key.finish(byteLength, (keyInfo & KEY_WIDE) !== 0);
}
var RecordReader = class {
  file;
  /** The present records. */
  words = new Int32Array();
  /** How many they are. */
  records = 0;
  /** Deletions that were seen by {@linkcode check}. */
  deletions = 0;
  #large = new Int32Array();
  #content;
  constructor(file) {
    this.file = file;
    this.#content = new Content(file.header);
  }
  /** Goes on to the next records; false at the end of the file. Throws \`SnapshotError\`. */
  next() {
    const { file } = this;
    if (!file.readBlock()) return false;
    if (file.isPiece) {
      this.#assemble();
    } else {
      this.words = file.words;
      this.records = file.records;
    }
    file.countRecords(this.records);
    return true;
  }
  /**
   * The memory for a large record grows with the pieces that come: the length that the first one
   * announces is not believed.
   */
  #assemble() {
    const { file } = this;
    const first = file.words;
    const total = first.length < RECORD_HEAD_WORDS ? 0 : recordWords(first[0], first[1]);
    let got = 0;
    for (; ; ) {
      const isLast = got + file.words.length === total;
      const isFull = file.words.length === MAX_RAW_WORDS;
      if (!file.isPiece || file.isLastPiece !== isLast || !(isFull || isLast)) this.#refuse("the pieces of a large entry do not fit together");
      this.#reserve(got, got + file.words.length, total);
      this.#large.set(file.words, got);
      got += file.words.length;
      if (isLast) break;
      if (!file.readBlock()) this.#refuse("a large entry is cut off");
    }
    this.words = this.#large.subarray(0, total);
    this.records = 1;
  }
  #reserve(used, words, most) {
    if (this.#large.length >= words) return;
    const large = this.#bufferOf(Math.min(most, words * 2));
    large.set(this.#large.subarray(0, used));
    this.#large = large;
  }
  /** A lack of memory is not the file's fault. */
  #bufferOf(words) {
    try {
      return new Int32Array(words);
    } catch (cause) {
      const { path } = this.file;
      const reason = \`no memory for an entry of \${words * 4} bytes\`;
      const error = new SnapshotError(\`Cannot read the snapshot "\${path}": \${reason}: give the program more memory\`, {
        path,
        reason
      });
      error.cause = cause;
      throw error;
    }
  }
  /**
   * Checks that the present words are as many whole records as were announced, and what these hold.
   * Throws \`SnapshotError\`.
   */
  check() {
    const { words } = this;
    const mayBeTombstone = this.file.header.base !== void 0;
    let at = 0;
    for (let i = 0; i < this.records; i++) {
      if (at + RECORD_HEAD_WORDS > words.length) {
        this.#refuse("too few entries");
      }
      const fault = recordFault(words[at], words[at + 1], mayBeTombstone);
      if (fault !== void 0) this.#refuse(fault);
      if (isDeletion(words[at + 1])) this.deletions++;
      const end = at + recordWords(words[at], words[at + 1]);
      if (end > words.length) this.#refuse("an entry is cut off");
      const nonsense = this.#content.faultOf(words, at);
      if (nonsense !== void 0) this.#refuse(nonsense);
      at = end;
    }
    if (at !== words.length) this.#refuse("bytes behind the last entry");
  }
  #refuse(reason) {
    throw damage(this.file.path, this.file.blockOffset, reason);
  }
};

// src/persist/bulk_load.ts
var { H_TTL_USED: H_TTL_USED3, HAS_EXPIRY: HAS_EXPIRY9, LENGTH_MASK: LENGTH_MASK7, P_ENTRIES: P_ENTRIES4, P_HAND: P_HAND6, P_LIVE_REFS: P_LIVE_REFS4, V_HEADER_WORDS: V_HEADER_WORDS8 } = layout_exports;
var { poke: poke20, store: store8 } = atomics_exports;
var BATCH = 1024;
var AHEAD = 128;
var BulkLoader = class {
  #attachment;
  #reclaimer;
  #table;
  #key;
  #k0;
  #k1;
  /** Keys that are longer than this need memory that is kept for their tombstones. */
  #longKey;
  #now;
  #isAlone;
  /** The stamp of what is written; 0, as for any write, if it is settled when it is linked. */
  #stamp;
  /** What is not accounted for yet: new entries, and the size of their blocks. */
  #newEntries = 0;
  #newRefs = 0;
  #left;
  #inBatch = 0;
  #ttlMarked = false;
  /** Entries that were written. */
  loaded = 0;
  /** Entries that were left out because they have expired. */
  expired = 0;
  /**
   * @param attachment The map.
   * @param entries About how many will come: the table is made for them.
   * @param isAlone Whether nobody else has the map yet: then no snapshot can be opened, so versions
   * may be settled before they are linked, and plain writes link them. That saves an atomic step or
   * two for each.
   */
  constructor(attachment, entries, isAlone) {
    this.#attachment = attachment;
    this.#reclaimer = new Reclaimer(attachment);
    this.#table = attachment.table;
    this.#key = new EncodedKey(attachment.segment.seed);
    [this.#k0, this.#k1] = attachment.segment.seed;
    this.#longKey = attachment.segment.largestClassBytes / 2;
    this.#now = Date.now();
    this.#isAlone = isAlone;
    this.#stamp = isAlone ? writingTick(attachment.segment.words) : 0;
    this.#left = entries;
    this.#expect(entries);
  }
  #expect(entries) {
    const { participant, table } = this.#attachment;
    participant.pin();
    try {
      table.resizer.expect(Math.max(0, entries));
    } finally {
      participant.unpin();
    }
  }
  /** Writes \`count\` records, the first of which begins the words. Throws \`MapFullError\`. */
  loadAll(words, count) {
    const { participant } = this.#attachment;
    for (let at = 0, done = 0; done < count; ) {
      const batch = Math.min(BATCH, count - done);
      participant.pin();
      try {
        at = this.#loadBatch(words, at, batch);
      } finally {
        participant.unpin();
      }
      this.#endBatch(batch);
      done += batch;
    }
  }
  /**
   * Reads the places of some keys before it writes to the first: these reads do not wait for each
   * other, as the atomic steps of writes do.
   */
  #loadBatch(words, at, count) {
    const { hashes, places } = this.#ahead;
    for (let done = 0; done < count; ) {
      const some = Math.min(AHEAD, count - done);
      for (let i = 0; i < some; i++) {
        places[i] = at;
        hashes[i] = this.#hashAt(words, at);
        at += recordWords(words[at], words[at + 1]);
      }
      this.#table.touch(hashes, some);
      for (let i = 0; i < some; i++) {
        if (this.#isExpired(words, places[i])) continue;
        this.#load(words, places[i], hashes[i]);
      }
      done += some;
    }
    return at;
  }
  #ahead = {
    hashes: new Int32Array(AHEAD),
    places: new Int32Array(AHEAD)
  };
  #hashAt(words, at) {
    const keyInfo = words[at];
    return hashWords(words, (keyInfo & LENGTH_MASK7) + 3 >>> 2, keyInfo & ~HAS_EXPIRY9, this.#k0, this.#k1, at + RECORD_HEAD_WORDS);
  }
  /** Writes one record. Throws \`MapFullError\`. */
  loadOne(words, at) {
    if (this.#isExpired(words, at)) return;
    const { participant } = this.#attachment;
    participant.pin();
    try {
      this.#load(words, at, this.#hashAt(words, at));
    } finally {
      participant.unpin();
    }
    if (++this.#inBatch >= BATCH) this.#endBatch(this.#inBatch);
  }
  #endBatch(entries) {
    this.#inBatch = 0;
    this.#left -= entries;
    this.#account();
    this.#expect(this.#left);
    this.#attachment.participant.collectSometimes();
  }
  #account() {
    const { participant } = this.#attachment;
    participant.tally(P_ENTRIES4, this.#newEntries);
    participant.tally(P_LIVE_REFS4, this.#newRefs);
    this.#newEntries = 0;
    this.#newRefs = 0;
  }
  /**
   * Ends the bulk load, also after an error: accounts for the rest, and takes back what was
   * announced.
   */
  end() {
    this.#account();
    this.#expect(0);
  }
  #isExpired(words, at) {
    if ((words[at] & HAS_EXPIRY9) === 0) return false;
    if (recordExpiry(words, at) <= this.#now) {
      this.expired++;
      return true;
    }
    if (!this.#ttlMarked) {
      store8(this.#attachment.segment.words, H_TTL_USED3, 1);
      this.#ttlMarked = true;
    }
    return false;
  }
  /** Loads one record. The caller is pinned, and is pinned again on return. */
  #load(words, at, hash) {
    let progress;
    for (; ; ) {
      const shortage = this.#tryLoad(words, at, hash);
      if (shortage === void 0) break;
      const { participant } = this.#attachment;
      participant.unpin();
      try {
        progress = this.#reclaimer.reclaimFor(shortage, progress);
      } finally {
        participant.pin();
      }
    }
    this.loaded++;
  }
  #tryLoad(words, at, hash) {
    const keyInfo = words[at];
    const valueInfo = words[at + 1];
    const keyLength = keyInfo & LENGTH_MASK7;
    const bytes = versionBytes(keyLength, valueInfo & LENGTH_MASK7, (keyInfo & HAS_EXPIRY9) !== 0);
    const { participant } = this.#attachment;
    participant.enterSection();
    const outcome = this.#link(words, at, hash, bytes);
    participant.leaveSection();
    if (outcome === "done") return void 0;
    const isLong3 = outcome === "entry" && keyLength > this.#longKey;
    return {
      of: outcome,
      bytes: isLong3 ? bytes + keyLength : bytes
    };
  }
  /**
   * Writes and links a version of so many bytes, or returns what it is short of. The caller is in a
   * section.
   */
  #link(words, at, hash, bytes) {
    const { allocator } = this.#attachment.participant;
    const keyLength = words[at] & LENGTH_MASK7;
    const hasTombstone = () => keyLength <= this.#longKey || allocator.reserve.keep(versionBytes(keyLength, 0, false));
    const version = hasTombstone() ? allocator.allocate(bytes) : 0;
    if (version === 0) return "entry";
    this.#write(words, at, version);
    const isKept = hasTombstone();
    if (isKept && this.#linkNew(hash, version, bytes)) return "done";
    if (isKept) readKey(words, at, this.#key);
    if (isKept && this.#table.put(this.#key, version)) return "done";
    allocator.free(version);
    return isKept ? "slot" : "entry";
  }
  /**
   * Links a version that is in hand, if it is certainly the first of its key, and counts it.
   */
  #linkNew(hash, version, bytes) {
    const { participant } = this.#attachment;
    const { words } = participant.segment;
    if (!this.#isAlone) {
      announce(words, participant.base, 0, version);
      const isLinked = this.#table.insertNew(hash, version, false);
      if (isLinked) account(words, participant.base, hash);
      return isLinked;
    }
    poke20(words, participant.base + P_HAND6, 0);
    if (!this.#table.insertNew(hash, version, true)) return false;
    this.#newEntries++;
    this.#newRefs += participant.allocator.blockRefs(bytes);
    return true;
  }
  #write(words, at, version) {
    const to = this.#attachment.segment.words;
    const base = version * 4;
    const keyInfo = words[at];
    const keyWords6 = (keyInfo & LENGTH_MASK7) + 3 >>> 2;
    writeHeader(to, version, this.#stamp, keyInfo, words[at + 1]);
    const from = at + RECORD_HEAD_WORDS;
    copy2(words, from, to, base + V_HEADER_WORDS8, keyWords6);
    const expires = (keyInfo & HAS_EXPIRY9) !== 0 ? 2 : 0;
    copy2(words, from + keyWords6, to, valueIndexOf(version, keyInfo) * 2 - expires, expires + ((words[at + 1] & LENGTH_MASK7) + 3 >>> 2));
  }
};

// src/persist/bulk_load_share.ts
async function loadShare(loader, file, { index, of }, afterBlock) {
  const records = new RecordReader(file);
  for (; ; ) {
    const share = Math.floor(of * file.offset / file.footer.length);
    if (!records.next()) return;
    if (share !== index) continue;
    records.check();
    loader.loadAll(records.words, records.records);
    await afterBlock();
  }
}

// src/persist/bulk_load_worker.ts
async function runBulkLoad(assignment) {
  let isDone = false;
  try {
    isDone = await work(assignment);
  } catch (error) {
    const isKnown = error instanceof HandleError || error instanceof SnapshotError || error instanceof MapFullError;
    if (!isKnown) throw error;
  }
  parentPort.postMessage(isDone);
}
async function work({ handle, path, check, share, loaded }) {
  const attachment = attach(handle);
  try {
    using file = FileReader.open(path);
    if (file.footer.check !== check) return false;
    const loader = new BulkLoader(attachment, 0, false);
    try {
      await loadShare(loader, file, share, () => {
        loaded[share.index] = loader.loaded;
      });
    } finally {
      loader.end();
    }
    return true;
  } finally {
    attachment.close();
  }
}

// src/persist/writer_worker.ts
import { parentPort as parentPort2 } from "node:worker_threads";

// src/map/disk_record.ts
var FIELDS = H_DISK / 2;
function noteBeginning(segment, restored) {
  const { floats } = segment;
  if (floats[FIELDS + D_CURRENT_AT] !== 0) return;
  if (restored !== void 0) noteFields(segment, restored, 0);
  floats[FIELDS + D_CURRENT_AT] = Date.now();
}
function noteEpoch(segment, written, durationMs) {
  noteFields(segment, written, durationMs);
  add(segment.words, H_DISK_WRITTEN, 1);
  noteCurrent(segment, written.time);
}
function noteFields({ floats }, { epoch, entries, bytes, time }, durationMs) {
  floats[FIELDS + D_EPOCH] = epoch;
  floats[FIELDS + D_ENTRIES] = entries;
  floats[FIELDS + D_BYTES] = bytes;
  floats[FIELDS + D_TIME] = time;
  floats[FIELDS + D_DURATION] = durationMs;
}
function noteCurrent({ floats, words }, time) {
  floats[FIELDS + D_CURRENT_AT] = time;
  store(words, H_DISK_FAILURES, 0);
}
function noteFailure({ words }) {
  add(words, H_DISK_FAILED, 1);
  add(words, H_DISK_FAILURES, 1);
}

// src/persist/directory.ts
import { basename, resolve } from "node:path";
var SUFFIX = ".epochmap";
var PART = ".part";
var ASIDE = ".damaged";
var DIGITS = 12;
var LAST_EPOCH = 10 ** 15 - 1;
function nameOf(epoch) {
  return String(epoch).padStart(DIGITS, "0") + SUFFIX;
}
function join3(directory, name) {
  return /[/\\\\]$/.test(directory) ? directory + name : \`\${directory}/\${name}\`;
}
function partsOf(name) {
  const [, digits, rest] = NAME.exec(name) ?? [];
  if (digits === void 0) return [
    "",
    void 0
  ];
  const epoch = Number(digits);
  const isOwn = name === nameOf(epoch) + rest;
  return isOwn ? [
    rest,
    epoch
  ] : [
    "",
    void 0
  ];
}
var NAME = /^(\\d{12,15})\\.epochmap(|\\.part|\\.damaged(?:\\.\\d+)?)$/;
function namesOf(directory) {
  const names = {
    complete: [],
    parts: [],
    aside: []
  };
  for (const name of namesIn(directory)) {
    const [rest, epoch] = partsOf(name);
    if (epoch === void 0) continue;
    const kind = rest === "" ? names.complete : rest === PART ? names.parts : names.aside;
    kind.push({
      epoch,
      path: join3(directory, name)
    });
  }
  names.complete.sort((a, b) => b.epoch - a.epoch);
  return names;
}
function describe({ header, footer, path, bytes }) {
  const info = {
    path,
    epoch: header.epoch,
    entries: footer.entries,
    bytes,
    kind: header.base === void 0 ? "full" : "delta",
    ...header.base === void 0 ? {} : {
      base: header.base.epoch
    },
    time: header.time,
    records: footer.records
  };
  const { base, id, keyCodec, seed, valueCodec } = header;
  return {
    info,
    id,
    baseId: base?.id,
    seed,
    keyCodec,
    valueCodec
  };
}
function listEpochs(directory, onDamage = () => {
}) {
  let complete;
  try {
    ({ complete } = namesOf(directory));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return [];
    throw failure("list the snapshots in", directory, cause);
  }
  const epochs = [];
  for (const { epoch, path } of complete) {
    try {
      using reader = FileReader.open(path);
      if (reader.header.epoch !== epoch) {
        throw damage(path, 40, \`it is epoch \${reader.header.epoch} by its header\`);
      }
      epochs.push(describe(reader));
    } catch (error) {
      onDamage(error);
    }
  }
  return epochs;
}
function checkUnderstood(directory, codecs) {
  const all = listEpochs(directory, (error) => {
    if (error instanceof NotUnderstoodError) throw error;
  });
  for (const epoch of all) checkCodecs(epoch, epoch.info.path, codecs);
  return all;
}
function checkOwn(directory, map) {
  const [newest] = checkUnderstood(directory, map);
  if (newest === void 0 || samePair(newest.seed, map.seed)) return;
  throw new SnapshotError(\`Cannot write snapshots into "\${directory}": its newest epoch, \${newest.info.epoch}, is of another map, which had the directory meanwhile: put back what this map wrote, or move away what is there\`, {
    path: directory,
    reason: "its epochs are of another map"
  });
}
function checkCodecs(file, path, { keyCodec, valueCodec }) {
  if (file.keyCodec === keyCodec && file.valueCodec === valueCodec) return;
  throw new NotUnderstoodError(\`Cannot use the snapshot "\${path}": it was written from a map with the codecs "\${file.keyCodec}" for keys and "\${file.valueCodec}" for values, this one has "\${keyCodec}" and "\${valueCodec}": use a map with the same codecs, or another directory\`, {
    path,
    reason: "other codecs"
  });
}
function chainOf(epoch, all) {
  const chain = [
    epoch
  ];
  for (let file = epoch; file.info.base !== void 0; ) {
    const { base } = file.info;
    const before = all.find((other) => other.info.epoch === base);
    const fits = before !== void 0 && base < file.info.epoch && samePair(before.id, file.baseId);
    if (!fits) return void 0;
    chain.unshift(before);
    file = before;
  }
  return chain;
}
var PartFile = class _PartFile {
  epoch;
  /** Under its temporary name. */
  file;
  #directory;
  constructor(directory, epoch, file) {
    this.#directory = directory;
    this.epoch = epoch;
    this.file = file;
  }
  /**
   * Reserves the next number, or the one that is wanted. Throws \`SnapshotError\`. Nothing is written
   * or removed if the directory has a file that is not understood.
   */
  static create(directory, codecs, wanted) {
    try {
      checkUnderstood(directory, codecs);
      const names = namesOf(directory);
      removeLeftovers(names.parts);
      for (let epoch = wanted ?? nextNumber(names); ; epoch++) {
        if (epoch > LAST_EPOCH) refuseNumber(directory, epoch);
        const part = _PartFile.#reserve(directory, epoch);
        if (part !== void 0) return part;
        if (wanted !== void 0) refuseNumber(directory, wanted);
      }
    } catch (cause) {
      throw failure("write a snapshot into", directory, cause);
    }
  }
  static #reserve(directory, epoch) {
    const path = join3(directory, nameOf(epoch) + PART);
    let file;
    try {
      file = OpenFile.open(path, {
        write: true,
        createNew: true
      });
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) return void 0;
      throw error;
    }
    const part = new _PartFile(directory, epoch, file);
    let isOurs = false;
    try {
      isOurs = tryLock(file) && file.hasItsName && !exists(part.finalPath);
    } finally {
      if (!isOurs) part.discard();
    }
    return isOurs ? part : void 0;
  }
  /** The name of the complete epoch. */
  get finalPath() {
    return join3(this.#directory, nameOf(this.epoch));
  }
  /** Gives the complete, durable file its name, durably. Throws \`SnapshotError\`. */
  publish() {
    try {
      rename(this.file.path, this.finalPath);
      syncDirectory(this.#directory);
    } catch (cause) {
      throw failure("name the snapshot", this.finalPath, cause);
    } finally {
      this.file.close();
    }
  }
  /** Removes the file, unless it was published. */
  discard() {
    try {
      if (this.file.hasItsName) remove3(this.file.path);
    } catch {
    }
    this.file.close();
  }
};
function nextNumber({ complete, aside }) {
  const numbers = [
    ...complete,
    ...aside
  ].map(({ epoch }) => epoch);
  return Math.max(0, ...numbers) + 1;
}
function refuseNumber(directory, epoch) {
  const path = join3(directory, nameOf(epoch));
  throw new SnapshotError(epoch > LAST_EPOCH ? \`Cannot write the snapshot "\${path}": the numbers end at \${LAST_EPOCH}: use another directory\` : \`Cannot write the snapshot "\${path}": there is such a file, or somebody is writing it: choose another number\`, {
    path,
    reason: "the number is taken"
  });
}
function tryLock(file) {
  try {
    return file.tryLock();
  } catch {
    return true;
  }
}
function removeLeftovers(parts) {
  for (const { path } of parts) {
    try {
      using file = OpenFile.open(path, {
        read: true,
        write: true
      });
      if (file.tryLock() && file.hasItsName) remove3(path);
    } catch {
    }
  }
}
function tidied(error) {
  if (!(error instanceof DamageError)) return error;
  return asideError(error, setAside(error.path));
}
function setAside(path) {
  try {
    for (let n = 1; ; n++) {
      const aside = path + ASIDE + (n === 1 ? "" : \`.\${n}\`);
      if (exists(aside)) continue;
      rename(path, aside);
      return aside;
    }
  } catch (cause) {
    throw failure("set aside the damaged snapshot", path, cause);
  }
}
function settleDirectory(directory, published) {
  try {
    if (published !== void 0 && exists(published)) return;
    syncName(directory);
  } catch (cause) {
    throw failure("make durable the directory", directory, cause);
  }
}

// src/persist/directory_lock.ts
var NAME2 = "epochmap.lock";
var AGAIN_MS = 20;
var DYING_MS = 500;
var MOST_BYTES = 1024;
var DirectoryLock = class _DirectoryLock {
  #file;
  constructor(file) {
    this.#file = file;
  }
  /**
   * Takes the lock of an existing directory for a map, by the id of its segment. Throws
   * \`SnapshotError\`, which says who has it, or why it cannot be taken; or what \`check\` throws.
   */
  static async take(directory, map, { ms = DYING_MS, isLeaving, check = () => {
  } } = {}) {
    let until = timers.elapsed() + ms;
    for (; ; ) {
      const lock = await _DirectoryLock.#tryTake(directory, map, check);
      if (lock !== void 0) return lock;
      if (await isLeaving?.()) until = timers.elapsed() + ms;
      else if (timers.elapsed() >= until) throw inUse(directory);
      await sleep(AGAIN_MS);
    }
  }
  static async #tryTake(directory, map, check) {
    let file;
    let isOurs = false;
    try {
      const path = pathIn(directory);
      if (!exists(path)) check();
      file = OpenFile.open(path, {
        read: true,
        write: true,
        create: true
      });
      isOurs = await isClaimed(file, map, check);
      return isOurs ? new _DirectoryLock(file) : void 0;
    } catch (cause) {
      throw failure("lock the directory", directory, cause);
    } finally {
      if (!isOurs) file?.close();
    }
  }
  /** Whether it still keeps others out: the file was not removed. */
  get isGood() {
    return this.#file.hasItsName;
  }
  /** Gives it back; a second call does nothing. */
  close() {
    this.#file.close();
  }
  [Symbol.dispose]() {
    this.close();
  }
};
function pathIn(directory) {
  return \`\${directory}/\${NAME2}\`;
}
async function isClaimed(file, map, check) {
  if (!file.tryLock("shared")) return false;
  if (isNotedFor(file, map)) return file.hasItsName;
  file.unlock();
  if (!file.tryLock("exclusive")) return false;
  check();
  file.truncate();
  file.seek(0);
  await file.write(noteFor(map));
  file.unlock();
  return file.tryLock("shared") && isNotedFor(file, map) && file.hasItsName;
}
function isNotedFor(file, map) {
  return noteIn(file)?.map === map;
}
function noteFor(map) {
  const note2 = {
    map,
    pid: Deno.pid,
    since: (/* @__PURE__ */ new Date()).toISOString()
  };
  return new TextEncoder().encode(\`\${JSON.stringify(note2)}
\`);
}
function noteIn(file) {
  const bytes = new Uint8Array(MOST_BYTES);
  file.seek(0);
  const text = new TextDecoder().decode(bytes.subarray(0, file.read(bytes)));
  try {
    const { map, pid, since } = JSON.parse(text);
    const isWhole2 = typeof map === "string" && typeof pid === "number" && typeof since === "string";
    return isWhole2 ? {
      map,
      pid,
      since
    } : void 0;
  } catch {
    return void 0;
  }
}
function noteOf2(directory) {
  try {
    using file = OpenFile.open(pathIn(directory), {
      read: true
    });
    return noteIn(file);
  } catch {
    return void 0;
  }
}
function inUse(directory) {
  const note2 = noteOf2(directory);
  const isHere = note2?.pid === Deno.pid;
  const since = note2 === void 0 ? "" : \` since \${note2.since}\`;
  const holder = isHere ? \`another map of this program (process \${note2.pid}) has it\${since}\` : note2 === void 0 ? "another process has it" : \`process \${note2.pid} has it\${since}\`;
  const remedy = isHere ? "give each map a directory of its own, or close the other one first" : "end that process, or wait for it with the option waitForLock of persist";
  return new SnapshotError(\`Cannot write snapshots into "\${directory}": \${holder}: \${remedy}\`, {
    path: directory,
    reason: \`in use by another \${isHere ? "map" : "process"}\`
  });
}

// src/map/channel.ts
import { BroadcastChannel } from "node:worker_threads";
var Channel = class {
  #name;
  #hear;
  #opened;
  /**
   * @param name The name, the same in all threads.
   * @param hear Called with what others send, once the channel is open.
   */
  constructor(name, hear) {
    this.#name = name;
    this.#hear = hear;
  }
  /** Opens it, if it is not open yet. */
  open() {
    this.#open();
  }
  /** Tells all others that have it open. */
  post(message) {
    this.#open().postMessage(message);
  }
  #open() {
    if (this.#opened !== void 0) return this.#opened;
    const opened = new BroadcastChannel(this.#name);
    opened.onmessage = ({ data }) => this.#hear(data);
    opened.unref();
    return this.#opened = opened;
  }
};

// src/persist/flush_channel.ts
var asked = /* @__PURE__ */ new Map();
var writers = /* @__PURE__ */ new Map();
var underway3 = /* @__PURE__ */ new Set();
var channel = new Channel("epochmap flush", (data) => {
  if (isMessage(data)) receive(data);
});
function isMessage(data) {
  const { kind, question, map } = Object(data);
  return typeof question === "string" && (kind === "flushed" || kind === "flush" && typeof map === "string");
}
function receive(message) {
  const { question } = message;
  if (message.kind === "flushed") return asked.get(question)?.(message.failure);
  if (underway3.has(question)) return;
  const write2 = writers.get(message.map);
  if (write2 === void 0) return;
  underway3.add(question);
  write2((failure2) => {
    underway3.delete(question);
    channel.post({
      kind: "flushed",
      question,
      failure: failure2
    });
  });
}
function answerFlushes(map, write2) {
  writers.set(map, write2);
  channel.open();
}

// src/persist/messages.ts
function pack(directory, error) {
  const { message, path, offset, reason, mapName } = failure("write a snapshot into", directory, error);
  return {
    message,
    path,
    offset,
    reason,
    mapName
  };
}

// src/persist/dump.ts
async function dump(attachment, scan, writer, onBlock) {
  const { segment } = attachment;
  const words = segment.words;
  const found = [];
  while (!scan.done) {
    checkOpen(attachment);
    scan.next(found);
    for (let i = 0; i < found.length; i++) {
      const ref = found[i];
      const gone = scan.isGone(ref);
      const keyInfo = words[ref * 4 + V_KEY];
      const valueInfo = gone ? DELETION : words[ref * 4 + V_VALUE];
      const length = gone ? recordWords(keyInfo & ~HAS_EXPIRY, DELETION) : recordWords(keyInfo, valueInfo);
      const write2 = (into, at) => gone ? writeDeletion(words, ref, keyInfo, into, at) : writeRecord(words, ref, keyInfo, valueInfo, into, at);
      if (!writer.fits(length)) {
        scan.passUpTo(i);
        const isLarge = length > TARGET_WORDS;
        const record = isLarge ? new Int32Array(length) : void 0;
        if (record !== void 0) write2(record, 0);
        await writer.endBlock();
        onBlock();
        checkOpen(attachment);
        scan.check();
        if (record !== void 0) {
          await writer.writeLarge(record, scan.hashAt(i), gone);
          checkOpen(attachment);
          continue;
        }
      }
      if (writer.blockIsEmpty) writer.firstHash = scan.hashAt(i);
      writer.count(write2(writer.words, writer.at), gone);
    }
    scan.pass();
  }
}
function checkOpen(attachment) {
  if (attachment.isOpen) return;
  const mapName = attachment.segment.name;
  throw new ClosedError(\`Cannot write the snapshot: \${theMap(mapName)} was closed in this worker meanwhile: wait for the snapshot first\`, {
    mapName
  });
}

// src/persist/epoch_scan.ts
var RevokedError = class extends Error {
};
var EpochScan = class {
  /** The tick that it shows. */
  tick;
  /** When it was opened, in milliseconds since 1970: what has expired by then is gone. */
  time;
  #attachment;
  #since;
  registryWord;
  #cursor;
  #newest = [];
  /** The hashes of what was found in the last range. */
  #hashes = [];
  isOpen = true;
  /** Live entries seen so far. */
  entries = 0;
  /**
   * @param attachment The map.
   * @param since The tick after which a version counts as a change; 0: all entries are wanted.
   */
  constructor(attachment, since) {
    const { participant, segment, table } = attachment;
    this.#attachment = attachment;
    this.#since = since;
    this.registryWord = participant.freeRegistryWord();
    const moment = this.registryWord === 0 ? void 0 : attachment.openMomentFor(this, openDump);
    if (moment === void 0) {
      throw new SnapshotError(\`Cannot write a snapshot: \${REGISTRY_WORDS} snapshots are open in this attachment, or the map's clock has run out: close one, or create the map anew\`, {
        reason: "no snapshot can be opened"
      });
    }
    this.tick = moment.tick;
    this.time = moment.time;
    this.#cursor = new Cursor(segment, table.migration);
  }
  /** Whether all was seen. */
  get done() {
    return this.#cursor.done;
  }
  /** How much of the map was seen, from 0 to 1. */
  get share() {
    return this.#cursor.position / 2 ** 32;
  }
  /** Whether the version stands for no entry: deleted, or expired when the snapshot was opened. */
  isGone(ref) {
    const { segment } = this.#attachment;
    return isTombstone(segment.words, ref) || expiryOf(segment, ref) <= this.time;
  }
  /**
   * Puts the wanted versions of the next range into \`found\`. In a scan of changes these include
   * tombstones: the epoch before may still have the key.
   */
  next(found) {
    const { participant, segment } = this.#attachment;
    const words = segment.words;
    const all = this.#since === 0;
    found.length = 0;
    this.#hashes.length = 0;
    participant.pin();
    try {
      this.#cursor.next(this.#newest);
      for (let i = 0; i < this.#newest.length; i++) {
        const ref = this.#shownOf(this.#newest[i]);
        if (ref === 0) continue;
        const gone = this.isGone(ref);
        if (!gone) this.entries++;
        if (all ? !gone : words[ref * 4 + V_STAMP] > this.#since) {
          found.push(ref);
          this.#hashes.push(this.#cursor.hashAt(i));
        }
      }
      this.check();
    } finally {
      participant.unpin();
    }
    participant.collectSometimes();
  }
  /** The hash of what was found at this index. */
  hashAt(index) {
    return this.#hashes[index];
  }
  /**
   * The version that the moment shows of a key, from its newest on; 0: none. The newest one stays
   * while the caller is pinned; an older one is there only if nobody had revoked the moment when it
   * was found.
   */
  #shownOf(newest) {
    const { words } = this.#attachment.segment;
    let ref = newest;
    while (ref !== 0 && settle(words, ref) > this.tick) {
      ref = load(words, ref * 4 + V_PREV) & REF_MASK;
      this.check();
    }
    return ref;
  }
  /** Throws if the moment was revoked. If not, all that was read so far is good. */
  check() {
    const { participant } = this.#attachment;
    if (isRevoked(participant, this.registryWord, this.tick)) {
      throw new RevokedError();
    }
  }
  /**
   * Passes what was found before this index, as it is copied: the map need not keep it any more.
   * Throws if the moment was revoked: the copies are worth nothing then.
   */
  passUpTo(index) {
    this.#pass(this.#hashes[index] >>> 0);
  }
  /** As \`passUpTo\`, for all that was found. */
  pass() {
    this.#pass(this.#cursor.position);
  }
  #pass(hash) {
    this.check();
    pass(this.#attachment.participant, this.registryWord, hash);
  }
  /** Closes the moment; a second call does nothing. */
  close() {
    this.#attachment.closeMomentOf(this);
  }
  [Symbol.dispose]() {
    this.close();
  }
};

// src/persist/file_writer.ts
import { Buffer as Buffer3 } from "node:buffer";
import { constants as constants2, crc32 as crc323, zstdCompressSync } from "node:zlib";
var ZSTD_LEVEL = 1;
var FileWriter = class {
  #file;
  #compression;
  #headerCheck;
  /** The block being filled, after the place of its header; and the one being written. */
  #words = new Int32Array(BLOCK_HEADER_WORDS + TARGET_WORDS);
  #spare = new Int32Array(BLOCK_HEADER_WORDS + TARGET_WORDS);
  #writing = Promise.resolve();
  #check;
  #bytes;
  #rawBytes = 0;
  #blocks = 0;
  /** Where the next record goes in \`words\`. */
  at = BLOCK_HEADER_WORDS;
  #recordsInBlock = 0;
  /** The hash of the first record of the block. */
  firstHash = 0;
  #records = 0;
  #deletions = 0;
  /** Begins the file. */
  constructor(file, header, compression) {
    this.#file = file;
    this.#compression = compression;
    const bytes = encodeHeader(header);
    this.#headerCheck = checkOf(bytes);
    this.#check = crc323(bytes);
    this.#bytes = bytes.length;
    this.#send(bytes);
  }
  /** The block being filled: records go to \`at\`. */
  get words() {
    return this.#words;
  }
  /** Bytes of the file so far. */
  get bytes() {
    return this.#bytes;
  }
  /** Records of the file so far. */
  get records() {
    return this.#records;
  }
  /** Deletions among the records so far. */
  get deletions() {
    return this.#deletions;
  }
  /** Whether a record of so many words fits into the block as it is. */
  fits(words) {
    return this.at + words <= this.#words.length;
  }
  /** Whether the next record is the first of its block: then its hash is wanted, as \`firstHash\`. */
  get blockIsEmpty() {
    return this.#recordsInBlock === 0;
  }
  /** Counts a record that was written at \`at\` and ends at \`end\`. */
  count(end, isDeletion2) {
    this.#recordsInBlock++;
    this.#records++;
    if (isDeletion2) this.#deletions++;
    this.at = end;
  }
  /** Ends the block at hand, if there is anything in it. */
  async endBlock() {
    if (this.#recordsInBlock === 0) return;
    await this.#endBlock(0);
  }
  /** Writes a record that is larger than a block, in pieces. */
  async writeLarge(record, hash, isDeletion2) {
    await this.endBlock();
    this.#records++;
    if (isDeletion2) this.#deletions++;
    for (let from = 0; from < record.length; from += MAX_RAW_WORDS) {
      const piece = record.subarray(from, from + MAX_RAW_WORDS);
      this.firstHash = hash;
      this.#grow(piece.length);
      this.#words.set(piece, BLOCK_HEADER_WORDS);
      this.at = BLOCK_HEADER_WORDS + piece.length;
      const isLast = from + piece.length === record.length;
      await this.#endBlock(BLOCK_PIECE | (isLast ? BLOCK_LAST_PIECE : 0));
    }
  }
  #grow(words) {
    if (BLOCK_HEADER_WORDS + words <= this.#words.length) return;
    this.#words = new Int32Array(BLOCK_HEADER_WORDS + words);
  }
  async #endBlock(flags) {
    const bytes = this.#seal(flags);
    [this.#words, this.#spare] = [
      this.#spare,
      this.#words
    ];
    this.at = BLOCK_HEADER_WORDS;
    this.#recordsInBlock = 0;
    await this.#writing;
    this.#send(bytes);
  }
  /** The block at hand with its header, as it goes into the file. */
  #seal(flags) {
    const rawBytes = (this.at - BLOCK_HEADER_WORDS) * 4;
    this.#rawBytes += rawBytes;
    let block = new Uint8Array(this.#words.buffer, 0, BLOCK_HEADER_BYTES + rawBytes);
    if (this.#compression === "zstd") {
      const packed = compress(block.subarray(BLOCK_HEADER_BYTES));
      if (packed.length < rawBytes) {
        flags |= BLOCK_COMPRESSED;
        block = Buffer3.concat([
          new Uint8Array(BLOCK_HEADER_BYTES),
          packed
        ]);
      }
    }
    const view = new DataView(block.buffer, block.byteOffset);
    view.setUint32(0, BLOCK_MAGIC, true);
    view.setUint32(4, this.#blocks++, true);
    view.setUint32(8, block.length - BLOCK_HEADER_BYTES, true);
    view.setUint32(12, rawBytes, true);
    view.setUint32(16, this.#recordsInBlock, true);
    view.setUint32(20, flags, true);
    view.setUint32(24, this.firstHash >>> 0, true);
    const head = crc323(block.subarray(0, 28), this.#headerCheck);
    view.setUint32(28, crc323(block.subarray(BLOCK_HEADER_BYTES), head), true);
    this.#check = crc323(block.subarray(0, BLOCK_HEADER_BYTES), this.#check);
    this.#bytes += block.length;
    return block;
  }
  /** Ends the file and makes it durable. Returns its length. */
  async finish(entries) {
    await this.endBlock();
    await this.#writing;
    this.#send(encodeFooter({
      blocks: this.#blocks,
      records: this.#records,
      deletions: this.#deletions,
      entries,
      rawBytes: this.#rawBytes,
      length: this.#bytes,
      check: this.#check
    }));
    await this.#writing;
    try {
      await this.#file.sync();
    } catch (cause) {
      throw failure("write the snapshot", this.#file.path, cause);
    }
    return this.#bytes + FOOTER_BYTES;
  }
  /** Waits until nothing is being written, also after an error: the file may be closed then. */
  async settle() {
    await this.#writing.catch(() => {
    });
  }
  #send(bytes) {
    this.#writing = this.#write(bytes);
    this.#writing.catch(() => {
    });
  }
  async #write(bytes) {
    try {
      await this.#file.write(bytes);
    } catch (cause) {
      throw failure("write the snapshot", this.#file.path, cause);
    }
  }
};
function compress(bytes) {
  return zstdCompressSync(bytes, {
    params: {
      [constants2.ZSTD_c_compressionLevel]: ZSTD_LEVEL
    }
  });
}

// src/persist/time_slices.ts
import { setImmediate } from "node:timers";
var SLICE_MS = 10;
var TimeSlices = class {
  #began = timers.elapsed();
  /** Whether the slice is over: then \`pause\` is due. */
  get isOver() {
    return timers.elapsed() - this.#began > SLICE_MS;
  }
  /** Gives the event loop a turn. */
  async pause() {
    await new Promise((resolve2) => setImmediate(() => resolve2()));
    this.#began = timers.elapsed();
  }
};

// src/persist/retention.ts
var whole = /* @__PURE__ */ new Map();
async function retain(directory, keep, written, onDamage) {
  note(written.path);
  const all = listEpochs(directory, (error) => moveAway(error, onDamage));
  const seeming = await surplus(all, keep, () => Promise.resolve(true));
  if (seeming.length === 0) return;
  const broken = /* @__PURE__ */ new Set();
  const removed = await surplus(all, keep, async (chain) => {
    for (const { info: { path } } of chain) {
      if (broken.has(path)) return false;
      if (await isWhole(path, onDamage)) continue;
      broken.add(path);
      return false;
    }
    return true;
  });
  for (const { info } of removed) discard(info.path);
}
async function surplus(all, keep, judge) {
  const needed = /* @__PURE__ */ new Set();
  let kept = 0;
  for (const [i, epoch] of all.entries()) {
    const chain = chainOf(epoch, all);
    if (chain === void 0 || !await judge(chain)) continue;
    for (const file of chain) needed.add(file);
    if (++kept === keep) {
      return all.slice(i + 1).filter((file) => !needed.has(file));
    }
  }
  return [];
}
async function isWhole(path, onDamage) {
  try {
    const fingerprint = fingerprintOf(path);
    if (whole.get(path) === fingerprint) return true;
    using file = FileReader.open(path);
    const records = new RecordReader(file);
    const slices = new TimeSlices();
    while (records.next()) if (slices.isOver) await slices.pause();
    whole.set(path, fingerprint);
    return true;
  } catch (error) {
    moveAway(error, onDamage);
    if (error instanceof DamageError) return false;
    throw failure("read the snapshot", path, error);
  }
}
function note(path) {
  try {
    whole.set(path, fingerprintOf(path));
  } catch (cause) {
    throw failure("read the snapshot", path, cause);
  }
}
function moveAway(error, onDamage) {
  if (!(error instanceof DamageError)) return;
  whole.delete(error.path);
  onDamage(tidied(error));
}
function discard(path) {
  whole.delete(path);
  try {
    remove3(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return;
    throw failure("remove the old snapshot", path, cause);
  }
}

// src/persist/series.ts
var MOST_DELTAS = 16;
var MOST_DELTA_SHARE = 1 / 2;
var MOST_RESTARTS = 8;
var FIRST_PAUSE_MS = 10;
var FIRST_HEADROOM = 1 / 256;
var MOST_HEADROOM = 1 / 8;
var SHORT_OF_MEMORY = "the map is short of memory";
var Series = class {
  #attachment;
  #options;
  /** The full epoch and the deltas since, oldest first. */
  #chain = [];
  /** The tick of the last of them; 0: the next one must be full. */
  #tick = 0;
  /**
   * The epoch that was published last. As long as it is there, this is the directory whose name was
   * made durable.
   */
  #published;
  constructor(attachment, options) {
    this.#attachment = attachment;
    this.#options = options;
  }
  /**
   * Writes the next epoch, full or delta; undefined: nothing has changed since the last one. Throws
   * \`SnapshotError\`.
   */
  write(onProgress) {
    return this.#insist(onProgress, (report2) => this.#write(report2));
  }
  /** Tries until nobody revokes the dump, but not for ever. */
  async #insist(onProgress, attempt) {
    for (let restarts = 0; ; restarts++) {
      try {
        return await attempt((progress) => onProgress({
          ...progress,
          restarts
        }));
      } catch (error) {
        if (!(error instanceof RevokedError)) throw error;
        if (restarts === MOST_RESTARTS) throw this.#shortOfMemory();
      }
      await sleep(FIRST_PAUSE_MS * 2 ** restarts);
      this.#attachment.checkOpen("write the snapshot");
      this.#makeHeadroom(FIRST_HEADROOM * 2 ** restarts);
    }
  }
  #makeHeadroom(share) {
    const { segment } = this.#attachment;
    if (!segment.evicts) return;
    const bytes = segment.buffer.byteLength * Math.min(share, MOST_HEADROOM);
    evictAhead(this.#attachment, bytes);
  }
  #shortOfMemory() {
    const { directory } = this.#options;
    return new SnapshotError(\`Cannot write a snapshot into "\${directory}": writes of the map needed the memory that it kept, \${MOST_RESTARTS + 1} times: create the map with a larger maxBytes, or write the snapshot when less is written\`, {
      path: directory,
      reason: SHORT_OF_MEMORY
    });
  }
  async #write(onProgress) {
    if (this.#mayBeDelta()) {
      const delta = await this.#writeDelta(onProgress);
      if (delta === "nothing changed") return void 0;
      if (delta !== "not to be trusted" && this.#isWhole(delta)) {
        return await this.#keep(delta);
      }
    } else if (!await this.#hasChanged()) return void 0;
    return await this.#writeFull(true, onProgress);
  }
  /**
   * Whether the last epoch is there, but not what the map holds any more: asked where the next
   * epoch must be full.
   */
  async #hasChanged() {
    const last = this.#chain[this.#chain.length - 1];
    if (!this.#isKept() || !this.#isWhole(last)) return true;
    using scan = new EpochScan(this.#attachment, this.#tick);
    if (scan.time < last.info.time) return true;
    const slices = new TimeSlices();
    const found = [];
    while (!scan.done) {
      scan.next(found);
      scan.pass();
      if (found.length > 0) return true;
      if (slices.isOver) await slices.pause();
    }
    return !this.#isKept();
  }
  /** Whether the horizon stands at the last epoch: then every deletion since can be seen. */
  #isKept() {
    const { participant } = this.#attachment;
    const horizon = load(participant.segment.words, participant.base + P_HORIZON);
    return this.#tick !== 0 && horizon === this.#tick;
  }
  #mayBeDelta() {
    if (!this.#isKept() || this.#chain.length > MOST_DELTAS) return false;
    const [full, ...deltas] = this.#chain;
    const bytes = deltas.reduce((sum, { info }) => sum + info.bytes, 0);
    return bytes <= full.info.bytes * MOST_DELTA_SHARE && this.#isWhole(this.#chain[this.#chain.length - 1]);
  }
  /**
   * Whether all that an epoch builds on is still there: somebody else may have tidied up the
   * directory.
   */
  #isWhole(epoch) {
    const all = listEpochs(this.#options.directory);
    return chainOf(epoch, all)?.every(({ info }) => all.some((file) => file.info.path === info.path)) ?? false;
  }
  /**
   * Writes everything.
   *
   * @param continues Whether deltas are to follow.
   * @param onProgress Called after every block.
   */
  writeFull(continues, onProgress) {
    return this.#insist(onProgress, (report2) => this.#writeFull(continues, report2));
  }
  async #writeFull(continues, onProgress) {
    if (continues) this.end();
    const { participant } = this.#attachment;
    const { tick, file } = await this.#writeFile(void 0, 0, onProgress, (tick2) => {
      if (continues) setHorizon(participant, tick2);
    }, () => "go on").catch((error) => {
      if (continues) this.end();
      throw error;
    });
    if (continues) {
      this.#tick = tick;
      this.#chain = [
        file
      ];
    }
    return await this.#keep(file);
  }
  async #writeDelta(onProgress) {
    const since = this.#tick;
    const base = this.#chain[this.#chain.length - 1];
    const written = await this.#writeFile(base, since, onProgress, () => {
    }, (records, time) => !this.#isKept() || time < base.info.time ? "not to be trusted" : records === 0 ? "nothing changed" : "go on");
    if (written === "not to be trusted") return written;
    if (typeof written !== "string") this.#chain.push(written.file);
    const tick = typeof written === "string" ? this.#scanned : written.tick;
    this.#tick = raiseHorizon(this.#attachment.participant, since, tick) ? tick : 0;
    return typeof written === "string" ? written : written.file;
  }
  /** The tick of the last scan. */
  #scanned = 0;
  /**
   * Writes one file, from the opening of the snapshot to the durable name.
   *
   * @param base What a delta builds on.
   * @param since The tick of the base; 0 for a full epoch.
   * @param onProgress Called after every block.
   * @param onOpen Called when the snapshot was opened.
   * @param decide Called with the number of records and the time of the snapshot when all was seen,
   * while the snapshot is still open: says whether to go on, or else why not.
   */
  async #writeFile(base, since, onProgress, onOpen, decide) {
    const attachment = this.#attachment;
    const part = PartFile.create(this.#options.directory, attachment.segment);
    let writer;
    try {
      using scan = new EpochScan(attachment, since);
      onOpen(scan.tick);
      const header = this.#header(part.epoch, base, scan.time);
      const { compression } = this.#options;
      writer = new FileWriter(part.file, header, compression);
      const report2 = () => onProgress({
        entries: scan.entries,
        total: header.expected,
        bytes: writer.bytes
      });
      await dump(attachment, scan, writer, report2);
      this.#scanned = scan.tick;
      const decision = decide(writer.records, scan.time);
      scan.close();
      if (decision !== "go on") return decision;
      const bytes = await writer.finish(scan.entries);
      report2();
      settleDirectory(this.#options.directory, this.#published);
      part.publish();
      this.#published = part.finalPath;
      const footer = {
        entries: scan.entries,
        records: writer.records
      };
      const path = part.finalPath;
      const file = describe({
        header,
        footer,
        path,
        bytes
      });
      return {
        tick: scan.tick,
        file
      };
    } finally {
      await writer?.settle();
      part.discard();
    }
  }
  #header(epoch, base, time) {
    const { segment } = this.#attachment;
    const [low, high] = crypto.getRandomValues(new Int32Array(2));
    const id = [
      low,
      high
    ];
    return {
      id,
      seed: segment.seed,
      epoch,
      base: base && {
        epoch: base.info.epoch,
        id: base.id
      },
      time,
      expected: sumTally(segment, P_ENTRIES),
      keyCodec: segment.keyCodec,
      valueCodec: segment.valueCodec
    };
  }
  /** Removes epochs that are not to be kept. The new one counts, also if that fails. */
  async #keep({ info }) {
    const { directory, keep, onWarning } = this.#options;
    try {
      if (keep !== void 0) await retain(directory, keep, info, onWarning);
    } catch (error) {
      onWarning(error);
    }
    return info;
  }
  /** Ends the chain: the next epoch is full, and no tombstone is kept for a delta. */
  end() {
    this.#tick = 0;
    this.#chain = [];
    if (this.#attachment.isOpen) clearHorizon(this.#attachment.participant);
  }
};

// src/persist/writer_worker.ts
var RETRY_MS = 5e3;
var PROGRESS_MS = 50;
function report(message) {
  parentPort2.postMessage(message);
}
var Writing = class {
  #assignment;
  #attachment;
  #series;
  #lock;
  #state = "idle";
  /** What the next round answers. */
  #asked = [];
  /** Whether the clock asks for an epoch. */
  #isDue = false;
  #isStarted = false;
  #timer;
  /** The last epoch. */
  #last;
  /** An error that does no harm to the present epoch. */
  #warning;
  #reportedAt = 0;
  constructor(assignment) {
    const { handle, directory, compression, keep } = assignment;
    this.#assignment = assignment;
    this.#attachment = attach(handle);
    noteBeginning(this.#attachment.segment);
    this.#series = new Series(this.#attachment, {
      directory,
      compression,
      keep,
      onWarning: (error) => this.#warning = pack(directory, error)
    });
  }
  /** The id of its segment. */
  get map() {
    return this.#attachment.segment.id;
  }
  obey({ kind, request }) {
    const answer = (failure2) => failure2 === void 0 ? report({
      kind: "done",
      request,
      info: this.#last
    }) : report({
      kind: "refused",
      request,
      failure: failure2
    });
    this.ask({
      kind,
      answer
    });
  }
  ask(asked2) {
    this.#asked.push(asked2);
    this.#work();
  }
  async #work() {
    if (this.#state !== "idle") return;
    this.#state = "writing";
    while (this.#asked.length > 0 || this.#isDue) {
      if (await this.#round() === "ended") return;
    }
    this.#state = "idle";
  }
  /** Carries out what has been asked for. */
  async #round() {
    const all = this.#asked;
    const wasDue = this.#isDue;
    const began = timers.elapsed();
    this.#asked = [];
    this.#isDue = false;
    const wanted = all.filter(({ kind }) => kind !== "start");
    const unlocked = await this.#try(() => this.#hold());
    let unwritten = unlocked;
    if (wasDue || wanted.length > 0) {
      unwritten ??= await this.#try(() => this.#write());
      this.#reportFailure(unwritten, wanted.length > 0);
    }
    const isLast = all.some(({ kind }) => kind === "stop");
    if (isLast) this.#end();
    for (const { kind, answer } of all) {
      answer(kind === "start" ? unlocked : unwritten);
    }
    if (isLast) return "ended";
    const starts = all.length > wanted.length && unlocked === void 0;
    if (wasDue || starts && !this.#isStarted) this.#plan(began, unwritten);
    this.#isStarted ||= starts;
  }
  /** Tries to do something; returns what went wrong. */
  async #try(work2) {
    try {
      await work2();
    } catch (error) {
      return pack(this.#assignment.directory, error);
    }
  }
  /** Holds the lock of the directory, from the first time on. Throws \`SnapshotError\`. */
  async #hold() {
    if (this.#lock?.isGood) return;
    this.#lock?.close();
    this.#lock = void 0;
    const { segment } = this.#attachment;
    const { directory, lock } = this.#assignment;
    const check = lock === void 0 ? checkUnderstood : checkOwn;
    this.#lock = await DirectoryLock.take(directory, segment.id, {
      check: () => check(directory, segment)
    });
  }
  /** Writes an epoch, if anything has changed. Throws \`SnapshotError\`. */
  async #write() {
    const began = timers.elapsed();
    const beganAt = Date.now();
    this.#warning = void 0;
    const info = await this.#series.write((progress) => this.#tell(progress));
    this.#last = info ?? this.#last;
    const ms = timers.elapsed() - began;
    const { segment } = this.#attachment;
    if (info === void 0) noteCurrent(segment, beganAt);
    else noteEpoch(segment, info, ms);
    report({
      kind: "written",
      info,
      ms,
      warning: this.#warning
    });
  }
  #reportFailure(failure2, isAnswered) {
    if (failure2 === void 0) return;
    noteFailure(this.#attachment.segment);
    report({
      kind: "failed",
      failure: failure2,
      isAnswered
    });
  }
  /**
   * Plans the next epoch: an interval after this one began, or at once if it took longer; soon, if
   * it was given up.
   */
  #plan(began, failure2) {
    const { interval } = this.#assignment;
    const now4 = timers.elapsed();
    const due = failure2?.reason === SHORT_OF_MEMORY ? now4 + Math.min(interval, RETRY_MS) : began + interval;
    this.#timer = timers.setTimeout(() => {
      this.#isDue = true;
      this.#work();
    }, Math.max(0, due - now4));
  }
  /** From here on nothing is written any more. */
  #end() {
    this.#state = "ended";
    timers.clear(this.#timer);
    this.#attachment.close();
    this.#lock?.close();
  }
  #tell(progress) {
    const now4 = timers.elapsed();
    if (now4 - this.#reportedAt < PROGRESS_MS) return;
    this.#reportedAt = now4;
    report({
      kind: "progress",
      progress
    });
  }
};
function write(assignment) {
  const { lock } = assignment;
  if (lock !== void 0) Lifeline.hold(lock);
  const writing = new Writing(assignment);
  parentPort2.on("message", (order) => writing.obey(order));
  if (lock !== void 0) {
    answerFlushes(writing.map, (answer) => writing.ask({
      kind: "write",
      answer
    }));
  }
}

// src/persist/worker_main.ts
var task = workerData;
switch (task.kind) {
  case "write":
    write(task.assignment);
    break;
  case "load":
    await runBulkLoad(task.assignment);
}
`;
