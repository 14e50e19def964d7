// Workers of a server die, and so does the whole program: what was acknowledged is there.
import { assert, assertEquals } from "@std/assert";
import { serve } from "../../src/server/mod.ts";
import { SharedStore } from "../../src/store/mod.ts";
import { commandLine } from "../cli/program.ts";
import { Child } from "../testing/child.ts";
import { eventually } from "../testing/eventually.ts";
import { Folder } from "../testing/folder.ts";
import { RawClient } from "../testing/redis_client.ts";

/** Notes all workers that are begun while it is in use. */
class Noted implements Disposable {
  readonly workers: Worker[] = [];
  readonly #before = globalThis.Worker;

  constructor() {
    const { workers } = this;
    globalThis.Worker = class extends this.#before {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        workers.push(this);
      }
    };
  }

  [Symbol.dispose](): void {
    globalThis.Worker = this.#before;
  }
}

/** Counts up as fast as it is answered; returns how often it was, when the connection ends. */
async function countUp(port: number): Promise<number> {
  using client = await RawClient.to(port);
  let answered = 0;
  try {
    for (;;) {
      await client.call("INCR", "n");
      answered++;
    }
  } catch {
    return answered; // the connection has ended
  }
}

Deno.test("a worker that dies under load is begun again, and nothing is lost", async () => {
  using noted = new Noted();
  using store = SharedStore.create({ maxBytes: 2 ** 25 });
  const deaths: unknown[] = [];
  const server = await serve(store, {
    port: 0,
    workers: 2,
    onWorkerDeath: (error) => deaths.push(error),
  });
  const clients = Array.from({ length: 6 }, () => countUp(server.port));
  await eventually(() => assert(Number(store.get("n") ?? 0) > 100));
  const [victim] = noted.workers;
  victim.postMessage({ kind: "question", name: "no such question" }); // it throws
  await eventually(() =>
    assertEquals([deaths.length, noted.workers.length], [1, 3])
  );
  // All connections are taken, also by the new one: so many cannot all have gone to the other.
  await eventually(async () => {
    const some = await Promise.all(
      Array.from({ length: 10 }, () => RawClient.to(server.port)),
    );
    for (const client of some) {
      assertEquals(await client.call("PING"), "PONG");
      client.close();
    }
  });
  using client = await RawClient.to(server.port);
  assert(String(await client.call("CLIENT", "LIST")).includes("id="));
  client.close();
  await server.close();
  const answered = (await Promise.all(clients)).reduce((a, b) => a + b, 0);
  const counted = Number(store.get("n"));
  // One command of each client may have been done and not been answered.
  assert(
    counted >= answered && counted <= answered + 6,
    `${counted} ${answered}`,
  );
});

/** The program, and the port that it says. */
async function startProgram(
  folder: Folder,
): Promise<{ child: Child; port: number }> {
  const child = new Child(commandLine({
    permissions: [
      "--allow-net=127.0.0.1",
      "--allow-read", // the workers load their modules
      `--allow-write=${folder.path}`,
    ],
    args: [
      "serve",
      "--port=0",
      "--workers=2",
      "--memory=64mb",
      `--directory=${folder.path}`,
      "--interval=1",
    ],
    cwd: folder.path,
  }));
  const [, port] = /^Ready: 127\.0\.0\.1:(\d+), /.exec(await child.line())!;
  return { child, port: Number(port) };
}

Deno.test("what was saved is there after kill -9 under load, and all of it after SIGTERM", async () => {
  using folder = new Folder();
  const first = await startProgram(folder);
  {
    await using child = first.child;
    const counting = countUp(first.port);
    using client = await RawClient.to(first.port);
    await client.run([["HSET", "h", "f", "v"], ["INCR", "n"]]);
    await client.call("SET", "saved", String(await client.call("GET", "n")));
    assertEquals(await client.call("SAVE"), "OK");
    child.kill("SIGKILL");
    await counting;
  }
  const second = await startProgram(folder);
  {
    await using child = second.child;
    using client = await RawClient.to(second.port);
    assertEquals(await client.call("HGET", "h", "f"), "v");
    const saved = Number(await client.call("GET", "saved"));
    assert(Number(await client.call("GET", "n")) >= saved);
    await client.call("SET", "last", "1");
    child.kill("SIGTERM");
    assertEquals((await child.ended()).code, 0);
  }
  const third = await startProgram(folder);
  await using _ = third.child;
  using client = await RawClient.to(third.port);
  assertEquals(await client.call("MGET", "last", "no"), ["1", null]);
});
