/**
 * The job: what each worker is told, and what all of them share.
 *
 * @module
 */
import { SharedMap, type SharedMapHandle } from "../../mod.ts";
import type { Input } from "./input.ts";

/** What a worker gets in its one message. */
export interface Job {
  /** From 1; 0 is the reader. */
  readonly worker: number;
  readonly input: Input;
  readonly longest: number;
  readonly index: SharedMapHandle;
  readonly board: SharedMapHandle;
}

/** The maps that all workers share. */
export interface Maps extends Disposable {
  /**
   * What is built: the postings of each phrase, each line under its place
   * (`@17:3`, line 3 of piece 17), and who counts which piece (`#17`).
   */
  readonly index: SharedMap<string, string>;
  /** Counters for the display. */
  readonly board: SharedMap<string, number>;
}

const GiB = 2 ** 30;
/** An index takes some 25 times the bytes of its text. */
const INDEX_TO_TEXT = 64;

/** Creates the maps. Their memory is reserved, and used only as they fill. */
export function createMaps(input: Input): Maps {
  const needed = input.bytes.length * INDEX_TO_TEXT;
  const maxBytes = Math.min(Math.max(needed, GiB), 16 * GiB);
  return disposable({
    index: SharedMap.create<string, string>({ value: "string", maxBytes }),
    board: SharedMap.create<string, number>({ value: "number" }),
  });
}

/** Attaches to the maps in another worker. */
export function attachMaps({ index, board }: Job): Maps {
  return disposable({
    index: SharedMap.attach<string, string>(index, { value: "string" }),
    board: SharedMap.attach<string, number>(board, { value: "number" }),
  });
}

function disposable(maps: Pick<Maps, "index" | "board">): Maps {
  return {
    ...maps,
    [Symbol.dispose]() {
      maps.index.close();
      maps.board.close();
    },
  };
}

/** The key of a line. */
export function lineKey(piece: number, line: number): string {
  return `@${piece}:${line}`;
}
