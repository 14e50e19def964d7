/**
 * What the two sides of `messages.ts` agree on.
 */
import type { SharedMapHandle } from "../../mod.ts";

/** How messages are sent. */
export type Way = "publish" | "postMessage";

/** What the worker is told first. */
export interface Order {
  readonly way: Way;
  readonly handle: SharedMapHandle;
}

/** The last of many messages, which is answered; and one that is answered at once. */
export const END = "end";
export const PING = "ping";
/** The channel of the answers. */
export const PONG = "pong";
