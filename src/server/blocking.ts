/**
 * Commands that wait: until there is something, the time is over, or the client has gone.
 *
 * @module
 */

import type { Run } from "../store/commands/command.ts";
import type { Reply } from "../store/commands/reply.ts";
import { StoreError } from "../store/errors.ts";
import type { Client } from "./client.ts";

const UNBLOCKED = "UNBLOCKED client unblocked via CLIENT UNBLOCK";

/** Why a wait has ended without a reply: the time is taken to be over. */
const AS_IF_TIMEOUT: unique symbol = Symbol("as if the time were over");

/**
 * Runs a command that may wait; null: the time is over. It is rejected with a `StoreError` if
 * another client ends it by an error. If the client goes, it takes nothing any more.
 */
export async function wait(client: Client, run: Run): Promise<Reply> {
  const stop = new AbortController();
  client.unblock = (how) =>
    stop.abort(how === "error" ? new StoreError(UNBLOCKED) : AS_IF_TIMEOUT);
  const { serving: { blocked, counters } } = client;
  counters.own.blocked++;
  try {
    const { timeout } = run.waits!;
    return await blocked.run(run, { timeout, signal: stop.signal });
  } catch (error) {
    if (error === AS_IF_TIMEOUT) return null;
    throw error;
  } finally {
    client.unblock = undefined;
    counters.own.blocked--;
  }
}
