import type { Contender } from "./contender.ts";

/**
 * The contenders, in the order of the tables. Each is a module of its own and is
 * loaded only by name: a worker that plays one contender never compiles another,
 * so V8 sees one kind of map at each call and nobody pays for the company.
 */
const MODULES = {
  epochmap: () => import("./epochmap.ts"),
  map: () => import("./map.ts"),
  sharedmap: () => import("./sharedmap.ts"),
  general: () => import("./general.ts"),
  mutex: () => import("./mutex_table.ts"),
  striped: () => import("./striped_table.ts"),
  unlocked: () => import("./unlocked_table.ts"),
  lmdb: () => import("./lmdb.ts"),
  "owner-1": () => import("./owner_single.ts"),
  "owner-100": () => import("./owner_many.ts"),
  empty: () => import("./empty.ts"),
};

export type ContenderName = keyof typeof MODULES;

export const CONTENDER_NAMES = Object.keys(MODULES) as ContenderName[];

/**
 * Those that play only where they are asked for: `lmdb` needs to be installed, and
 * permissions that the others do not; `unlocked` is no map for several workers.
 */
const UNUSUAL: readonly ContenderName[] = ["lmdb", "unlocked"];

/** Those that play without being asked for. */
export const USUAL_CONTENDERS: readonly ContenderName[] = CONTENDER_NAMES
  .filter((name) => !UNUSUAL.includes(name));

/** What each name stands for, in the words of the tables. */
export const TITLES: Record<ContenderName, string> = {
  epochmap: "epochmap",
  map: "Map, one for each worker",
  sharedmap: "npm:sharedmap",
  general: "general map, 64 mutexes",
  mutex: "table, one mutex",
  striped: "table, 64 stripes",
  unlocked: "table, no lock",
  lmdb: "npm:lmdb, noSync",
  "owner-1": "owner worker, 1 in flight",
  "owner-100": "owner worker, 100 in flight",
  empty: "(harness alone)",
};

export async function loadContender(name: ContenderName): Promise<Contender> {
  return (await MODULES[name]()).contender;
}
