/**
 * A trial: one run of a scenario by a plan, and the verdict. What the operations
 * returned must be explained by an order of theirs, what is left in the map must be
 * what that order leaves, and every block of memory must have one owner.
 *
 * @module
 */
import { Segment, type SegmentHandle } from "../../src/segment/segment.ts";
import { Client } from "./client.ts";
import * as at from "./shared_state.ts";
import type { SharedState } from "./shared_state.ts";
import { numberOf } from "./faults.ts";
import type { Entries } from "./entries.ts";
import { Checker, type Event } from "./history.ts";
import { inspect, readEntries } from "./inspection.ts";
import { NO_RESULT, runProgram } from "./program.ts";
import { type Extent, tablesOf } from "./places.ts";
import type { Plan, Switch } from "./plan.ts";
import { readTrace, type Traced } from "./trace.ts";
import { build, type Scenario } from "./scenario.ts";
import { FOUNDER } from "./participants.ts";
import { MemoryImage } from "./memory_image.ts";
import { tellTime } from "./clock.ts";
import { resume, waitUntilScheduled } from "./scheduler.ts";

/** What came of a run. */
export interface Outcome {
  /** What is wrong; empty: nothing. */
  readonly failure: string;
  /** Points that were passed. */
  readonly points: number;
  readonly switches: readonly Switch[];
}

/** What the workers of a search share. */
export interface SearchMemory {
  readonly state: SharedState;
  readonly segment: SegmentHandle;
}

/** All trials of one scenario. */
export class Trials {
  readonly scenario: Scenario;
  readonly #state: SharedState;
  readonly #image: MemoryImage;
  readonly #segment: Segment;
  readonly #checker: Checker;
  readonly #tables: readonly Extent[];
  /** What is in the map, by the fingerprint of an image that was found in order. */
  readonly #images = new Map<number, Entries>();
  #count = 0;

  constructor(
    memory: SearchMemory,
    scenario: Scenario,
    number: number,
    fault?: string,
  ) {
    this.scenario = scenario;
    this.#state = memory.state;
    const { words } = this.#state;
    words[at.SCENARIO] = number;
    words[at.PLANTED] = numberOf(fault);
    this.#state.touched.fill(0);
    this.#state.contended.fill(0);
    this.#image = new MemoryImage(memory.segment.buffer, build(scenario));
    this.#segment = Segment.attach(memory.segment);
    this.#tables = tablesOf(this.#image.words);
    tellTime(this.#segment);
    this.#checker = new Checker(
      readEntries(new Client(this.#segment, FOUNDER)),
    );
  }

  /** Runs so far. */
  get count(): number {
    return this.#count;
  }

  /** Images of the segment that runs have led to so far. */
  get images(): number {
    return this.#images.size;
  }

  /** The segment as the last run left it. */
  get words(): Int32Array {
    return this.#image.words;
  }

  /** The tables that were there at the beginning of a run, and those at its end. */
  get tables(): Extent[] {
    return [...this.#tables, ...tablesOf(this.#image.words)];
  }

  /** Runs the scenario once. */
  run(plan: Plan, tracing = false): Outcome {
    this.#count++;
    this.#image.reset();
    this.#set(plan, tracing);
    const [first] = plan.order;
    if (first !== 0) {
      resume(first);
      waitUntilScheduled();
    }
    runProgram(this.#segment, this.scenario, 0);
    return {
      failure: this.#state.failure || this.#check(),
      points: this.#state.words[at.POINTS],
      switches: this.#switches,
    };
  }

  /** Makes points of the words that became contended; false: none did. */
  widen(): boolean {
    const { contended, grown, words } = this.#state;
    const count = words[at.GROWN];
    for (let i = 0; i < count; i++) contended[grown[i]] = 1;
    words[at.GROWN] = 0;
    return count > 0;
  }

  get #switches(): Switch[] {
    const { switches, words } = this.#state;
    return Array.from({ length: words[at.SWITCHES] }, (_, i) => {
      const row = i * at.SWITCH_WORDS;
      const [step, point, to, atEnd] = switches
        .subarray(row, row + at.SWITCH_WORDS);
      return { step, point, to, atEnd: atEnd === 1 };
    });
  }

  /** What the last run did, if it was traced. */
  get trace(): Traced[] {
    return readTrace(this.#state);
  }

  #set({ order, changes, exact = false }: Plan, tracing: boolean): void {
    const { programs } = this.scenario;
    const { words } = this.#state;
    words.fill(0, at.EXACT, at.ORDER);
    words.fill(0, at.ASLEEP, at.ASLEEP + at.MOST_WORKERS);
    words[at.EXACT] = Number(exact);
    words[at.TRACING] = Number(tracing);
    words[at.CHANGES] = changes.length / 2;
    words[at.NEXT_AT] = changes.length > 0 ? changes[0] : -1;
    words[at.ALIVE] = (1 << programs.length) - 1;
    const everyone = new Set([...order, ...Array(at.MOST_WORKERS).keys()]);
    words.set([...everyone], at.ORDER);
    this.#state.changes.set(changes);
  }

  // ---- the verdict ------------------------------------------------------------------------------

  #check(): string {
    const { fingerprint } = this.#image;
    const events = this.#events;
    try {
      const failure = this.scenario.check?.(this.#segment, events) ?? "";
      if (failure !== "") return failure;
      const final = this.#images.get(fingerprint) ??
        inspect(this.#segment, this.scenario.leaks ?? 0);
      this.#images.set(fingerprint, final);
      return this.#checker.explains(events, final)
        ? ""
        : unexplained(events, final);
    } catch (error) {
      return String(error);
    }
  }

  get #events(): Event[] {
    const { results, times } = this.#state;
    return this.scenario.programs.flatMap((operations, worker) =>
      operations.map((operation, i) => {
        const row = worker * at.MOST_OPERATIONS + i;
        return {
          worker,
          operation,
          begin: times[2 * row],
          end: times[2 * row + 1],
          result: readResult(results[row]),
        };
      })
    );
  }
}

function readResult(result: number): number | undefined {
  return result === NO_RESULT ? undefined : result;
}

function unexplained(events: readonly Event[], final: Entries): string {
  const lines = events.map(({ begin, end, operation, worker, result }) =>
    `  worker ${worker}: ${operation.text} gave ${result}, from ${begin} to ${end}`
  );
  return [
    "no order of the operations explains what they returned and left:",
    ...lines,
    `  left: ${final}`,
  ].join("\n");
}
