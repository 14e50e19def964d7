import { parseArgs } from "@std/cli/parse-args";

/** A command line that cannot be understood; the message says what would be. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** The options of a command: each name with its value, as text. */
export type Options<Name extends string> = Record<Name, string>;

/**
 * Reads `--name value` options; `undefined` when help was asked for.
 *
 * Every option takes a value and has a default, which also names the options
 * that exist.
 */
export function readOptions<Name extends string>(
  args: readonly string[],
  defaults: Options<Name>,
): Options<Name> | undefined {
  const names = Object.keys(defaults);
  const flags: Record<string, unknown> = parseArgs([...args], {
    string: names,
    boolean: ["help"],
    alias: { h: "help" },
    default: defaults,
  });
  if (flags.help === true) return undefined;
  refuseUnknown(flags, names);
  return flags as Options<Name>;
}

function refuseUnknown(
  flags: Record<string, unknown>,
  names: readonly string[],
): void {
  const expected = `expected ${names.map((name) => `--${name}`).join(", ")}`;
  for (const [name, value] of Object.entries(flags)) {
    if (name === "_" && (value as unknown[]).length > 0) {
      const [word] = value as unknown[];
      throw new UsageError(`Cannot read the word '${word}': ${expected}`);
    }
    if (["_", "h", "help"].includes(name)) continue;
    if (!names.includes(name)) {
      throw new UsageError(`Cannot read the option --${name}: ${expected}`);
    }
    if (typeof value !== "string") {
      throw new UsageError(`Cannot read --${name}: give it once, with a value`);
    }
  }
}

/** Reads a positive number. */
export function positive(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0) return value;
  throw new UsageError(
    `Cannot use --${name}: expected a number above 0, received '${text}'`,
  );
}

/** Reads a whole number from `low` to `high`. */
export function wholeNumber(
  name: string,
  text: string,
  low: number,
  high: number,
): number {
  const value = Number(text);
  if (
    text.trim() !== "" && Number.isInteger(value) && value >= low &&
    value <= high
  ) return value;
  throw new UsageError(
    `Cannot use --${name}: expected a whole number from ${low} to ${high}, ` +
      `received '${text}'`,
  );
}

/** Reads a power of two from `low` to `high`. */
export function powerOfTwo(
  name: string,
  text: string,
  low: number,
  high: number,
): number {
  const value = wholeNumber(name, text, low, high);
  if (Number.isInteger(Math.log2(value))) return value;
  throw new UsageError(
    `Cannot use --${name}: expected a power of two from ${low} to ${high}, ` +
      `received '${text}'`,
  );
}

/** Reads a list of names separated by commas, all from `known`. */
export function namesFrom(
  name: string,
  text: string,
  known: readonly string[],
): string[] {
  const chosen = text.split(",").map((part) => part.trim());
  for (const part of chosen) {
    if (known.includes(part)) continue;
    throw new UsageError(
      `Cannot use --${name}: expected a list from ${known.join(",")}, ` +
        `received '${part}'`,
    );
  }
  return [...new Set(chosen)];
}

/**
 * Runs a command: a usage error becomes a message and exit code 2.
 *
 * The process is ended in any case, because a peer that got stuck in its own
 * locks may have left a worker behind that nothing else can stop.
 */
export async function runCommand(command: () => Promise<void>): Promise<never> {
  try {
    await command();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\nSee --help.`);
    Deno.exit(2);
  }
  Deno.exit(0);
}
