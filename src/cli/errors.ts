/**
 * The errors that a command may end with: each becomes one line and an exit code.
 *
 * @module
 */

/** The command line asks for something impossible; the message says what is possible. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** The data that a command was given is bad; the message says where, and what was expected. */
export class DataError extends Error {
  override name = "DataError";
}
