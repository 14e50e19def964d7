/**
 * A commit of several keys, as the layer above the table makes one: keys and values are numbers.
 *
 * @module
 */
import { numberKeys } from "../../src/codec/keys.ts";
import type { Participant } from "../../src/reclamation/participant.ts";
import { TAG_NUMBER, TAG_TOMBSTONE } from "../../src/segment/layout.ts";
import { guardRefs } from "../../src/table/commit_record.ts";
import { EncodedKey } from "../../src/table/key.ts";
import type { Table } from "../../src/table/table.ts";
import {
  isTombstone,
  valueIndex,
  versionBytes,
  writeVersion,
} from "../../src/table/version.ts";

/** What is done to a key: it is set, or deleted, or it has to stay as it is. */
export type Change = number | "delete" | "guard";

/** A key, and what is done to it, from its present value on. */
export interface Step {
  readonly n: number;
  readonly change: (value: number | undefined) => Change;
}

/** Who commits. */
export interface Committer {
  readonly participant: Participant;
  readonly table: Table;
}

interface Part {
  readonly key: EncodedKey;
  readonly old: number;
  readonly change: Change;
}

const KEY_BYTES = 8;

/** Commits, however often others are faster; returns the values that it went by. */
export function commitAll(
  me: Committer,
  steps: readonly Step[],
): (number | undefined)[] {
  for (;;) {
    me.participant.pin();
    try {
      const values = draftAll(me, steps);
      if (me.table.commits.commit()) return values;
    } finally {
      me.participant.unpin();
    }
  }
}

/** Drafts a record; the caller is pinned, and commits it or gives it up. */
export function draftAll(
  { participant, table }: Committer,
  steps: readonly Step[],
): (number | undefined)[] {
  const { segment } = participant;
  const values = new Map<number, number | undefined>();
  const parts = steps.map(({ n, change }): Part => {
    const key = keyOf(participant, n);
    const old = reliedOn({ participant, table }, key);
    const value = isTombstone(segment.words, old)
      ? undefined
      : segment.floats[valueIndex(segment.words, old)];
    values.set(n, value);
    return { key, old, change: change(value) };
  }).sort((a, b) => (a.key.hash >>> 0) - (b.key.hash >>> 0));
  const guards = parts.filter(({ change }) => change === "guard");
  const refs = guards.reduce((sum, { key }) => sum + guardRefs(key.info), 0);
  const writes = parts.length - guards.length;
  if (!table.commits.draft(writes, guards.length, refs)) {
    throw new Error("no memory for a commit record");
  }
  for (const { key, old, change } of parts) {
    if (change === "guard") table.commits.guard(key.hash, old);
    else table.commits.add(key.hash, old, versionOf(participant, key, change));
  }
  return steps.map(({ n }) => values.get(n));
}

function keyOf({ segment }: Participant, n: number): EncodedKey {
  const key = new EncodedKey(segment.seed);
  numberKeys.pack(numberKeys.prepare(n), key);
  return key;
}

/** The newest version of a key; one that is absent gets a tombstone. */
function reliedOn({ participant, table }: Committer, key: EncodedKey): number {
  for (;;) {
    const found = table.seek(key, true);
    if (found !== 0) return found;
    const tombstone = versionOf(participant, key, "delete");
    const outcome = table.insert(key, tombstone);
    if (outcome !== "done") participant.allocator.free(tombstone);
    participant.leaveSection();
    if (outcome === "full") throw new Error("no slot for a tombstone");
  }
}

/** A version in hand, in a section. */
function versionOf(
  participant: Participant,
  key: EncodedKey,
  change: Exclude<Change, "guard">,
): number {
  const { segment } = participant;
  participant.enterSection();
  const length = change === "delete" ? 0 : 8;
  const bytes = versionBytes(KEY_BYTES, length, false);
  const ref = participant.allocator.allocate(bytes, "tombstone");
  if (ref === 0) throw new Error("no memory for a version");
  const tag = change === "delete" ? TAG_TOMBSTONE : TAG_NUMBER;
  writeVersion(segment, ref, key, tag, length, Infinity);
  if (change !== "delete") {
    segment.floats[valueIndex(segment.words, ref)] = change;
  }
  return ref;
}
