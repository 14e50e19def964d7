import { UsageError } from "./options.ts";

/** A file that is opened before a long run, so that a bad path is told at once. */
export class ResultFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    try {
      Deno.writeTextFileSync(path, "", { append: true });
    } catch (error) {
      throw new UsageError(
        `Cannot write results to '${path}': ${(error as Error).message}`,
      );
    }
  }

  writeJson(value: unknown): void {
    this.writeText(JSON.stringify(value, undefined, 2) + "\n");
  }

  writeText(text: string): void {
    Deno.writeTextFileSync(this.#path, text);
  }
}
