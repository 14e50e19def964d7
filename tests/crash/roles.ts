/**
 * What workers do until they die.
 *
 * @module
 */
import { SharedMap, type SharedMapHandle } from "../../mod.ts";
import type { Random } from "../testing/random.ts";
import { COUNTERS, type DeathLog, OWN_KEYS } from "./death_log.ts";
import { textOf, type Value } from "./text.ts";

/** What a victim is told. */
export interface Assignment {
  readonly role: keyof typeof roles;
  readonly handle: SharedMapHandle;
  readonly log: SharedArrayBuffer;
  readonly page: number;
  readonly step: number;
  readonly seed: number;
}

/** What a victim works with. */
export interface Victim {
  readonly assignment: Assignment;
  readonly log: DeathLog;
  readonly map: SharedMap<string, Value>;
  readonly random: Random;
}

/** The text of a version; the length tells the version, too. */
export function ownText(key: string, version: number, unit: number): string {
  return textOf(key, version, (version % 97) * unit);
}

/** Gives an own key its next version. */
function writeOwn(
  victim: Victim,
  key: number,
  version: number,
  unit: number,
): void {
  const { log, assignment: { page }, map } = victim;
  const name = `v${page} ${key}`;
  const text = ownText(name, version, unit);
  log.write(page, key, version, () => map.set(name, text));
}

function deleteOwn(victim: Victim, key: number): void {
  const { log, assignment: { page }, map } = victim;
  log.write(page, key, 0, () => map.delete(`v${page} ${key}`));
}

/** One round of each role; the number of the round goes up. */
export const roles = {
  setting(victim: Victim, i: number): void {
    writeOwn(victim, victim.random.below(OWN_KEYS), i, 3);
  },

  deleting(victim: Victim, i: number): void {
    const key = victim.random.below(OWN_KEYS);
    if (victim.random.below(2) === 0) deleteOwn(victim, key);
    else writeOwn(victim, key, i, 3);
  },

  incrementing({ log, assignment: { page }, map, random }: Victim): void {
    log.count(page, () => map.increment(`counter ${random.below(COUNTERS)}`));
  },

  updating({ log, assignment: { page }, map, random }: Victim): void {
    const key = `counter ${random.below(COUNTERS)}`;
    log.count(
      page,
      () => map.update(key, (now) => (now as number | undefined ?? 0) + 1),
    );
  },

  writingLargeValues(victim: Victim, i: number): void {
    writeOwn(victim, victim.random.below(4), i, 500);
  },

  growing(victim: Victim, i: number): void {
    const { map, assignment: { page } } = victim;
    map.set(`g${page} ${i}`, i);
    if (i % 8 === 0) writeOwn(victim, victim.random.below(OWN_KEYS), i + 1, 3);
  },

  shrinking({ map, assignment: { page } }: Victim, i: number): void {
    map.set(`t${page} ${i}`, i);
    map.delete(`t${page} ${i}`);
  },

  openingSnapshots(victim: Victim, i: number): void {
    const { map } = victim;
    const snapshot = map.snapshot();
    writeOwn(victim, i % OWN_KEYS, i, 3);
    for (const _ of snapshot) if (victim.random.below(100) === 0) break;
    if (i % 20 > 0) snapshot.close();
  },

  iterating({ map, random }: Victim): void {
    const limit = random.below(300);
    let count = 0;
    for (const _ of map) if (count++ > limit) break;
    using _pin = map.pin();
    map.getMany(["counter 1", "shared 1", "none"]);
  },

  expiring(victim: Victim, i: number): void {
    victim.map.set(`x ${victim.random.below(50)}`, i, { ttl: 1 });
    victim.map.expire(`shared ${victim.random.below(20)}`, 1e9);
    writeOwn(victim, victim.random.below(OWN_KEYS), i, 3);
  },

  sharing({ map, random }: Victim, i: number): void {
    const key = `shared ${random.below(20)}`;
    const text = textOf(key, i, random.below(400));
    if (random.below(4) === 0) map.delete(key);
    else map.set(key, text);
  },

  /** Between its rounds it recovers others: see `victim.ts`. */
  recovering(victim: Victim, i: number): void {
    writeOwn(victim, victim.random.below(OWN_KEYS), i, 3);
  },

  leaving(victim: Victim, i: number): void {
    const { map, assignment: { handle, page } } = victim;
    using other = SharedMap.attach<string, Value>(handle);
    for (let j = 0; j < 20; j++) other.set(`l${page} ${j}`, i);
    using _snapshot = other.snapshot();
    for (let j = 0; j < 20; j++) map.set(`l${page} ${j}`, -i);
  },
};
