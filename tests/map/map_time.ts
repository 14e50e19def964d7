import { FakeTime } from "@std/testing/time";
import { timers } from "../../src/timers.ts";

/**
 * Fake time that rules what a map does by itself, too, but for the naps of one that waits
 * for another.
 */
export class MapTime extends FakeTime {
  readonly #runtime = { ...timers };

  constructor(start?: number) {
    super(start);
    const { clearTimeout, setInterval, setTimeout } = globalThis;
    const timer = (id: unknown) => ({ id, unref() {} });
    Object.assign(timers, {
      setTimeout: (callback: () => void, ms: number) =>
        timer(setTimeout(callback, ms)),
      setInterval: (callback: () => void, ms: number) =>
        timer(setInterval(callback, ms)),
      clear: (it?: ReturnType<typeof timer>) =>
        it && clearTimeout(it.id as number),
      now: () => this.now,
    });
  }

  override restore() {
    super.restore();
    Object.assign(timers, this.#runtime);
  }
}
