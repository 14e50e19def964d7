/**
 * A series of epochs of one map in one directory: a full one, deltas that each build on the one
 * before, then a full one again.
 *
 * A delta holds what changed since the epoch before, including deletions. It can be trusted because
 * this participant's *horizon* keeps every younger tombstone in the table (`table/horizon.ts`). The
 * horizon is set after the snapshot of the full epoch was opened, before anything of it is passed,
 * and is checked after the scan of each delta. If somebody has revoked it, short of memory, the
 * delta is thrown away, and a full epoch is written instead. The horizon is raised once the delta
 * is durable; until then it keeps more than is needed.
 *
 * An epoch leaves out what has expired. If the clock was set back since, some of that is there
 * again, without a change. So a delta never shows an earlier moment than the epoch before; a full
 * epoch is written instead.
 *
 * To find out what changed, every entry's stamp is read: that is O(entries), however few changed.
 * Writing is O(changes). An epoch without a change is not written.
 *
 * A full epoch is written instead of a delta when the chain has 16 deltas, or when together they
 * are half as large as the full one: so a restore reads at most half as much again as it would
 * without them.
 *
 * Writes to the map come first here, too: a map that needs what a dump keeps revokes it, and the
 * dump begins again, a little later each time. A map that evicts has to evict a little before that,
 * and more each time, so that its writers have memory until the dump has passed enough. After
 * several attempts the epoch is given up.
 *
 * @module
 */

import { SnapshotError } from "../errors.ts";
import type { Attachment } from "../map/attachment.ts";
import { evictAhead } from "../map/eviction.ts";
import { P_HORIZON } from "../segment/layout.ts";
import { load } from "../segment/atomics.ts";
import { liveEntries } from "../table/account.ts";
import { sleep } from "../timers.ts";
import { clearHorizon, raiseHorizon, setHorizon } from "../table/horizon.ts";
import {
  chainOf,
  describe,
  type EpochFile,
  listEpochs,
  PartFile,
  settleDirectory,
  type SnapshotInfo,
} from "./directory.ts";
import { dump, type SnapshotProgress } from "./dump.ts";
import { EpochScan, RevokedError } from "./epoch_scan.ts";
import { FileWriter } from "./file_writer.ts";
import type { Compression } from "./format.ts";
import type { Header, WordPair } from "./header.ts";
import { TimeSlices } from "../map/time_slices.ts";
import { retain } from "./retention.ts";

/** The most deltas of one chain. */
const MOST_DELTAS = 16;
/** All deltas of a chain together may take this share of its full epoch. */
const MOST_DELTA_SHARE = 1 / 2;
/**
 * How often a dump is begun again; and how long it waits before that the first time, in
 * milliseconds. Each time it waits twice as long.
 */
const MOST_RESTARTS = 8;
const FIRST_PAUSE_MS = 10;
/**
 * The share of the map that is evicted before a dump begins again the first time; each time it is
 * twice as much, up to the second share.
 */
const FIRST_HEADROOM = 1 / 256;
const MOST_HEADROOM = 1 / 8;

/** Why an epoch was given up. */
export const SHORT_OF_MEMORY = "the map is short of memory";

/** How a series is written. */
export interface SeriesOptions {
  directory: string;
  compression: Compression;
  /** The epochs to keep; undefined: all. */
  keep: number | undefined;
  /** Called with errors that do no harm to the epoch. */
  onWarning: (error: unknown) => void;
}

/** Called with the progress of a dump. */
type OnProgress = (progress: SnapshotProgress) => void;
type OnTryProgress = (progress: Omit<SnapshotProgress, "restarts">) => void;

/** What came of an attempt to write a delta. */
type Delta = EpochFile | "nothing changed" | "not to be trusted";

/** Writes one epoch after the other. */
export class Series {
  readonly #attachment: Attachment;
  readonly #options: SeriesOptions;
  /** The full epoch and the deltas since, oldest first. */
  #chain: EpochFile[] = [];
  /** The tick of the last of them; 0: the next one must be full. */
  #tick = 0;
  /** The hashes of structures that it leaves out as they had expired. */
  #unknown: ReadonlySet<number> = new Set();
  /**
   * The epoch that was published last. As long as it is there, this is the directory whose name was
   * made durable.
   */
  #published: string | undefined;

  constructor(attachment: Attachment, options: SeriesOptions) {
    this.#attachment = attachment;
    this.#options = options;
  }

  /**
   * Writes the next epoch, full or delta; undefined: nothing has changed since the last one. Throws
   * `SnapshotError`.
   */
  write(onProgress: OnProgress): Promise<SnapshotInfo | undefined> {
    return this.#insist(onProgress, (report) => this.#write(report));
  }

  /** Tries until nobody revokes the dump, but not for ever. */
  async #insist<T>(
    onProgress: OnProgress,
    attempt: (onProgress: OnTryProgress) => Promise<T>,
  ): Promise<T> {
    for (let restarts = 0;; restarts++) {
      try {
        return await attempt((progress) =>
          onProgress({ ...progress, restarts })
        );
      } catch (error) {
        if (!(error instanceof RevokedError)) throw error;
        if (restarts === MOST_RESTARTS) throw this.#shortOfMemory();
      }
      await sleep(FIRST_PAUSE_MS * 2 ** restarts);
      this.#attachment.checkOpen("write the snapshot");
      this.#makeHeadroom(FIRST_HEADROOM * 2 ** restarts);
    }
  }

  #makeHeadroom(share: number): void {
    const { segment } = this.#attachment;
    if (!segment.evicts) return;
    const bytes = segment.buffer.byteLength * Math.min(share, MOST_HEADROOM);
    evictAhead(this.#attachment, bytes);
  }

  #shortOfMemory(): SnapshotError {
    const { directory } = this.#options;
    return new SnapshotError(
      `Cannot write a snapshot into "${directory}": writes of the map needed the memory that it kept, ${
        MOST_RESTARTS + 1
      } times: create the map with a larger maxBytes, or write the snapshot when less is written`,
      { path: directory, reason: SHORT_OF_MEMORY },
    );
  }

  async #write(onProgress: OnTryProgress): Promise<SnapshotInfo | undefined> {
    if (this.#mayBeDelta()) {
      const delta = await this.#writeDelta(onProgress);
      if (delta === "nothing changed") return undefined;
      if (delta !== "not to be trusted" && this.#isWhole(delta)) {
        return await this.#keep(delta);
      }
    } else if (!await this.#hasChanged()) return undefined;
    return await this.#writeFull(true, onProgress);
  }

  /**
   * Whether the last epoch is there, but not what the map holds any more: asked where the next
   * epoch must be full.
   */
  async #hasChanged(): Promise<boolean> {
    const last = this.#chain[this.#chain.length - 1];
    if (!this.#isKept() || !this.#isWhole(last)) return true;
    using scan = new EpochScan(this.#attachment, this.#tick);
    if (scan.time < last.info.time) return true; // what had expired may be there again
    const slices = new TimeSlices();
    const found: number[] = [];
    while (!scan.done) {
      scan.next(found);
      scan.pass();
      if (found.length > 0) return true;
      if (slices.isOver) await slices.pause();
    }
    return !this.#isKept();
  }

  /** Whether the horizon stands at the last epoch: then every deletion since can be seen. */
  #isKept(): boolean {
    const { participant } = this.#attachment;
    const horizon = load(
      participant.segment.words,
      participant.base + P_HORIZON,
    );
    return this.#tick !== 0 && horizon === this.#tick;
  }

  #mayBeDelta(): boolean {
    if (!this.#isKept() || this.#chain.length > MOST_DELTAS) return false;
    const [full, ...deltas] = this.#chain;
    const bytes = deltas.reduce((sum, { info }) => sum + info.bytes, 0);
    return bytes <= full.info.bytes * MOST_DELTA_SHARE &&
      this.#isWhole(this.#chain[this.#chain.length - 1]);
  }

  /**
   * Whether all that an epoch builds on is still there: somebody else may have tidied up the
   * directory.
   */
  #isWhole(epoch: EpochFile): boolean {
    const all = listEpochs(this.#options.directory);
    return chainOf(epoch, all)?.every(({ info }) =>
      all.some((file) => file.info.path === info.path)
    ) ?? false;
  }

  /**
   * Writes everything.
   *
   * @param continues Whether deltas are to follow.
   * @param onProgress Called after every block.
   */
  writeFull(continues: boolean, onProgress: OnProgress): Promise<SnapshotInfo> {
    return this.#insist(
      onProgress,
      (report) => this.#writeFull(continues, report),
    );
  }

  async #writeFull(
    continues: boolean,
    onProgress: OnTryProgress,
  ): Promise<SnapshotInfo> {
    if (continues) this.end();
    const { participant } = this.#attachment;
    const { tick, file } = await this.#writeFile(
      undefined,
      0,
      onProgress,
      (tick) => {
        if (continues) setHorizon(participant, tick);
      },
      () => "go on",
    ).catch((error) => {
      if (continues) this.end();
      throw error;
    }) as Written;
    if (continues) {
      this.#tick = tick;
      this.#unknown = this.#scanned.expired;
      this.#chain = [file];
    }
    return await this.#keep(file);
  }

  async #writeDelta(onProgress: OnTryProgress): Promise<Delta> {
    const since = this.#tick;
    const base = this.#chain[this.#chain.length - 1];
    const written = await this.#writeFile(
      base,
      since,
      onProgress,
      () => {},
      (records, time) =>
        !this.#isKept() || time < base.info.time
          ? "not to be trusted"
          : records === 0
          ? "nothing changed"
          : "go on",
    );
    if (written === "not to be trusted") return written;
    if (typeof written !== "string") this.#chain.push(written.file);
    const { expired, tick } = this.#scanned;
    this.#unknown = expired;
    // Revoked in between: this file is good, but the next delta might miss a deletion.
    this.#tick = raiseHorizon(this.#attachment.participant, since, tick)
      ? tick
      : 0;
    return typeof written === "string" ? written : written.file;
  }

  /** The last scan that came to its end: its tick, and what had expired. */
  #scanned: Pick<EpochScan, "expired" | "tick"> = {
    expired: new Set(),
    tick: 0,
  };

  /**
   * Writes one file, from the opening of the snapshot to the durable name.
   *
   * @param base What a delta builds on.
   * @param since The tick of the base; 0 for a full epoch.
   * @param onProgress Called after every block.
   * @param onOpen Called when the snapshot was opened.
   * @param decide Called with the number of records and the time of the snapshot when all was seen,
   * while the snapshot is still open: says whether to go on, or else why not.
   */
  async #writeFile<Reason extends string>(
    base: EpochFile | undefined,
    since: number,
    onProgress: OnTryProgress,
    onOpen: (tick: number) => void,
    decide: (records: number, time: number) => "go on" | Reason,
  ): Promise<Written | Reason> {
    const attachment = this.#attachment;
    const part = PartFile.create(this.#options.directory, attachment.segment);
    let writer: FileWriter | undefined;
    try {
      using scan = new EpochScan(attachment, since, this.#unknown);
      onOpen(scan.tick);
      const header = this.#header(part.epoch, base, scan.time);
      const { compression } = this.#options;
      writer = new FileWriter(part.file, header, compression);
      const report = () =>
        onProgress({
          entries: scan.entries,
          total: header.expected,
          bytes: writer!.bytes,
        });
      await dump(attachment, scan, writer, report);
      const { expired, tick } = scan;
      this.#scanned = { expired, tick };
      const decision = decide(writer.records, scan.time);
      scan.close();
      if (decision !== "go on") return decision;
      const bytes = await writer.finish(scan.entries);
      report();
      settleDirectory(this.#options.directory, this.#published);
      part.publish();
      this.#published = part.finalPath;
      const footer = { entries: scan.entries, records: writer.records };
      const path = part.finalPath;
      const file = describe({ header, footer, path, bytes });
      return { tick: scan.tick, file };
    } finally {
      await writer?.settle();
      part.discard();
    }
  }

  #header(
    epoch: number,
    base: EpochFile | undefined,
    time: number,
  ): Header {
    const { segment } = this.#attachment;
    const [low, high] = crypto.getRandomValues(new Int32Array(2));
    const id: WordPair = [low, high];
    return {
      id,
      seed: segment.seed,
      epoch,
      base: base && { epoch: base.info.epoch, id: base.id },
      time,
      expected: liveEntries(segment.words),
      keyCodec: segment.keyCodec,
      valueCodec: segment.valueCodec,
    };
  }

  /** Removes epochs that are not to be kept. The new one counts, also if that fails. */
  async #keep({ info }: EpochFile): Promise<SnapshotInfo> {
    const { directory, keep, onWarning } = this.#options;
    try {
      if (keep !== undefined) await retain(directory, keep, info, onWarning);
    } catch (error) {
      onWarning(error);
    }
    return info;
  }

  /** Ends the chain: the next epoch is full, and no tombstone is kept for a delta. */
  end(): void {
    this.#tick = 0;
    this.#chain = [];
    if (this.#attachment.isOpen) clearHorizon(this.#attachment.participant);
  }
}

interface Written {
  tick: number;
  file: EpochFile;
}
