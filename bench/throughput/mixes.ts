import { Operation } from "../peers/contender.ts";

/**
 * The mixes of the concurrent-map benchmark that the Rust world uses, which took
 * them from libcuckoo's.
 */
export interface Mix {
  readonly title: string;
  /** How many of a hundred operations are of each kind. */
  readonly get: number;
  readonly set: number;
  readonly delete: number;
  readonly update: number;
  /** Whether the map starts empty and grows until it is full. */
  readonly growing: boolean;
}

export type MixName = "read-heavy" | "exchange" | "rapid-grow";

export const MIXES: Record<MixName, Mix> = {
  "read-heavy": {
    title: "98 % get, 1 % insert, 1 % delete",
    get: 98,
    set: 1,
    delete: 1,
    update: 0,
    growing: false,
  },
  "exchange": {
    title: "10 % get, 40 % insert, 40 % delete, 10 % update",
    get: 10,
    set: 40,
    delete: 40,
    update: 10,
    growing: false,
  },
  "rapid-grow": {
    title: "5 % get, 80 % insert, 5 % delete, 10 % update, from empty",
    get: 5,
    set: 80,
    delete: 5,
    update: 10,
    growing: true,
  },
};

export const MIX_NAMES = Object.keys(MIXES) as MixName[];

/**
 * How many entries a map holds: half its capacity in the mixes that stay level;
 * four times the capacity at the end of the one that grows.
 */
export function entriesOf(mix: Mix, capacity: number): number {
  return mix.growing ? 4 * capacity : capacity / 2;
}

/** A hundred operations in the proportions of the mix, in order of kind. */
export function operationsOf(mix: Mix): Operation[] {
  const { GET, SET, DELETE, UPDATE } = Operation;
  return [
    ...Array<Operation>(mix.get).fill(GET),
    ...Array<Operation>(mix.set).fill(SET),
    ...Array<Operation>(mix.delete).fill(DELETE),
    ...Array<Operation>(mix.update).fill(UPDATE),
  ];
}
