/**
 * `CONFIG`: settings, by the names that Redis has for them.
 *
 * @module
 */

import { OK } from "../../store/commands/reply.ts";
import { fail } from "../../store/errors.ts";
import { globMatcher } from "../../store/glob.ts";
import type { Client } from "../client.ts";
import type { Serving } from "../serving.ts";
import type { Settings } from "../settings.ts";
import { MapReply, type ServerReply } from "../protocol/reply.ts";

/** One setting. */
interface Setting {
  /** Its value, as text. */
  readonly get: (serving: Serving) => string | number;
  /** What a text changes; undefined: it is no value of this. Without it, it cannot be changed. */
  readonly set?: (text: string) => Partial<Settings> | undefined;
}

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1000,
  kb: 2 ** 10,
  m: 1e6,
  mb: 2 ** 20,
  g: 1e9,
  gb: 2 ** 30,
};

/** Bytes, with or without a unit. */
function bytesOf(text: string): number | undefined {
  const [, digits, unit] = /^(\d+)([a-z]*)$/i.exec(text) ?? [];
  const bytes = Number(digits) * UNITS[unit?.toLowerCase() ?? ""];
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

function countOf(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** A setting that is a number. */
function numeric(
  name: "maxClients" | "maxQueryBytes",
  parse: (text: string) => number | undefined,
): Setting {
  return {
    get: ({ settings }) => settings[name],
    set: (text) => {
      const number = parse(text);
      return number === undefined || number === 0
        ? undefined
        : { [name]: number };
    },
  };
}

/** A setting that is the same for ever. */
function fixed(value: string | number): Setting {
  return { get: () => value };
}

const SETTINGS: Readonly<Record<string, Setting>> = {
  appendonly: fixed("no"),
  bind: { get: ({ hostname }) => hostname },
  "client-query-buffer-limit": numeric("maxQueryBytes", bytesOf),
  "client-output-buffer-limit": {
    get: ({ settings: { maxOutputBytes } }) =>
      `normal 0 0 0 slave 0 0 0 pubsub ${maxOutputBytes} 0 0`,
  },
  databases: fixed(1),
  maxclients: numeric("maxClients", countOf),
  maxmemory: { get: ({ store }) => store.stats().reservedBytes },
  "maxmemory-policy": fixed("noeviction"),
  port: { get: ({ port }) => port },
  "proto-max-bulk-len": fixed(512 * 2 ** 20),
  "protected-mode": {
    get: ({ settings }) => settings.protectedMode ? "yes" : "no",
    set: (text) =>
      /^(?:yes|no)$/i.test(text)
        ? { protectedMode: text.toLowerCase() === "yes" }
        : undefined,
  },
  requirepass: {
    get: ({ settings }) => settings.password ?? "",
    set: (text) => ({ password: text === "" ? undefined : text }),
  },
  save: fixed(""),
  "slowlog-log-slower-than": {
    get: ({ settings }) => settings.slowMicros,
    set: (text) =>
      /^-?\d{1,15}$/.test(text) ? { slowMicros: Number(text) } : undefined,
  },
  "slowlog-max-len": {
    get: ({ settings }) => settings.slowLogLength,
    set: (text) => {
      const length = countOf(text);
      return length === undefined ? undefined : { slowLogLength: length };
    },
  },
  timeout: {
    get: ({ settings }) => Math.ceil(settings.idleTimeout / 1000),
    set: (text) => {
      const seconds = countOf(text);
      return seconds === undefined
        ? undefined
        : { idleTimeout: seconds * 1000 };
    },
  },
};

/** CONFIG GET: the settings that fit one of the patterns. */
export function configuration(
  { serving }: Client,
  patterns: readonly string[],
): ServerReply {
  const matchers = patterns.map((pattern) =>
    globMatcher(pattern.toLowerCase())
  );
  return new MapReply(
    Object.entries(SETTINGS)
      .filter(([name]) => matchers.some((matches) => matches(name)))
      .map(([name, { get }]) => [name, String(get(serving))]),
  );
}

/** CONFIG SET: all of the settings, or none. */
export async function configure(
  { serving: { peers } }: Client,
  words: readonly string[],
): Promise<ServerReply> {
  if (words.length % 2 !== 0) {
    fail("ERR wrong number of arguments for 'config|set' command");
  }
  const changes: Partial<Settings> = {};
  for (let at = 0; at < words.length; at += 2) {
    Object.assign(changes, changeOf(words[at], words[at + 1]));
  }
  await peers.ask("set", changes);
  return OK;
}

function changeOf(word: string, value: string): Partial<Settings> {
  const name = word.toLowerCase();
  const setting = Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined;
  if (setting === undefined) {
    fail(
      `ERR Unknown option or number of arguments for CONFIG SET - '${word}'`,
    );
  }
  const refuse = (why: string) =>
    fail(
      `ERR CONFIG SET failed (possibly related to argument '${name}') - ${why}`,
    );
  if (setting.set === undefined) refuse("can't set immutable config");
  return setting.set!(value) ?? refuse("argument couldn't be parsed");
}

/** CONFIG RESETSTAT. */
export async function resetCounters(
  { serving: { peers } }: Client,
): Promise<ServerReply> {
  await peers.ask("reset", null);
  return OK;
}
