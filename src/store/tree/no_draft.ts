/**
 * A draft for those who only read.
 *
 * @module
 */

import type { Nodes } from "../../map/structure_maker.ts";
import type { ListDraft } from "./list.ts";

/** A draft for those who only read: it gives nothing. */
export class NoDraft implements ListDraft {
  readonly words: Nodes["words"];
  readonly bytes: Nodes["bytes"];

  constructor({ bytes, words }: Nodes) {
    this.words = words;
    this.bytes = bytes;
  }

  allocate(): never {
    throw new Error("What is read only has no draft");
  }

  sumUp(): never {
    return this.allocate();
  }

  leave(): never {
    return this.allocate();
  }

  leaveAll(): never {
    return this.allocate();
  }

  isFresh(): false {
    return false;
  }

  step(): never {
    return this.allocate();
  }
}
