/**
 * Time to idle: in maps with `idle`, entries that were given no `ttl` end when nobody has used them
 * for so long.
 *
 * Such an entry has an expiry, as one with a `ttl` has. It lies a little more than the time to idle
 * ahead. A read that finds less than that left *renews* it, as `expire` would: so whether an entry
 * was read or ended first is decided by one step for all (`table/version.ts`, renewals), and
 * snapshots, dumps, sweeps and transactions need to know nothing of it. In between, reads write
 * nothing. An entry ends when nobody has used it for the time to idle, or for an eighth more.
 *
 * In such a map an expiry tells what it is by its fraction: it ends in half a millisecond if the
 * entry idles, and with a `ttl` it is a whole number. So nothing else has to be stored, in memory
 * or on disk.
 *
 * @module
 */

/** How far ahead the expiry is, in times to idle: so reads in the first eighth renew nothing. */
const AHEAD = 9 / 8;
const MARK = 0.5;

/** When an entry that was used now ends if nobody uses it again. */
export function idleEnd(idle: number, now: number): number {
  return Math.floor(now + idle * AHEAD) + MARK;
}

/** When an entry ends that has a time to live, in a map with a time to idle. */
export function lifeEnd(ttl: number, now: number): number {
  return Math.ceil(now + ttl);
}

/** Whether an expiry is that of an entry that idles. */
export function idles(expiry: number): boolean {
  return expiry % 1 === MARK;
}

/** Whether a use of an entry with this expiry renews it. */
export function isRenewalDue(
  expiry: number,
  idle: number,
  now: number,
): boolean {
  return expiry - now < idle && idles(expiry);
}
