/**
 * Clients, as commands see them: who they are, and what state their connection is in.
 *
 * @module
 */

import { Status } from "../store/commands/reply.ts";
import { timers } from "../timers.ts";
import type { Unblock } from "./unblock.ts";
import type { Watched } from "./watched.ts";
import type { ListedClient } from "./client_list.ts";
import type { ReplyWriter } from "./protocol/reply_writer.ts";
import type { Serving } from "./serving.ts";
import type { ServerReply } from "./protocol/reply.ts";
import type { Space } from "../store/space.ts";
import type { StoreSubscription } from "../store/pubsub/subscription.ts";

/** A connection, as far as what runs on it concerns it. */
export interface Link {
  readonly address: string;
  readonly localAddress: string;
  /** Sends what has been written, as soon as it can. */
  flush(): void;
  /** How many bytes have been handed over that the client has not taken yet. */
  readonly pending: number;
  /** Closes the connection at once; what has not been sent is lost. */
  close(): void;
}

/** A command that waits for EXEC. */
export interface Queued {
  /** Runs it on keys of the transaction; undefined: it is about something else. */
  readonly onKeys: ((space: Space) => ServerReply) | undefined;
  /** Runs it after the transaction. */
  readonly after: () => ServerReply | Promise<ServerReply>;
}

/** The state between MULTI and EXEC. */
export interface Queue {
  readonly commands: Queued[];
  /** Whether one of them could not be queued: then EXEC does nothing. */
  isBroken: boolean;
}

/** One client. */
export class Client implements ListedClient {
  readonly id: number;
  readonly serving: Serving;
  readonly link: Link;
  readonly writer: ReplyWriter;
  /** When it came, on the clock that is never set back. */
  readonly since: number = timers.elapsed();
  /** When it last sent something, likewise. */
  lastSeen: number = this.since;
  /** The command that it sent last, in lower case. */
  lastCommand = "NULL";

  name = "";
  library = "";
  libraryVersion = "";
  isAuthenticated: boolean;
  /** The connection is closed when all replies are sent. */
  isClosing = false;
  /** Whether replies are sent. */
  replies: "on" | "off" | "skip" | "skip-next" = "on";
  queue: Queue | undefined;
  /** What must not change before EXEC, if there is anything. */
  watched: Watched | undefined;
  subscription: StoreSubscription<string> | undefined;
  /** Ends that it is shown all commands, if it is. */
  #monitor: (() => void) | undefined;
  /** Ends the command that it waits in, if it does. */
  unblock: Unblock | undefined;

  constructor(serving: Serving, link: Link, writer: ReplyWriter) {
    this.id = serving.counters.nextId("client");
    this.serving = serving;
    this.link = link;
    this.writer = writer;
    this.isAuthenticated = serving.settings.password === undefined;
  }

  get address(): string {
    return this.link.address;
  }

  get localAddress(): string {
    return this.link.localAddress;
  }

  /** Whether its commands are run at once, and answered. */
  get isPlain(): boolean {
    return this.isAuthenticated && this.queue === undefined &&
      this.subscription === undefined && this.replies === "on" &&
      !this.serving.monitoring.isOn && !this.serving.isPaused;
  }

  /** How many channels and patterns it is subscribed to. */
  get subscriptions(): number {
    const { subscription } = this;
    if (subscription === undefined) return 0;
    return subscription.channels.length + subscription.patterns.length +
      subscription.shardChannels.length;
  }

  get type(): "normal" | "pubsub" {
    return this.subscription === undefined ? "normal" : "pubsub";
  }

  /** Whether only commands about subscriptions are allowed. */
  get isListening(): boolean {
    return this.subscription !== undefined && this.writer.protocol === 2;
  }

  describe(): string {
    const now = timers.elapsed();
    const seconds = (from: number) => Math.floor((now - from) / 1000);
    const { subscription } = this;
    const fields: Record<string, string | number> = {
      id: this.id,
      addr: this.address,
      laddr: this.localAddress,
      fd: this.id,
      name: this.name,
      age: seconds(this.since),
      idle: seconds(this.lastSeen),
      flags: this.#flags(),
      db: 0,
      sub: subscription?.channels.length ?? 0,
      psub: subscription?.patterns.length ?? 0,
      ssub: subscription?.shardChannels.length ?? 0,
      multi: this.queue?.commands.length ?? -1,
      omem: this.writer.length,
      "tot-mem": this.writer.heldBytes,
      cmd: this.lastCommand,
      user: "default",
      redir: -1,
      resp: this.writer.protocol,
      "lib-name": this.library,
      "lib-ver": this.libraryVersion,
    };
    return Object.entries(fields).map(([name, value]) => `${name}=${value}`)
      .join(" ");
  }

  #flags(): string {
    const flags = [
      this.isClosing ? "c" : "",
      this.unblock !== undefined ? "b" : "",
      this.subscription !== undefined ? "P" : "",
      this.queue !== undefined ? "x" : "",
      this.#monitor !== undefined ? "O" : "",
    ].join("");
    return flags === "" ? "N" : flags;
  }

  wake(how: "timeout" | "error"): boolean {
    if (this.unblock === undefined) return false;
    this.unblock(how);
    return true;
  }

  leave(): void {
    this.isClosing = true;
    this.link.flush();
  }

  killIfIdleSince(elapsed: number): void {
    const waits = this.subscription !== undefined ||
      this.#monitor !== undefined || this.unblock !== undefined;
    if (!waits && this.lastSeen < elapsed) this.kill();
  }

  kill(): void {
    this.link.close();
  }

  /** Makes it as it was when it came. */
  reset(): void {
    this.endSubscription();
    this.endMonitoring();
    this.queue = undefined;
    this.watched = undefined;
    this.name = "";
    this.replies = "on";
    this.writer.protocol = 2;
    this.isAuthenticated = this.serving.settings.password === undefined;
  }

  /** Shows it all commands from here on. */
  monitor(): void {
    this.#monitor ??= this.serving.monitoring.begin((line) => {
      this.writer.reply(new Status(line));
      const waiting = this.writer.length + this.link.pending;
      if (waiting > this.serving.settings.maxOutputBytes) this.kill();
      else this.link.flush();
    });
  }

  /** Ends that. */
  endMonitoring(): void {
    this.#monitor?.();
    this.#monitor = undefined;
  }

  /** Ends what it is subscribed to. */
  endSubscription(): void {
    if (this.subscription === undefined) return;
    this.subscription[Symbol.dispose]();
    this.subscription = undefined;
    this.serving.counters.own.subscribers--;
  }
}
