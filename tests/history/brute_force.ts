import type { Interval, Model } from "./checker.ts";

/**
 * Whether a history is linearizable, by the definition: tries every order of its
 * operations in which none comes after one that began when it had ended.
 */
export function isLinearizable<State, Op extends Interval>(
  model: Model<State, Op>,
  state: State,
  history: readonly Op[],
): boolean {
  return history.length === 0 || history.some((first) => {
    const others = history.filter((other) => other !== first);
    return others.every((other) => first.called < other.returned) &&
      model.after(state, first).some((then) =>
        isLinearizable(model, then, others)
      );
  });
}
