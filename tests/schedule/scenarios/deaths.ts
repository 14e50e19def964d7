/**
 * Deaths in the middle of an operation, beside others that go on, and who recovers the dead.
 *
 * @module
 */
import type { Client } from "../client.ts";
import type { Operation } from "../operations.ts";
import { type Scenario, type Setup, titleOf } from "../scenario.ts";
import { dieAfter } from "../scheduler.ts";

/** What one dies in, and about how many steps that has. */
export interface Act {
  readonly act: (dead: Client) => void;
  readonly steps: number;
  /** What it has done before. */
  readonly before?: (dead: Client) => void;
}
export type Acts = Readonly<Record<string, Act>>;

/** What all of the scenarios have. */
export interface Around {
  readonly group: string;
  readonly programs: readonly (readonly Operation[])[];
  readonly leaks: number;
  readonly prepare: (setup: Setup) => void;
  /** What it has done before it dies in any of them. */
  readonly before?: (dead: Client) => void;
}

/** So many deaths in each act, spread over its steps, before the programs begin. */
export function deathsIn(
  acts: Acts,
  deaths: number,
  { before, group, leaks, prepare, programs }: Around,
): Scenario[] {
  return Object.entries(acts).flatMap(([name, { act, before: own, steps }]) =>
    Array.from({ length: deaths }, (_, i): Scenario => {
      const step = Math.floor((i + 0.5) * steps / deaths);
      return {
        group,
        name: titleOf(programs, `a death at step ${step} of ${name}`),
        shift: 6,
        prepare: (setup) => {
          prepare(setup);
          const dead = setup.join();
          before?.(dead);
          own?.(dead);
          dieAfter(step, () => act(dead));
        },
        programs,
        leaks,
      };
    })
  );
}
