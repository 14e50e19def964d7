// Each example runs as its first lines say, with the permissions that they name.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { serve } from "../end_to_end/serve.ts";
import { commandOf, ROOT, runDocumented } from "./documented.ts";

/** What an example prints, however fast the machine is. */
const OUTPUTS: Record<string, RegExp> = {
  "bank.ts":
    /^(?=[^]*a worker ends in the middle)(a worker .*\n){3}\d+ audits, in all accounts: 100000\n100 accounts on disk, in all: 100000\n$/,
  "cache.ts":
    /^the program, first +78498 primes, computed\nthe program, again +78498 primes, from the cache\nthe worker +78498 primes, from the cache\nthe program, later +78498 primes, computed\n$/,
  "counter.ts": /^2 workers, 50000 each: 100000\n$/,
  "demo.ts": /^All workers build one search index[^]*Exit codes: /,
  "job_queue.ts": /^30 jobs done, the last one: JOB 29\n$/,
  "rate_limit.ts": /^3 workers allowed \d+ \+ \d+ \+ \d+ = 100 requests\.\n$/,
  "snapshot.ts": /^(snapshot: \d+ lines, 0 gaps; the log: \d+ by now\n)+$/,
  "store.ts":
    /^sessions: bob 3600\nvisits: 42\nlist: a \[ "c", "d" \]\ntags: 2\nuser: London\nbest: \[ "ada", "cat" \]\nthere are: 1\njobs done: 20, counted: 20\n\d+ operations, hit rate 0\.\d\d\n$/,
  "two_windows.ts":
    /^3 workers allowed \d+ \+ \d+ \+ \d+ = (\d+) requests\.\nCounted in this hour: \1\.\n$/,
};

for (const [name, expected] of Object.entries(OUTPUTS)) {
  Deno.test(`examples/${name} runs as documented`, async () => {
    const command = commandOf(`examples/${name}`);
    const { code, out, err } = await runDocumented(command);
    assertEquals([code, err], [0, ""]);
    assertMatch(out, expected);
  });
}

Deno.test("examples/sessions.ts knows a visitor at whichever worker", async () => {
  assertEquals(commandOf("examples/sessions.ts").slice(0, 3), [
    "deno",
    "serve",
    "--parallel",
  ]);
  const script = new URL("examples/sessions.ts", ROOT);
  await using server = await serve(script, 2);
  const ask = (cookie: string) =>
    fetch(server.origin, { headers: { connection: "close", cookie } });
  const first = await ask("");
  const [cookie] = first.headers.get("set-cookie")!.split(";");
  assertMatch(await first.text(), /^Visit 1 since /);
  for (let visit = 2; visit < 20; visit++) {
    assertMatch(await (await ask(cookie)).text(), RegExp(`^Visit ${visit} `));
  }
  const forged = await ask("session=chosen-by-the-client");
  assert(!forged.headers.get("set-cookie")!.includes("chosen"));
  assertMatch(await forged.text(), /^Visit 1 /);
});

Deno.test("examples/similar_texts.ts finds at each worker what any of them has taken in", async () => {
  const script = new URL("examples/similar_texts.ts", ROOT);
  await using server = await serve(script, 3);
  const ask = async (path: string, body?: string) => {
    const headers = { connection: "close" };
    const method = body === undefined ? "GET" : "POST";
    const url = `${server.origin}/${path}`;
    const response = await fetch(url, { body, headers, method });
    return response.ok ? await response.json() : await response.text();
  };
  const texts = [
    "a large wild cat of the forests of Asia",
    "a domesticated animal that barks",
    "the capital of France",
    "an instrument for measuring the pressure of air",
  ];
  const taken = texts.map((text) => ask("", `${text}\n \n`));
  for (const { added } of await Promise.all(taken)) assertEquals(added, 1);
  assertEquals(await ask("", texts.join("\n")), { added: 0, size: 4 });
  for (let i = 0; i < 20; i++) {
    const about = ["forest cats", "barking animals", "France", "measured"];
    const [{ text }] = await ask(`?q=${about[i % 4]}&k=1`);
    assertEquals(text, texts[i % 4]);
  }
  assertEquals((await ask("?q=cat")).length, 4);
  assertMatch(await ask("?q=..."), /^q must have a word/);
  assertMatch(await ask("?q=cat&k=0"), /^k must be a number from 1/);
});

Deno.test("examples/response_cache.ts makes a page once for all workers", async () => {
  const script = new URL("examples/response_cache.ts", ROOT);
  await using server = await serve(script, 3);
  const ask = async (path: string) => {
    const headers = { connection: "close" };
    const response = await fetch(server.origin + path, { headers });
    return `${response.status} ${await response.text()}`;
  };
  const asked = Array.from({ length: 30 }, () => ask("/page"));
  const texts = new Set([...await Promise.all(asked), await ask("/page")]);
  assertEquals(texts.size, 1);
  assertMatch([...texts][0], /^200 \/page was made at /);
  assertMatch(await ask("/none"), /^404 /);
});

Deno.test("examples/response_cache.ts goes around an app of Hono", async () => {
  const { Hono } = await import("hono");
  const { cached, forget } = await import("../../examples/response_cache.ts");
  let made = 0;
  const app = new Hono()
    .get("/page", (c) => c.json({ made: ++made }))
    .get("/mine", (c) => {
      c.header("set-cookie", "a=b");
      return c.text(`${++made}`);
    })
    .get("/private", (c) => {
      c.header("cache-control", "private");
      return c.text(`${++made}`.padStart(9));
    })
    .get("/empty", (c) => (++made, c.body(null, 204)))
    .get("/large", (c) => (++made, c.text("x".repeat(2 ** 21))))
    .get("/down", (c) => (++made, c.text("down", 500)))
    .post("/page", (c) => c.text("posted"));
  const serve = cached((request) => app.fetch(request));
  const ask = async (path: string, method = "GET") => {
    const request = new Request(`http://localhost${path}`, { method });
    return await serve(request);
  };
  const all = await Promise.all([ask("/page"), ask("/page"), ask("/page")]);
  for (const response of all) {
    assertEquals(response.headers.get("content-type"), "application/json");
    assertEquals(await response.json(), { made: 1 });
  }
  forget("http://localhost/page");
  assertEquals(await (await ask("/page")).json(), { made: 2 });
  assertEquals(await (await ask("/page", "POST")).text(), "posted");
  // What is for one client is kept for none.
  assertEquals(await (await ask("/mine")).text(), "3");
  assertEquals(await (await ask("/mine")).text(), "4");
  assertEquals((await ask("/nothing")).status, 404);
  for (const path of ["/private", "/empty", "/large", "/down"]) {
    const before = made;
    const [first, second] = [await ask(path), await ask(path)];
    assertEquals(first.status, second.status);
    assertEquals((await first.bytes()).length, (await second.bytes()).length);
    assertEquals(made, before + 2, path);
  }
  const personal = new Request("http://localhost/page", {
    headers: { cookie: "a=b" },
  });
  assertEquals(await (await serve(personal)).json(), { made: 13 });
});

Deno.test("every example is tried", () => {
  const files = [...Deno.readDirSync(new URL("examples/", ROOT))]
    .filter(({ isFile }) => isFile).map(({ name }) => name);
  const tried = [
    ...Object.keys(OUTPUTS),
    "response_cache.ts",
    "sessions.ts",
    "similar_texts.ts",
  ];
  assertEquals(files.sort(), tried.sort());
});
