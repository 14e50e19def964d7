/**
 * `deno serve --parallel`, as a process of its own.
 *
 * @module
 */
import { assert } from "@std/assert";
import { fileURLToPath } from "node:url";

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
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "serve",
      "--parallel",
      "--host=127.0.0.1",
      "--port=0",
      ...permissions,
      fileURLToPath(script),
    ],
    env: { DENO_JOBS: String(workers), NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const [shown, rest] = child.stderr.tee();
  const drained = rest.pipeTo(new WritableStream());
  let text = "";
  for await (const part of shown.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (/http:\/\/\S+\//.test(text)) break;
  }
  const origin = text.match(/http:\/\/[^\s/]+/)?.[0];
  assert(origin !== undefined, `The server says no address: ${text}`);
  return {
    origin,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL"); // a SIGTERM that comes while it starts its workers is now and then ignored by the runtime
      await child.status;
      await drained;
    },
  };
}
