/**
 * What a periodic writer does, without the files: a dump of everything, then of what
 * changed since, as long as its horizon stands.
 *
 * @module
 */
import { numberKeys } from "../../src/codec/keys.ts";
import { EpochScan, RevokedError } from "../../src/persist/epoch_scan.ts";
import { revokeDumps } from "../../src/reclamation/registry.ts";
import { P_HORIZON } from "../../src/segment/layout.ts";
import { load } from "../../src/segment/atomics.ts";
import {
  raiseHorizon,
  revokeHorizons,
  setHorizon,
} from "../../src/table/horizon.ts";
import { valueIndex } from "../../src/table/version.ts";
import type { Client } from "./client.ts";
import type { Model } from "./history.ts";
import type { Operation } from "./operations.ts";

/** What a worker that dumps has: the map as it was at its horizon. */
export class Dump {
  readonly entries = new Map<number, number>();
  horizon = 0;
}

/** The horizon was revoked: everything must be dumped again. */
const LOST = -1;
/** The dump was revoked: it must be begun again. */
const REVOKED = -2;

/** Tells contents apart. */
function digest(entries: ReadonlyMap<number, number>): number {
  let sum = 0;
  for (const [key, value] of entries) sum += key * 1000 + value;
  return sum;
}

/** Brings a dump up to what a scan finds. */
function apply({ attachment, dump, segment }: Client, scan: EpochScan): void {
  const { words } = attachment.segment;
  const found: number[] = [];
  while (!scan.done) {
    scan.next(found);
    for (const ref of found) {
      const key = numberKeys.read(segment, ref);
      if (scan.isGone(ref)) dump.entries.delete(key);
      else dump.entries.set(key, segment.floats[valueIndex(words, ref)]);
    }
    scan.pass();
  }
}

/** What a dump comes to, if nobody revokes it. */
function unlessRevoked(me: Client, dump: () => number): number {
  try {
    return dump();
  } catch (error) {
    if (!(error instanceof RevokedError)) throw error;
    me.dump.horizon = 0;
    return REVOKED;
  }
}

const contents = ({ map }: Model) => digest(map);

export const dumpAll: Operation = {
  text: "dump()",
  run: (me) =>
    unlessRevoked(me, () => {
      using scan = new EpochScan(me.attachment, 0);
      me.dump.entries.clear();
      me.dump.horizon = scan.tick;
      setHorizon(me.participant, scan.tick); // before anything is passed
      apply(me, scan);
      return digest(me.dump.entries);
    }),
  spec: (model, _, result) => result === REVOKED ? REVOKED : contents(model),
};

export const dumpChanges: Operation = {
  text: "dumpChanges()",
  run: (me) =>
    unlessRevoked(me, () => {
      const { dump, participant, segment } = me;
      const since = dump.horizon;
      using scan = new EpochScan(me.attachment, since);
      apply(me, scan);
      const horizon = load(segment.words, participant.base + P_HORIZON);
      scan.close();
      if (since === 0 || horizon !== since) return LOST;
      dump.horizon = raiseHorizon(participant, since, scan.tick)
        ? scan.tick
        : 0;
      return digest(dump.entries);
    }),
  spec: (model, _, result) => result! < 0 ? result : contents(model),
};

export const revoke: Operation = {
  text: "revokeHorizons()",
  run: ({ segment }) => revokeHorizons(segment.words) as undefined,
};

export const revokeAll: Operation = {
  text: "revokeDumps()",
  run: ({ segment }) => void revokeDumps(segment.words),
};
