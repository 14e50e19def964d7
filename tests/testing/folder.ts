/**
 * Temporary folders, which are removed after the test.
 *
 * @module
 */
import { locks } from "../../src/reclamation/lifeline.ts";
import { eventually } from "./eventually.ts";

/** The names of a directory's files, in order, but for that of its lock, which stays. */
export function namesIn(directory: string): string[] {
  return [...Deno.readDirSync(directory)].map(({ name }) => name)
    .filter((name) => name !== "epochmap.lock").sort();
}

/** Removes a directory at one moment, even while somebody writes into it by its name. */
export function takeAway(directory: string): void {
  const gone = `${directory}.gone`;
  Deno.renameSync(directory, gone);
  Deno.removeSync(gone, { recursive: true });
}

/** A fresh temporary folder. */
export class Folder implements Disposable {
  readonly path: string = Deno.makeTempDirSync({ prefix: "epochmap-" });

  /** The names of its files, as `namesIn` has them. */
  get names(): string[] {
    return namesIn(this.path);
  }

  /** How long its files are. */
  get bytes(): number {
    const lengths = this.names.map((name) =>
      Deno.statSync(`${this.path}/${name}`).size
    );
    return lengths.reduce((a, b) => a + b, 0);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** The home of persisted maps: gone once their last epochs are written. */
export class Home extends Folder implements AsyncDisposable {
  /**
   * The workers that write a map into it at this moment, by the names that the runtime
   * gives them.
   */
  async writers(): Promise<string[]> {
    return (await this.#locks())
      .filter(({ name }) => name.startsWith("epochmap writer of"))
      .map(({ clientId }) => clientId);
  }

  /** The locks that are named after it. */
  async #locks(): Promise<{ name: string; clientId: string }[]> {
    const { held } = await locks.query();
    const path = JSON.stringify(Deno.realPathSync(this.path)).slice(0, -1);
    return held.filter(({ name }) => name.includes(path));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await eventually(async () => (await this.#locks()).length === 0);
    this[Symbol.dispose]();
  }
}
