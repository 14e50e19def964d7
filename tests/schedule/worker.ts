/**
 * A worker that plays one part of whatever scenario the board names, until its
 * process ends.
 *
 * @module
 */
import { Segment } from "../../src/segment/segment.ts";
import { Board, SCENARIO } from "./board.ts";
import { playPart } from "./part.ts";
import { SCENARIOS } from "./scenarios.ts";
import { sitDown, waitForTurn } from "./scheduler.ts";

/** What a worker is told. */
export interface Assignment {
  readonly board: SharedArrayBuffer;
  readonly segment: SharedArrayBuffer;
  readonly part: number;
}

/** What the library for windows does not say of workers. */
const worker = self as unknown as {
  onmessage: (event: MessageEvent<Assignment>) => void;
  postMessage(message: string): void;
};

worker.onmessage = ({ data }) => {
  const board = new Board(data.board);
  sitDown(board, data.part);
  worker.postMessage("seated");
  let segment: Segment | undefined;
  for (;;) {
    waitForTurn();
    segment ??= Segment.attach({ buffer: data.segment });
    playPart(segment, SCENARIOS[board.words[SCENARIO]], data.part);
  }
};
