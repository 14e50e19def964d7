/**
 * Watching: from what a caller wants to watch to a stream of its changes.
 *
 * @module
 */

import { received } from "../errors.ts";
import { bytesKeys, stringKeys } from "../codec/keys.ts";
import { ChangeStream } from "./change_stream.ts";
import type { EntryAccess } from "./entry_access.ts";
import { KeyChanges } from "./key_changes.ts";
import { keptKey } from "./kept_key.ts";
import { ManyChanges } from "./many_changes.ts";
import type {
  SharedMapChange,
  WatchOptions,
  WatchTarget,
} from "./wait_options.ts";

const WHAT = "watch the map";

/** The changes of what is watched from now on; the options are checked. */
export function watchChanges<K, V>(
  access: EntryAccess<K, V>,
  target: WatchTarget<K>,
  options: WatchOptions,
): ChangeStream<SharedMapChange<K, V>> {
  const source = sourceOf(access, target, options.initial ?? false);
  options.signal?.throwIfAborted(); // after the caller's code
  return new ChangeStream(access.hold, source, options, WHAT);
}

function sourceOf<K, V>(
  access: EntryAccess<K, V>,
  target: WatchTarget<K>,
  initial: boolean,
): KeyChanges<K, V> | ManyChanges<K, V> {
  const ofKey = (key: K) => new KeyChanges(access, key, initial, WHAT);
  const ofMany = (matches: (key: unknown) => boolean) =>
    new ManyChanges(access, matches, initial, WHAT);
  if (target === "all") return ofMany(() => true);
  if (!isObject(target)) return ofKey(target as K);
  if ("key" in target) return ofKey(target.key);
  if ("prefix" in target) return ofMany(matcherOf(access, target.prefix));
  throw new TypeError(
    `Cannot ${WHAT}: expected a key, { prefix } or "all", and a key that is an object as { key }: ${
      received(target)
    }`,
  );
}

function isObject<K>(
  target: WatchTarget<K>,
): target is { readonly key: K } | { readonly prefix: K } {
  return typeof target === "object" && target !== null &&
    !(target instanceof Uint8Array);
}

/** What says whether a key that was taken out begins with a prefix. */
function matcherOf<K, V>(
  { keys }: EntryAccess<K, V>,
  prefix: K,
): (key: unknown) => boolean {
  if (keys.areTexts) {
    const text = stringKeys.prepare(prefix as string) as string;
    return (key) => (key as string).startsWith(text);
  }
  if ((keys.format as unknown) === bytesKeys) {
    const bytes = keptKey(bytesKeys.prepare(prefix as Uint8Array));
    return (key) => begins(key as Uint8Array, bytes as Uint8Array);
  }
  throw new TypeError(
    `Cannot ${WHAT}: only keys that are strings or bytes have a prefix: watch "all", and choose among the changes`,
  );
}

function begins(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return bytes.length >= prefix.length &&
    prefix.every((byte, i) => bytes[i] === byte);
}
