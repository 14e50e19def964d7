import { assertStrictEquals } from "@std/assert";
import { Folder } from "./folder.ts";

const ROOT = new URL("../../", import.meta.url);

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

Deno.test("SnapshotWriter starts its worker when the module was loaded from a registry", async () => {
  using folder = new Folder();
  await using server = registry();
  const { hostname, port } = server.addr;
  const program = `${folder.path}/program.ts`;
  Deno.writeTextFileSync(
    program,
    `import { SharedMap, SnapshotWriter } from "http://${hostname}:${port}/mod.ts";
    using map = SharedMap.create();
    map.set("a", 1);
    await using writer = new SnapshotWriter(map, { directory: Deno.args[0], interval: 1e6 });
    await writer.start();
    const { entries, epoch } = await writer.write();
    console.log(entries, epoch);`,
  );
  const data = `${folder.path}/data`;
  Deno.mkdirSync(data);
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-check",
      `--allow-import=${hostname}:${port}`,
      `--allow-read=${data}`,
      `--allow-write=${data}`,
      program,
      data,
    ],
    env: { DENO_DIR: `${folder.path}/cache`, NO_COLOR: "1" },
    stdin: "null",
    stderr: "inherit",
  }).output();
  assertStrictEquals(code, 0);
  assertStrictEquals(new TextDecoder().decode(stdout).trim(), "1 1");
});
