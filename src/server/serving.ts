/**
 * What the clients of one worker have in common: the store, the settings, the counters.
 *
 * @module
 */

import type { Blocked } from "../store/blocked.ts";
import type { SharedStore } from "../store/shared_store.ts";
import { storePartsOf } from "../store/shared_store.ts";
import type { DirectSpace } from "../store/space.ts";
import type { MapParts } from "../api/shared_map.ts";
import { partsOf } from "../api/shared_map.ts";
import type { ListedClient } from "./client_list.ts";
import type { Counters } from "./counters.ts";
import { Monitoring } from "./monitoring.ts";
import type { Peers } from "./peers.ts";
import { Saves } from "./saves.ts";
import type { Settings } from "./settings.ts";
import { SlowLog } from "./slow_log.ts";

/** What a worker asks of the one that began the server. */
export interface Owner {
  /**
   * Has an epoch of the store written; resolves when it is durable, or with why it could not be
   * written.
   */
  save(): Promise<string | undefined>;
  /** Ends the server. */
  shutdown(): void;
}

/** One run of a server: the same for all of its workers. */
export interface ServerRun {
  /** 40 hexadecimal digits. */
  readonly id: string;
  /** When it began, in milliseconds since 1970. */
  readonly since: number;
}

/** One worker's share of a server. */
export class Serving {
  readonly store: SharedStore;
  readonly space: DirectSpace;
  readonly blocked: Blocked;
  readonly parts: MapParts<string, unknown>;
  readonly settings: Settings;
  readonly counters: Counters;
  readonly owner: Owner;
  /** All workers of the server, this one among them. */
  readonly peers: Peers;
  /** The clients of this worker, by their numbers. */
  readonly clients: Map<number, ListedClient> = new Map();
  /** Those of them that are shown all commands. */
  readonly monitoring: Monitoring;
  /** The epochs that clients of this worker ask for. */
  readonly saves: Saves;
  /** The commands of this worker that took long. */
  readonly slowLog: SlowLog;
  /** When the server began, in milliseconds since 1970. */
  readonly since: number;
  /** What tells this run of the server from others. */
  readonly runId: string;
  /** What it listens on. */
  hostname = "";
  port = 0;

  /**
   * @param store The store, as this worker has it.
   * @param settings The settings; they are changed by clients.
   * @param counters The counters of all workers.
   * @param owner The one that began the server.
   * @param peers The workers of the server.
   * @param run When the server began, and its name.
   */
  constructor(
    store: SharedStore,
    settings: Settings,
    counters: Counters,
    owner: Owner,
    peers: Peers,
    { id, since }: ServerRun,
  ) {
    const { blocked, map, space } = storePartsOf(store);
    this.store = store;
    this.space = space;
    this.blocked = blocked;
    this.parts = partsOf(map);
    this.settings = settings;
    this.counters = counters;
    this.owner = owner;
    this.peers = peers;
    this.monitoring = new Monitoring(peers);
    this.slowLog = new SlowLog(settings, () => counters.nextId("slow"));
    this.saves = new Saves(() => owner.save());
    this.runId = id;
    this.since = since;
  }

  /** Whether commands of clients wait, some of them or all. */
  get isPaused(): boolean {
    return this.settings.pausedUntil > 0;
  }
}
