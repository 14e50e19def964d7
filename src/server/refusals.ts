/**
 * What is thrown where a command cannot be done, as replies.
 *
 * @module
 */

import { ClosedError, MapFullError } from "../errors.ts";
import { TOO_LONG } from "../store/commands/strings.ts";
import { StoreError } from "../store/errors.ts";
import { ErrorReply } from "./protocol/reply.ts";

/** The reply for what a command has thrown. Throws what is a defect. */
export function errorOf(error: unknown): ErrorReply {
  if (error instanceof StoreError) return new ErrorReply(error.message);
  if (error instanceof MapFullError) {
    return new ErrorReply(
      "OOM command not allowed when used memory > 'maxmemory'.",
    );
  }
  if (error instanceof ClosedError) {
    return new ErrorReply("ERR the store was closed");
  }
  if (error instanceof RangeError) {
    const isTooLong = error.message === "Invalid string length"; // for any string of the runtime
    return new ErrorReply(isTooLong ? TOO_LONG : `ERR ${error.message}`);
  }
  throw error;
}
