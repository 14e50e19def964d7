/**
 * A map with two participants that live and one that is to die, all in one thread. A
 * death is an exception out of an operation on a shared word, after which the victim does
 * nothing any more. It leaves what a worker leaves that ends there.
 *
 * @module
 */
import {
  MapFullError,
  SharedMap,
  type SharedMapOptions,
  type SharedMapSnapshot,
} from "../../mod.ts";
import { recover } from "../../src/reclamation/recovery.ts";
import { participantBase } from "../../src/segment/participants.ts";
import { attach } from "../../src/map/attach.ts";
import type { Attachment } from "../../src/map/attachment.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { MAX_PARTICIPANTS, P_STATE } from "../../src/segment/layout.ts";
import { TableRecoverer } from "../../src/table/table_recovery.ts";
import { growOld } from "../table/old_root.ts";
import type { Random } from "../testing/random.ts";
import { asRecovery } from "./faults.ts";
import { textOf, type Value } from "./text.ts";
import { type Counted, dieAt, failAt, live } from "./atomics.ts";

/** What a victim throws when it dies. */
export class Death extends Error {}

function throwDeath(): never {
  throw new Death();
}

/** The most steps of a tick before the victim dies in that, too. */
const STEPS_IN_TICK = 300;

/** The map of one trial. */
export class World {
  /** The map as a survivor sees it. */
  readonly map: SharedMap<string, Value>;
  /** The survivor that recovers the dead. */
  readonly survivor: Attachment;
  /** The map as the victim sees it, and a second attachment that dies together with it. */
  readonly victim: SharedMap<string, Value>;
  readonly inside: Attachment;
  /** What every key but those under way must show. */
  readonly model = new Map<string, Value>();
  /** Keys that an operation is at, and what each may show when that dies. */
  readonly pending = new Map<string, Value[]>();
  /** What keeps what the victim has loaded. */
  load: (() => void) | undefined;
  readonly #first: number[];
  readonly #snapshots: {
    snapshot: SharedMapSnapshot<string, Value>;
    shows: Map<string, Value>;
  }[] = [];
  readonly #others: Attachment[] = [];
  #victimIsLost = false;
  readonly #evicts: boolean;
  readonly #weigh: SharedMapOptions<string, Value>["weigh"];

  constructor(options: SharedMapOptions<string, Value> = {}) {
    this.#evicts = options.onFull === "evict";
    this.#weigh = options.weigh;
    this.map = SharedMap.create<string, Value>({
      maxBytes: 2 ** 20,
      ...options,
    });
    this.survivor = attach(this.map.handle);
    this.#first = this.slots();
    this.victim = this.attachMap();
    this.inside = attach(this.map.handle);
    growOld(this.survivor.participant);
  }

  /** The map, attached once more. */
  attachMap(): SharedMap<string, Value> {
    return SharedMap.attach(this.map.handle, { weigh: this.#weigh });
  }

  get buffer(): SharedArrayBuffer {
    return this.map.handle.buffer;
  }

  /** Slots of live participants. */
  slots(): number[] {
    const words = this.survivor?.segment.words ?? new Int32Array(this.buffer);
    return Array.from({ length: MAX_PARTICIPANTS }, (_, slot) => slot)
      .filter((slot) => words[participantBase(slot) + P_STATE] !== 0);
  }

  /** Opens a snapshot as a survivor. */
  keepSnapshot(): void {
    const snapshot = this.map.snapshot();
    this.#snapshots.push({ snapshot, shows: new Map(this.model) });
  }

  /** Closes the survivor's snapshots, or so many from one on. */
  closeSnapshots(from = 0, count = Infinity): void {
    const closing = this.#snapshots.splice(from, count);
    for (const { snapshot } of closing) snapshot.close();
  }

  /** What the survivor's snapshots show, and what they must. */
  get snapshots() {
    return this.#snapshots;
  }

  /** Lets the clock go on. */
  passTime(milliseconds: number): void {
    const now = Date.now() + milliseconds;
    Date.now = () => now;
  }

  /** One more attachment that dies with the victim. */
  attachAnother(): void {
    this.#others.push(attach(this.map.handle));
  }

  /** Sets keys from here on, as the survivor or as the victim. */
  fill(
    prefix: string,
    count: number,
    length: (i: number) => number,
    by = this.map,
  ) {
    for (let i = 0; i < count; i++) {
      this.set(`${prefix}${i}`, textOf(`${prefix}${i}`, 0, length(i)), by);
    }
  }

  set(key: string, value: Value, by = this.map): void {
    by.set(key, value);
    this.model.set(key, value);
  }

  delete(key: string, by = this.map): void {
    by.delete(key);
    this.model.delete(key);
  }

  /** Runs an operation of the victim that gives a key another value. */
  attempt(key: string, after: Value, operate: () => void): void {
    this.pending.set(key, [this.model.get(key), after]);
    operate();
    this.pending.delete(key);
    if (after === undefined) this.model.delete(key);
    else this.model.set(key, after);
  }

  /**
   * Runs `act` until it ends, or dies at a step; returns how many steps it took, and
   * whether it died.
   */
  kill(
    step: number,
    counted: Counted,
    act: () => void,
  ): { died: boolean; steps: number } {
    dieAt(step, counted, throwDeath);
    return this.#run(act);
  }

  /** The same, but what happens at that step is an exception, after which the victim goes on. */
  interrupt(
    step: number,
    counted: Counted,
    act: () => void,
  ): { died: boolean; steps: number } {
    failAt(step, counted, throwDeath);
    return this.#run(act);
  }

  #run(act: () => void): { died: boolean; steps: number } {
    let thrown: unknown;
    try {
      act();
    } catch (error) {
      thrown = error; // a Death, or what `using` makes of two
    }
    const ended = live();
    if (thrown !== undefined && !ended.died) throw thrown;
    return ended;
  }

  /** From here on the victim counts as dead, whatever happens to its second attachment. */
  giveUpVictim(): void {
    this.#victimIsLost = true;
  }

  /** The attachments of the dying, but for one that was dead before. */
  get #dying(): Attachment[] {
    const victim = this.#victimIsLost ? [] : [attachmentOf(this.victim)];
    return [...victim, this.inside, ...this.#others];
  }

  /**
   * Calls the timers of the dead once more, as the runtime does; half of the time it dies
   * for good in one of them.
   */
  tickAfterDeath(random: Random): void {
    const tick = () =>
      this.#dying.forEach((one) => one.isOpen && one.resident!.tick());
    if (random.chance(0.5)) return tick();
    this.kill(1 + random.below(STEPS_IN_TICK), "writes", tick);
  }

  /** What a worker does after an exception: it uses the map, its timers are called, it leaves. */
  goOnAfterException(random: Random): void {
    const tick = () =>
      this.#dying.forEach((one) => one.isOpen && one.resident!.tick());
    if (random.chance(0.5)) tick();
    const { victim } = this;
    if (!this.#victimIsLost && attachmentOf(victim).isOpen) {
      for (let i = 0; i < 30; i++) this.#useVictim(random, i);
      victim.close();
    }
    tick();
    for (const one of this.#dying) one.close();
  }

  #useVictim(random: Random, i: number): void {
    const { victim } = this;
    const key = `x${random.below(10)}`;
    try {
      if (random.chance(0.3)) this.delete(key, victim);
      else this.set(key, textOf(key, i, random.below(200)), victim);
    } catch (error) {
      if (!(error instanceof MapFullError)) throw error;
    }
    if (this.#evicts) this.pending.set(key, [this.model.get(key), undefined]);
    if (i % 10 === 0) victim.snapshot().close();
  }

  /** Slots that only the dead had. */
  get deadSlots(): number[] {
    return this.slots().filter((slot) => !this.#first.includes(slot));
  }

  /** As a worker that finds the dead, in the given order. */
  recover(slots = this.deadSlots, by = this.survivor): void {
    const tableRecovery = new TableRecoverer(by.participant, by.table);
    asRecovery(() => {
      for (const slot of slots) recover(by.participant, slot, tableRecovery);
    });
  }

  /** What a survivor does that does not know of the death yet. */
  carryOn(random: Random): void {
    const { map, model } = this;
    for (let i = 0; i < 150; i++) {
      const key = `c${random.below(60)}`;
      const text = textOf(key, i, random.below(200));
      try {
        if (random.chance(0.3)) this.delete(key);
        else this.set(key, text);
      } catch (error) {
        if (!(error instanceof MapFullError)) throw error;
      }
      if (i % 50 === 0) map.snapshot().close();
    }
    for (const [key, value] of model) {
      const allowed = this.pending.get(key) ?? [value];
      if (allowed.includes(map.get(key))) continue;
      throw new Error(`Before the recovery ${key} is ${map.get(key)}`);
    }
  }

  /** Fills the map until it is full, or writes as much as it can hold; returns what was put in. */
  fillUp(random: Random): Map<string, string> {
    const added = new Map<string, string>();
    let bytes = 0;
    for (let misses = 0; misses < 3 && bytes < this.buffer.byteLength;) {
      const key = `fill${added.size}`;
      const text = textOf(key, 1, Math.floor(2 ** (5 + random.fraction() * 9)));
      try {
        this.map.set(key, text);
        added.set(key, text);
        bytes += text.length;
      } catch (error) {
        if (!(error instanceof MapFullError)) throw error;
        misses++;
      }
    }
    return added;
  }

  /** Ends the trial. */
  close(): void {
    live();
    this.map.close();
    this.survivor.close();
    for (const dead of [this.victim, this.inside, ...this.#others]) {
      this.abandon(dead);
    }
  }

  /**
   * Lets go of a dead attachment, so that it can be collected. It must not write, as its
   * record may be another's by now.
   */
  abandon(dead: { close(): void }): void {
    dieAt(1, "all", throwDeath);
    try {
      dead.close();
    } catch { /* it is dead */ }
    live();
  }
}
