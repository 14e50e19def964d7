/**
 * A client that sends bytes as it is told, and understands replies of RESP2 and RESP3.
 *
 * @module
 */

import { Buffer } from "node:buffer";

/** An error that was replied. */
export class Refusal {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** A reply, with binary strings in it: what is peculiar to RESP3 says its kind. */
export type Value =
  | null
  | number
  | bigint
  | string
  | boolean
  | Refusal
  | Value[]
  | {
    readonly kind: "map" | "set" | "push" | "double" | "text" | "no array";
    readonly of?: Value;
  };

/** The bytes of a binary string. */
export function bytesOf(binary: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(binary, "latin1"));
}

/** A request, as clients send it. */
export function requestOf(words: readonly string[]): string {
  return `*${words.length}\r\n` +
    words.map((word) => `$${word.length}\r\n${word}\r\n`).join("");
}

/** One connection. */
export class RawClient implements Disposable {
  readonly #conn: Deno.TcpConn;
  #received = "";
  #at = 0;
  #isClosed = false;

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  static async to(port: number): Promise<RawClient> {
    return new RawClient(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Sends a binary string. */
  async send(binary: string): Promise<void> {
    const bytes = bytesOf(binary);
    for (let at = 0; at < bytes.length;) {
      at += await this.#conn.write(bytes.subarray(at));
    }
  }

  /** The reply to one command. */
  async call(...words: string[]): Promise<Value> {
    const [reply] = await this.run([words]);
    return reply;
  }

  /** The replies to several commands, which are sent together. */
  async run(commands: readonly (readonly string[])[]): Promise<Value[]> {
    const sent = this.send(commands.map(requestOf).join(""));
    const values: Value[] = [];
    for (const _ of commands) values.push(await this.read());
    await sent;
    return values;
  }

  /** The next reply. Throws if the connection ends first. */
  async read(): Promise<Value> {
    const line = await this.#line();
    const rest = line.slice(1);
    switch (line[0]) {
      case "+":
        return rest;
      case "-":
        return new Refusal(rest);
      case ":":
        return Number.isSafeInteger(Number(rest)) ? Number(rest) : BigInt(rest);
      case "$":
        return rest === "-1" ? null : await this.#take(Number(rest));
      case "*":
        return rest === "-1" ? { kind: "no array" } : await this.#many(rest);
      case "_":
        return null;
      case "#":
        return rest === "t";
      case ",":
        return { kind: "double", of: rest };
      case "=":
        return { kind: "text", of: await this.#take(Number(rest)) };
      case "~":
        return { kind: "set", of: await this.#many(rest) };
      case ">":
        return { kind: "push", of: await this.#many(rest) };
      case "%": {
        const of = await this.#many(String(2 * Number(rest)));
        return { kind: "map", of };
      }
    }
    throw new Error(`No reply begins like this: ${line}`);
  }

  async #many(count: string): Promise<Value[]> {
    const values: Value[] = [];
    for (let i = 0; i < Number(count); i++) values.push(await this.read());
    return values;
  }

  async #line(): Promise<string> {
    let end: number;
    while ((end = this.#received.indexOf("\r\n", this.#at)) < 0) {
      await this.#more();
    }
    const line = this.#received.slice(this.#at, end);
    this.#at = end + 2;
    return line;
  }

  async #take(length: number): Promise<string> {
    while (this.#received.length < this.#at + length + 2) await this.#more();
    const bulk = this.#received.slice(this.#at, this.#at + length);
    this.#at += length + 2;
    return bulk;
  }

  async #more(): Promise<void> {
    const bytes = new Uint8Array(2 ** 16);
    const length = await this.#conn.read(bytes);
    if (length === null) throw new Error("The connection has ended");
    this.#received = this.#received.slice(this.#at) +
      Buffer.from(bytes.buffer, 0, length).toString("latin1");
    this.#at = 0;
  }

  /** What has come and was not read. Something is on its way, or has come. */
  async seen(): Promise<string> {
    await this.#more();
    return this.#received.slice(this.#at);
  }

  /** Everything that comes until the other side closes the connection. */
  async rest(): Promise<string> {
    try {
      for (;;) await this.#more();
    } catch {
      return this.#received.slice(this.#at);
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#conn.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
