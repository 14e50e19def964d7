/**
 * Dumping: from a scan of the map into a file, as encoded words, with a pause for the event loop
 * after every block.
 *
 * @module
 */

import type { Attachment } from "../map/attachment.ts";
import { keptUse, NO_USE } from "../table/kept_uses.ts";
import { KEY_MASK, V_KEY, V_VALUE } from "../segment/layout.ts";
import { ClosedError, theMap } from "../errors.ts";
import type { EpochScan } from "./epoch_scan.ts";
import type { FileWriter } from "./file_writer.ts";
import { TARGET_WORDS } from "./format.ts";
import { hasTrees } from "./node_record.ts";
import { DELETION, recordWords, writeDeletion, writeRecord } from "./record.ts";

import { StructureDump } from "./structure_dump.ts";

/** How far a dump, or a restore, is. */
export interface SnapshotProgress {
  /** Entries written so far, or restored. */
  entries: number;
  /** About how many entries there are. */
  total: number;
  /** Bytes of the file so far; of all of it, in a restore. */
  bytes: number;
  /**
   * How often the dump was begun again, because the map needed the memory that it kept; see
   * {@linkcode SnapshotWriter}. Always 0 in a restore.
   */
  restarts: number;
}

/**
 * Writes what the scan finds, and passes it; calls back after every block. Throws `RevokedError` if
 * the scan must be begun again. Until what it copied is passed, that may be nonsense: so it reads
 * the lengths of a record once, and relies on nothing else.
 */
export async function dump(
  attachment: Attachment,
  scan: EpochScan,
  writer: FileWriter,
  onBlock: () => void,
): Promise<void> {
  const { segment } = attachment;
  const words = segment.words;
  const found: number[] = [];
  const { keepsHeat } = segment;
  if (keepsHeat) writer.keepUses();
  const endBlock = async () => {
    await writer.endBlock();
    onBlock();
    checkOpen(attachment);
    scan.check();
  };
  const structures = new StructureDump(attachment, scan, writer, endBlock);
  while (!scan.done) {
    checkOpen(attachment);
    scan.next(found);
    for (let i = 0; i < found.length; i++) {
      const ref = found[i];
      const gone = scan.isGone(ref);
      const keyInfo = words[ref * 4 + V_KEY];
      if (!gone && hasTrees(keyInfo)) {
        scan.passUpTo(i);
        const use = keepsHeat ? keptUse(words, scan.hashAt(i)) : NO_USE;
        await structures.write(ref, scan.hashAt(i), use);
        continue;
      }
      const valueInfo = gone ? DELETION : words[ref * 4 + V_VALUE];
      const length = gone
        ? recordWords(keyInfo & KEY_MASK, DELETION)
        : recordWords(keyInfo, valueInfo);
      const write = (into: Int32Array, at: number) =>
        gone
          ? writeDeletion(words, ref, keyInfo, into, at)
          : writeRecord(words, ref, keyInfo, valueInfo, into, at);
      if (!writer.fits(length)) {
        scan.passUpTo(i);
        const isLarge = length > TARGET_WORDS;
        const record = isLarge ? new Int32Array(length) : undefined;
        if (record !== undefined) write(record, 0);
        await endBlock();
        if (record !== undefined) {
          await writer.writeLarge(record, scan.hashAt(i), gone);
          checkOpen(attachment);
          continue;
        }
      }
      if (writer.blockIsEmpty) writer.firstHash = scan.hashAt(i);
      const use = keepsHeat && !gone ? keptUse(words, scan.hashAt(i)) : NO_USE;
      writer.count(write(writer.words, writer.at), gone, use);
    }
    scan.pass();
  }
}

function checkOpen(attachment: Attachment): void {
  if (attachment.isOpen) return;
  const mapName = attachment.segment.name;
  throw new ClosedError(
    `Cannot write the snapshot: ${
      theMap(mapName)
    } was closed in this worker meanwhile: wait for the snapshot first`,
    { mapName },
  );
}
