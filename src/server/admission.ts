/**
 * Who may connect.
 *
 * @module
 */

import type { Serving } from "./serving.ts";

const TOO_MANY = "-ERR max number of clients reached\r\n";
const PROTECTED =
  "-DENIED The server is in protected mode: it has no password, and takes only clients of its own machine. Start it with a password, or without protected mode if nobody else can reach it.\r\n";

const encoder = new TextEncoder();

/** What a client is told that may not connect; undefined: it may. */
export function admit(
  { clients, counters, settings }: Serving,
  address: string,
): Uint8Array | undefined {
  const isRefused = settings.protectedMode &&
    settings.password === undefined && !isLoopback(address);
  const text = isRefused
    ? PROTECTED
    : clients.size >= settings.maxClients
    ? TOO_MANY
    : undefined;
  if (text === undefined) return undefined;
  counters.own.rejected++;
  return encoder.encode(text);
}

/** Whether an address is of the machine itself. */
export function isLoopback(address: string): boolean {
  return /^(?:::ffff:)?127\./i.test(address) || address === "::1";
}
