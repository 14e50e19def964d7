/** A server whose workers count their requests together. */
import { SharedMap } from "../../mod.ts";

const hits = await SharedMap.open<string, number>("hits", { value: "number" });
const me = crypto.randomUUID();

export default {
  fetch(request: Request): Response {
    const { pathname } = new URL(request.url);
    hits.increment(pathname);
    hits.increment(`by ${me}`);
    return Response.json(Object.fromEntries(hits));
  },
};
