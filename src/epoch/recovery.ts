/**
 * Recovery: survivors clear up after a dead worker.
 *
 * A participant record names the Web Lock that its worker holds. Whoever can take that lock knows that the worker is gone,
 * re-checks under the lock that the record still names it, and then, each step repeatable: retires a table that was being
 * replaced, clears pin, open snapshots and floor, finishes or undoes a step at an exchange word, frees chunks that were being
 * claimed, adopts the queues and lists, frees what large blocks it had not linked yet, and last frees the record.
 *
 * One recoverer works on a segment at a time (a lock again, never waited for). Lists go from the dead to the living a record
 * at a time, so a recoverer that dies itself loses the one in its hands, and the next goes on where it stopped.
 *
 * @module
 */

import { unlinkChunks } from "../segment/allocator.ts";
import {
  B_COUNT,
  B_NEXT,
  CHUNK_BODY,
  CHUNK_FREE,
  CHUNK_TAKING,
  H_CHUNK_HINT,
  H_PARTICIPANTS,
  P_CHUNK,
  P_FREE,
  P_PERMITS,
  P_SETTLED,
  P_STATE,
  P_TAKEN,
  P_TRANSIT_CUT,
  P_TRANSIT_OLD,
  P_TRANSIT_REF,
  P_TRANSIT_WORD,
  P_TURNED,
  P_TURNED_USED,
  P_TURNING,
  P_USED_REFS,
  R_LINK,
} from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import { load, peek, poke, store } from "../segment/words.ts";
import { locks } from "./lifeline.ts";
import { type Participant, withdraw } from "./participant.ts";
import { participantBase } from "./registry.ts";

/** What a recovery needs of those who know tables. */
export interface TableRecovery {
  /** Retires a table that the dead took away from the root, if it did not come to that. The dead is still pinned. */
  reap(slot: number): void;
  /** Takes slots back that the dead might have claimed. */
  returnPermits(permits: number): void;
  /** Frees the tables and versions that the dead had in its hands, if they take a run of chunks. */
  freeUnlinked(slot: number): void;
}

/** The name of the lock that the participant with this lock number holds. */
export function lifelineName(segment: Segment, lock: number): string {
  return `epochmap ${segment.id} participant ${lock}`;
}

/**
 * Recovers every dead participant of the segment. Resolves at once when another worker is at it.
 *
 * @param self The participant that takes over what the dead leave.
 * @param isOpen Asked after every wait: false ends the work, because `self` has left.
 * @param tables What the room above does for the dead.
 * @returns How many participants were recovered.
 */
export async function recoverDead(
  self: Participant,
  isOpen: () => boolean,
  tables: TableRecovery,
): Promise<number> {
  const segment = self.segment;
  const suspects = await findSuspects(segment, self.slot);
  if (suspects.length === 0 || !isOpen()) return 0;
  const one = { ifAvailable: true };
  return await locks.request(
    `epochmap ${segment.id} recovery`,
    one,
    async (mine) => {
      let recovered = 0;
      if (mine === null) return 0;
      for (const { slot, lock } of suspects) {
        await locks.request(lifelineName(segment, lock), one, (dead) => {
          if (dead === null || !isOpen()) return;
          if (load(segment.words, participantBase(slot) + P_STATE) !== lock) {
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

/** Records whose lock nobody holds. */
async function findSuspects(
  segment: Segment,
  self: number,
): Promise<{ slot: number; lock: number }[]> {
  const { held, pending } = await locks.query();
  const alive = new Set([...held, ...pending].map((lock) => lock.name));
  const suspects: { slot: number; lock: number }[] = [];
  const slots = load(segment.words, H_PARTICIPANTS);
  for (let slot = 0; slot < slots; slot++) {
    const base = participantBase(slot);
    const lock = load(segment.words, base + P_STATE);
    if (slot === self || lock === 0) continue;
    if (alive.has(lifelineName(segment, lock))) continue;
    suspects.push({ slot, lock });
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
  tables.reap(slot);
  withdraw(words, base);
  settleTransit(segment, slot);
  finishTurning(segment, slot);
  freeClaimedChunks(segment, slot);
  self.adopt(base);
  const permits = peek(words, base + P_PERMITS);
  poke(words, base + P_PERMITS, 0);
  if (permits > 0) tables.returnPermits(permits);
  tables.freeUnlinked(slot);
  self.count("recoveries");
  store(words, base + P_STATE, 0);
}

/** Finishes or undoes what the dead participant was doing at an exchange word, if that word still says so. */
function settleTransit(segment: Segment, slot: number): void {
  const words = segment.words;
  const base = participantBase(slot);
  const word = peek(words, base + P_TRANSIT_WORD);
  if (word === 0 || load(words, word) !== -(slot + 1)) return;
  const old = peek(words, base + P_TRANSIT_OLD);
  const brought = peek(words, base + P_TRANSIT_REF);
  const lists = Array.from(
    { length: segment.classes.refs.length },
    (_, c) => peek(words, base + P_FREE + c),
  );
  if (brought === 0) { // it took: done when a list of its begins with the batch
    if (lists.includes(old)) {
      return store(words, word, peek(words, old * 4 + B_NEXT));
    }
    cutBatch(segment, old);
    return store(words, word, old);
  }
  if (lists.includes(brought)) return store(words, word, old); // it gave, but had not yet let go
  poke(words, peek(words, base + P_TRANSIT_CUT) * 4 + R_LINK, 0);
  store(words, word, brought);
}

/** Ends a batch where its count says, in case its last block was already linked to the list of the taker. */
function cutBatch(segment: Segment, batch: number): void {
  const words = segment.words;
  let last = batch;
  for (let i = 1; i < peek(words, batch * 4 + B_COUNT); i++) {
    last = peek(words, last * 4 + R_LINK);
  }
  poke(words, last * 4 + R_LINK, 0);
}

/** Brings the number of chunks in use in line with the last state that the dead participant changed, or did not. */
function finishTurning(segment: Segment, slot: number): void {
  const words = segment.words;
  const base = participantBase(slot);
  const chunk = peek(words, base + P_TURNING) - 1;
  if (chunk < 0) return;
  const atHand =
    load(words, segment.descriptor(chunk)) === (CHUNK_TAKING | slot);
  const settled = peek(words, base + P_TURNED);
  const givesUp = settled < peek(words, base + P_SETTLED);
  if (atHand === givesUp) {
    poke(words, base + P_USED_REFS, peek(words, base + P_TURNED_USED));
    poke(words, base + P_SETTLED, settled);
  }
  poke(words, base + P_TURNING, 0);
}

/** Frees the chunks that the dead participant was claiming or giving back, and takes them off its lists first. */
function freeClaimedChunks(segment: Segment, slot: number): void {
  const words = segment.words;
  const base = participantBase(slot);
  const claimed = new Set<number>();
  for (let chunk = 0; chunk < segment.chunkCount; chunk++) {
    const state = load(words, segment.descriptor(chunk));
    if (state === (CHUNK_TAKING | slot)) claimed.add(chunk);
    // A body right behind a claimed chunk belongs to the same unfinished run: others follow their own head.
    else if (state === CHUNK_BODY && claimed.has(chunk - 1)) claimed.add(chunk);
  }
  if (claimed.size > 0) takeOffLists(segment, base, claimed);
  for (const chunk of [...claimed].reverse()) {
    store(words, segment.descriptor(chunk), CHUNK_FREE);
  }
  store(words, base + P_TAKEN, peek(words, base + P_SETTLED));
  poke(words, H_CHUNK_HINT, 0);
}

/** Takes chunks off the lists of a participant, and off what it was cutting. */
function takeOffLists(
  segment: Segment,
  base: number,
  chunks: ReadonlySet<number>,
): void {
  const { words } = segment;
  for (let c = 0; c < segment.classes.refs.length; c++) {
    const current = peek(words, base + P_CHUNK + c);
    if (current !== 0 && chunks.has(current - 1)) {
      poke(words, base + P_CHUNK + c, 0);
    }
    unlinkChunks(segment, base + P_FREE + c, chunks);
  }
}
