import type { ContenderName } from "../peers/all.ts";
import type { MixName } from "./mixes.ts";
import { workersOf } from "./words.ts";
import type { Cell, Sample } from "./sample.ts";

/** All samples of a run, and the ratios that can be drawn from them. */
export class Results {
  readonly samples: readonly Sample[];

  constructor(samples: readonly Sample[]) {
    this.samples = samples;
  }

  /** The operations per second of a cell, one figure a round. */
  series(cell: Cell): number[] {
    return this.#of(cell).map((sample) => sample.operationsPerSecond);
  }

  /** How much faster one contender is than another, round by round. */
  against(cell: Cell, other: ContenderName): number[] {
    const theirs = this.series({ ...cell, contender: other });
    return this.series(cell).map((ours, round) => ours / theirs[round]);
  }

  /** What a contender gains from more workers, round by round. */
  scaling(cell: Cell): number[] {
    const alone = this.series({ ...cell, workers: 1 });
    return this.series(cell).map((many, round) => many / alone[round]);
  }

  /**
   * The same by processor time: what more workers would gain on a machine that
   * gave each a processor for itself. Waiting costs nothing here, so it says
   * something only of contenders that never wait.
   */
  scalingByProcessor(cell: Cell): number[] {
    const alone = this.#byProcessor({ ...cell, workers: 1 });
    return this.#byProcessor(cell).map((many, round) =>
      cell.workers * many / alone[round]
    );
  }

  /** How much of the processors that its workers could use a cell got, from 0 to 1. */
  shareOfMachine(cell: Cell): number[] {
    const processors = Math.min(cell.workers, navigator.hardwareConcurrency);
    return this.#of(cell).map((sample) =>
      sample.processorSeconds / (processors * sample.seconds)
    );
  }

  /**
   * The same as `against`, without the time that goes into choosing operations
   * and building keys: that time is measured by the empty contender.
   */
  againstWithoutHarness(cell: Cell, other: ContenderName): number[] {
    const ours = this.series(cell);
    const theirs = this.series({ ...cell, contender: other });
    const empty = this.series({ ...cell, contender: "empty" });
    return empty.map((nothing, round) =>
      (1 / theirs[round] - 1 / nothing) / (1 / ours[round] - 1 / nothing)
    );
  }

  /** Answers that a correct map does not give, in all samples of a contender. */
  wrong(contender: ContenderName, mix: MixName): number {
    return this.samples
      .filter((it) => it.contender === contender && it.mix === mix)
      .reduce((total, sample) => total + sample.wrong, 0);
  }

  /** What went wrong, each trouble once. */
  troubles(): string[] {
    const lines = this.samples
      .filter((sample) => sample.error !== undefined)
      .map(({ contender, mix, workers, error }) =>
        `${contender}, ${mix}, ${workersOf({ workers })}: ${error}`
      );
    return [...new Set(lines)];
  }

  #byProcessor(cell: Cell): number[] {
    return this.#of(cell).map((it) => it.operations / it.processorSeconds);
  }

  #of({ contender, mix, workers }: Cell): Sample[] {
    return this.samples.filter((sample) =>
      sample.contender === contender && sample.mix === mix &&
      sample.workers === workers
    );
  }
}
