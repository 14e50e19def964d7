/**
 * Eviction listeners: what tells the caller of a map which entries the map has removed by itself.
 *
 * An entry is removed in the middle of a write, while the map is pinned. So key and value are only
 * taken out there, and the caller's code is called afterwards, as a task of its own.
 *
 * @module
 */

import type { Dependent, RemovalCause } from "./attachment.ts";
import type { EntryAccess } from "./entry_access.ts";
import type { Taken } from "./version_reader.ts";

/**
 * Is called for an entry that the map has removed by itself.
 *
 * @typeParam K The type of the keys.
 * @typeParam V The type of the values.
 * @param key The key.
 * @param value The value that was removed.
 * @param cause Why: it was evicted, for another entry, or had expired.
 */
export type EvictionListener<K, V> = (
  key: K,
  value: V,
  cause: "evicted" | "expired",
) => void;

/** An entry that was removed, and is to be told of. */
interface Removed<K, V> {
  readonly entry: Taken<[K, V]>;
  readonly cause: RemovalCause;
}

/**
 * Calls a listener for each entry that this attachment removes by itself from now on, until the
 * hold ends; returns what ends that before. What was removed before the end is told all the same.
 */
export function listenForEvictions<K, V>(
  { hold, versions }: EntryAccess<K, V>,
  listener: EvictionListener<K, V>,
): () => void {
  const { attachment } = hold;
  let removed: Removed<K, V>[] = [];
  const tell = () => {
    const batch = removed;
    removed = [];
    for (const { cause, entry } of batch) {
      try {
        const [key, value] = versions.entry(entry);
        listener(key, value, cause);
      } catch (error) {
        reportError(error); // the others are told all the same
      }
    }
  };
  const hear = (ref: number, cause: RemovalCause) => {
    if (removed.length === 0) queueMicrotask(tell);
    removed.push({ cause, entry: versions.takeEntry(ref) });
  };
  const { dependents, removalListeners } = attachment;
  const end = () => {
    removalListeners.delete(hear);
    dependents.delete(dependent);
  };
  const dependent: Dependent = { owner: hold, close: end };
  dependents.add(dependent);
  removalListeners.add(hear);
  return end;
}
