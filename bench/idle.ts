/**
 * The processor time that idle attachments take. `--help` says how it is measured.
 */
import process from "node:process";
import { Worker } from "node:worker_threads";
import { readOptions, runCommand, wholeNumber } from "./measure/options.ts";

const DEFAULTS = {
  attachments: "127",
  seconds: "10",
  module: new URL("../mod.ts", import.meta.url).href,
};

const HELP = `The processor time that idle attachments take.

  deno run --allow-read=. bench/idle.ts [options]

  --attachments N  attachments of one map, beside that which made it (default 127)
  --seconds N      how long each measurement takes (default 10)
  --module URL     the mod.ts to measure: to compare, that of another checkout

The time of the whole process, as a share of one processor: with no map, with all
attachments in one worker, and with as many workers as there are attachments.
`;

/** Attachments have nothing left to do after this time. */
const SETTLES_MS = 10_000;

/** The share of a processor that this process takes while it waits. */
async function shareOver(seconds: number): Promise<number> {
  const began = performance.now();
  const before = process.cpuUsage();
  await new Promise((end) => setTimeout(end, seconds * 1000));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / (performance.now() - began);
}

interface Setting {
  module: string;
  seconds: number;
  workers: number;
  attachments: number;
}

async function measure(setting: Setting): Promise<number> {
  const { module, seconds, workers, attachments } = setting;
  const { SharedMap } = await import(module);
  using map = SharedMap.create({ maxBytes: 2 ** 24 });
  const crew = Array.from({ length: workers }, () => {
    const workerData = { module, handle: map.handle, attachments };
    const script = new URL("./idle/worker.ts", import.meta.url);
    return new Worker(script, { workerData });
  });
  const once = (event: string) =>
    Promise.all(crew.map((worker) =>
      new Promise((end) => {
        worker.once(event, end);
      })
    ));
  await once("message");
  await new Promise((end) => setTimeout(end, SETTLES_MS));
  const share = await shareOver(seconds);
  const ended = once("exit");
  for (const worker of crew) worker.postMessage("close");
  await ended;
  return share;
}

async function main(): Promise<void> {
  const options = readOptions(Deno.args, DEFAULTS);
  if (options === undefined) return console.log(HELP);
  const count = wholeNumber("attachments", options.attachments, 1, 127);
  const seconds = wholeNumber("seconds", options.seconds, 1, 3600);
  const { module } = options;
  const show = (what: string, share: number) =>
    console.log(`${what.padEnd(40)} ${(share * 100).toFixed(2)} %`);
  const all = { module, seconds };
  show("no map", await shareOver(seconds));
  show(
    `${count} attachments in one worker`,
    await measure({ ...all, workers: 1, attachments: count }),
  );
  show(
    `${count} workers without any`,
    await measure({ ...all, workers: count, attachments: 0 }),
  );
  show(
    `${count} workers with one each`,
    await measure({ ...all, workers: count, attachments: 1 }),
  );
}

if (import.meta.main) await runCommand(main);
