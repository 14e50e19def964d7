/**
 * Draws a history: a line for each operation, with who called what, what came of
 * it, and its interval among the others.
 *
 * @module
 */
import { NEVER, type Violation } from "./checker.ts";
import { ALL_KEYS, type Answer, FULL, type Operation } from "./operation.ts";
import {
  type Step,
  TRANSACTION,
  type TransactionRecord,
} from "./transactions.ts";
import { isKeyVerb, KEY_VERBS, type Verb } from "./verbs.ts";

/** Draws a history that is wrong, up to where that shows. */
export function draw(
  { culprit, states, upTo }: Violation<Operation>,
  keys: readonly string[],
): string {
  const moments = upTo.flatMap(({ called, returned }) => [called, returned])
    .sort((a, b) => a - b);
  const column = new Map(moments.map((moment, i) => [moment, i]));
  const lines = upTo.toSorted((a, b) => a.called - b.called).map(
    (operation) => {
      const from = column.get(operation.called)!;
      const to = column.get(operation.returned)!;
      const end = operation.returned === NEVER ? "┄" : "┤";
      const bar = " ".repeat(from) + "├" + "─".repeat(to - from - 1) + end;
      const mark = operation === culprit ? "   <- no order explains this" : "";
      const { worker } = operation;
      return `worker ${worker} ${bar.padEnd(moments.length)} ${
        describe(operation, keys)
      }${mark}`;
    },
  );
  return [
    ...lines,
    `before its answer the keys ${keys.join(", ")} can have held: ${
      states.map((state) => `[${state}]`).join(" or ")
    }`,
  ].join("\n");
}

/** An operation as it would be written. */
function describe(operation: Operation, keys: readonly string[]): string {
  const { verb, key, answer, expected } = operation;
  if (verb === TRANSACTION && answer !== FULL) {
    return describeTransaction(answer as TransactionRecord, keys);
  }
  const args: unknown[] = [key === ALL_KEYS ? keys.join(", ") : keys[key]];
  if (verb.startsWith("compare")) args.push(expected);
  if (writes(verb)) args.push(operation.value);
  return `${verb}(${args.map(show).join(", ")}) -> ${showAnswer(answer)}`;
}

function describeTransaction(
  { outcome, steps }: TransactionRecord,
  keys: readonly string[],
): string {
  const told = steps.map((step) => `${keys[step.key]}${tell(step)}`);
  return `transaction(${told.join(", ")}) -> ${outcome}`;
}

function tell(step: Step): string {
  switch (step.kind) {
    case "read":
      return ` was ${show(step.value)}`;
    case "look":
      return step.isThere ? " was there" : " was not there";
    case "write":
      return step.value === undefined ? " deleted" : ` := ${step.value}`;
  }
}

/** Whether it is called with a value to write. */
function writes(verb: Verb): boolean {
  if (!isKeyVerb(verb) || verb === "compareAndDelete") return false;
  return KEY_VERBS[verb].call.length === 3;
}

function showAnswer(answer: Answer): string {
  return Array.isArray(answer)
    ? `[${answer.map(show).join(", ")}]`
    : show(answer);
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : String(value);
}
