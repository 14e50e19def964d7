// Short cuts are marked at both ends: what they are a short cut for, what there is of them, and
// which tests keep both alike.
import { assert, assertEquals } from "@std/assert";
import { walk } from "@std/fs";

const SRC = new URL("../../src/", import.meta.url);
const ROOT = new URL("../../", import.meta.url);

/** One end: "`name()` in file", or the file, and the tests that it names. */
interface Mark {
  readonly file: string;
  readonly targets: readonly string[];
  readonly tests: readonly string[];
}

/** The comments of a file, each as one line. */
function commentsIn(text: string): string[] {
  return [...text.matchAll(/\/\*\*[^]*?\*\//g)]
    .map(([comment]) => comment.replaceAll(/\s*\n\s*\*\/?\s?/g, " "));
}

function marksIn(file: string, text: string, form: RegExp): Mark[] {
  return commentsIn(text).flatMap((comment) => {
    const mark = comment.match(form);
    if (mark === null) return [];
    const targets = mark[1].match(/(?:`[^`]+` in )?[\w/]+\.ts/g) ?? [];
    const tests = mark[2].match(/tests\/[\w/]+\.ts/g) ?? [];
    assert(targets.length > 0 && tests.length > 0, `${file}: ${mark[0]}`);
    return [{ file, targets, tests }];
  });
}

const END = String.raw`\bKept alike by ((?:tests\/[\w/]+\.ts(?:, | and )?)+)`;
const SHORT = new RegExp(String.raw`Fast path of (.*?): .*?${END}`);
const LONG = new RegExp(String.raw`Has (?:a )?fast paths?, (.*?)\. ${END}`);

async function allMarks(): Promise<{ short: Mark[]; long: Mark[] }> {
  const short: Mark[] = [];
  const long: Mark[] = [];
  for await (const { path } of walk(SRC, { exts: [".ts"] })) {
    const file = path.slice(SRC.pathname.length);
    if (file === "persist/worker_code.ts") continue; // made of the others
    const text = Deno.readTextFileSync(path);
    short.push(...marksIn(file, text, SHORT));
    long.push(...marksIn(file, text, LONG));
    const words = commentsIn(text).join("\n").match(/Kept alike by/g) ?? [];
    const read = [...short, ...long].filter((mark) => mark.file === file);
    assertEquals(read.length, words.length, `${file}: a mark has a form`);
  }
  return { short, long };
}

/** The file of a target. */
function fileOf(target: string): string {
  return target.split(" in ").at(-1)!;
}

Deno.test("every short cut is marked at both ends, and names the tests that keep both alike", async () => {
  const { short, long } = await allMarks();
  assert(short.length > 8);
  for (const mark of [...short, ...long]) {
    for (const target of mark.targets) {
      const name = target.match(/`(#?\w+)\(\)`/)?.[1];
      const text = Deno.readTextFileSync(new URL(fileOf(target), SRC));
      if (name === undefined) continue;
      const defined = new RegExp(
        String.raw`^(?:export function|function| ) ?${name}\(`,
        "m",
      );
      assert(defined.test(text), `${mark.file}: there is no ${target}`);
    }
    for (const test of mark.tests) {
      assert(Deno.statSync(new URL(test, ROOT)).isFile, test);
    }
  }
  const pairs = (marks: Mark[], turned: boolean) =>
    marks.flatMap(({ file, targets }) =>
      targets.map((target) =>
        turned ? `${fileOf(target)} | ${file}` : `${file} | ${fileOf(target)}`
      )
    ).toSorted();
  assertEquals(pairs(short, false), pairs(long, true));
});
