/**
 * Replies that only a server gives, besides those of the store's commands.
 *
 * @module
 */

import { Status } from "../../store/commands/reply.ts";

/** An error, whose first word is its code. */
export class ErrorReply {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** An array that is not there: to RESP2 clients something else than a value that is not there. */
export const NULL_ARRAY: unique symbol = Symbol("null array");

/** Pairs of names and values: an array of both for RESP2. */
export class MapReply {
  readonly pairs: readonly (readonly [ServerReply, ServerReply])[];

  constructor(pairs: readonly (readonly [ServerReply, ServerReply])[]) {
    this.pairs = pairs;
  }

  /** Of the properties of an object. */
  static of(object: Readonly<Record<string, ServerReply>>): MapReply {
    return new MapReply(Object.entries(object));
  }
}

/** What has no order: an array for RESP2. */
export class SetReply {
  readonly items: readonly ServerReply[];

  constructor(items: readonly ServerReply[]) {
    this.items = items;
  }
}

/** A float, as Redis writes it: a string for RESP2. */
export class DoubleReply {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Text for people to read: a string for RESP2. */
export class TextReply {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What comes without having been asked for: an array for RESP2. */
export class PushReply {
  readonly items: readonly ServerReply[];

  constructor(items: readonly ServerReply[]) {
    this.items = items;
  }
}

/** What a server replies: strings are binary strings. */
export type ServerReply =
  | null
  | number
  | bigint
  | string
  | boolean
  | Status
  | typeof NULL_ARRAY
  | ErrorReply
  | MapReply
  | SetReply
  | DoubleReply
  | TextReply
  | PushReply
  | readonly ServerReply[];

/** What a transaction that is being queued replies to each command. */
export const QUEUED: Status = new Status("QUEUED");
