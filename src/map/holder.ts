/**
 * Holders: which threads of the process have the map of a name, as the Web Locks tell. The name of
 * a holder's lock says which segment it has, and what helps people to find out which thread that
 * is.
 *
 * @module
 */

import { locks } from "../reclamation/lifeline.ts";
import { timers } from "../timers.ts";
import type { Attachment } from "./attachment.ts";

/** How many characters of a script's address are told. */
const MOST_SCRIPT = 200;

/** A thread that has the map of a name. */
export interface Holder {
  /** The id of the segment; none if the lock has a form that is not known here. */
  readonly id?: string;
  /** The name and the script of its worker, where it has one. */
  readonly worker?: string;
  readonly script?: string;
  /** Since when it has the map, as an ISO date. */
  readonly since?: string;
  /** How the Web Locks call it. */
  readonly clientId: string;
}

function prefix(name: string): string {
  return `epochmap holder ${JSON.stringify(name)} `;
}

/** The name of the lock by which an attachment of this thread holds the map of a name. */
export function holderLock(
  name: string,
  { segment, participant }: Attachment,
): string {
  const { name: worker, location } = globalThis as Partial<
    { name: string; location: { href: string } }
  >;
  return prefix(name) + JSON.stringify({
    id: segment.id,
    participant: participant.lock, // no other holder of the segment has this one
    worker: worker || undefined,
    script: location?.href.slice(0, MOST_SCRIPT), // it may be a whole program, as data
    since: new Date(timers.now()).toISOString(),
  });
}

/** The threads that have the map of a name. */
export async function holdersOf(name: string): Promise<Holder[]> {
  const before = prefix(name);
  const { held } = await locks.query();
  return held.filter((lock) => lock.name.startsWith(before))
    .map((lock) => ({
      ...told(lock.name.slice(before.length)),
      clientId: lock.clientId,
    }));
}

/** What the name of a lock tells; nothing if it was not taken by this module. */
function told(text: string): Omit<Holder, "clientId"> {
  try {
    return { ...JSON.parse(text) };
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** Describes holders, for an error. */
export function describe(holders: readonly Holder[]): string {
  const all = holders.map(({ worker, script, since, clientId }) => {
    const isWorker = worker !== undefined || script !== undefined;
    const called = worker === undefined ? "" : ` ${JSON.stringify(worker)}`;
    const of = script === undefined ? "" : ` of ${script}`;
    const who = isWorker ? `the worker${called}${of}` : "a main thread";
    const held = since === undefined ? "" : `has held it since ${since}, `;
    return `${who} (${held}client ${clientId} of the Web Locks)`;
  });
  return all.join(" and ");
}
