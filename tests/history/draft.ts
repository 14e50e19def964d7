import type { KEEP, SetOptions, SharedMapTransaction } from "../../mod.ts";
import type { Shown } from "./operation.ts";

/** A value that is to be written; undefined: the entry is to be deleted. */
interface Draftee {
  readonly value: Shown;
  readonly options: SetOptions;
}

/** Where the writes of a draft go. */
interface Target {
  set(key: string, value: number, options?: SetOptions): unknown;
  delete(key: string): unknown;
}

/**
 * What a transaction has read and is to write, with nothing done yet: from drafts, transactions
 * are made that go wrong.
 */
export class Draft implements SharedMapTransaction<string, number> {
  readonly attempt = 1;
  readonly reads: Map<string, Shown> = new Map();
  readonly writes: Map<string, Draftee> = new Map();
  readonly #read: (key: string) => Shown;

  /** @param read Reads a key that it has not written. */
  constructor(read: (key: string) => Shown) {
    this.#read = read;
  }

  get(key: string): Shown {
    const write = this.writes.get(key);
    if (write !== undefined) return write.value;
    if (!this.reads.has(key)) this.reads.set(key, this.#read(key));
    return this.reads.get(key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  set(key: string, value: number, options: SetOptions = {}): this {
    this.writes.set(key, { value, options });
    return this;
  }

  delete(key: string): boolean {
    const isThere = this.has(key);
    this.writes.set(key, { value: undefined, options: {} });
    return isThere;
  }

  update(
    key: string,
    fn: (current: Shown) => Shown | typeof KEEP,
  ): Shown {
    const value = fn(this.get(key)) as Shown; // no plan keeps what is there
    this.writes.set(key, { value, options: { keepTtl: true } });
    return value;
  }

  increment(key: string, by = 1): number {
    return this.update(key, (current = 0) => current + by)!;
  }

  /** Does what is to be done, write by write. */
  applyTo(target: Target, beforeEach: () => void = () => {}): void {
    for (const [key, { options, value }] of this.writes) {
      beforeEach();
      if (value === undefined) target.delete(key);
      else target.set(key, value, options);
    }
  }
}
