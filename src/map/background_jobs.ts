/**
 * The list of what every attachment does in the background.
 *
 * @module
 */

import { adoptEstates } from "../reclamation/estate.ts";
import { H_SWEPT, H_TTL_USED } from "../segment/layout.ts";
import { load } from "../segment/atomics.ts";
import { keepMinute } from "../table/tracking.ts";
import type { Attachment } from "./attachment.ts";
import { takeTurn } from "./background.ts";
import { sweep } from "./expiry_sweep.ts";
import type { Job, Round, Urgency } from "./job.ts";

/** Between two rounds of the background sweep. */
const SWEEP_MS = 150;
/** Background work on a migration per round: bounds how long the event loop is busy. */
const STRIDES_PER_TICK = 256;
/** Share of tombstones in the table at which the background starts a move. */
const DEAD_SHARE_AT_REST = 1 / 4;

/** The jobs of one attachment, in the order in which a round goes through them. */
export function jobsOf(attachment: Attachment): Job[] {
  const job = (name: string, work: Work): Job => ({
    name,
    run: (round) => work(attachment, round),
  });
  return [
    job("heal what was cut short", healCutShort),
    job("adopt estates", adopt),
    job("collect", collect),
    job("lower the reserve", lowerReserve),
    job("tidy the table", tidyTable),
    job("tidy what depends on it", tidyDependents),
    job("sweep what has expired", sweepExpired),
    job("note the counts", noteCounts),
    job("look at the clock", lookAtClock),
  ];
}

type Work = (attachment: Attachment, round: Round) => Urgency;

/** After an exception: nobody else repairs the record of a worker that lives. */
function healCutShort({ participant }: Attachment): Urgency {
  participant.heal();
  return "when something happens";
}

/** At rest, too: the participant that left may have been the last one with something to do. */
function adopt({ participant }: Attachment): Urgency {
  adoptEstates(participant);
  return participant.hasRetired ? "soon" : "when something happens";
}

/** At rest only what open snapshots kept: they may be closed by now. */
function collect({ participant }: Attachment, round: Round): Urgency {
  if (round === "at work") participant.collectAtRest();
  else if (participant.holdsVersions) participant.collect();
  return participant.holdsVersions ? "later" : "when something happens";
}

function lowerReserve(attachment: Attachment, round: Round): Urgency {
  if (round === "at work") attachment.lowerReserve();
  return "when something happens";
}

/** Keeps a place for the next table, and goes on with a move, or begins one that is worth it. */
function tidyTable(attachment: Attachment, round: Round): Urgency {
  if (round === "at work") {
    const { migration, resizer } = attachment.table;
    attachment.pinned(() => {
      migration.keepReserve();
      resizer.considerShrinking(DEAD_SHARE_AT_REST);
      for (let i = 0; i < STRIDES_PER_TICK && migration.helpIfMoving(); i++);
    });
  }
  return "when something happens";
}

function tidyDependents({ dependents }: Attachment, round: Round): Urgency {
  if (round === "at work") {
    for (const dependent of dependents) dependent.tidy?.();
  }
  return "when something happens";
}

/** One worker sweeps at a time, in turn: together they go round the table. */
function sweepExpired(attachment: Attachment): Urgency {
  const { segment } = attachment;
  if (load(segment.words, H_TTL_USED) === 0) return "when something happens";
  const hadExpired = takeTurn(segment, H_SWEPT, SWEEP_MS) && sweep(attachment);
  return hadExpired ? "soon" : "later";
}

/** At rest, too: others may read. There is a round every few seconds in any case. */
function noteCounts({ countHistory }: Attachment): Urgency {
  countHistory.note();
  return "when something happens";
}

/** In maps that track uses: those are noted by the minute. */
function lookAtClock({ segment: { keepsUses, words } }: Attachment): Urgency {
  if (keepsUses) keepMinute(words);
  return "when something happens";
}
