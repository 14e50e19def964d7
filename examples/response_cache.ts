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
  headers: [string, string][];
  body: Uint8Array<ArrayBuffer>;
}

/** Larger pages are not kept, in bytes. */
const LARGEST = 2 ** 20;
const TIMES = { ttl: 10_000, staleWhileRevalidate: 60_000 };

const pages = await SharedMap.open<string, Page>("pages", {
  maxBytes: 64 * 2 ** 20,
  onFull: "evict",
});

/** A handler that makes each page that is for all clients once, for all workers. */
export function cached(handler: Handler): Handler {
  return async (request) => {
    if (request.method !== "GET" || isPersonal(request)) {
      return handler(request);
    }
    let other: Response | undefined;
    const load = async () => {
      const response = await handler(request);
      // The old page, if there is one, is better than an error.
      if (response.status >= 500) throw new Failure(response);
      const page = isForAll(response) ? await pageOf(response) : undefined;
      if (page !== undefined && page.body.length <= LARGEST) return page;
      other = page === undefined ? response : responseOf(page);
      return undefined;
    };
    try {
      const page = await pages.fetch(request.url, load, TIMES);
      if (page !== undefined) return responseOf(page);
    } catch (error) {
      if (error instanceof Failure) return error.response;
      throw error;
    }
    return other ?? handler(request);
  };
}

function isPersonal({ headers }: Request): boolean {
  return headers.has("cookie") || headers.has("authorization");
}

/** Whether any client may have what this one gets. */
function isForAll({ headers, status }: Response): boolean {
  const control = headers.get("cache-control") ?? "";
  return status === 200 && !headers.has("set-cookie") &&
    !/\b(private|no-store|no-cache)\b/.test(control);
}

/** A response that says that the server failed. */
class Failure extends Error {
  constructor(readonly response: Response) {
    super(`The server failed: ${response.status}`);
  }
}

/** Call it when what a page shows has changed: what is being made then is not kept. */
export function forget(url: string): void {
  pages.delete(url);
}

async function pageOf(response: Response): Promise<Page> {
  return { headers: [...response.headers], body: await response.bytes() };
}

function responseOf({ body, headers }: Page): Response {
  return new Response(body, { headers });
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
