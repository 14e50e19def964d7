/**
 * What a command may end with: each becomes one line and an exit code.
 *
 * @module
 */

/** The command line asks for what cannot be; the message says what can. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** The data that a command was given is bad; the message says where, and what was expected. */
export class DataError extends Error {
  override name = "DataError";
}
