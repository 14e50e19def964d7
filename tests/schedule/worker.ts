/**
 * A worker that runs its program of whatever scenario the shared state names, until
 * its process ends.
 *
 * @module
 */
import { Segment, type SegmentHandle } from "../../src/segment/segment.ts";
import { SCENARIO, SharedState } from "./shared_state.ts";
import { runProgram } from "./program.ts";
import { SCENARIOS } from "./scenarios.ts";
import { register, waitUntilScheduled } from "./scheduler.ts";

/** What a worker is told. */
export interface Assignment {
  readonly state: SharedArrayBuffer;
  readonly segment: SegmentHandle;
  readonly worker: number;
}

/** What the library for windows does not say of workers. */
const scope = self as unknown as {
  onmessage: (event: MessageEvent<Assignment>) => void;
  postMessage(message: string): void;
};

scope.onmessage = ({ data }) => {
  const state = new SharedState(data.state);
  register(state, data.worker);
  scope.postMessage("ready");
  let segment: Segment | undefined;
  let scenario = -1;
  for (;;) {
    waitUntilScheduled();
    const next = state.words[SCENARIO];
    // Scenarios differ in where the parts of their segments lie.
    if (next !== scenario) segment = undefined;
    scenario = next;
    segment ??= Segment.attach(data.segment);
    runProgram(segment, SCENARIOS[scenario], data.worker);
  }
};
