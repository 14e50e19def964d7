/**
 * The commonest commands, on the shortest way: from the bytes of the request to the bytes of the
 * reply. They do what the table's do, and leave to those whatever is out of the ordinary.
 *
 * @module
 */

import { fail, WRONG_TYPE } from "../../store/errors.ts";
import { RAW, toStored } from "../../store/stored.ts";
import type { ReplyWriter } from "../protocol/reply_writer.ts";
import type { RequestParser } from "../protocol/request_parser.ts";
import type { Serving } from "../serving.ts";

/** Does a command, and writes its reply; false: it has done neither, and the table's has to. */
type Run = (
  request: RequestParser,
  writer: ReplyWriter,
  serving: Serving,
) => boolean;

/** A command of so many words, with its name. */
export interface Direct {
  readonly words: number;
  readonly run: Run;
}

function get(
  request: RequestParser,
  writer: ReplyWriter,
  { space }: Serving,
): boolean {
  const stored = space.get(request.word(1));
  if (typeof stored === "string") writer.bulk(stored);
  else if (stored === undefined) writer.null();
  else if (typeof stored === "number") writer.bulk(String(stored));
  else if (stored instanceof Uint8Array && stored[0] === RAW) {
    writer.bulkBytes(stored.subarray(1));
  } else fail(WRONG_TYPE);
  return true;
}

function set(
  request: RequestParser,
  writer: ReplyWriter,
  { space }: Serving,
): boolean {
  space.set(request.word(1), toStored(request.word(2)));
  writer.ok();
  return true;
}

function adding(by: number): Run {
  return (request, writer, { space }) => {
    const sum = space.add(request.word(1), by);
    if (sum === undefined) return false;
    writer.integer(sum);
    return true;
  };
}

/** They, by their names. */
export const DIRECT: Readonly<Record<string, Direct>> = {
  DECR: { words: 2, run: adding(-1) },
  GET: { words: 2, run: get },
  INCR: { words: 2, run: adding(1) },
  SET: { words: 3, run: set },
};
