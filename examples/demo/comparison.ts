/**
 * The same job in other ways: the workers do a few seconds of it on a shared
 * map, and by messages to one worker that owns a plain `Map`.
 *
 * @module
 */
import { SharedMap } from "../../mod.ts";
import type { ContenderJob, ContenderReport } from "./contender.ts";
import type { Input } from "./input.ts";
import type { Options } from "./options.ts";
import { Task } from "./task.ts";

/** How fast one way is. */
export interface Pace {
  readonly way: string;
  /** Operations, all workers'. */
  readonly perSecond: number;
  /** How long a worker waited for each of some answers, in milliseconds. */
  readonly answers: Float64Array;
}

/** Long enough to see the pace; the whole job would take too long. */
const SECONDS = 2;
const OWNER = new URL("./owner.ts", import.meta.url);
const CONTENDER = new URL("./contender.ts", import.meta.url);

/** Measures all ways, one after the other, each from an empty map. */
export async function compare(
  input: Input,
  options: Options,
): Promise<Pace[]> {
  return [
    await onSharedMap(input, options),
    await byMessage(input, options, 1),
    await byMessage(input, options, 100),
  ];
}

async function onSharedMap(input: Input, options: Options): Promise<Pace> {
  using index = SharedMap.create<string, string>({ value: "string" });
  const jobs = jobsFor(input, options, 100);
  const tasks = jobs.map((job) =>
    new Task<ContenderReport>(CONTENDER, { ...job, index: index.handle })
  );
  return paceOf("the shared map", await reportsOf(tasks));
}

async function byMessage(
  input: Input,
  options: Options,
  batch: number,
): Promise<Pace> {
  const jobs = jobsFor(input, options, batch);
  const channels = jobs.map(() => new MessageChannel());
  const ports = channels.map(({ port1 }) => port1);
  const owner = new Task(OWNER, "serve these", ports);
  const tasks = jobs.map((job, at) =>
    new Task<ContenderReport>(CONTENDER, job, [channels[at].port2])
  );
  const reports = await reportsOf(tasks);
  owner.terminate();
  const operations = batch === 1 ? "1 operation" : `${batch} operations`;
  return paceOf(`postMessage, ${operations} a message`, reports);
}

function jobsFor(
  input: Input,
  { workers, longest }: Options,
  batch: number,
): ContenderJob[] {
  return Array.from({ length: workers }, (_, worker) => (
    { input, longest, worker, workers, seconds: SECONDS, batch }
  ));
}

async function reportsOf(tasks: Task<ContenderReport>[]) {
  const reports = await Promise.all(tasks.map((task) => task.report));
  for (const task of tasks) task.terminate();
  return reports.filter((report) => report !== undefined);
}

function paceOf(way: string, reports: ContenderReport[]): Pace {
  const rates = reports.map(({ operations, seconds }) => operations / seconds);
  return {
    way,
    perSecond: rates.reduce((sum, rate) => sum + rate, 0),
    answers: Float64Array.from(reports.flatMap(({ answers }) => [...answers])),
  };
}
