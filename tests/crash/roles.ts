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
export interface Fate {
  readonly role: keyof typeof roles;
  readonly handle: SharedMapHandle;
  readonly log: SharedArrayBuffer;
  readonly page: number;
  readonly step: number;
  readonly seed: number;
}

/** What a victim works with. */
export interface Life {
  readonly fate: Fate;
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
  life: Life,
  key: number,
  version: number,
  unit: number,
): void {
  const { log, fate: { page }, map } = life;
  const name = `v${page} ${key}`;
  const text = ownText(name, version, unit);
  log.write(page, key, version, () => map.set(name, text));
}

function deleteOwn(life: Life, key: number): void {
  const { log, fate: { page }, map } = life;
  log.write(page, key, 0, () => map.delete(`v${page} ${key}`));
}

/** One round of each role; the number of the round goes up. */
export const roles = {
  setting(life: Life, i: number): void {
    writeOwn(life, life.random.below(OWN_KEYS), i, 3);
  },

  deleting(life: Life, i: number): void {
    const key = life.random.below(OWN_KEYS);
    if (life.random.below(2) === 0) deleteOwn(life, key);
    else writeOwn(life, key, i, 3);
  },

  incrementing({ log, fate: { page }, map, random }: Life): void {
    log.count(page, () => map.increment(`counter ${random.below(COUNTERS)}`));
  },

  updating({ log, fate: { page }, map, random }: Life): void {
    const key = `counter ${random.below(COUNTERS)}`;
    log.count(
      page,
      () => map.update(key, (now) => (now as number | undefined ?? 0) + 1),
    );
  },

  writingLargeValues(life: Life, i: number): void {
    writeOwn(life, life.random.below(4), i, 500);
  },

  growing(life: Life, i: number): void {
    const { map, fate: { page } } = life;
    map.set(`g${page} ${i}`, i);
    if (i % 8 === 0) writeOwn(life, life.random.below(OWN_KEYS), i + 1, 3);
  },

  shrinking({ map, fate: { page } }: Life, i: number): void {
    map.set(`t${page} ${i}`, i);
    map.delete(`t${page} ${i}`);
  },

  openingSnapshots(life: Life, i: number): void {
    const { map } = life;
    const snapshot = map.snapshot();
    writeOwn(life, i % OWN_KEYS, i, 3);
    for (const _ of snapshot) if (life.random.below(100) === 0) break;
    if (i % 20 > 0) snapshot.close();
  },

  iterating({ map, random }: Life): void {
    const limit = random.below(300);
    let count = 0;
    for (const _ of map) if (count++ > limit) break;
    using _pin = map.pin();
    map.getMany(["counter 1", "shared 1", "none"]);
  },

  expiring(life: Life, i: number): void {
    life.map.set(`x ${life.random.below(50)}`, i, { ttl: 1 });
    life.map.expire(`shared ${life.random.below(20)}`, 1e9);
    writeOwn(life, life.random.below(OWN_KEYS), i, 3);
  },

  sharing({ map, random }: Life, i: number): void {
    const key = `shared ${random.below(20)}`;
    const text = textOf(key, i, random.below(400));
    if (random.below(4) === 0) map.delete(key);
    else map.set(key, text);
  },

  /** Between its rounds it recovers others: see `victim.ts`. */
  recovering(life: Life, i: number): void {
    writeOwn(life, life.random.below(OWN_KEYS), i, 3);
  },

  leaving(life: Life, i: number): void {
    const { map, fate: { handle, page } } = life;
    using other = SharedMap.attach<string, Value>(handle);
    for (let j = 0; j < 20; j++) other.set(`l${page} ${j}`, i);
    using _snapshot = other.snapshot();
    for (let j = 0; j < 20; j++) map.set(`l${page} ${j}`, -i);
  },
};
