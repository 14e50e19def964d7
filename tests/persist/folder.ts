/**
 * A folder that is gone after the test.
 *
 * @module
 */
import { eventually } from "./eventually.ts";

/** A fresh temporary folder. */
export class Folder implements Disposable {
  readonly path: string = Deno.makeTempDirSync({ prefix: "epochmap-" });

  /** The names of its files, in order. */
  get names(): string[] {
    return [...Deno.readDirSync(this.path)].map(({ name }) => name).sort();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** The home of persisted maps: gone once their last epochs are written. */
export class Home extends Folder implements AsyncDisposable {
  /** The workers that write a map into it at this moment. */
  async writers(): Promise<number> {
    return (await this.#locks()).filter((name) => name.includes("writer of"))
      .length;
  }

  /** The locks that are named after it. */
  async #locks(): Promise<string[]> {
    // deno-lint-ignore no-explicit-any
    const { held } = await (navigator as any).locks.query();
    const path = JSON.stringify(Deno.realPathSync(this.path)).slice(0, -1);
    return held.map(({ name }: { name: string }) => name)
      .filter((name: string) => name.includes(path));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await eventually(async () => (await this.#locks()).length === 0);
    this[Symbol.dispose]();
  }
}
