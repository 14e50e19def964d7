/**
 * Replies as bytes, one after the other in a buffer that grows, in RESP2 or RESP3.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { OK, Status } from "../../store/commands/reply.ts";
import {
  DoubleReply,
  ErrorReply,
  MapReply,
  PushReply,
  QUEUED,
  type ServerReply,
  SetReply,
  TextReply,
} from "./reply.ts";

/** The version of the protocol. */
export type Protocol = 2 | 3;

const CR = 13;
const LF = 10;
const PLUS = 43;
const MINUS = 45;
const COLON = 58;
const DOLLAR = 36;
const STAR = 42;
const PERCENT = 37;
const TILDE = 126;
const GREATER = 62;
const COMMA = 44;
const EQUALS = 61;
const ZERO = 48;

/** The size of the buffer at first. */
const LEAST_BYTES = 1024;
/** A buffer that had to be larger is given back once it is empty. */
const MOST_KEPT = 64 * 1024;
/** The most bytes of a number with the signs around it. */
const NUMBER_BYTES = 32;
/** Up to so many characters a loop beats a call of the runtime. */
const SHORT = 48;

const NOTHING = new Uint8Array(0);

function encoded(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

const BYTES_OF_OK = encoded("+OK\r\n");
const BYTES_OF_QUEUED = encoded("+QUEUED\r\n");
const BYTES_OF_NULL = { 2: encoded("$-1\r\n"), 3: encoded("_\r\n") };
const BYTES_OF_NULL_ARRAY = { 2: encoded("*-1\r\n"), 3: encoded("_\r\n") };
const TRUE = { 2: encoded(":1\r\n"), 3: encoded("#t\r\n") };
const FALSE = { 2: encoded(":0\r\n"), 3: encoded("#f\r\n") };

/** Writes the replies for one client. */
export class ReplyWriter {
  /** The version of the protocol that the client speaks. */
  protocol: Protocol = 2;
  #memory = new Uint8Array(LEAST_BYTES);
  /** The same, as the runtime writes text into it, once that was wanted. */
  #buffer: Buffer | undefined;
  /** What is the caller's until it is given back. */
  #lent: Uint8Array<ArrayBuffer> = NOTHING;
  #lentBuffer: Buffer | undefined;
  #at = 0;

  /** How many bytes have been written. */
  get length(): number {
    return this.#at;
  }

  /** The size of the buffer, in bytes. */
  get heldBytes(): number {
    return this.#memory.length;
  }

  /** Those bytes, until the next call of any method. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#memory.subarray(0, this.#at);
  }

  /** Takes what has been written, which is the caller's until `giveBack`, or for ever. */
  take(): Uint8Array<ArrayBuffer> {
    const { bytes } = this;
    this.#lent = this.#memory;
    this.#lentBuffer = this.#buffer;
    this.#use(NOTHING, undefined);
    return bytes;
  }

  /** Writes into the memory again that was taken last, if nothing has been written since. */
  giveBack(): void {
    if (this.#memory.length === 0 && this.#lent.length <= MOST_KEPT) {
      this.#use(this.#lent, this.#lentBuffer);
    }
    this.#lent = NOTHING;
    this.#lentBuffer = undefined;
  }

  /** Drops what has been written after a length. */
  cutTo(length: number): void {
    this.#at = length;
  }

  #use(memory: Uint8Array<ArrayBuffer>, buffer: Buffer | undefined): void {
    this.#memory = memory;
    this.#buffer = buffer;
    this.#at = 0;
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#memory.length) return;
    const memory = new Uint8Array(Math.max(LEAST_BYTES, 2 * needed));
    memory.set(this.bytes);
    this.#memory = memory;
    this.#buffer = undefined;
  }

  /** Writes bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#memory.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  // ---- one kind each ----------------------------------------------------------------------------

  /** Writes OK. */
  ok(): void {
    this.raw(BYTES_OF_OK);
  }

  /** Writes that there is no value. */
  null(): void {
    this.raw(BYTES_OF_NULL[this.protocol]);
  }

  /** Writes an integer. */
  integer(value: number | bigint): void {
    this.#head(COLON, value);
  }

  /** Writes a string. */
  bulk(binary: string): void {
    this.#head(DOLLAR, binary.length);
    this.#reserve(binary.length + 2);
    this.#text(binary);
    this.#end();
  }

  /** Writes bytes as a string. */
  bulkBytes(bytes: Uint8Array): void {
    this.#head(DOLLAR, bytes.length);
    this.#reserve(bytes.length + 2);
    this.#memory.set(bytes, this.#at);
    this.#at += bytes.length;
    this.#end();
  }

  /** Writes an error. */
  error(message: string): void {
    this.#line(MINUS, message.replaceAll(/[\r\n]/g, " "));
  }

  /** Writes that an array of so many items follows. */
  arrayOf(count: number): void {
    this.#head(STAR, count);
  }

  /** Writes a sign, a number, and the end of the line. */
  #head(sign: number, value: number | bigint): void {
    this.#reserve(NUMBER_BYTES);
    const memory = this.#memory;
    memory[this.#at++] = sign;
    if (typeof value === "number" && value >= 0 && value < 1e9) {
      this.#digits(value);
    } else this.#text(String(value));
    this.#end();
  }

  /** Writes a small integer that is not negative. */
  #digits(value: number): void {
    const memory = this.#memory;
    let digits = 1;
    for (let power = 10; power <= value; power *= 10) digits++;
    let rest = value;
    for (let at = this.#at + digits - 1; at >= this.#at; at--) {
      const next = Math.trunc(rest / 10);
      memory[at] = ZERO + rest - next * 10;
      rest = next;
    }
    this.#at += digits;
  }

  /** Writes a text for which there is room. */
  #text(binary: string): void {
    const { length } = binary;
    if (length <= SHORT) {
      const memory = this.#memory;
      const at = this.#at;
      for (let i = 0; i < length; i++) memory[at + i] = binary.charCodeAt(i);
    } else {
      this.#buffer ??= Buffer.from(this.#memory.buffer);
      this.#buffer.write(binary, this.#at, length, "latin1");
    }
    this.#at += length;
  }

  #end(): void {
    this.#memory[this.#at++] = CR;
    this.#memory[this.#at++] = LF;
  }

  #line(sign: number, text: string): void {
    this.#reserve(text.length + 3);
    this.#memory[this.#at++] = sign;
    this.#text(text);
    this.#end();
  }

  // ---- any --------------------------------------------------------------------------------------

  /** Writes a reply of any kind. */
  reply(reply: ServerReply): void {
    switch (typeof reply) {
      case "string":
        return this.bulk(reply);
      case "number":
      case "bigint":
        return this.integer(reply);
      case "boolean":
        return this.raw((reply ? TRUE : FALSE)[this.protocol]);
      case "symbol":
        return this.raw(BYTES_OF_NULL_ARRAY[this.protocol]);
      default:
        return this.#object(reply);
    }
  }

  #object(
    reply: Exclude<ServerReply, string | number | bigint | boolean | symbol>,
  ) {
    if (reply === null) this.null();
    else if (reply === OK) this.ok();
    else if (reply === QUEUED) this.raw(BYTES_OF_QUEUED);
    else if (reply instanceof Status) this.#line(PLUS, reply.text);
    else if (reply instanceof ErrorReply) this.error(reply.message);
    else if (reply instanceof MapReply) this.#map(reply);
    else if (reply instanceof SetReply) this.#items(TILDE, reply.items);
    else if (reply instanceof PushReply) this.#items(GREATER, reply.items);
    else if (reply instanceof DoubleReply) this.#double(reply.text);
    else if (reply instanceof TextReply) this.#verbatim(reply.text);
    else this.#items(STAR, reply);
  }

  #items(sign: number, items: readonly ServerReply[]): void {
    this.#head(this.protocol === 2 ? STAR : sign, items.length);
    for (const item of items) this.reply(item);
  }

  #map({ pairs }: MapReply): void {
    if (this.protocol === 2) this.#head(STAR, 2 * pairs.length);
    else this.#head(PERCENT, pairs.length);
    for (const [name, value] of pairs) {
      this.reply(name);
      this.reply(value);
    }
  }

  #double(text: string): void {
    if (this.protocol === 2) this.bulk(text);
    else this.#line(COMMA, text);
  }

  #verbatim(text: string): void {
    if (this.protocol === 2) return this.bulk(text);
    this.#head(EQUALS, text.length + 4);
    this.#reserve(text.length + 6);
    this.#text(`txt:${text}`);
    this.#end();
  }
}
