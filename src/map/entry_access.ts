/**
 * What the operations of one map object work with. One operation is at work at a time, and in the
 * caller's code within it perhaps another: each packs its key and prepares its value anew.
 *
 * @module
 */

import { keyFormat, valueFormat } from "./codecs.ts";
import type { Codecs } from "./codecs.ts";
import type { Hold } from "./hold.ts";
import { KeyPacker } from "./key_packer.ts";
import { Lookup } from "./lookup.ts";
import { OperationCounts } from "./operation_counts.ts";
import { Renewer } from "./renewal.ts";
import { ValuePacker } from "./value_packer.ts";
import { VersionReader } from "./version_reader.ts";
import { checkWeigh, Scale } from "./weighing.ts";
import { Writer } from "./writer.ts";

/** One map object's access to the entries of the map. */
export class EntryAccess<K, V> {
  readonly hold: Hold;
  readonly codecs: Codecs;
  readonly keys: KeyPacker<K>;
  readonly values: ValuePacker<V>;
  readonly versions: VersionReader<K, V>;
  readonly lookup: Lookup;
  readonly writer: Writer;
  readonly renewer: Renewer;
  readonly counts: OperationCounts;

  /** Throws `HandleError` if the codecs are not those of the map. */
  constructor(hold: Hold, codecs: Codecs) {
    const { attachment } = hold;
    const { participant, segment } = attachment;
    const { value, weigh } = codecs;
    checkWeigh(segment, weigh);
    const scale = weigh && new Scale<V>(segment, weigh);
    this.hold = hold;
    this.codecs = codecs;
    this.keys = new KeyPacker(hold, keyFormat(segment, codecs.key));
    this.values = new ValuePacker(
      segment,
      () => valueFormat(segment, value),
      scale,
    );
    this.versions = new VersionReader(
      segment,
      this.keys.format,
      this.values.format,
    );
    this.lookup = new Lookup(attachment);
    this.writer = new Writer(attachment);
    this.renewer = new Renewer(attachment, this.lookup, this.writer);
    this.counts = new OperationCounts(participant);
  }
}
