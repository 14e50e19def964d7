import { UsageError } from "./options.ts";

/** A JSON file that is opened before a long run, so that a bad path is told at once. */
export class JsonFile {
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

  write(value: unknown): void {
    Deno.writeTextFileSync(
      this.#path,
      JSON.stringify(value, undefined, 2) + "\n",
    );
  }
}
