/**
 * A cache of responses that all workers of a server share: a page that many ask
 * for at once is made once. For ten seconds it is fresh; for a minute after
 * that the old one is sent, while one worker makes it anew.
 *
 * ```sh
 * deno serve --parallel --host 127.0.0.1 examples/response_cache.ts
 * ```
 * Then, again and again:
 * ```sh
 * curl http://127.0.0.1:8000/some/page
 * ```
 * `cached` goes around any handler, also that of a framework: with Hono it is
 * `export default { fetch: cached(app.fetch) }`.
 *
 * @module
 */
import { SharedMap } from "../mod.ts";

type Handler = (request: Request) => Response | Promise<Response>;

/** What is kept of a response. */
interface Page {
  status: number;
  headers: [string, string][];
  body: Uint8Array<ArrayBuffer>;
}

const TIMES = { ttl: 10_000, staleWhileRevalidate: 60_000 };

const pages = await SharedMap.open<string, Page>("pages", {
  maxBytes: 64 * 2 ** 20,
  onFull: "evict",
});

/** A handler that makes each page that succeeds once, for all workers. */
export function cached(handler: Handler): Handler {
  return async (request) => {
    if (request.method !== "GET") return handler(request);
    let other: Response | undefined;
    const page = await pages.fetch(request.url, async () => {
      const response = await handler(request);
      if (response.ok && !response.headers.has("set-cookie")) {
        return await pageOf(response);
      }
      other = response; // it is for this client alone
      return undefined;
    }, TIMES);
    if (page === undefined) return other ?? handler(request);
    const { body, headers, status } = page;
    return new Response(body, { status, headers });
  };
}

/** Call it when what a page shows has changed: what is being made then is not kept. */
export function forget(url: string): void {
  pages.delete(url);
}

async function pageOf(response: Response): Promise<Page> {
  const { headers, status } = response;
  return { status, headers: [...headers], body: await response.bytes() };
}

/** Takes its time. */
async function render(request: Request): Promise<Response> {
  await new Promise((resolve) => setTimeout(resolve, 500));
  const { pathname } = new URL(request.url);
  const text = `${pathname} was made at ${new Date().toISOString()}\n`;
  return new Response(text, { status: pathname === "/none" ? 404 : 200 });
}

export default {
  fetch: cached(render),
} satisfies Deno.ServeDefaultExport;
