/**
 * Faults: each call of a program fails once, or it and all later ones of its kind until the
 * step has failed. The step says what is wrong, with the path; what was acknowledged is
 * there; done again, it succeeds, and leaves nothing behind.
 *
 * `deno run --allow-env --config tests/durability/instrumented.json faults.ts`
 * prints a line for each scenario.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { SnapshotError } from "../../mod.ts";
import { Random, SEED } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { type Call, Disk } from "./disk.ts";
import {
  replaceDirectory,
  restored,
  type Scenario,
  SCENARIOS,
  type Setup,
  type Step,
} from "./scenarios.ts";
import { use } from "./system.ts";

/** Faults of one scenario that are tried; all, if there are no more. */
const MOST_FAULTS = 60 * SCALE;

/** An error as the runtime has it. */
type Fault = () => Error;

const FAULTS: Record<string, Fault> = {
  ENOSPC: () => new Error("No space left on device (os error 28)"),
  EFBIG: () => new Error("File too large (os error 27)"),
  EIO: () => new Error("Input/output error (os error 5)"),
  EMFILE: () => new Error("Too many open files (os error 24)"),
  EROFS: () => new Error("Read-only file system (os error 30)"),
  EINVAL: () => new TypeError("Invalid argument (os error 22)"),
  EINTR: () =>
    new Deno.errors.Interrupted("Interrupted system call (os error 4)"),
};

/** What each call may fail with. */
const POSSIBLE: Record<Call, (keyof typeof FAULTS)[]> = {
  open: ["EIO", "EMFILE", "EINTR"],
  create: ["ENOSPC", "EIO", "EMFILE", "EROFS", "EINTR"],
  stat: ["EIO", "EINTR"],
  readDir: ["EIO", "EMFILE", "EINTR"],
  read: ["EIO", "EINTR"],
  write: ["ENOSPC", "EFBIG", "EIO", "EINTR"],
  truncate: ["EIO", "EROFS", "EINTR"],
  seek: [],
  sync: ["ENOSPC", "EIO", "EINTR"],
  syncDirectory: ["EIO", "EINVAL", "EINTR"],
  lock: ["EINTR"],
  rename: ["ENOSPC", "EIO", "EROFS", "EINTR"],
  remove: ["EIO", "EROFS", "EINTR"],
  mkdir: ["ENOSPC", "EIO", "EROFS", "EINTR"],
};

/**
 * Calls that change the disk: they keep failing while a fault lasts, as on a full disk, or
 * one that is gone.
 */
const CHANGES: Call[] = [
  "create",
  "write",
  "truncate",
  "sync",
  "syncDirectory",
  "rename",
  "remove",
  "mkdir",
];

/** A fault of the disk: at which call, what, and whether it lasts. */
class DiskFault {
  readonly #at: number;
  readonly #kind: string;
  readonly lasts: boolean;
  #calls = 0;
  /** The call that failed first. */
  failed: string | undefined;
  #isOver = false;

  constructor(at: number, kind: string, lasts: boolean) {
    this.#at = at;
    this.#kind = kind;
    this.lasts = lasts;
  }

  readonly onCall = (call: Call, path: string): void => {
    const isFirst = this.#calls++ === this.#at;
    if (isFirst) this.failed = `${call} ${path}`;
    const lasts = this.lasts && this.failed !== undefined &&
      !this.#isOver && CHANGES.includes(call);
    if (isFirst || lasts) throw FAULTS[this.#kind]();
  };

  /** Whether it has come, and lasts. */
  get isOn(): boolean {
    return this.failed !== undefined && !this.#isOver;
  }

  /** It is over, if it has come. */
  end(): void {
    this.#isOver = this.failed !== undefined;
  }

  toString(): string {
    const what = `${this.lasts ? "lasting " : ""}${this.#kind}`;
    return `${what} at call ${this.#at}, ${this.failed}`;
  }
}

/** The calls of a program in which nothing goes wrong. */
async function callsOf({ setup, steps }: Scenario): Promise<Call[]> {
  const { disk, program } = await setup();
  use(disk);
  const calls: Call[] = [];
  disk.onCall = (call) => calls.push(call);
  for (const step of steps) await take({ disk, program }, step);
  program[Symbol.dispose]();
  return calls;
}

async function withFault(scenario: Scenario, fault: DiskFault): Promise<void> {
  const setup = await scenario.setup();
  setup.disk.onCall = fault.onCall;
  use(setup.disk);
  for (const step of scenario.steps) await insist(setup, step, fault);
  for (const { path, message } of setup.program.warnings) {
    assert(path !== undefined && message.includes(path), message);
  }
  await checkEnd(setup, scenario.steps.at(-1)!);
  if (scenario.damaged !== undefined) {
    assert(
      setup.disk.cut("none").includes(scenario.damaged),
      "nothing is lost",
    );
  }
  setup.program[Symbol.dispose]();
  assertEquals(setup.disk.openFiles.size, 0, "files are left open");
}

/** Takes a step; what somebody else does has no faults. */
async function take({ disk, program }: Setup, step: Step): Promise<void> {
  const { onCall } = disk;
  if (step === replaceDirectory) disk.onCall = () => {};
  try {
    await step(program);
  } finally {
    disk.onCall = onCall;
  }
}

/** Takes a step, twice if it fails: but an interruption is no failure. */
async function insist(
  setup: Setup,
  step: Step,
  fault: DiskFault,
): Promise<void> {
  const { disk, program } = setup;
  const before = partsOn(disk);
  try {
    await take(setup, step);
  } catch (error) {
    assert(error instanceof SnapshotError, `${error}`);
    assert(error.path !== undefined, error.message);
    assert(error.message.includes(error.path), error.message);
    assert(fault.isOn, `what was over came back: ${error}`);
    assert(!/\(os error/.test(error.message), error.message);
    const parts = partsOn(disk).filter((part) => !before.includes(part));
    if (!fault.lasts) assertEquals(parts, []);
    fault.end();
    const contents = await restored(Disk.of(disk.cut("none")));
    assert(program.allows(contents), `${contents} is left of it`);
    use(disk);
    await take(setup, step);
  }
  fault.end();
}

/** What was acknowledged last is durable, and nothing is left over once more is written. */
async function checkEnd({ disk, program }: Setup, last: Step): Promise<void> {
  const expected = () => program.attempts.at(-1);
  assertEquals(await restored(Disk.of(disk.cut("none"))), expected());
  use(disk);
  await last(program);
  assertEquals(await restored(Disk.of(disk.cut("none"))), expected());
  use(disk);
  assertEquals(partsOn(disk), []);
}

/** What an interrupted write left. */
function partsOn(disk: Disk): string[] {
  return disk.cut("all").match(/\d+\.epochmap\.part/g) ?? [];
}

/** All faults that are possible at these calls. */
function* faultsAt(calls: readonly Call[]): Generator<DiskFault> {
  for (const [at, call] of calls.entries()) {
    for (const kind of POSSIBLE[call]) {
      yield new DiskFault(at, kind, false);
      const mayLast = CHANGES.includes(call) && kind !== "EINTR";
      if (mayLast) yield new DiskFault(at, kind, true);
    }
  }
}

async function search(scenario: Scenario, random: Random): Promise<string> {
  const faults = [...faultsAt(await callsOf(scenario))];
  const chosen = faults.length <= MOST_FAULTS
    ? faults
    : Array.from({ length: MOST_FAULTS }, () => random.pick(faults));
  for (const fault of chosen) {
    try {
      await withFault(scenario, fault);
    } catch (error) {
      throw new Error(`${fault}: ${error}`);
    }
  }
  return `${scenario.name}: ${chosen.length} of ${faults.length} faults`;
}

for (const scenario of SCENARIOS) {
  try {
    console.log(await search(scenario, new Random(SEED)));
  } catch (error) {
    console.log(
      `FAILED ${scenario.name}, EPOCHMAP_TEST_SEED=${SEED}: ${error}`,
    );
  }
}
