/**
 * Scenarios: a small map, and the programs that workers run on it at the same time.
 *
 * @module
 */
import { Participant } from "../../src/reclamation/participant.ts";
import {
  H_CLOCK,
  H_ROOT,
  P_PERMITS_FOR,
  T_NUMBER,
  T_PERMITS,
} from "../../src/segment/layout.ts";
import { Segment } from "../../src/segment/segment.ts";
import { allocateTable } from "../../src/table/table_record.ts";
import { growOld, noteRoot } from "../table/old_root.ts";
import { Client } from "./client.ts";
import { tellTime } from "./clock.ts";
import type { Event } from "./history.ts";
import type { Operation } from "./operations.ts";

/** What a search explores. */
export interface Scenario {
  readonly group: string;
  readonly name: string;
  /** log2 of the slots of the table; 8 unless said otherwise. */
  readonly shift?: number;
  /** The most entries of the map, which evicts then; nothing: it does not evict. */
  readonly mostEntries?: number;
  /** By which policy; S3-FIFO unless said otherwise. With LRU, uses are tracked, too. */
  readonly policy?: "lru";
  /** Its time to idle, in milliseconds; nothing: entries do not idle. */
  readonly idle?: number;
  /** Brings the map into the state that the programs find. */
  prepare?(setup: Setup): void;
  readonly programs: readonly (readonly Operation[])[];
  /** It must fail: for what no fault in a word can stand for. */
  readonly isSlip?: true;
  /** What is wrong after a run, besides what is looked at after each; empty: nothing. */
  check?(segment: Segment, events: readonly Event[]): string;
  /** Blocks that may be lost. */
  readonly leaks?: number;
}

/** What a scenario is called: what its programs do, and what they find. */
export function titleOf(
  programs: readonly (readonly Operation[])[],
  found: string,
): string {
  const texts = programs.map((program) =>
    program.map(({ text }) => text).join("; ")
  );
  return `${texts.join(" | ")}: ${found}`;
}

/** What a scenario is prepared with. */
export interface Setup {
  /** The participant that made the map. */
  readonly founder: Client;
  /** Those that will run the programs. */
  readonly clients: readonly Client[];
  /** One more participant. */
  join(): Client;
  /**
   * Gives each of them a few permits for the root, so that it need not ask for one before
   * it claims a slot.
   */
  takePermits(): void;
  /** From here on deletes leave tombstones, as if somebody might still move the table before. */
  keepTombstones(): void;
}

const MAX_BYTES = 2 ** 20;
/** Bytes of a version and of a tombstone, with numbers as keys and values. */
const VERSION_BYTES = 40;
const TOMBSTONE_BYTES = 32;
/** No stamp looks like a slot that is closed. */
const FIRST_TICK = 10;

/** Makes the segment of a scenario; every time the same. */
export function build(
  { shift = 8, mostEntries = 0, idle = 0, policy, programs, prepare }: Scenario,
): Segment {
  const evict = mostEntries > 0;
  const isLru = policy === "lru";
  const segment = Segment.create({
    maxBytes: MAX_BYTES,
    keyCodec: "number",
    valueCodec: "number",
    evict,
    keepsHeat: evict,
    keepsGhosts: evict && !isLru,
    keepsRecency: evict && isLru,
    keepsUses: evict && isLru,
    mostEntries,
    idle,
    minCapacityShift: 8,
    seed: [1, 2],
  });
  segment.words[H_CLOCK] = FIRST_TICK;
  tellTime(segment);
  let lock = 0;
  const join = () => {
    const { slot } = Participant.join(segment, ++lock)!;
    return new Client(segment, slot);
  };
  const founder = join();
  segment.words[H_ROOT] = allocateTable(founder.participant, shift);
  segment.publish();
  founder.pinned(() => founder.migration.keepReserve());
  const clients = programs.map(join);
  for (const client of clients) stock(client);
  growOld(founder.participant);
  const keepTombstones = () => noteRoot(segment.words);
  const takePermits = () => clients.forEach(takeSome);
  prepare?.({ founder, clients, join, keepTombstones, takePermits });
  return segment;
}

/** Cuts blocks for what most operations write, so that a run need not begin with that. */
function stock({ participant: { allocator } }: Client): void {
  for (const bytes of [VERSION_BYTES, TOMBSTONE_BYTES]) {
    allocator.free(allocator.allocate(bytes));
  }
}

/** More than a batch for tables as small, so that some are left when an insert has taken one. */
const PERMITS = 2;

function takeSome({ participant, segment: { words } }: Client): void {
  const root = words[H_ROOT] * 4;
  words[root + T_PERMITS] = words[root + T_PERMITS] - PERMITS;
  words[participant.base + P_PERMITS_FOR] = words[root + T_NUMBER];
  participant.permits = PERMITS;
}
