/**
 * Commits of several keys, as a victim dies in them.
 *
 * @module
 */
import { stringKeys } from "../../src/codec/keys.ts";
import type { Attachment } from "../../src/map/attachment.ts";
import { valueFormat } from "../../src/map/codecs.ts";
import { NO_MEMORY, VersionMaker } from "../../src/map/version_maker.ts";
import { guardRefs } from "../../src/table/commit_record.ts";
import { EncodedKey } from "../../src/table/key.ts";
import type { Value } from "./text.ts";

/** What becomes of a key: a value, or none. */
export interface Change {
  readonly key: string;
  readonly to: Value;
}

/** A key that has to stay as it is. */
interface Guard {
  readonly key: string;
  readonly to: "guard";
}

/** Commits once. */
export function commitTexts(
  attachment: Attachment,
  changes: readonly (Change | Guard)[],
): void {
  const { participant, segment, table: { commits } } = attachment;
  const values = valueFormat<Value>(segment, undefined);
  participant.pin();
  try {
    const parts = changes.map(({ key, to }) => {
      const packed = new EncodedKey(segment.seed);
      stringKeys.pack(stringKeys.prepare(key), packed);
      const maker = new VersionMaker(attachment, packed);
      return {
        key: packed,
        maker,
        old: reliedOn(attachment, packed, maker),
        to,
      };
    }).sort((a, b) => (a.key.hash >>> 0) - (b.key.hash >>> 0));
    const guards = parts.filter(({ to }) => to === "guard");
    const refs = guards.reduce((sum, { key }) => sum + guardRefs(key.info), 0);
    if (!commits.draft(parts.length - guards.length, guards.length, refs)) {
      throw new Error("no memory for a commit record");
    }
    for (const { key, maker, old, to } of parts) {
      if (to === "guard") commits.guard(key.hash, old);
      else {
        if (to !== undefined) values.prepare(to);
        const version = to === undefined
          ? maker.tombstone()
          : maker.make(values, Infinity);
        if (version === NO_MEMORY) throw new Error("no memory for a version");
        commits.add(key.hash, old, version);
      }
    }
    if (!commits.commit()) throw new Error("nobody else is here");
  } finally {
    participant.unpin();
  }
}

/** The newest version of a key; one that is absent gets a tombstone. */
function reliedOn(
  { participant, table }: Attachment,
  key: EncodedKey,
  maker: VersionMaker,
): number {
  for (;;) {
    const found = table.seek(key, true);
    if (found !== 0) return found;
    const tombstone = maker.tombstone();
    if (tombstone === NO_MEMORY) throw new Error("no memory for a tombstone");
    const outcome = table.insert(key, tombstone);
    if (outcome !== "done") participant.allocator.free(tombstone);
    participant.leaveSection();
  }
}
