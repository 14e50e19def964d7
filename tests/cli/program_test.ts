// The program as a shell calls it, with exactly the permissions that its help
// and the README name.
import { assert, assertEquals } from "@std/assert";
import { restoreSnapshot, SharedMap, writeSnapshot } from "../../mod.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { generalHelp, MODULE } from "../../src/cli/help.ts";
import { Child } from "../testing/child.ts";
import { Folder } from "../testing/folder.ts";
import { commandLine, runProgram } from "./program.ts";

/** A folder with what the examples of the help work on. */
async function exampleFolder(entries = 1): Promise<Folder> {
  const folder = new Folder();
  const snapshots = `${folder.path}/snapshots`;
  Deno.mkdirSync(snapshots);
  using map = SharedMap.create<string, string>();
  for (let i = 0; i < entries; i++) map.set(`key ${i}`, "x".repeat(100));
  await writeSnapshot(map, snapshots);
  Deno.writeTextFileSync(
    `${folder.path}/entries.jsonl`,
    '{"key":"a","value":{"$bigint":"12"}}\n',
  );
  return folder;
}

/** Every command line of a text that can be run as it stands. */
function documentedLines(text: string): string[] {
  return [...text.matchAll(/^ *deno run [^\n]*/gm)].map(([line]) =>
    line.trim().replace(/ *#.*/, "")
  ).filter((line) => line.includes(MODULE));
}

const README = Deno.readTextFileSync(
  new URL("../../README.md", import.meta.url),
);
const DOCUMENTED = new Set(
  [README, generalHelp(COMMANDS), ...COMMANDS.map(({ help }) => help)]
    .flatMap(documentedLines),
);

for (const line of DOCUMENTED) {
  Deno.test(`works as documented: ${line}`, async () => {
    using folder = await exampleFolder();
    const [command, source] = line.replace(/ \| .*/, "").split(" < ");
    const [flags, words] = command.split(` ${MODULE} `);
    const permissions = flags.split(" ").slice(2);
    if (words.startsWith("serve")) {
      return await servesAsDocumented(permissions, words, folder);
    }
    const input = source && Deno.readTextFileSync(`${folder.path}/${source}`);
    const { code, err, out } = await runProgram({
      permissions,
      args: words.split(" "),
      cwd: folder.path,
    }, input);
    assertEquals(code, 0, err);
    assert(out !== "" || words.includes("--output"));
  });
}

const { pathname: SRC } = new URL("../../src/", import.meta.url);

/** A server does not end by itself, and here its workers load their modules from files. */
async function servesAsDocumented(
  permissions: readonly string[],
  words: string,
  { path }: Folder,
): Promise<void> {
  Deno.writeTextFileSync(`${path}/password`, "sesame\n");
  await using child = new Child(
    commandLine({
      permissions: [
        ...permissions.map(withSource),
        withSource("--allow-read="),
      ],
      args: [...words.split(" "), "--port=0"],
      cwd: path,
    }),
    { cwd: path },
  );
  assert((await child.line()).startsWith("Ready: "));
  child.kill("SIGTERM");
  const { code, err } = await child.ended();
  assertEquals(code, 0, err);
}

function withSource(flag: string): string {
  if (!flag.startsWith("--allow-read=")) return flag;
  return flag.endsWith("=") ? `${flag}${SRC}` : `${flag},${SRC}`;
}

Deno.test("the documented lines are all commands", () => {
  for (const { name } of COMMANDS) {
    const isDocumented = (text: string) =>
      documentedLines(text).some((line) => line.includes(`${MODULE} ${name} `));
    assert(isDocumented(README), `${name} in the README`);
    for (const { help } of COMMANDS.filter((other) => other.name === name)) {
      assert(isDocumented(help), `${name} in its help`);
    }
  }
});

Deno.test("the program names the permission that is missing", async () => {
  using folder = await exampleFolder();
  const fails = async (permissions: string[], args: string[], flag: string) => {
    const call = { permissions, args, cwd: folder.path };
    const { code, err, out } = await runProgram(call);
    assertEquals([code, out], [2, ""]);
    assert(err.startsWith("Deno was not given the permission to "), err);
    assert(err.includes(` ${flag} behind "deno run"\n`), err);
    assertEquals(err.split("\n").length, 2, err);
  };
  const read = "--allow-read=snapshots";
  for (const name of ["inspect", "verify", "export"]) {
    await fails([], [name, "snapshots"], read);
  }
  await fails(
    [read],
    ["export", "snapshots", "--output", "out file"],
    "'--allow-write=out file'",
  );
  const args = ["import", "entries.jsonl", "--output", "snapshots"];
  await fails([], args, "--allow-read=entries.jsonl");
  const reads = "--allow-read=entries.jsonl";
  await fails([reads], args, "--allow-write=snapshots");
  await fails([reads, "--allow-write=snapshots"], args, read);
});

Deno.test("the program ends quietly when its reader does", async () => {
  using folder = await exampleFolder(20_000);
  const call = {
    permissions: ["--allow-read=snapshots"],
    args: ["export", "snapshots"],
    cwd: folder.path,
  };
  const child = new Deno.Command(Deno.execPath(), {
    args: commandLine(call),
    cwd: call.cwd,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const [{ code }, err] = await Promise.all([
    child.status,
    new Response(child.stderr).text(),
  ]);
  assertEquals([code, err], [0, ""]);
});

Deno.test("the program imports what comes through a pipe", async () => {
  using folder = await exampleFolder();
  const { code, err, out } = await runProgram({
    permissions: ["--allow-read=piped", "--allow-write=piped"],
    args: ["import", "-", "--output", "piped", "--key", "number"],
    cwd: folder.path,
  }, '{"key":1,"value":"one"}\n{"key":{"$number":"NaN"},"value":null}');
  assertEquals(code, 0, err);
  assert(out.startsWith("Imported 2 entries as epoch 1: piped/0000"), out);
  using map = SharedMap.create<number, unknown>({ key: "number" });
  await restoreSnapshot(map, `${folder.path}/piped`);
  assertEquals(
    new Map(map),
    new Map<number, unknown>([[1, "one"], [NaN, null]]),
  );
});
