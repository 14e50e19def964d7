/**
 * A worker that begins files of epochs, together with another one.
 *
 * @module
 */
import { PartFile } from "../../src/persist/directory.ts";

const CODECS = { keyCodec: "string", valueCodec: "any" };

/** What it can be told: how many rounds, where, and by which word both begin each. */
export interface Order {
  directory: string;
  rounds: number;
  turns: Int32Array;
}

/** Begins a file in each round; returns how often it was taken away while it was being written. */
export function obey({ directory, rounds, turns }: Order): number {
  let lost = 0;
  for (let round = 1; round <= rounds; round++) {
    Atomics.add(turns, 0, 1);
    while (Atomics.load(turns, 0) < 2 * round);
    const part = PartFile.create(directory, CODECS);
    Atomics.add(turns, 1, 1);
    while (Atomics.load(turns, 1) < 2 * round);
    if (!part.file.hasItsName) lost++;
    part.file.close(); // as a death would leave it
    Atomics.add(turns, 2, 1);
    while (Atomics.load(turns, 2) < 2 * round);
  }
  return lost;
}
