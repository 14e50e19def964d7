import { freshKey } from "../measure/fresh_keys.ts";
import {
  type Answer,
  type FarMap,
  isFar,
  type NearMap,
  Operation,
  perform,
  wasFound,
} from "../peers/contender.ts";
import { now } from "./gate.ts";
import type { Walk } from "./walk.ts";

/** When a worker stops: at a time, or when it has inserted its share, or deleted all. */
export interface Limits {
  readonly deadline: number;
  readonly insertions: number;
  readonly deletions?: number;
}

/** Operations done, and answers that were wrong. */
export interface Count {
  operations: number;
  wrong: number;
}

/** Inserts `count` entries, a hundred at a time where the map is far. */
export async function fill(
  map: NearMap | FarMap,
  walk: Walk,
  count: number,
): Promise<void> {
  const order = new Uint8Array(100).fill(Operation.SET);
  const whole = Math.ceil(count / order.length) * order.length;
  const limits = { deadline: Infinity, insertions: whole };
  if (isFar(map)) await playFar(map, walk, order, limits, order.length);
  else playNear(map, walk, order, limits);
  walk.settle();
}

/** Deletes all entries, a hundred at a time. */
export async function empty(map: NearMap | FarMap, walk: Walk): Promise<void> {
  const order = new Uint8Array(100).fill(Operation.DELETE);
  const limits = {
    deadline: Infinity,
    insertions: Infinity,
    deletions: walk.inserted,
  };
  if (isFar(map)) await playFar(map, walk, order, limits, order.length);
  else playNear(map, walk, order, limits);
}

/** Plays rounds of `order`, a hundred operations, until a limit is reached. */
export function play(
  map: NearMap | FarMap,
  walk: Walk,
  order: Uint8Array,
  limits: Limits,
): Count | Promise<Count> {
  return isFar(map)
    ? playFar(map, walk, order, limits, map.inFlight)
    : playNear(map, walk, order, limits);
}

function playNear(
  map: NearMap,
  walk: Walk,
  order: Uint8Array,
  limits: Limits,
): Count {
  const count = { operations: 0, wrong: 0 };
  while (goesOn(walk, limits)) {
    count.wrong += playRound(map, walk, order);
    count.operations += order.length;
  }
  return count;
}

function playRound(map: NearMap, walk: Walk, order: Uint8Array): number {
  let wrong = 0;
  for (let i = 0; i < order.length; i++) {
    const operation = order[i] as Operation;
    const n = walk.choose(operation);
    const answer = perform(map, operation, freshKey(n), n);
    if (wasFound(answer) !== walk.expected) wrong++;
  }
  return wrong;
}

/** The same with `depth` requests under way: each waits for the one `depth` before it. */
async function playFar(
  map: FarMap,
  walk: Walk,
  order: Uint8Array,
  limits: Limits,
  depth: number,
): Promise<Count> {
  const count = { operations: 0, wrong: 0 };
  const underWay: Promise<void>[] = new Array(depth).fill(Promise.resolve());
  let next = 0;
  while (goesOn(walk, limits)) {
    for (const operation of order as Iterable<Operation>) {
      const place = next++ % depth;
      await underWay[place];
      const n = walk.choose(operation);
      const { expected } = walk;
      underWay[place] = map.request(operation, freshKey(n), n)
        .then((answer: Answer) => {
          if (wasFound(answer) !== expected) count.wrong++;
        });
    }
    count.operations += order.length;
  }
  await Promise.all(underWay);
  return count;
}

function goesOn(
  walk: Walk,
  { deadline, insertions, deletions = Infinity }: Limits,
): boolean {
  return walk.inserted < insertions && walk.deleted < deletions &&
    now() < deadline;
}
