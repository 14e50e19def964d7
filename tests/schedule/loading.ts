/**
 * What a worker of a search loads: the value of a key that stands for a database.
 *
 * @module
 */
import { numberKeys } from "../../src/codec/keys.ts";
import { EntryAccess } from "../../src/map/entry_access.ts";
import { Hold } from "../../src/map/hold.ts";
import { type LeasedSight, LeasedWriter } from "../../src/map/leased_write.ts";
import type { Client } from "./client.ts";

const CODECS = { key: "number", value: "number" } as const;

/** One load: a lease, a value, and whether it is kept. */
export class Loading {
  readonly #client: Client;
  #access: EntryAccess<number, number> | undefined;
  #writer: LeasedWriter<number, number> | undefined;
  #key = 0;
  #seen: LeasedSight<number> | undefined;
  #value: number | undefined;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Takes a lease, and looks. */
  see(key: number): void {
    const access = this.#access = new EntryAccess<number, number>(
      Hold.whole(this.#client.attachment),
      CODECS,
    );
    this.#writer = new LeasedWriter(access);
    this.#key = key;
    numberKeys.pack(key, this.#client.attachment.key);
    this.#seen = this.#writer.see();
  }

  /** Reads the database. */
  load(key: number): number | undefined {
    return this.#value = this.#client.map.get(key);
  }

  /** Writes what was read, if there is no entry; returns that if it was kept. */
  keep(): number | undefined {
    const seen = this.#seen!;
    if (seen.value === undefined) {
      this.#access!.values.prepare(this.#value!);
      numberKeys.pack(this.#key, this.#client.attachment.key);
    }
    const isKept = seen.value === undefined &&
      this.#writer!.write(seen, Infinity);
    seen.lease.end();
    return isKept ? this.#value : undefined;
  }
}
