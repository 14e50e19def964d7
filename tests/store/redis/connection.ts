/**
 * A connection to a Redis server: commands out, replies of RESP2 in.
 *
 * @module
 */
import {
  RawClient,
  Refusal,
  type Value as AnyValue,
} from "../../testing/redis_client.ts";

export { Refusal };

/** A reply, with binary strings in it; an array that is not there is null, too. */
export type Value = null | number | bigint | string | Refusal | Value[];

/** One connection. */
export class Connection {
  readonly #client: RawClient;

  constructor(connection: Deno.TcpConn) {
    this.#client = new RawClient(connection);
  }

  close(): void {
    this.#client.close();
  }

  async run(commands: readonly (readonly string[])[]): Promise<Value[]> {
    return (await this.#client.run(commands)).map(plain);
  }
}

function plain(value: AnyValue): Value {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || value instanceof Refusal) return value;
  if (typeof value === "boolean") throw new Error("RESP2 has no booleans");
  if (typeof value !== "object") return value;
  if (value.kind === "no array") return null;
  throw new Error(`RESP2 has nothing of the kind "${value.kind}"`);
}
