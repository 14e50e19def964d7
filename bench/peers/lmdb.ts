import type { Contender, NearMap } from "./contender.ts";

/** The part of the package that is used here. */
interface Database {
  get(key: string): number | undefined;
  putSync(key: string, value: number): void;
  removeSync(key: string): boolean;
  transactionSync<T>(action: () => T): T;
}

type Open = (options: {
  path: string;
  noSync: boolean;
  mapSize: number;
}) => Database;

// Loaded when it plays and not before: checks and tests need no registry.
const PACKAGE = "npm:lmdb@3";
const { open }: { open: Open } = await import(PACKAGE);

/**
 * npm:lmdb: a B+ tree in a file that all workers have in their memory, with one
 * writer at a time. `noSync` leaves the file to the system, so that no write
 * waits for the disk. Like all contenders that answer at once, it writes when it
 * is told to, each write in a transaction of its own.
 */
class LmdbAdapter implements NearMap {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get(key: string): number | undefined {
    return this.#database.get(key);
  }

  set(key: string, value: number): void {
    this.#database.putSync(key, value);
  }

  delete(key: string): boolean {
    return this.#database.removeSync(key);
  }

  update(key: string): boolean {
    const database = this.#database;
    return database.transactionSync(() => {
      const value = database.get(key);
      if (value !== undefined) database.putSync(key, value + 1);
      return value !== undefined;
    });
  }
}

/** What an entry takes in the file at most, with room for pages that are half full. */
const BYTES_PER_ENTRY = 512;
const LEAST_BYTES = 2 ** 26;

/** What a worker attaches by. */
interface LmdbHandle {
  readonly path: string;
  readonly mapSize: number;
}

export const contender: Contender = {
  isMap: true,
  create({ entries }) {
    const folder = Deno.makeTempDirSync({ prefix: "lmdb" });
    const mapSize = LEAST_BYTES + BYTES_PER_ENTRY * entries;
    const message: LmdbHandle = { path: `${folder}/data`, mapSize };
    return {
      handle: () => ({ message }),
      close: () => Deno.removeSync(folder, { recursive: true }),
    };
  },
  attach(handle) {
    const { path, mapSize } = handle as LmdbHandle;
    return new LmdbAdapter(open({ path, mapSize, noSync: true }));
  },
};
