/**
 * The checker: is there an order of the operations of a history, each at a
 * moment between its call and its return, in which a sequential specification
 * gives the same answers?
 *
 * Where operations are about several keys at once, the object that they are
 * operations on is the whole map, and what is checked is strict serializability:
 * one order of all transactions, snapshots and operations on single keys that
 * agrees with real time (Herlihy and Wing, "Linearizability: a correctness
 * condition for concurrent objects", 1990, where it is linearizability of an
 * object whose operations are the transactions; Papadimitriou, "The
 * serializability of concurrent database updates", 1979). Keys cannot be checked
 * one by one then. The search decides, whatever the operations are: that is why
 * it is used here, and not a search for cycles of dependencies as in Elle
 * (Kingsbury and Alvaro, "Elle: inferring isolation anomalies from experimental
 * observations", 2020). That one takes histories of any length, but needs values
 * from which the order of the versions of a key can be read; here entries expire,
 * are evicted, deleted and added to, and histories are short.
 *
 * It is the search of Wing and Gong ("Testing and verifying concurrent objects",
 * 1993) with the two improvements of Lowe ("Testing for linearizability", 2017).
 * It goes through calls and returns in their order, and gives an operation its
 * place *just in time*: only when some operation returns that must have one, be
 * it that one or others before it. And it remembers the configurations it has
 * met, a configuration being which of the operations under way have their place
 * already, and the state after them. Where Lowe goes one way and back, this
 * keeps all configurations side by side: there are few, because there are few
 * workers, and each is met once. So the work grows with the length of a history
 * and not with the number of orders.
 *
 * @module
 */

/**
 * When an operation returned that never did, as its worker died. It may have its place at any
 * moment after its call, or none at all.
 */
export const NEVER: number = Infinity;

/** When an operation ran. All moments of a history differ, but for `NEVER`. */
export interface Interval {
  readonly called: number;
  readonly returned: number;
}

/** A sequential specification. */
export interface Model<State, Op> {
  /**
   * The states in which an operation may leave a state; none if it cannot have answered
   * there what it did.
   */
  after(state: State, operation: Op): State[];
  /** A name that states have in common only if they are the same. */
  name(state: State): string;
}

/** Why a history is not linearizable. */
export interface Violation<Op> {
  /** The operation whose answer no order explains, given those called before it returned. */
  readonly culprit: Op;
  /** All operations that were called before it returned. */
  readonly upTo: readonly Op[];
  /** The states that the map can have been in when the others had returned. */
  readonly states: readonly string[];
}

/** One way in which things can have gone so far. */
interface Configuration<State> {
  readonly state: State;
  /** Which of the operations under way have their place, as bits. */
  readonly placed: number;
}

/** Operations under way that a bit mask can hold. */
const MOST_UNDER_WAY = 31;

/** Returns undefined if a history is linearizable. */
export function check<State, Op extends Interval>(
  model: Model<State, Op>,
  initial: State,
  history: readonly Op[],
): Violation<Op> | undefined {
  const underWay = new UnderWay<Op>();
  let configurations: Configuration<State>[] = [{ state: initial, placed: 0 }];
  for (const { operation, isCall } of eventsOf(history)) {
    if (isCall) {
      underWay.add(operation);
      continue;
    }
    const next = place(model, operation, underWay, configurations);
    if (next.length === 0) {
      const { returned } = operation;
      const upTo = history.filter(({ called }) => called < returned);
      const states = configurations.map(({ state }) => model.name(state));
      return { culprit: operation, upTo, states: [...new Set(states)] };
    }
    underWay.remove(operation);
    configurations = next;
  }
}

/** Calls and returns in their order. */
function eventsOf<Op extends Interval>(history: readonly Op[]) {
  const calls = history.map((operation) => ({
    operation,
    isCall: true,
    at: operation.called,
  }));
  const ended = history.filter(({ returned }) => returned !== NEVER);
  const returns = ended.map((operation) => ({
    operation,
    isCall: false,
    at: operation.returned,
  }));
  return [...calls, ...returns].sort((a, b) => a.at - b.at);
}

/**
 * The configurations in which an operation that returns has its place; then it needs no bit
 * any more.
 */
function place<State, Op>(
  model: Model<State, Op>,
  returning: Op,
  underWay: UnderWay<Op>,
  from: Configuration<State>[],
): Configuration<State>[] {
  const bit = underWay.bitOf(returning);
  const met = new Set<string>();
  const done: Configuration<State>[] = [];
  const left = [...from];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { state, placed } = next;
    const name = `${placed} ${model.name(state)}`;
    if (met.has(name)) continue;
    met.add(name);
    if ((placed & bit) !== 0) {
      done.push({ state, placed: placed & ~bit });
      continue;
    }
    for (const [operation, itsBit] of underWay.entries()) {
      if ((placed & itsBit) !== 0) continue;
      for (const after of model.after(state, operation)) {
        left.push({ state: after, placed: placed | itsBit });
      }
    }
  }
  return done;
}

/** Operations under way, each with a bit of its own. */
class UnderWay<Op> {
  readonly #bits = new Map<Op, number>();
  #taken = 0;

  add(operation: Op): void {
    let number = 0;
    while ((this.#taken & (1 << number)) !== 0) number++;
    if (number >= MOST_UNDER_WAY) {
      throw new RangeError(
        `Cannot check the history: more than ${MOST_UNDER_WAY} operations overlap`,
      );
    }
    this.#bits.set(operation, 1 << number);
    this.#taken |= 1 << number;
  }

  remove(operation: Op): void {
    this.#taken &= ~this.bitOf(operation);
    this.#bits.delete(operation);
  }

  bitOf(operation: Op): number {
    return this.#bits.get(operation)!;
  }

  entries(): Iterable<[operation: Op, bit: number]> {
    return this.#bits;
  }
}
