/**
 * The scheduler: of the workers of a search one runs, the others wait. A plan says at
 * which points another one goes on, so a worker runs from one change to the next
 * without asking anyone; only a change costs a hand-over.
 *
 * A point is an access to a *contended* word, before it takes place: one that two
 * workers touched in any run so far, and one of them wrote. Plain accesses count like
 * atomic ones. Accesses to other words commute with all that the others do, so a
 * change before them is no other schedule than one before the next point. Between two
 * operations and at the end of a program there is a point, too.
 *
 * @module
 */
import {
  ABORTED,
  ALIVE,
  CHANGES,
  EXACT,
  GROWN,
  MOST_SWITCHES,
  MOST_WORKERS,
  NEXT,
  NEXT_AT,
  ORDER,
  POINTS,
  SEGMENT_WORDS,
  type SharedState,
  STEPS,
  SWITCH_WORDS,
  SWITCHES,
  TICKET_STRIDE,
} from "./shared_state.ts";

/** How an access touches a word. */
export const READ = 1;
export const WRITE = 2;

/** In the place of a worker in a change: the one that runs goes to the end of the order. */
export const DROP = -1;

/** More steps than any run needs that ends. */
const MOST_STEPS = 200_000;

const IDLE = 0;
const RUNNING = 1;
const UNWINDING = 2;
const DYING = 3;

/** Thrown through an operation whose run is over. */
export class Aborted extends Error {}

let state = IDLE;
let shared: SharedState;
let me = 0;
let ticket = 0;
let words: Int32Array;
let touched: Uint8Array;
let contended: Uint8Array;
const everyWord = new Uint8Array(SEGMENT_WORDS).fill(1);

/** Registers this thread as the worker of that number. */
export function register(memory: SharedState, worker: number): void {
  shared = memory;
  me = worker;
  words = shared.words;
  touched = shared.touched;
}

/** Whether this worker's accesses are steps at the moment. */
export function isRunning(): boolean {
  return state === RUNNING;
}

/** The number of this worker. */
export function currentWorker(): number {
  return me;
}

/** The memory that the workers of the search share. */
export function sharedState(): SharedState {
  return shared;
}

// ---- running ------------------------------------------------------------------------------------

/** Runs a program: the caller is scheduled, and has let another go on when it returns. */
export function run(act: () => void): void {
  contended = words[EXACT] === 1 ? everyWord : shared.contended;
  state = words[ABORTED] === 1 ? UNWINDING : RUNNING;
  try {
    if (state === RUNNING) act();
  } catch (error) {
    if (!(error instanceof Aborted)) note(error);
  }
  state = IDLE;
  leave();
}

function note(error: unknown): void {
  words[ABORTED] = 1;
  if (shared.failure === "") shared.failure = textOf(error);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

/** Ends the run: something is wrong. */
export function fail(what: string): never {
  note(new Error(what));
  state = UNWINDING;
  throw new Aborted();
}

/** Before an access to a word. */
export function step(index: number, access: number): void {
  if (state !== RUNNING) return rest();
  if (!(index >= 0 && index < SEGMENT_WORDS)) {
    return strayed(index);
  }
  const before = touched[index];
  const after = before | access << 2 * me;
  if (after !== before) touch(index, after);
  if (contended[index] !== 0) point();
  else if (++words[STEPS] > MOST_STEPS) endless();
}

/** What is wrong with a read from freed memory, or from nowhere, if it is: see `freed.ts`. */
let strayed: (index: number) => void = () => {};

/** Says what to do when an access leads out of the segment. */
export function onStray(then: (index: number) => void): void {
  strayed = then;
}

/** Between two operations. */
export function yieldNow(): void {
  if (state !== RUNNING) return rest();
  point();
}

function rest(): void {
  if (state === DYING && --stepsToLive < 0) state = UNWINDING;
  if (state === UNWINDING) throw new Aborted();
}

let stepsToLive = 0;

/** Lets the worker that acts die after so many steps, before any run; says whether it did. */
export function dieAfter(steps: number, act: () => void): boolean {
  stepsToLive = steps;
  state = DYING;
  try {
    act();
    return false;
  } catch (error) {
    if (error instanceof Aborted) return true;
    throw error;
  } finally {
    state = IDLE;
  }
}

function endless(): never {
  fail(`more than ${MOST_STEPS} steps: an operation does not end`);
}

function point(): void {
  if (++words[STEPS] > MOST_STEPS) endless();
  if (words[POINTS]++ === words[NEXT_AT]) switchTo(nextByPlan());
}

/** Notes that this worker touches a word, without a point: for whole blocks. */
export function touchAll(from: number, to: number, access: number): void {
  if (state !== RUNNING) return;
  for (let index = from; index < to; index++) {
    touch(index, touched[index] | access << 2 * me);
  }
}

const BOTH_BITS = 3;
const WRITES = 0b10101010;

function touch(index: number, bits: number): void {
  const before = touched[index];
  touched[index] = bits;
  if (isContended(bits) && !isContended(before)) {
    shared.grown[words[GROWN]++] = index;
  }
}

function isContended(bits: number): boolean {
  let workers = 0;
  for (let worker = 0; worker < MOST_WORKERS; worker++) {
    if ((bits >> 2 * worker & BOTH_BITS) !== 0) workers++;
  }
  return workers > 1 && (bits & WRITES) !== 0;
}

// ---- changes ------------------------------------------------------------------------------------

/** Takes the change that is due off the plan; returns who goes on. */
function nextByPlan(): number {
  const target = shared.changes[2 * words[NEXT] + 1];
  const next = ++words[NEXT];
  words[NEXT_AT] = next < words[CHANGES] ? shared.changes[2 * next] : -1;
  if (target === DROP) {
    moveInOrder(me, MOST_WORKERS - 1);
    return firstAlive();
  }
  if ((words[ALIVE] >> target & 1) === 0) return me;
  moveInOrder(target, 0);
  return target;
}

function moveInOrder(worker: number, place: number): void {
  const order = words.subarray(ORDER, ORDER + MOST_WORKERS);
  let at = order.indexOf(worker);
  for (; at < place; at++) order[at] = order[at + 1];
  for (; at > place; at--) order[at] = order[at - 1];
  order[place] = worker;
}

function firstAlive(): number {
  for (let i = ORDER; i < ORDER + MOST_WORKERS; i++) {
    if ((words[ALIVE] >> words[i] & 1) === 1) return words[i];
  }
  return -1;
}

function switchTo(to: number): void {
  if (to === me) return;
  noteSwitch(to, false);
  resume(to);
  waitUntilScheduled();
  if (words[ABORTED] === 0) return;
  state = UNWINDING;
  throw new Aborted();
}

/** The end of a program is a point, too: there the plan may choose who is next. */
function leave(): void {
  words[ALIVE] &= ~(1 << me);
  words[STEPS]++;
  const isDue = words[POINTS]++ === words[NEXT_AT];
  const chosen = isDue && words[ABORTED] === 0 ? nextByPlan() : me;
  const next = chosen === me ? firstAlive() : chosen;
  if (next >= 0) noteSwitch(next, true);
  const to = Math.max(next, 0); // the first worker goes on when all have ended
  if (to === me) return;
  resume(to);
  if (me === 0) waitUntilScheduled();
}

function noteSwitch(to: number, atEnd: boolean): void {
  const at = words[SWITCHES]++;
  if (at >= MOST_SWITCHES) throw new Error("too many switches");
  shared.switches[SWITCH_WORDS * at] = words[STEPS] - 1;
  shared.switches[SWITCH_WORDS * at + 1] = words[POINTS] - 1;
  shared.switches[SWITCH_WORDS * at + 2] = to;
  shared.switches[SWITCH_WORDS * at + 3] = Number(atEnd);
}

// ---- hand-over ----------------------------------------------------------------------------------

/** Lets another worker go on. */
export function resume(to: number): void {
  Atomics.add(words, to * TICKET_STRIDE, 1);
  Atomics.notify(words, to * TICKET_STRIDE);
}

/**
 * Returns when this worker may go on. It sleeps at once: where two searches run side by
 * side on two cores, to spin would only take time from the one that works.
 */
export function waitUntilScheduled(): void {
  const mine = me * TICKET_STRIDE;
  while (Atomics.load(words, mine) === ticket) {
    Atomics.wait(words, mine, ticket);
  }
  ticket++;
}
