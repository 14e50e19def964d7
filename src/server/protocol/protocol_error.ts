/**
 * What is thrown where bytes are no requests.
 *
 * @module
 */

/** The bytes of a client are no requests. Its connection is closed after it has been told so. */
export class ProtocolError extends Error {
  override name = "ProtocolError";

  /** @param reason What is wrong, as Redis words it after "Protocol error: ". */
  constructor(reason: string) {
    super(`ERR Protocol error: ${reason}`);
  }
}
