/**
 * What a periodic writer does, without the files: a dump of everything, then of what
 * changed since, as long as its floor stands.
 *
 * @module
 */
import { numberKeys } from "../../src/codec/keys.ts";
import { EpochScan } from "../../src/persist/epoch_scan.ts";
import { P_FLOOR } from "../../src/segment/layout.ts";
import { load } from "../../src/segment/words.ts";
import { raiseFloor, revokeFloors, setFloor } from "../../src/table/floor.ts";
import { valueIndex } from "../../src/table/version.ts";
import type { Actor } from "./actor.ts";
import type { Model } from "./history.ts";
import type { Operation } from "./operations.ts";

/** What a dumper has: the map as it was at its floor. */
export class Dump {
  readonly entries = new Map<number, number>();
  floor = 0;
}

/** The floor was revoked: everything must be dumped again. */
const LOST = -1;

/** Tells contents apart. */
function digest(entries: ReadonlyMap<number, number>): number {
  let sum = 0;
  for (const [key, value] of entries) sum += key * 1000 + value;
  return sum;
}

/** Brings a dump up to what a scan finds. */
function apply({ attachment, dump, segment }: Actor, scan: EpochScan): void {
  const { words } = attachment.segment;
  const found: number[] = [];
  while (!scan.done) {
    scan.next(found);
    for (const ref of found) {
      const key = numberKeys.read(segment, ref);
      if (scan.isGone(ref)) dump.entries.delete(key);
      else dump.entries.set(key, segment.floats[valueIndex(words, ref)]);
    }
  }
}

const contents = ({ map }: Model) => digest(map);

export const dumpAll: Operation = {
  text: "dump()",
  run: (me) => {
    using scan = new EpochScan(me.attachment, 0);
    me.dump.entries.clear();
    apply(me, scan);
    me.dump.floor = scan.tick;
    setFloor(me.participant, scan.tick); // while the snapshot is open
    return digest(me.dump.entries);
  },
  spec: contents,
};

export const dumpChanges: Operation = {
  text: "dumpChanges()",
  run: (me) => {
    const { dump, participant, segment } = me;
    const since = dump.floor;
    const scan = new EpochScan(me.attachment, since);
    apply(me, scan);
    const floor = load(segment.words, participant.base + P_FLOOR);
    scan.close();
    if (since === 0 || floor !== since) return LOST;
    dump.floor = raiseFloor(participant, since, scan.tick) ? scan.tick : 0;
    return digest(dump.entries);
  },
  spec: (model, _, result) => result === LOST ? LOST : contents(model),
};

export const revoke: Operation = {
  text: "revokeFloors()",
  run: ({ segment }) => revokeFloors(segment.words) as undefined,
};
