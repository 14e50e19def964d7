/**
 * `deno serve --parallel`, in a process of its own.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { Child } from "../testing/child.ts";

/** A server that runs. */
export interface Server extends AsyncDisposable {
  /** As in `http://127.0.0.1:8000`. */
  readonly origin: string;
}

/** Starts a server of several workers on a free port; it is stopped when it is disposed of. */
export async function serve(
  script: URL,
  workers: number,
  permissions: readonly string[] = [],
): Promise<Server> {
  const child = new Child(
    [
      "serve",
      "--parallel",
      "--host=127.0.0.1",
      "--port=0",
      ...permissions,
      fileURLToPath(script),
    ],
    { env: { DENO_JOBS: String(workers) } },
  );
  const origin = await child.says(/http:\/\/[^\s/]+(?=\/)/);
  return {
    origin,
    async [Symbol.asyncDispose]() {
      // Not by a SIGTERM: one that comes while it starts its workers is now and then
      // ignored by the runtime.
      await child[Symbol.asyncDispose]();
    },
  };
}
