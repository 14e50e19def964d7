/**
 * The build: the crew writes the index; in the middle a snapshot is taken, and
 * later one worker is terminated.
 *
 * @module
 */
import { setTimeout } from "node:timers/promises";
import type { SharedMapSnapshot } from "../../mod.ts";
import { IS_BUILT, isGone, PIECES_DONE } from "./board.ts";
import { claimOn } from "./claims.ts";
import { Crew } from "./crew.ts";
import { count, percent } from "./figures.ts";
import type { IndexerReport } from "./indexer.ts";
import type { Input } from "./input.ts";
import type { Maps } from "./job.ts";
import { Meter } from "./meter.ts";
import type { Options } from "./options.ts";
import { cyan, red } from "./paint.ts";
import { Progress } from "./progress.ts";
import { entriesThere } from "./proof.ts";
import type { ReaderReport } from "./reader.ts";

/** What the build leaves behind, beside the index. */
export interface BuildReport {
  readonly seconds: number;
  /** Of the index half built; still open. */
  readonly snapshot: SharedMapSnapshot<string, string>;
  readonly indexers: (IndexerReport | undefined)[];
  readonly reader: ReaderReport;
  readonly loss?: Loss;
  readonly peakBytes: number;
}

/** The end of a worker, and how long it had worked. */
export interface Loss {
  readonly worker: number;
  readonly seconds: number;
}

const SNAPSHOT_AT = 0.5;
const LOSS_AT = 0.65;
const LOOK_EVERY_MS = 100;
/** A worker that lets go of its thread every few milliseconds is gone by then. */
const DEATH_TAKES_MS = 50;

/** Builds the index and shows how it goes. */
export async function build(
  maps: Maps,
  input: Input,
  options: Options,
): Promise<BuildReport> {
  const { workers } = options;
  const progress = new Progress();
  const meter = new Meter(maps, workers);
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  const crew = new Crew(maps, input, options);
  let finished: number | undefined;
  const end = crew.built.then(() => finished = seconds());
  let snapshot: SharedMapSnapshot<string, string> | undefined;
  let loss: Loss | undefined;

  while (finished === undefined) {
    const share = (maps.board.get(PIECES_DONE) ?? 0) / input.pieces.length;
    progress.show(share, `${percent(share).padStart(4)}  ${meter.read()}`);
    if (!snapshot && share >= SNAPSHOT_AT) {
      snapshot = takeSnapshot(maps, share, progress);
    }
    if (!loss && share >= LOSS_AT && share < 1 && workers > 1) {
      loss = { worker: workers, seconds: seconds() };
      crew.terminate(loss.worker);
      await setTimeout(DEATH_TAKES_MS);
      progress.say(whereItStopped(loss, maps, input, options));
      maps.board.set(isGone(loss.worker), 1);
    }
    await Promise.race([end, setTimeout(LOOK_EVERY_MS)]);
  }
  maps.board.set(IS_BUILT, 1);
  progress.clear();
  return {
    seconds: finished,
    snapshot: snapshot ?? maps.index.snapshot(),
    indexers: await crew.built,
    reader: (await crew.read)!,
    loss,
    peakBytes: meter.peakBytes,
  };
}

function takeSnapshot({ index }: Maps, share: number, progress: Progress) {
  const start = performance.now();
  const snapshot = index.snapshot();
  const time = performance.now() - start;
  progress.say(
    cyan(`Snapshot taken at ${percent(share)}, in ${time.toFixed(2)} ms;`) +
      " it stays open while the workers go on.",
  );
  return snapshot;
}

/** How much of its piece a terminated worker had written. */
function whereItStopped(
  { worker }: Loss,
  { index }: Maps,
  input: Input,
  { longest }: Options,
): string {
  const terminated = red(`Worker ${worker} terminated`);
  const piece = input.pieces.find(({ number }) => {
    const claim = claimOn(index, number);
    return claim?.state === "taken" && claim.worker === worker;
  });
  if (!piece) return `${terminated} after its last piece.`;
  const entries = entriesThere(index, input, piece, longest);
  return `${terminated} in piece ${piece.number}, of which it had written ` +
    `${count(entries.filter(Boolean).length)} of ` +
    `${count(entries.length)} entries.`;
}
