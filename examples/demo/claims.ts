/**
 * Claims: which worker counts which piece. They are entries of the index, so a
 * snapshot shows them as they were at the same instant as all the rest.
 *
 * @module
 */
import type { SharedMap } from "../../mod.ts";

/** What has become of a piece. */
export interface Claim {
  readonly state: "taken" | "done";
  readonly worker: number;
}

type Index = SharedMap<string, string>;

/** No phrase begins with this character. */
const key = (piece: number) => `#${piece}`;
const taken = (worker: number) => `taken by ${worker}`;
const done = (worker: number) => `done by ${worker}`;

/** Takes a piece that nobody has taken yet. */
export function take(index: Index, piece: number, worker: number): boolean {
  return index.compareAndSet(key(piece), undefined, taken(worker));
}

/** Takes a piece from a worker that is gone. */
export function takeOver(
  index: Index,
  piece: number,
  gone: number,
  worker: number,
): boolean {
  return index.compareAndSet(key(piece), taken(gone), taken(worker));
}

/**
 * Marks a piece as done, after all of its entries are written: so a worker that sees
 * the mark sees the entries. Fails for a worker that lost its claim.
 */
export function finish(index: Index, piece: number, worker: number): boolean {
  return index.compareAndSet(key(piece), taken(worker), done(worker));
}

/** The claim on a piece, if there is one. */
export function claimOn(
  index: { get(key: string): string | undefined },
  piece: number,
): Claim | undefined {
  const words = index.get(key(piece))?.split(" by ");
  return words &&
    { state: words[0] as Claim["state"], worker: Number(words[1]) };
}
