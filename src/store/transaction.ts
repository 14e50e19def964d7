/**
 * Transactions, as the code in them sees the store.
 *
 * @module
 */

import { AS_BYTES, AS_TEXT } from "./methods/caller.ts";
import { StreamMethods } from "./methods/streams.ts";
import type { Space } from "./space.ts";

/** The commands of a transaction, whose values come back as bytes. */
export class BytesTransaction extends StreamMethods<Uint8Array> {
  constructor(space: Space) {
    super(space, AS_BYTES);
  }
}

/**
 * What the function that is passed to {@linkcode SharedStore.prototype.transaction} is given: all
 * commands but those that wait, and those about all keys. It is over when that function returns.
 */
export class StoreTransaction extends StreamMethods<string> {
  /** The same commands, whose values come back as bytes. */
  readonly bytes: StreamMethods<Uint8Array>;

  /**
   * Constructs what a transaction is given.
   *
   * @internal
   * @param space The space of the transaction.
   */
  constructor(space: Space) {
    super(space, AS_TEXT);
    this.bytes = new BytesTransaction(space);
  }
}
