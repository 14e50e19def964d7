/**
 * Recovery: survivors clear up after a dead worker.
 *
 * A participant record names the Web Lock that its worker holds. If that lock can be had, the
 * worker is gone. The recoverer, which holds it then, checks that the record still names it, and
 * takes these steps, each of which can be repeated: it brings the record in order (`repair.ts`),
 * retires a table that was being replaced, ends the commits of several keys, closes the inbox,
 * clears pin, open snapshots and horizon, adopts the queues and lists, frees what large blocks were
 * not linked yet, and last frees the record.
 *
 * What the dead wrote is read plainly: it wrote that before it died, its lock came free after that,
 * and so the recoverer, which got the lock, reads it after both.
 *
 * A worker that died while it adopted what another had left in a record (`estate.ts`) is the owner
 * of two records, or more: each of them is recovered alike.
 *
 * One recoverer works on a segment at a time (a lock again, never waited for). Lists go from the
 * dead to the living a record at a time, so a recoverer that dies itself loses the one in its
 * hands, and the next goes on where it stopped.
 *
 * @module
 */

import {
  ESTATE,
  H_PARTICIPANTS,
  P_PERMITS,
  P_SECTION,
  P_STATE,
} from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import { load, own, poke, store } from "../segment/atomics.ts";
import { closeInbox } from "./inbox.ts";
import { locks } from "./lifeline.ts";
import { type Participant, withdraw } from "./participant.ts";
import { participantBase } from "../segment/participants.ts";
import { freeLoaded, repair, type VersionsInHand } from "./repair.ts";

/** What a recovery needs of those who know tables. */
export interface TableRecovery extends VersionsInHand {
  /**
   * Retires a table that the dead took away from the root, if it did not come to that. The dead is
   * still pinned.
   */
  reap(slot: number): void;
  /** Ends the commits of several keys that the dead was about; it is still pinned. */
  endCommits(slot: number): void;
  /** Takes slots back that the dead might have claimed. */
  returnPermits(permits: number): void;
  /** Frees the tables and versions that the dead had in its hands, if they take a run of chunks. */
  freeUnlinked(slot: number): void;
}

/** The names of all locks that somebody holds or waits for. */
export async function livingLocks(): Promise<ReadonlySet<string>> {
  const { held, pending } = await locks.query();
  return new Set([...held, ...pending].map((lock) => lock.name));
}

/** The name of the lock that the participant with this lock number holds. */
export function lifelineName(segment: Segment, lock: number): string {
  return `epochmap ${segment.id} participant ${lock}`;
}

/**
 * Recovers every dead participant of the segment. Resolves at once when another worker is at it.
 *
 * @param self The participant that takes over what the dead leave. If it leaves meanwhile, the work
 * ends.
 * @param tables What the layer above does for the dead.
 * @param living What `livingLocks` said not long ago: a worker that is not in it may be dead.
 * @returns How many participants were recovered.
 */
export async function recoverDead(
  self: Participant,
  tables: TableRecovery,
  living: ReadonlySet<string>,
): Promise<number> {
  const segment = self.segment;
  const suspects = findSuspects(segment, self.slot, living);
  if (suspects.length === 0) return 0;
  const one = { ifAvailable: true };
  return await locks.request(
    `epochmap ${segment.id} recovery`,
    one,
    async (mine) => {
      let recovered = 0;
      if (mine === null) return 0;
      for (const { slot, state } of suspects) {
        const name = lifelineName(segment, Math.abs(state));
        await locks.request(name, one, (dead) => {
          if (dead === null || !self.isHere || self.isStopped) return;
          if (load(segment.words, participantBase(slot) + P_STATE) !== state) {
            return;
          }
          recover(self, slot, tables);
          recovered++;
        });
      }
      return recovered;
    },
  );
}

/** Records whose lock nobody held. */
function findSuspects(
  segment: Segment,
  self: number,
  living: ReadonlySet<string>,
): { slot: number; state: number }[] {
  const suspects: { slot: number; state: number }[] = [];
  const slots = load(segment.words, H_PARTICIPANTS);
  for (let slot = 0; slot < slots; slot++) {
    const state = load(segment.words, participantBase(slot) + P_STATE);
    if (slot === self || state === 0 || state === ESTATE) continue;
    if (living.has(lifelineName(segment, Math.abs(state)))) continue;
    suspects.push({ slot, state });
  }
  return suspects;
}

/** Clears up after the dead participant of `slot`; the caller holds its lock. */
export function recover(
  self: Participant,
  slot: number,
  tables: TableRecovery,
): void {
  const segment = self.segment;
  const words = segment.words;
  const base = participantBase(slot);
  self.heal();
  repair(segment, slot, tables);
  freeLoaded(segment, slot);
  tables.reap(slot);
  tables.endCommits(slot);
  closeInbox(words, base);
  withdraw(words, base);
  self.adopt(base);
  const permits = own(words, base + P_PERMITS);
  poke(words, base + P_PERMITS, 0);
  if (permits > 0) tables.returnPermits(permits);
  tables.freeUnlinked(slot);
  if (load(words, base + P_STATE) > 0) self.count("recoveries"); // else it was but adopting
  poke(words, base + P_SECTION, 0);
  store(words, base + P_STATE, 0);
}

/** Brings the own record in order after a section that was cut short; it is pinned. */
export function repairOwn(self: Participant, tables: TableRecovery): void {
  repair(self.segment, self.slot, tables);
  tables.reap(self.slot);
  tables.endCommits(self.slot);
  tables.freeUnlinked(self.slot);
}
