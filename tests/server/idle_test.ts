// Thousands of connections that do nothing take little memory. It takes a while, and is run only in
// longer searches, on Linux, which tells what a process takes.
import { assert, assertEquals } from "@std/assert";
import { commandLine } from "../cli/program.ts";
import { Child } from "../testing/child.ts";
import { eventually } from "../testing/eventually.ts";
import { SCALE } from "../testing/scale.ts";
import { RawClient } from "../testing/redis_client.ts";

const COUNT = 10_000;
const MOST_BYTES = 200e6;

/** What a process has in memory, in bytes. */
function residentBytes(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
}

/** Whether so many files can be open at once, and a few more. */
function canOpen(count: number): boolean {
  const limits = Deno.readTextFileSync("/proc/self/limits");
  const [, limit] = /^Max open files\s+(\w+)/m.exec(limits)!;
  return limit === "unlimited" || Number(limit) > count + 500;
}

Deno.test({
  name:
    "10,000 connections that do nothing take at most 200 MB, and are given back",
  ignore: SCALE === 1 || Deno.build.os !== "linux" || !canOpen(COUNT),
  fn: async () => {
    await using child = new Child(commandLine({
      permissions: ["--allow-net=127.0.0.1", "--allow-read"],
      args: ["serve", "--port=0", "--workers=2"],
      cwd: Deno.cwd(),
    }));
    const [, port] = /:(\d+), /.exec(await child.line())!;
    using first = await RawClient.to(Number(port));
    const before = residentBytes(child.pid);
    const clients: RawClient[] = [];
    for (let i = 0; i < COUNT; i++) {
      clients.push(await RawClient.to(Number(port)));
      await clients[i].send("PING\r\n");
    }
    for (const client of clients) assertEquals(await client.read(), "PONG");
    const taken = residentBytes(child.pid) - before;
    assert(taken <= MOST_BYTES, `${taken} bytes`);
    for (const client of clients) client.close();
    await eventually(async () => {
      const info = String(await first.call("INFO", "clients"));
      assert(info.includes("connected_clients:1\r"), info);
    });
  },
});
