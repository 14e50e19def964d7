/**
 * One file, for people and for machines.
 *
 * @module
 */

import { describe, type SnapshotInfo } from "../persist/directory.ts";
import { FileReader } from "../persist/file_reader.ts";
import { summarizeFile } from "../persist/summary.ts";
import {
  drawEntries,
  drawPairs,
  drawSums,
  type EntryFacts,
  entryFacts,
} from "./entries_report.ts";
import { count, counted, moment, size } from "./figures.ts";
import type { Streams } from "./streams.ts";

/** What a file says about itself, and what its entries are like. */
export interface FileFacts extends SnapshotInfo, EntryFacts {
  formatVersion: number;
  /** Of the map's memory. */
  layoutVersion: number;
  keyCodec: string;
  valueCodec: string;
  /** Keys that were deleted since the epoch that a delta builds on. */
  deletions: number;
  blocks: number;
  compressedBlocks: number;
  /** The size of all blocks after decompression. */
  rawBytes: number;
}

/** Reads and verifies a file. Throws `SnapshotError`. */
export async function inspectFile(
  path: string,
  streams: Streams,
): Promise<FileFacts> {
  using progress = streams.progress("reading");
  using file = FileReader.open(path);
  const summary = await summarizeFile(file, progress.onRecords);
  const { compressedBlocks, footer, header } = file;
  return {
    ...describe(file).info,
    formatVersion: header.format,
    layoutVersion: header.layout,
    keyCodec: header.keyCodec,
    valueCodec: header.valueCodec,
    deletions: footer.deletions,
    blocks: footer.blocks,
    compressedBlocks,
    rawBytes: footer.rawBytes,
    ...entryFacts(summary),
  };
}

/** The report for people. */
export function drawFile(facts: FileFacts): string[] {
  const { entries, formatVersion, keyCodec, layoutVersion, valueCodec } = facts;
  return [
    facts.path,
    ...drawPairs([
      ["epoch", `${facts.epoch}, ${kindOf(facts)}`],
      ["opened", moment(facts.time)],
      ["codecs", `"${keyCodec}" for keys, "${valueCodec}" for values`],
      ["versions", `format ${formatVersion}, memory layout ${layoutVersion}`],
      ["entries", `${count(entries)} in the map${recordsOf(facts)}`],
      ...drawSums(facts),
      ["file", `${size(facts.bytes)} in ${blocksOf(facts)}`],
    ]),
    ...drawEntries(facts),
  ];
}

/** What an epoch is: "full", or "delta of 3". */
export function kindOf({ base }: Pick<SnapshotInfo, "base">): string {
  return base === undefined ? "full" : `delta of ${base}`;
}

function recordsOf({ base, deletions, records }: FileFacts): string {
  if (base === undefined) return "";
  return `, of which this file has ${
    count(records - deletions)
  } written since epoch ${base}, and ${
    counted(deletions, "deletion", "deletions")
  }`;
}

function blocksOf({ blocks, compressedBlocks, rawBytes }: FileFacts): string {
  const all = counted(blocks, "block", "blocks");
  return compressedBlocks === 0
    ? `${all}, not compressed`
    : `${all}, ${count(compressedBlocks)} compressed (zstd) from ${
      size(rawBytes)
    }`;
}
