/**
 * A server of many workers that share their visitors' sessions, without a
 * database: a session that one worker began is known to all.
 *
 * ```sh
 * deno serve --parallel --host 127.0.0.1 examples/sessions.ts
 * ```
 * Then, again and again:
 * ```sh
 * curl --cookie-jar jar --cookie jar http://127.0.0.1:8000
 * ```
 *
 * @module
 */
import { SharedMap } from "../mod.ts";

interface Session {
  visits: number;
  since: Date;
}

const HALF_AN_HOUR = 30 * 60 * 1000;

/** The first worker creates the map, the others join it by its name. */
const sessions = await SharedMap.open<string, Session>("sessions");
const worker = crypto.randomUUID().slice(0, 4);

export default {
  fetch(request) {
    const id = knownSession(request) ?? crypto.randomUUID();
    const { visits, since } = visit(id);
    return new Response(
      `Visit ${visits} since ${since.toISOString()}, at worker ${worker}\n`,
      { headers: { "set-cookie": `session=${id}; HttpOnly; SameSite=Lax` } },
    );
  },
} satisfies Deno.ServeDefaultExport;

/** Only an id that was given out here is taken back. */
function knownSession(request: Request): string | undefined {
  const cookies = request.headers.get("cookie") ?? "";
  const id = /(?:^|; )session=([^;]+)/.exec(cookies)?.[1];
  return id !== undefined && sessions.has(id) ? id : undefined;
}

/** Counts a visit, at whichever worker, and puts the end of the session off. */
function visit(id: string): Session {
  const countVisit = (session?: Session) => ({
    visits: (session?.visits ?? 0) + 1,
    since: session?.since ?? new Date(),
  });
  const life = { ttl: HALF_AN_HOUR, keepTtl: false };
  return sessions.update(id, countVisit, life)!;
}
