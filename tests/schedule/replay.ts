/**
 * Replays: an exact plan says for every change the step at which it takes place, so it
 * does the same whenever it is run. One that fails is shortened as far as it still fails;
 * what it does is written out.
 *
 * @module
 */
import { type Plan, writePlan } from "./plan.ts";
import { nameOf, valueOf } from "./places.ts";
import type { Traced } from "./trace.ts";
import type { Trials } from "./trial.ts";

/** A failure that can be looked at. */
export interface Replay {
  /** What is wrong; empty: nothing, this time. */
  readonly failure: string;
  readonly plan: string;
  /** What was done to contended words, step by step. */
  readonly trace: string[];
}

/** Runs an exact plan that failed again, after all that it can do without is left out. */
export function replay(trials: Trials, failed: Plan): Replay {
  return show(trials, shorten(trials, failed));
}

/** Leaves out the changes that are not needed. */
function shorten(trials: Trials, plan: Plan): Plan {
  let shortest = plan;
  for (let i = plan.changes.length - 2; i >= 0; i -= 2) {
    const changes = shortest.changes.toSpliced(i, 2);
    const shorter = { ...shortest, changes };
    if (trials.run(shorter).failure !== "") shortest = shorter;
  }
  return shortest;
}

/** Runs an exact plan and writes down what it does. */
export function show(trials: Trials, plan: Plan): Replay {
  const { failure } = trials.run(plan, true);
  const met = meetingPlaces(trials.trace);
  const trace = trials.trace
    .filter(({ kind, index }) => isEdge(kind) || met.has(index))
    .map((line) => describe(line, trials));
  return { failure, plan: writePlan(plan), trace };
}

function isEdge(kind: Traced["kind"]): kind is "begin" | "end" {
  return kind === "begin" || kind === "end";
}

function isRead(kind: Traced["kind"]): boolean {
  return ["load", "plain", "sleep", "awake"].includes(kind);
}

/** The words that two programs touched, and one wrote. */
function meetingPlaces(trace: readonly Traced[]): Set<number> {
  const accesses = trace.filter(({ kind }) => !isEdge(kind));
  const places = Map.groupBy(accesses, ({ index }) => index);
  const met = places.entries().filter(([, here]) =>
    here.some(({ worker }) => worker !== here[0].worker) &&
    here.some(({ kind }) => !isRead(kind))
  );
  return new Set(met.map(([index]) => index));
}

const SLEEPS: Partial<Record<Traced["kind"], string>> = {
  notify: "wakes who sleeps on",
  sleep: "falls asleep on",
  awake: "stays awake: it changed:",
};

function describe(
  { worker, kind, index, value, expected }: Traced,
  { scenario: { programs }, tables, words }: Trials,
): string {
  const who = `worker ${worker}`;
  if (isEdge(kind)) return `${who} ${kind}s ${programs[worker][index].text}`;
  const name = nameOf(words, tables, index);
  if (kind in SLEEPS) return `${who}   ${SLEEPS[kind]} ${name}`;
  const operand = valueOf(name, value);
  if (isRead(kind)) return `${who}   ${name} is ${operand}`;
  const verb = kind === "add" ? "+=" : ":=";
  const line = `${who}   ${name} ${verb} ${operand}`;
  if (kind !== "set" && kind !== "fail") return line;
  const miss = kind === "fail" ? ", which it is not" : "";
  return `${line} if it is ${valueOf(name, expected)}${miss}`;
}
