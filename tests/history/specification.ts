/**
 * The specification that histories are checked against: the keys of a map, each
 * with what it holds.
 *
 * @module
 */
import type { Model } from "./checker.ts";
import type { Held } from "./entry.ts";
import { FULL, type Operation, type Shown } from "./operation.ts";
import {
  type Step,
  TRANSACTION,
  type TransactionRecord,
} from "./transactions.ts";
import { isKeyVerb, KEY_VERBS, type KeyVerbName, SNAPSHOT } from "./verbs.ts";

/** What a full map does, too: they read, or delete. */
const NEVER_FULL: readonly KeyVerbName[] = [
  "get",
  "has",
  "ttl",
  "rest",
  "delete",
  "take",
  "compareAndDelete",
  "clearOne",
];

/** What every key holds, by its number. */
export type State = readonly Held[];

/**
 * The specification of a map.
 *
 * @param evicts Whether any entry may vanish at any moment; else only those may that live briefly.
 */
export function specification(evicts: boolean): Model<State, Operation> {
  const mayVanish = (held: Held) =>
    held !== undefined && (evicts || held.life === "brief");
  return {
    // That an entry vanished shows only in the next operation on its key, so
    // it need not be considered before that.
    after(state, operation) {
      if (operation.verb === SNAPSHOT) {
        return afterSnapshot(state, operation.answer as Shown[], mayVanish);
      }
      if (operation.verb === TRANSACTION) {
        if (operation.answer === FULL) return [state];
        const record = operation.answer as TransactionRecord;
        return afterTransaction(state, record, mayVanish);
      }
      const held = state[operation.key];
      const maybe = mayVanish(held) ? [held, undefined] : [held];
      return maybe.flatMap((held) => afterOne(held, operation)).map((held) =>
        state.with(operation.key, held)
      );
    },
    name: (state) =>
      state.map((held) => held ? `${held.value} ${held.life}` : "nothing")
        .join(", "),
  };
}

/** What a key holds after an operation, if that can have answered what it did. */
function afterOne(held: Held, { verb, answer, ...input }: Operation): Held[] {
  if (!isKeyVerb(verb)) throw new TypeError(`${verb} is not about one key`);
  // What does not fit changes nothing.
  if (answer === FULL) return NEVER_FULL.includes(verb) ? [] : [held];
  const [expected, then] = KEY_VERBS[verb].apply(held, input);
  return expected === answer ? [then] : [];
}

/** A snapshot reads all keys at one moment. What it misses is gone for good. */
function afterSnapshot(
  state: State,
  shown: Shown[],
  mayVanish: (held: Held) => boolean,
): State[] {
  const then = [...state];
  for (const [key, held] of state.entries()) {
    if (held?.value === shown[key]) continue;
    if (shown[key] !== undefined || !mayVanish(held)) return [];
    then[key] = undefined;
  }
  return [then];
}

/**
 * A transaction does all of its steps at one moment: so an entry that may vanish is there in all
 * of them, or has vanished before. One that was abandoned leaves nothing but that.
 */
function afterTransaction(
  state: State,
  { outcome, steps }: TransactionRecord,
  mayVanish: (held: Held) => boolean,
): State[] {
  const [left, seen] = [[...state], [...state]];
  const settled = new Set<number>();
  for (const step of steps) {
    const { key } = step;
    const held = seen[key];
    if (step.kind === "write") {
      const { life, value } = step;
      const stays = life === "kept" ? held?.life ?? "for good" : life;
      seen[key] = value === undefined ? undefined : { value, life: stays };
    } else if (!isAsSeen(held, step)) {
      const hasVanished = isAsSeen(undefined, step) && mayVanish(held);
      if (!hasVanished || settled.has(key)) return [];
      seen[key] = left[key] = undefined;
    }
    settled.add(key);
  }
  return [outcome === "abandoned" ? left : seen];
}

function isAsSeen(held: Held, step: Exclude<Step, { kind: "write" }>): boolean {
  return step.kind === "read"
    ? step.value === held?.value
    : step.isThere === (held !== undefined);
}
