/**
 * The state that a command reads: of a file, or the newest of a directory.
 *
 * @module
 */

import { isDirectory } from "../persist/directory.ts";
import {
  findNewest,
  openEpoch,
  type VerifiedEpoch,
} from "../persist/restore.ts";
import { DataError } from "./errors.ts";
import type { Streams } from "./streams.ts";

/** Verifies and opens it, and reports what is skipped in a directory. Throws if there is none. */
export async function openSource(
  path: string,
  streams: Streams,
): Promise<VerifiedEpoch> {
  using progress = streams.progress("verifying");
  const { onRecords } = progress;
  if (!isDirectory(path)) return await openEpoch(path, { onRecords });
  const found = await findNewest(path, { onRecords }, (error) => {
    progress.clear();
    streams.err.line(`Passed over: ${error.message}`);
  });
  if (found !== undefined) return found;
  throw new DataError(
    `Cannot read "${path}": it holds no snapshot that is whole: name the directory that the program writes into`,
  );
}
