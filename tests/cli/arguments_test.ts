import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { onlyWord, readArguments, wantsHelp } from "../../src/cli/arguments.ts";
import { UsageError } from "../../src/cli/errors.ts";

const OPTIONS = {
  output: { type: "string" },
  json: { type: "boolean", default: false },
} as const;

Deno.test("readArguments() tells options from words", () => {
  const { positionals, values } = readArguments(
    ["a", "--output=x", "--json", "--", "--b"],
    OPTIONS,
  );
  assertEquals(positionals, ["a", "--b"]);
  assertEquals({ ...values }, { output: "x", json: true });
});

Deno.test("readArguments() says which options there are", () => {
  const refuse = (words: string[], message: string) =>
    assertThrows(() => readArguments(words, OPTIONS), UsageError, message);
  refuse(
    ["--inptu", "x"],
    "Unknown option '--inptu': expected --help, --output, --json",
  );
  refuse(["-x"], "Unknown option '-x': expected");
  refuse(["--output"], "Option '--output <value>' argument missing: expected");
  refuse(["--output", "-x"], "Option '--output' argument is ambiguous: ");
  refuse(["--json=3"], "Option '--json' does not take an argument: expected");
});

Deno.test("onlyWord() takes one word", () => {
  assertEquals(onlyWord(["a"], "file"), "a");
  assertThrows(
    () => onlyWord([], "file"),
    UsageError,
    "Expected one file: received nothing",
  );
  assertThrows(
    () => onlyWord(["a", "b"], "file"),
    UsageError,
    'received 2 words, "b" the second of them',
  );
});

Deno.test("wantsHelp() looks for -h and --help before --", () => {
  assert(wantsHelp(["a", "-h"]));
  assert(wantsHelp(["--help"]));
  assertFalse(wantsHelp(["help"]));
  assertFalse(wantsHelp(["--", "--help"]));
});
