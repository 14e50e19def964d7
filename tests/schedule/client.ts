/**
 * A client: one participant of the segment, made anew for each run, so that nothing
 * of one run reaches into the next. Its record in the segment is there already.
 *
 * @module
 */
import { SharedMap, type SharedMapSnapshot } from "../../mod.ts";
import { Participant } from "../../src/reclamation/participant.ts";
import { recover } from "../../src/reclamation/recovery.ts";
import { Attachment } from "../../src/map/attachment.ts";
import { Hold } from "../../src/map/hold.ts";
import { Dump } from "./dumps.ts";
import { Loading } from "./loading.ts";
import type { Segment } from "../../src/segment/segment.ts";
import type { Migration } from "../../src/table/migration.ts";
import type { Resizer } from "../../src/table/resizer.ts";
import { TableRecoverer } from "../../src/table/table_recovery.ts";
import type { PairLoad } from "../testing/pair_load.ts";
import { Pairs } from "../testing/pairs.ts";
import { takeFastPathInTypeScript } from "../table/fast_path_in_typescript.ts";

/** In a search workers die only where it says so: the others need no sign of life. */
const NO_LIFELINE = { release() {} };
const FORMATS = { key: "number", value: "number" };

/** A worker as the map sees it. */
export class Client {
  readonly segment: Segment;
  participant!: Participant;
  attachment!: Attachment;
  map!: SharedMap<number, number>;
  /** What it has in trees. */
  pairs!: Pairs<number>;
  /** The pair that it is loading from a file. */
  pairLoad: PairLoad | undefined;
  /** The snapshot that its worker has open. */
  snapshot: SharedMapSnapshot<number, number> | undefined;
  /** What it wrote of the map as a dumper. */
  readonly dump: Dump = new Dump();
  /** What it armed words to. */
  readonly armed: Map<number, number> = new Map();
  /** Whether the word that it compared with that was unchanged. */
  isUnchanged = true;
  /** What it loads. */
  readonly loading: Loading = new Loading(this);
  /** Blocks that its worker has in hand. */
  readonly blocks: number[] = [];

  constructor(segment: Segment, slot: number) {
    this.segment = segment;
    this.#useRecord(slot);
  }

  /** Takes a record of its own, as `attach` does; the one it had stays as it is. */
  join(lock: number): void {
    this.#useRecord(Participant.join(this.segment, lock)!.slot);
  }

  #useRecord(slot: number): void {
    const { segment } = this;
    this.participant = Reflect.construct(Participant, [segment, slot]);
    this.attachment = Reflect.construct(Attachment, [
      segment,
      this.participant,
      NO_LIFELINE,
    ]);
    // There are two ways to find a key: each must get on with the other.
    if (slot % 2 === 1 && segment.kernel === undefined) {
      takeFastPathInTypeScript(this.attachment);
    }
    this.map = Reflect.construct(SharedMap, [
      Hold.whole(this.attachment),
      FORMATS,
    ]);
    this.pairs = new Pairs(this.attachment, "number");
  }

  get migration(): Migration {
    return this.attachment.table.migration;
  }

  get resizer(): Resizer {
    return this.attachment.table.resizer;
  }

  /** Runs a part of an operation that needs a pin. */
  pinned<T>(act: () => T): T {
    this.participant.pin();
    try {
      return act();
    } finally {
      this.participant.unpin();
    }
  }

  /** Clears up after a dead participant. */
  recover(slot: number): void {
    const tableRecovery = new TableRecoverer(
      this.participant,
      this.attachment.table,
    );
    recover(this.participant, slot, tableRecovery);
  }
}
