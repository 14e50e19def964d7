/**
 * Dumping: from a scan of the map into a file, as encoded words, with a pause for the event loop after every block.
 *
 * @module
 */

import type { Attachment } from "../map/attachment.ts";
import { V_KEY, V_VALUE } from "../segment/layout.ts";
import { ClosedError } from "../errors.ts";
import { EncodedKey } from "../table/key.ts";
import type { EpochScan } from "./epoch_scan.ts";
import type { FileWriter } from "./file_writer.ts";
import { TARGET_WORDS } from "./format.ts";
import { DELETION, recordWords, writeDeletion, writeRecord } from "./record.ts";

/** How far a dump, or a restore, is. */
export interface SnapshotProgress {
  /** Entries written so far, or restored. */
  entries: number;
  /** Entries that there are, about. */
  total: number;
  /** Bytes of the file so far; of all of it, in a restore. */
  bytes: number;
}

/** Writes what the scan finds; calls back after every block. */
export async function dump(
  attachment: Attachment,
  scan: EpochScan,
  writer: FileWriter,
  onBlock: () => void,
): Promise<void> {
  const { segment } = attachment;
  const words = segment.words;
  const key = new EncodedKey(segment.seed);
  const found: number[] = [];
  while (!scan.done) {
    checkOpen(attachment);
    scan.next(found);
    for (const ref of found) {
      const gone = scan.isGone(ref);
      const length = gone
        ? recordWords(words[ref * 4 + V_KEY], DELETION)
        : recordWords(words[ref * 4 + V_KEY], words[ref * 4 + V_VALUE]);
      if (!writer.fits(length)) {
        await writer.endBlock();
        onBlock();
        checkOpen(attachment);
        if (length > TARGET_WORDS) {
          key.copyFrom(words, ref);
          await writeLarge(attachment, writer, ref, length, gone, key.hash);
          continue;
        }
      }
      const end = gone
        ? writeDeletion(words, ref, writer.words, writer.at)
        : writeRecord(words, ref, writer.words, writer.at);
      if (writer.blockIsEmpty) {
        key.copyFrom(words, ref);
        writer.firstHash = key.hash;
      }
      writer.count(end, gone);
    }
  }
}

/** A large record goes through one buffer of its size. */
async function writeLarge(
  attachment: Attachment,
  writer: FileWriter,
  ref: number,
  length: number,
  gone: boolean,
  hash: number,
): Promise<void> {
  const { words } = attachment.segment;
  const record = new Int32Array(length);
  if (gone) writeDeletion(words, ref, record, 0);
  else writeRecord(words, ref, record, 0);
  await writer.writeLarge(record, hash, gone);
}

function checkOpen(attachment: Attachment): void {
  if (attachment.isOpen) return;
  throw new ClosedError(
    "Cannot write the snapshot: the map was closed in this worker meanwhile: wait for the snapshot first",
  );
}
