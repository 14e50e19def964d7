import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { SharedMap, writeSnapshot } from "../../mod.ts";
import { FORMAT_VERSION } from "../../src/persist/format.ts";
import { LAYOUT_VERSION } from "../../src/segment/layout.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { run } from "../../src/cli/run.ts";
import { Streams } from "../../src/cli/streams.ts";
import { Folder } from "../testing/folder.ts";
import { NumberTrees } from "../testing/number_trees.ts";
import { seriesOf, silent } from "../persist/series.ts";
import { Captured, runHere } from "./captured.ts";

/** Ends with this code and one line on the error stream, which includes the message. */
async function assertRefused(
  args: string[],
  code: number,
  message: string,
): Promise<void> {
  const outcome = await runHere(...args);
  assert(outcome.err.includes(message), outcome.err);
  assertEquals([outcome.code, outcome.out], [code, ""], outcome.err);
  assertStrictEquals(outcome.err.split("\n").length, 2, outcome.err);
}

/** Three epochs: a full one and two deltas. */
async function threeEpochs(folder: Folder): Promise<void> {
  using map = SharedMap.create<string, unknown>();
  const series = seriesOf(map, folder.path, { compression: "zstd" });
  // So much of it that what follows are deltas.
  const text = crypto.getRandomValues(new Uint8Array(500)).toHex();
  map.set("a", text).set("b", 2, { ttl: 1e9 }).set("c", 3);
  await series.write(silent);
  map.set("a", 5);
  await series.write(silent);
  map.delete("c");
  await series.write(silent);
}

/** Changes one byte in the middle of an epoch. */
function damage(folder: Folder, epoch: number): void {
  const path = `${folder.path}/00000000000${epoch}.epochmap`;
  const bytes = Deno.readFileSync(path);
  bytes[bytes.length >> 1] ^= 1;
  Deno.writeFileSync(path, bytes);
}

Deno.test("run() helps, in general and with each command", async () => {
  const general = await runHere("--help");
  assertEquals([general.code, general.err], [0, ""]);
  for (const { name, summary } of COMMANDS) {
    assert(general.out.includes(`  ${name} `));
    assert(general.out.includes(summary));
    for (const args of [[name, "--help"], [name, "x", "-h"]]) {
      const { code, out } = await runHere(...args);
      assertStrictEquals(code, 0);
      assert(out.includes(`epochmap/cli ${name} `), out);
      assert(out.includes("Exit codes:\n  0  fine\n"), out);
    }
  }
});

Deno.test("run() refuses wrong words with code 2", async () => {
  const expected =
    "Expected a command, one of inspect, verify, export, import, serve";
  await assertRefused([], 2, `${expected}: received nothing. See --help.`);
  await assertRefused(["serv"], 2, `${expected}: received "serv"`);
  await assertRefused(["verify"], 2, "Expected one file or directory");
  await assertRefused(["inspect", "a", "--x"], 2, "Unknown option '--x'");
  await assertRefused(["import", "a"], 2, "Expected --output");
  const to = ["--output", "x"];
  const x = ["import", "a", ...to];
  await assertRefused(
    ["import", "a", "--output", "x.epochmap"],
    2,
    "a file like 000000000001.epochmap: received",
  );
  await assertRefused([...x, "--compression", "gzip"], 2, "none or zstd");
  await assertRefused([...x, "--key", ""], 2, "its name must have from 1 to");
  await assertRefused(["serve", "a"], 2, "Expected options only");
  await assertRefused(["serve", "--port", "x"], 2, "a whole number from 0 to");
  await assertRefused(["serve", "--memory", "1tb"], 2, "a size from 1mb to");
  const missing = ["serve", "--password-file", "/no/such/file"];
  await assertRefused(missing, 2, 'Cannot read "/no/such/file"');
});

Deno.test("run() says what is missing with code 2", async () => {
  using folder = new Folder();
  const missing = `${folder.path}/missing`;
  for (const command of ["inspect", "verify", "export"]) {
    await assertRefused(
      [command, missing],
      2,
      `Cannot read "${missing}": no such file or directory`,
    );
  }
  const to = ["--output", folder.path];
  await assertRefused(["import", missing, ...to], 2, "no such file");
});

Deno.test("run() says that a directory holds no snapshot with code 1", async () => {
  using folder = new Folder();
  for (const command of ["inspect", "verify", "export"]) {
    await assertRefused([command, folder.path], 1, "it holds no snapshot");
  }
});

Deno.test("inspect shows what a file holds", async () => {
  using folder = new Folder();
  await threeEpochs(folder);
  const { code, out } = await runHere(
    "inspect",
    `${folder.path}/000000000003.epochmap`,
  );
  assertStrictEquals(code, 0);
  assert(out.includes("  epoch     3, delta of 2\n"), out);
  assert(out.includes('  codecs    "string" for keys, "any" for values\n'));
  assert(out.includes("has 0 written since epoch 2, and 1 deletion\n"));
  const json = JSON.parse(
    (await runHere("inspect", `${folder.path}/000000000001.epochmap`, "--json"))
      .out,
  );
  const { time: _, path: __, bytes: ___, sizes, ...facts } = json;
  assertEquals(facts, {
    epoch: 1,
    kind: "full",
    entries: 3,
    records: 3,
    deletions: 0,
    formatVersion: FORMAT_VERSION,
    layoutVersion: LAYOUT_VERSION,
    keyCodec: "string",
    valueCodec: "any",
    blocks: 1,
    compressedBlocks: 1,
    rawBytes: 1060,
    expiring: 1,
    keyBytes: 3,
    valueBytes: 1016,
  });
  assertEquals(sizes.at(-1), { from: 512, to: 1023, entries: 1 });
  assertEquals(sizes[4], { from: 8, to: 15, entries: 2 });
});

Deno.test("inspect shows the epochs of a directory, and what a restore would take", async () => {
  using folder = new Folder();
  await threeEpochs(folder);
  const { code, out } = await runHere("inspect", folder.path);
  assertStrictEquals(code, 0);
  assert(/^\* +3 {2}delta of 2 +2 +1 /m.test(out), out);
  assert(/^\+ +1 {2}full +3 +3 /m.test(out), out);
  assert(out.includes("A restore takes epoch 3, from 1 and 2 deltas:"), out);
  const json = JSON.parse(
    (await runHere("inspect", folder.path, "--json")).out,
  );
  assertEquals(json.epochs.length, 3);
  assertEquals(json.damaged, []);
  assertEquals(json.restored.chain, [1, 2, 3]);
  assertEquals(json.restored.entries, 2);
  assertEquals(json.restored.expiring, 1);
});

Deno.test("inspect names what is damaged, with code 1", async () => {
  using folder = new Folder();
  await threeEpochs(folder);
  damage(folder, 3);
  const { code, out } = await runHere("inspect", folder.path);
  assertStrictEquals(code, 1);
  assert(out.includes(`damaged: ${folder.path}/000000000003.epochmap: `), out);
  assert(out.includes("A restore takes epoch 2, from 1 and 1 delta:"), out);
  damage(folder, 1);
  const nothing = await runHere("inspect", folder.path);
  assertStrictEquals(nothing.code, 1);
  assert(nothing.out.includes("A restore finds nothing that is whole."));
  await assertRefused(
    ["inspect", `${folder.path}/000000000001.epochmap`],
    1,
    "at byte ",
  );
});

Deno.test("inspect and verify name what was set aside, which does not count", async () => {
  using folder = new Folder();
  await threeEpochs(folder);
  const aside = `${folder.path}/000000000003.epochmap.damaged`;
  Deno.renameSync(`${folder.path}/000000000003.epochmap`, aside);
  const inspected = await runHere("inspect", folder.path);
  assertStrictEquals(inspected.code, 0);
  assert(inspected.out.includes(`set aside: ${aside}: `), inspected.out);
  const json = await runHere("inspect", folder.path, "--json");
  assertEquals(JSON.parse(json.out).aside, [aside]);
  const verified = await runHere("verify", folder.path);
  assertStrictEquals(verified.code, 0);
  assert(verified.out.includes(`old  ${aside}  `), verified.out);
  assert(verified.out.endsWith("2 files: 2 ok, 0 bad\n"), verified.out);
});

Deno.test("verify judges every file, and what builds on a bad one", async () => {
  using folder = new Folder();
  await threeEpochs(folder);
  const good = await runHere("verify", folder.path);
  assertStrictEquals(good.code, 0);
  assert(good.out.endsWith("3 files: 3 ok, 0 bad\n"), good.out);
  damage(folder, 2);
  Deno.writeTextFileSync(`${folder.path}/000000000009.epochmap`, "nothing");
  const { code, out } = await runHere("verify", folder.path);
  assertStrictEquals(code, 1);
  const lines = out.trim().split("\n");
  assertEquals(lines.map((line) => line.slice(0, 4)), [
    "BAD ", // 9, which is none at all
    "ok  ",
    "BAD ",
    "BAD ",
    "4 fi",
  ]);
  assert(lines[0].includes("at byte 0: only 7 bytes"), out);
  assert(lines[3].includes("epoch 2, which it builds on, is"), out);
  assert(out.endsWith("4 files: 1 ok, 3 bad\n"), out);
});

Deno.test("verify judges one file alone", async () => {
  using folder = new Folder();
  await threeEpochs(folder);
  damage(folder, 1);
  const file = (epoch: number) => `${folder.path}/00000000000${epoch}.epochmap`;
  const { code, out } = await runHere("verify", file(2));
  assertStrictEquals(code, 0);
  assert(out.startsWith(`ok   ${file(2)}  epoch 2, delta of 1, 3 entries, `));
  await assertRefused(["verify", file(1)], 1, `"${file(1)}": at byte `);
});

Deno.test("export passes over what is damaged, and says so", async () => {
  using folder = new Folder();
  await threeEpochs(folder);
  damage(folder, 3);
  const { code, err, out } = await runHere("export", folder.path);
  assertStrictEquals(code, 0);
  assert(err.startsWith("Passed over: Cannot read the snapshot "), err);
  assert(err.includes("Exported 3 entries of epoch 2; import takes"), err);
  assertStrictEquals(out.split("\n").length, 4);
  await assertRefused(
    ["export", `${folder.path}/000000000003.epochmap`],
    1,
    "at byte ",
  );
  Deno.removeSync(`${folder.path}/000000000001.epochmap`);
  await assertRefused(
    ["export", `${folder.path}/000000000002.epochmap`],
    1,
    "epoch 1, which it builds on, is missing or damaged",
  );
});

Deno.test("export refuses what the codec cannot have written, though all checks match", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, string>({ value: "string" });
  map.set("a", "no JSON");
  const { segment } = attachmentOf(map);
  Object.defineProperty(segment, "valueCodec", { value: "json" });
  await writeSnapshot(map, folder.path);
  const message = `: an entry has no form in JSON: Unexpected token`;
  await assertRefused(["export", folder.path], 1, message);
  const output = `${folder.path}/lines`;
  const args = ["export", folder.path, "--output", output];
  await assertRefused(args, 1, message);
});

Deno.test("import refuses bad lines with their number, and leaves nothing behind", async () => {
  using folder = new Folder();
  const lines = `${folder.path}/lines`;
  const target = `${folder.path}/target`;
  const refuse = async (line: string, message: string, ...codecs: string[]) => {
    const key = codecs.includes("--key") ? '{"$number":"NaN"}' : '"good"';
    const good = `{"key":${key},"value":1}\n\n`;
    Deno.writeTextFileSync(lines, `${good}${line}\n${good}`);
    const args = ["import", lines, "--output", target, ...codecs];
    await assertRefused(args, 1, `Cannot import "${lines}": line 3: `);
    await assertRefused(args, 1, message);
    assertEquals(folder.names, ["lines"]);
  };
  const expected = 'expected {"key": …, "value": …}';
  await refuse('{"key":"a"', "expected JSON: ");
  await refuse(
    "[1,2]",
    `${expected}, perhaps with "expiresAt": received Array`,
  );
  await refuse('{"key":"a"}', 'received no "value"');
  await refuse('{"key":"a","value":1,"ttl":5}', 'received also "ttl"');
  await refuse('{"key":"a","value":1,"expiresAt":"x"}', 'in "expiresAt"');
  await refuse(
    '{"key":1,"value":1}',
    "the key: it must be a string: received 1",
  );
  await refuse('{"key":"a","value":{"$undefined":true}}', "must be defined");
  await refuse('{"key":"a","value":{"$big":1}}', "one of the tags");
  await refuse('{"key":"a","value":1}', "must be a number", "--key", "number");
  // What is no built-in codec is taken for one's own, so this shows a typing error, too.
  Deno.writeTextFileSync(lines, '{"key":"a","value":"a"}');
  await assertRefused(
    ["import", lines, "--output", target, "--value", "strnig"],
    1,
    'the codec "strnig": it is not built in, so',
  );
});

Deno.test("run() ends quietly when nobody reads any more", async () => {
  using folder = new Folder();
  using map = SharedMap.create<number, string>({ key: "number" });
  for (let i = 0; i < 2000; i++) map.set(i, "x".repeat(100));
  await writeSnapshot(map, folder.path);
  const broken = new Captured();
  broken.writeSync = () => {
    throw new Deno.errors.BrokenPipe("Broken pipe (os error 32)");
  };
  const err = new Captured();
  const code = await run(["export", folder.path], new Streams(broken, err));
  assertEquals([code, err.text], [0, ""]);
});

Deno.test("inspect counts collections of a store, verify checks them, and export leaves them out", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 22 });
  const trees = new NumberTrees(attachmentOf(map), "string");
  const numbers = Array.from({ length: 3000 }, (_, i) => i);
  const small = { lists: [[1]], label: "small" };
  trees.put("p", { lists: [numbers], label: "a label" });
  for (let i = 0; i < 3; i++) map.set(`key ${i}`, i);
  const series = seriesOf(map, folder.path);
  const { path } = (await series.write(silent))!;
  trees.set("p", 0, 7, -7);
  trees.put("q", small);
  await series.write(silent);
  const one = await runHere("inspect", path);
  assert(one.out.includes("  collections  1 of a store, kept in parts\n"));
  const all = JSON.parse((await runHere("inspect", folder.path, "--json")).out);
  assertEquals([all.restored.entries, all.restored.collections], [5, 2]);
  // Of each number a word, and as much again for the nodes, at most.
  assert(all.restored.valueBytes > 3000 * 4, all.restored.valueBytes);
  assert(all.restored.valueBytes < 3000 * 40, all.restored.valueBytes);
  const sizes = all.restored.sizes as { from: number; entries: number }[];
  assertEquals(sizes.reduce((sum, { entries }) => sum + entries, 0), 5);
  assert(sizes.at(-1)!.from >= 3000 * 4);
  const verified = await runHere("verify", folder.path);
  assertEquals([verified.code, verified.err], [0, ""]);
  assert(verified.out.endsWith("2 files: 2 ok, 0 bad\n"), verified.out);
  const { code, err, out } = await runHere("export", folder.path);
  assertEquals(code, 1);
  assertEquals(out.trimEnd().split("\n").length, 3);
  assert(err.includes("Left out 2 collections of a store"), err);
  assert(err.includes("Exported 3 entries of epoch 2"), err);
});
