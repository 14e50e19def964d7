import { type Interval, type Model, NEVER } from "./checker.ts";

/**
 * Whether a history is linearizable, by the definition: tries every order of its
 * operations in which none comes after one that began when it had ended, with or
 * without those that never ended.
 */
export function isLinearizable<State, Op extends Interval>(
  model: Model<State, Op>,
  state: State,
  history: readonly Op[],
): boolean {
  return history.every(isEndless) || history.some((first) => {
    const others = history.filter((other) => other !== first);
    return others.every((other) => first.called < other.returned) &&
      model.after(state, first).some((then) =>
        isLinearizable(model, then, others)
      );
  });
}

function isEndless({ returned }: Interval): boolean {
  return returned === NEVER;
}
