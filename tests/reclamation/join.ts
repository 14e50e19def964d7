import { assert } from "@std/assert";
import { Participant } from "../../src/reclamation/participant.ts";
import type { Segment } from "../../src/segment/segment.ts";

let locks = 1000;

/** A lock number that no other participant of these tests has. */
export function freshLock(): number {
  return ++locks;
}

/** One more participant. */
export function join(segment: Segment): Participant {
  const participant = Participant.join(segment, freshLock());
  assert(participant !== undefined);
  return participant;
}
