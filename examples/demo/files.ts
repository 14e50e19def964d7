/**
 * The files that the command line names.
 *
 * @module
 */
import { walk } from "@std/fs";
import { createInput, type Input } from "./input.ts";
import { UsageError } from "./usage_error.ts";

/** Reads files, and all files in folders, one after another. */
export async function readFiles(paths: string[]): Promise<Input> {
  const texts: Uint8Array[] = [];
  for (const path of paths) {
    try {
      texts.push(...await textsAt(path));
    } catch (error) {
      throw explained(error, path);
    }
  }
  if (texts.length === 0) {
    throw new UsageError(`There is no text in ${paths.join(", ")}`);
  }
  const files = texts.length === 1 ? "1 file" : `${texts.length} files`;
  return createInput(`${files} of ${paths.join(", ")}`, joined(texts));
}

async function textsAt(path: string): Promise<Uint8Array[]> {
  const root = await Deno.realPath(path);
  const options = { includeDirs: false, includeSymlinks: false };
  const files = await Array.fromAsync(walk(root, options));
  const contents = files
    .filter((file) => !/[\\/]\.git[\\/]/.test(file.path))
    .map((file) => Deno.readFile(file.path));
  return (await Promise.all(contents)).filter(isText);
}

/** Text has no zero bytes, at least at its beginning. */
function isText(content: Uint8Array): boolean {
  return content.length > 0 && !content.subarray(0, 8192).includes(0);
}

/** The texts as one; each ends its last line, so that no phrase crosses over. */
function joined(texts: Uint8Array[]): Uint8Array {
  const size = texts.reduce((sum, { length }) => sum + length + 1, 0);
  const whole = new Uint8Array(size).fill("\n".charCodeAt(0));
  let at = 0;
  for (const text of texts) {
    whole.set(text, at);
    at += text.length + 1;
  }
  return whole;
}

/** Says in the user's words why a path cannot be read. */
function explained(error: unknown, path: string): unknown {
  if (error instanceof Deno.errors.NotFound) {
    return new UsageError(`There is no file or folder ${path}`);
  }
  if (error instanceof Deno.errors.NotCapable) {
    return new UsageError(
      `${path} may not be read here. Allow it:\n` +
        `  deno run --allow-read examples/demo.ts ${path}`,
    );
  }
  return error;
}
