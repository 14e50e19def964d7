/**
 * A folder that is gone after the test.
 *
 * @module
 */
import { locks } from "../../src/epoch/lifeline.ts";
import { eventually } from "./eventually.ts";

/** A fresh temporary folder. */
export class Folder implements Disposable {
  readonly path: string = Deno.makeTempDirSync({ prefix: "epochmap-" });

  /** The names of its files, in order, but for that of the lock, which stays. */
  get names(): string[] {
    return [...Deno.readDirSync(this.path)].map(({ name }) => name)
      .filter((name) => name !== "epochmap.lock").sort();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** The home of persisted maps: gone once their last epochs are written. */
export class Home extends Folder implements AsyncDisposable {
  /** The workers that write a map into it at this moment, by the names that the runtime gives them. */
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
