/**
 * From the records of a file to keys and values, and back, without a map: the codecs work on a
 * little memory that is laid out like one version.
 *
 * @module
 */

import type { Codec, KeyFormat, ValueFormat } from "../codec/codec.ts";
import { received } from "../errors.ts";
import {
  KEY_CODECS,
  keyFormat,
  VALUE_CODECS,
  valueFormat,
} from "../map/codecs.ts";
import {
  HAS_EXPIRY,
  LENGTH_LIMIT,
  LENGTH_MASK,
  TAG_SHIFT,
  V_HEADER_WORDS,
  V_KEY,
} from "../segment/layout.ts";
import { EncodedKey } from "../table/key.ts";
import { valueIndexOf, versionBytes } from "../table/version.ts";
import { RECORD_HEAD_WORDS } from "./format.ts";
import {
  copy,
  recordExpiry,
  recordValue,
  recordWords,
  setRecordExpiry,
  wordsFor,
} from "./record.ts";
import type { CodecNames } from "./header.ts";
import { ScratchMemory } from "./scratch_memory.ts";

/** One entry of a map. */
export interface Entry {
  /** As its codec has it; the bytes, if the codec is not built in. */
  key: unknown;
  /** Likewise. */
  value: unknown;
  /** When it expires, in milliseconds since 1970; `Infinity`: never. */
  expiry: number;
}

/** Decodes and encodes the records of files whose codecs have these names. */
export class EntryCodec {
  readonly #keys: KeyFormat<unknown>;
  readonly #values: ValueFormat<unknown>;
  /** The hash is not used: any seed will do. */
  readonly #key = new EncodedKey([0, 0]);
  readonly #scratch = new ScratchMemory();

  /** Throws `RangeError` for a name that no codec can have. */
  constructor({ keyCodec, valueCodec }: CodecNames) {
    this.#keys = keyFormat(
      { keyCodec },
      KEY_CODECS.includes(keyCodec) ? undefined : bytesAs(keyCodec),
    );
    this.#values = valueFormat(
      { valueCodec },
      VALUE_CODECS.includes(valueCodec) ? undefined : bytesAs(valueCodec),
    );
  }

  /**
   * The entry of the record at `at`, which was checked and is not a deletion. Throws if its bytes
   * are not what the codec writes.
   */
  decode(words: Int32Array, at: number): Entry {
    const keyInfo = words[at];
    const valueInfo = words[at + 1];
    const keyBytes = keyInfo & LENGTH_MASK;
    const valueBytes = valueInfo & LENGTH_MASK;
    const memory = this.#scratch.reserve(
      versionBytes(keyBytes, valueBytes, true),
    );
    const value = valueIndexOf(0, keyInfo);
    const from = at + RECORD_HEAD_WORDS;
    memory.words[V_KEY] = keyInfo;
    copy(words, from, memory.words, V_HEADER_WORDS, wordsFor(keyBytes));
    copy(
      words,
      recordValue(words, at),
      memory.words,
      value * 2,
      wordsFor(valueBytes),
    );
    const tag = valueInfo >>> TAG_SHIFT;
    return {
      key: this.#keys.read(memory, 0),
      value: this.#values.read(memory, value, valueBytes, tag),
      expiry: recordExpiry(words, at),
    };
  }

  /** The record of an entry. Throws `TypeError` or `RangeError` for what the codecs do not take. */
  encode({ key, value, expiry }: Entry): Int32Array {
    const keys = this.#keys;
    const values = this.#values;
    keys.pack(keys.prepare(key), this.#key);
    values.prepare(value);
    checkLength(values.byteLength);
    const expires = expiry === Infinity ? 0 : HAS_EXPIRY;
    const keyInfo = this.#key.info | expires;
    const valueInfo = values.byteLength | (values.tag << TAG_SHIFT);
    const record = new Int32Array(recordWords(keyInfo, valueInfo));
    record[0] = keyInfo;
    record[1] = valueInfo;
    copy(this.#key.words, 0, record, RECORD_HEAD_WORDS, this.#key.count);
    if (expires !== 0) setRecordExpiry(record, 0, expiry);
    this.#copyValue(record, recordValue(record, 0));
    return record;
  }

  /** Copies the prepared value into a record, with zeros up to a whole word. */
  #copyValue(record: Int32Array, at: number): void {
    const { byteLength } = this.#values;
    const count = wordsFor(byteLength);
    const memory = this.#scratch.reserve(byteLength);
    if (count > 0) memory.words[count - 1] = 0;
    this.#values.write(memory, 0);
    copy(memory.words, 0, record, at, count);
  }
}

/** Stands for a codec that is not built in: its values are bytes. */
function bytesAs(name: string): Codec<unknown> {
  return {
    name,
    encode(value) {
      if (value instanceof Uint8Array) return value;
      throw new TypeError(
        `Cannot encode for the codec "${name}": it is not built in, so what it makes must be given, as a Uint8Array: ${
          received(value)
        }`,
      );
    },
    decode: (bytes) => bytes,
  };
}

function checkLength(byteLength: number): void {
  if (byteLength < LENGTH_LIMIT) return;
  throw new RangeError(
    `Cannot encode the value: it must be shorter than ${LENGTH_LIMIT} bytes: received ${byteLength}`,
  );
}
