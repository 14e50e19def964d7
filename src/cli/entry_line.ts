/**
 * An entry as a line of JSON, and back:
 *
 * ```text
 * {"key": "user:7", "value": {"visits": {"$bigint": "12"}}, "expiresAt": 1700000000000}
 * ```
 *
 * Key and value are tagged JSON (`tagged.ts`), except for the values of the codec `"json"`, which
 * are plain JSON. For codecs that are not built in, the bytes are given. `expiresAt`, in
 * milliseconds since 1970, is there if the entry expires.
 *
 * @module
 */

import { received } from "../errors.ts";
import type { Entry } from "../persist/entry_codec.ts";
import type { CodecNames } from "../persist/header.ts";
import { DataError } from "./errors.ts";
import { fromTagged, toTagged } from "./tagged.ts";

const FIELDS = ["key", "value", "expiresAt"];

/** The line of an entry, without its end. */
export function formatEntry(
  { key, value, expiry }: Entry,
  { valueCodec }: CodecNames,
): string {
  return JSON.stringify({
    key: toTagged(key),
    value: valueCodec === "json" ? value : toTagged(value),
    expiresAt: expiry === Infinity ? undefined : expiry,
  });
}

/** The entry of a line. Throws `DataError`. */
export function parseEntry(text: string, { valueCodec }: CodecNames): Entry {
  const line = checkFields(parse(text));
  return {
    key: fromTagged(line.key),
    value: valueCodec === "json" ? line.value : fromTagged(line.value),
    expiry: checkExpiry(line.expiresAt),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DataError(`expected JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function checkFields(line: unknown): Record<string, unknown> {
  const expected = 'expected {"key": …, "value": …}, perhaps with "expiresAt"';
  if (line === null || typeof line !== "object" || Array.isArray(line)) {
    throw new DataError(`${expected}: ${received(line)}`);
  }
  for (const name of ["key", "value"]) {
    if (!Object.hasOwn(line, name)) {
      throw new DataError(`${expected}: received no "${name}"`);
    }
  }
  const other = Object.keys(line).find((name) => !FIELDS.includes(name));
  if (other === undefined) return line as Record<string, unknown>;
  throw new DataError(`${expected}: received also ${JSON.stringify(other)}`);
}

function checkExpiry(expiresAt: unknown): number {
  if (expiresAt === undefined) return Infinity;
  if (Number.isFinite(expiresAt)) return expiresAt as number;
  throw new DataError(
    `expected milliseconds since 1970 in "expiresAt": ${received(expiresAt)}`,
  );
}
