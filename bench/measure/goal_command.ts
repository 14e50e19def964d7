import {
  type Figure,
  formatFigure,
  formatGoal,
  type GoalCheck,
  recordOf,
} from "./goal.ts";
import { readOptions, runCommand, wholeNumber } from "./options.ts";
import { ResultFile } from "./result_file.ts";

/** What a bench of goals has measured. */
interface Run {
  readonly goals: readonly GoalCheck[];
  readonly figures?: readonly Figure[];
}

/** A bench of goals, as a command. */
export interface GoalBench<Measured extends Run> {
  /** What `--help` prints. */
  readonly help: string;
  /** The option that says how often it measures, and how often it does as a rule. */
  readonly times: readonly ["repetitions" | "rounds", number];
  measure(times: number): Promise<Measured>;
  /** What it prints before the goals. */
  format?(run: Measured): string;
}

/**
 * Runs it: prints a line for each goal, and writes the figures to the path of `--json`, if
 * there is one.
 */
export function runGoalBench<Measured extends Run>(
  { help, times: [name, usual], measure, format }: GoalBench<Measured>,
): Promise<never> {
  return runCommand(async () => {
    const options = readOptions(Deno.args, { [name]: `${usual}`, json: "" });
    if (options === undefined) return console.log(help);
    const times = wholeNumber(name, options[name], 1, 1_000);
    const file = options.json === "" ? undefined : new ResultFile(options.json);
    const run = await measure(times);
    if (format !== undefined) console.log(format(run) + "\n");
    const lines = [
      ...run.goals.map(formatGoal),
      ...(run.figures ?? []).map(formatFigure),
    ];
    console.log(lines.join("\n"));
    file?.writeJson(recordOf(run));
  });
}
