/**
 * Connections: requests in, replies out, in their order. What carries the bytes is a link's
 * matter: see `deno_listener.ts` and `node_listener.ts`.
 *
 * @module
 */

import { timers } from "../timers.ts";
import { Client, type Link } from "./client.ts";
import {
  type Entry,
  entryOf,
  isHidden,
  outcomeOf,
} from "./commands/dispatcher.ts";
import { type Now, WRITTEN } from "./commands/server_command.ts";
import { ProtocolError } from "./protocol/protocol_error.ts";
import { ErrorReply, type ServerReply } from "./protocol/reply.ts";
import { ReplyWriter } from "./protocol/reply_writer.ts";
import {
  LIMITS,
  RequestParser,
  UNAUTHENTICATED_LIMITS,
} from "./protocol/request_parser.ts";
import { errorOf } from "./refusals.ts";
import type { Serving } from "./serving.ts";

/** When so many bytes of replies wait to be sent, no more requests are run. */
const HIGH_WATER = 256 * 1024;

/** One connection. */
export class Connection {
  readonly client: Client;
  readonly writer: ReplyWriter = new ReplyWriter();
  readonly #serving: Serving;
  readonly #parser = new RequestParser();
  /** Whether the reply to a request is still to come: requests after it wait. */
  #isWaiting = false;
  #hasEnded = false;

  constructor(serving: Serving, link: Link) {
    this.#serving = serving;
    this.client = new Client(serving, link, this.writer);
    serving.clients.set(this.client.id, this.client);
    const { own } = serving.counters;
    own.clients++;
    own.connections++;
  }

  /**
   * Takes bytes that have come, which it does not keep, and runs the requests in them. Replies are
   * in the writer then, for the link to send.
   */
  receive(bytes: Uint8Array): void {
    this.#serving.counters.own.received += bytes.length;
    this.client.lastSeen = timers.elapsed();
    this.#parser.receive(bytes);
    this.goOn();
    this.#parser.settle();
    if (this.#parser.begun > this.#serving.settings.maxQueryBytes) {
      this.client.link.close();
    }
  }

  /** Runs requests that have come: to be called when replies have been sent, too. */
  goOn(): void {
    const { client, writer } = this;
    const parser = this.#parser;
    try {
      while (this.#isReady() && writer.length < HIGH_WATER) {
        parser.limits = client.isAuthenticated
          ? LIMITS
          : UNAUTHENTICATED_LIMITS;
        if (!parser.next()) return;
        if (parser.count > 0) this.#execute();
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      writer.error(error.message);
      client.isClosing = true;
    }
  }

  #isReady(): boolean {
    return !this.#isWaiting && !this.client.isClosing && !this.#hasEnded;
  }

  #execute(): void {
    const { client, writer } = this;
    const parser = this.#parser;
    const entry = entryOf(parser);
    this.#serving.counters.own.commands++;
    if (entry !== undefined) client.lastCommand = entry.lower;
    const mark = writer.length;
    const direct = entry?.direct;
    if (direct?.words === parser.count && client.isPlain) {
      try {
        if (direct.run(parser, writer, this.#serving)) return;
      } catch (error) {
        writer.cutTo(mark);
        this.#reply(errorOf(error));
        return;
      }
    }
    const from = timers.elapsed();
    const outcome = outcomeOf(client, entry, parser);
    const micros = (timers.elapsed() - from) * 1000;
    this.#note(entry, micros, outcome instanceof Promise);
    if (outcome instanceof Promise) this.#waitFor(outcome);
    else this.#finish(mark, outcome);
  }

  /** Notes a command for those who look on. What it waits for is not its own time. */
  #note(entry: Entry | undefined, micros: number, waits: boolean): void {
    const { client } = this;
    const { monitoring, slowLog } = this.#serving;
    const parser = this.#parser;
    if (!waits && slowLog.isSlow(micros)) {
      slowLog.add(micros, client, parser.words(0));
    }
    if (monitoring.isOn && entry !== undefined && !isHidden(entry)) {
      monitoring.show(client, parser.words(0));
    }
  }

  /** Writes the reply of a command, unless that is not wanted. */
  #finish(mark: number, outcome: Now): void {
    const { client, writer } = this;
    if (outcome !== WRITTEN) this.#reply(outcome);
    if (client.replies === "on") return;
    // The command that says so is not answered either, but for ON.
    writer.cutTo(mark);
    if (client.replies === "skip") client.replies = "on";
    else if (client.replies === "skip-next") client.replies = "skip";
  }

  #reply(reply: ServerReply): void {
    if (reply instanceof ErrorReply) this.#serving.counters.own.errors++;
    this.writer.reply(reply);
  }

  async #waitFor(outcome: Promise<Now>): Promise<void> {
    this.#isWaiting = true;
    const reply = await outcome.catch(errorOf);
    this.#isWaiting = false;
    if (this.#hasEnded) return;
    this.#finish(this.writer.length, reply);
    this.goOn();
    this.#parser.settle();
    this.client.link.flush();
  }

  /** The link is closed. To be called once. */
  end(): void {
    const { client } = this;
    this.#hasEnded = true;
    client.unblock?.("error");
    client.endSubscription();
    client.endMonitoring();
    this.#serving.clients.delete(client.id);
    this.#serving.counters.own.clients--;
  }
}
