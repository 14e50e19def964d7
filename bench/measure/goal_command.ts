import { formatGoal, type GoalCheck, recordOf } from "./goal.ts";
import { readOptions, runCommand, wholeNumber } from "./options.ts";
import { ResultFile } from "./result_file.ts";

/** A bench of goals, as a command. */
export interface GoalBench {
  /** What `--help` prints. */
  readonly help: string;
  /** The option that says how often it measures, and how often it does as a rule. */
  readonly times: readonly ["repetitions" | "rounds", number];
  measure(times: number): Promise<{ readonly goals: readonly GoalCheck[] }>;
}

/** Runs it: prints a line for each goal, and writes the figures to the path of `--json`, if there is one. */
export function runGoalBench(
  { help, times: [name, usual], measure }: GoalBench,
): Promise<never> {
  return runCommand(async () => {
    const options = readOptions(Deno.args, { [name]: `${usual}`, json: "" });
    if (options === undefined) return console.log(help);
    const times = wholeNumber(name, options[name], 1, 1_000);
    const file = options.json === "" ? undefined : new ResultFile(options.json);
    const run = await measure(times);
    console.log(run.goals.map(formatGoal).join("\n"));
    file?.writeJson(recordOf(run));
  });
}
