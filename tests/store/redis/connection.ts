/**
 * A connection to a Redis server: commands out, replies in.
 *
 * @module
 */

/** An error that the server replied. */
export class Refusal {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** A reply, with binary strings in it. */
export type Value = null | number | bigint | string | Refusal | Value[];

/** One connection. */
export class Connection {
  readonly #connection: Deno.TcpConn;
  #received = "";
  #at = 0;

  constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  close(): void {
    this.#connection.close();
  }

  async run(commands: readonly (readonly string[])[]): Promise<Value[]> {
    const request = commands.map((words) =>
      `*${words.length}\r\n` +
      words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")
    ).join("");
    const sent = this.#send(Uint8Array.from(
      request,
      (char) => char.charCodeAt(0),
    ));
    const values: Value[] = [];
    for (const _ of commands) values.push(await this.#value());
    await sent;
    return values;
  }

  async #send(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      at += await this.#connection.write(bytes.subarray(at));
    }
  }

  async #value(): Promise<Value> {
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
        return rest === "-1" ? null : await this.#array(Number(rest));
    }
    throw new Error(`No reply begins like this: ${line}`);
  }

  async #array(length: number): Promise<Value[]> {
    const values: Value[] = [];
    for (let i = 0; i < length; i++) values.push(await this.#value());
    return values;
  }

  async #line(): Promise<string> {
    let end: number;
    while ((end = this.#received.indexOf("\r\n", this.#at)) < 0) {
      await this.#receive();
    }
    const line = this.#received.slice(this.#at, end);
    this.#at = end + 2;
    return line;
  }

  async #take(length: number): Promise<string> {
    while (this.#received.length < this.#at + length + 2) {
      await this.#receive();
    }
    const bulk = this.#received.slice(this.#at, this.#at + length);
    this.#at += length + 2;
    return bulk;
  }

  async #receive(): Promise<void> {
    const bytes = new Uint8Array(2 ** 16);
    const count = await this.#connection.read(bytes);
    if (count === null) throw new Error("The server closed the connection");
    let text = "";
    for (let i = 0; i < count; i++) text += String.fromCharCode(bytes[i]);
    this.#received = this.#received.slice(this.#at) + text;
    this.#at = 0;
  }
}
