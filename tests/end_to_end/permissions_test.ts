// A program that keeps a map on disk needs the permissions for the directory and nothing
// else, wherever its code is.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Folder } from "../testing/folder.ts";
import { type Ended, runDeno, type Surroundings } from "../testing/child.ts";

const ROOT = new URL("../../", import.meta.url);
const PROGRAM = new URL("./persisting.ts", import.meta.url);

/** Where a program is tried: its code, and what it writes. */
class Place extends Folder {
  readonly data = `${this.path}/data`;
  readonly other = `${this.path}/other`;
  /** What the README says that a program needs. */
  readonly permissions = [
    `--allow-read=${this.data},${this.other}`,
    `--allow-write=${this.data},${this.other}`,
  ];

  constructor() {
    super();
    Deno.mkdirSync(this.other);
  }
}

/** Runs a program twice; the second time it finds what the first one left. */
async function assertPersists(start: () => Promise<Ended>): Promise<void> {
  for (const n of [1, 2]) {
    const { code, out, err } = await start();
    assertEquals(code, 0, err);
    assertEquals(err, "");
    assertEquals(
      out,
      `run ${n}, 1 entry\ngranted for everything: none\n`,
    );
  }
}

async function run(
  args: readonly string[],
  surroundings: Surroundings = {},
): Promise<Ended> {
  return await runDeno(args, { cwd: ROOT, ...surroundings });
}

const RUN = ["run", "--quiet", "--no-check", "--no-prompt", "--no-lock"];

Deno.test("a map is kept on disk with the permissions for its directory: imported from files", async () => {
  using place = new Place();
  const { data, other, permissions } = place;
  await assertPersists(() =>
    run([
      ...RUN,
      ...permissions,
      PROGRAM.pathname,
      data,
      other,
    ])
  );
});

/** Hands out the published modules, as a registry does. */
function registry(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async ({ url }) => {
      const path = new URL(url).pathname.slice(1);
      if (path !== "mod.ts" && !path.startsWith("src/")) {
        return new Response("not published", { status: 404 });
      }
      return new Response(await Deno.readFile(new URL(path, ROOT)), {
        headers: { "content-type": "application/typescript" },
      });
    },
  );
}

Deno.test("a map is kept on disk with the permissions for its directory: imported from a registry", async () => {
  using place = new Place();
  const { data, other, path, permissions } = place;
  await using server = registry();
  const { hostname, port } = server.addr;
  const program = `${path}/program.ts`;
  const text = Deno.readTextFileSync(PROGRAM);
  Deno.writeTextFileSync(
    program,
    text.replace("../../mod.ts", `http://${hostname}:${port}/mod.ts`),
  );
  await assertPersists(() =>
    run([
      ...RUN,
      `--allow-import=${hostname}:${port}`,
      ...permissions,
      program,
      data,
      other,
    ], { cwd: path, env: { DENO_DIR: `${path}/cache` } })
  );
});

Deno.test("a map is kept on disk with the permissions for its directory: bundled", async () => {
  using place = new Place();
  const { data, other, path, permissions } = place;
  const program = `${path}/program.js`;
  const made = await run([
    "bundle",
    "--quiet",
    "--no-lock",
    `--output=${program}`,
    PROGRAM.pathname,
  ]);
  assertEquals(made.code, 0, made.err);
  await assertPersists(() =>
    run([...RUN, ...permissions, program, data, other], { cwd: path })
  );
});

/** What `deno compile` says where it cannot have the runtime that it puts into a program. */
const NO_RUNTIME = /dl\.deno\.land|denort/;

/** Runs a program, which the tests themselves may not. */
const LAUNCH = `
const [program, ...args] = Deno.args;
const { code } = await new Deno.Command(program, { args }).spawn().status;
Deno.exit(code);
`;

Deno.test("a map is kept on disk with the permissions for its directory: compiled", async (t) => {
  using place = new Place();
  const { data, other, path, permissions } = place;
  const program = `${path}/program`;
  const made = await run([
    "compile",
    "--quiet",
    "--no-check",
    "--no-prompt",
    "--no-lock",
    ...permissions,
    `--output=${program}`,
    PROGRAM.pathname,
  ]);
  const ignore = made.code !== 0 && NO_RUNTIME.test(made.err);
  if (ignore) {
    console.log(
      `Skipped, as there is no runtime to put it into:\n${made.err}`,
    );
  }
  await t.step({
    name: "it runs, where a compiled program can be made",
    ignore,
    async fn() {
      assertEquals(made.code, 0, made.err);
      await assertPersists(() =>
        run(["eval", LAUNCH, program, data, other], {
          cwd: path,
        })
      );
    },
  });
});

Deno.test("a permission that is missing is said, with the flag that grants it", async () => {
  using place = new Place();
  const { data, other } = place;
  const start = (...permissions: string[]) =>
    run([
      ...RUN,
      ...permissions,
      PROGRAM.pathname,
      data,
      other,
    ]);
  for (
    const [given, flag] of [
      [[], `--allow-write=${data}`],
      [[`--allow-write=${data}`], `--allow-read=${data}`],
      [[`--allow-read=${data}`], `--allow-write=${data}`],
    ] as const
  ) {
    const { code, err } = await start(...given);
    assert(code !== 0);
    assertStringIncludes(err, "Deno was not given the permission: grant ");
    assertStringIncludes(err, `" by ${flag}`);
    assertStringIncludes(err, `the map "runs"`);
  }
});
