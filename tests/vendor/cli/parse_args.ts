/**
 * Stands in for `@std/cli/parse-args`: the same reading of a command line, but
 * for dotted names, `boolean: true` and `unknown`, which nothing here uses. Types refuse
 * what is missing.
 *
 * @module
 */

type Names<N extends string> = N | readonly N[];

/** Which options there are and how they are read. */
export interface ParseOptions<
  B extends string = string,
  S extends string = string,
  C extends string = string,
  D extends Record<string, unknown> = Record<string, unknown>,
> {
  /** Put what follows `--` under that name, and not into `_`. */
  "--"?: boolean;
  /** Other names of an option, each of them set whenever one is. */
  alias?: Record<string, Names<string>>;
  /** Options without a value, `false` when absent. */
  boolean?: Names<B>;
  /** What an absent option is. */
  default?: D;
  /** Put everything after the first word that is no option into `_`. */
  stopEarly?: boolean;
  /** Options whose value stays a string, even if it looks like a number. */
  string?: Names<S>;
  /** Options that may come many times and make an array. */
  collect?: Names<C>;
  /** Options that `--no-NAME` sets to `false`. */
  negatable?: Names<string>;
}

/** The options by name, what remains in `_`. */
export type Args<
  T extends Record<string, unknown> = Record<string, unknown>,
> = T & { _: (string | number)[]; "--"?: string[] };

/** What an option is, given the type of one value and of its absence. */
type Option<N extends string, Value, Absent, C, D> = N extends C ? Value[]
  : Value | (N extends keyof D ? D[N] : Absent);

export function parseArgs<
  B extends string = never,
  S extends string = never,
  C extends string = never,
  D extends Record<string, unknown> = Record<never, never>,
>(
  args: readonly string[],
  options: ParseOptions<B, S, C, D> = {},
): Args<
  & Record<string, unknown>
  & { [N in B]: Option<N, boolean, false, C, D> }
  & { [N in S]: Option<N, string, undefined, C, D> }
> {
  const aliases = aliasesOf(options.alias);
  const named = (names: Names<string> = []) =>
    new Set(
      [names].flat().flatMap((name) => [name, ...aliases.get(name) ?? []]),
    );
  const booleans = named(options.boolean);
  const strings = named(options.string);
  const collected = named(options.collect);
  const negatable = named(options.negatable);

  const values: Record<string, unknown> = {};
  const rest: (string | number)[] = [];

  const put = (name: string, value: unknown) => {
    for (const each of [name, ...aliases.get(name) ?? []]) values[each] = value;
  };
  const add = (name: string, text: string | boolean) => {
    const value = strings.has(name) ? text : numberIfOne(text);
    const before = Object.hasOwn(values, name) ? values[name] as unknown[] : [];
    put(name, collected.has(name) ? [...before, value] : value);
  };

  const end = args.indexOf("--");
  const words = end < 0 ? [...args] : args.slice(0, end);
  const afterDashes = end < 0 ? [] : args.slice(end + 1);

  /** An option without a value of its own: the next word may be its value. */
  const addBare = (name: string, takesDash: boolean) => {
    const next = words[0];
    const isFlag = booleans.has(name);
    const isValue = next && !isFlag &&
      (!next.startsWith("-") || takesDash && next === "-");
    if (isValue) return add(name, words.shift()!);
    if (isFlag && (next === "true" || next === "false")) {
      return add(name, words.shift() === "true");
    }
    add(name, strings.has(name) ? "" : true);
  };

  while (words.length > 0) {
    const word = words.shift()!;
    const long = /^--([^=]+)(?:=(.*))?$/s.exec(word);
    if (long) {
      const [, name, value] = long;
      if (value !== undefined) {
        add(name, booleans.has(name) ? value !== "false" : value);
      } else if (name.startsWith("no-") && negatable.has(name.slice(3))) {
        put(name.slice(3), false);
      } else {
        addBare(name, false);
      }
    } else if (word.startsWith("-") && word.length > 1) {
      // A cluster, `-abc`: the last letter may have a value, set off by `=` or
      // by not being a letter, `-n5`.
      for (let i = 1; i < word.length; i++) {
        const name = word[i];
        const attached = word.slice(i + 1);
        if (!attached) {
          addBare(name, true);
        } else if (/^[a-z][^a-z]/i.test(word.slice(i))) {
          add(name, attached.replace(/^=/, ""));
          break;
        } else {
          add(name, strings.has(name) ? "" : true);
        }
      }
    } else {
      rest.push(strings.has("_") ? word : numberIfOne(word));
      if (options.stopEarly) rest.push(...words.splice(0));
    }
  }

  for (const [name, value] of Object.entries(options.default ?? {})) {
    if (!Object.hasOwn(values, name)) put(name, value);
  }
  for (const name of booleans.union(strings)) {
    if (Object.hasOwn(values, name)) continue;
    if (collected.has(name)) values[name] = [];
    else if (booleans.has(name)) values[name] = false;
  }
  const result = options["--"]
    ? { ...values, _: rest, "--": afterDashes }
    : { ...values, _: [...rest, ...afterDashes] };
  return result as ReturnType<typeof parseArgs<B, S, C, D>>;
}

/** For each name all the other names of the same option. */
function aliasesOf(
  alias: Record<string, Names<string>> = {},
): Map<string, string[]> {
  const groups = Object.entries(alias).map(([name, also]) =>
    [name, also].flat()
  );
  return new Map(
    groups.flatMap((group) =>
      group.map((name) => [name, group.filter((other) => other !== name)])
    ),
  );
}

function numberIfOne<T extends string | boolean>(text: T): T | number {
  const isNumber = typeof text === "string" && text.trim() !== "" &&
    Number.isFinite(Number(text));
  return isNumber ? Number(text) : text;
}
