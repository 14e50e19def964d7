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

Deno.test("every example is tried", () => {
  const files = [...Deno.readDirSync(new URL("examples/", ROOT))]
    .filter(({ isFile }) => isFile).map(({ name }) => name);
  const tried = [...Object.keys(OUTPUTS), "sessions.ts"];
  assertEquals(files.sort(), tried.sort());
});
