/**
 * Stands in for `@std/testing/time`: a clock that stands still until the test
 * moves it on. It rules this thread's `Date`, `setTimeout` and `setInterval`.
 *
 * @module
 */

/** Time was faked twice, or restored without having been faked. */
export class TimeError extends Error {
  override name = "TimeError";
}

interface Timer {
  due: number;
  /** The time from one call to the next; `undefined`: there is only one. */
  every: number | undefined;
  callback: () => void;
}

const real = {
  Date,
  setTimeout,
  clearTimeout,
  setInterval,
  clearInterval,
};

let current: FakeTime | undefined;

export class FakeTime {
  /** When this clock started. */
  readonly start: number;
  #now: number;
  #timers = new Map<number, Timer>();
  #lastId = 0;

  constructor(start: number | string | Date | null = null) {
    if (current) throw new TimeError("Cannot fake time: it is faked already");
    this.start = new Date(start ?? Date.now()).getTime();
    if (Number.isNaN(this.start)) {
      throw new TypeError(`Cannot fake time: invalid start ${start}`);
    }
    this.#now = this.start;
    current = this;
    this.#install();
  }

  /** Ends whatever fake time there is. */
  static restore() {
    if (!current) throw new TimeError("Cannot restore time: it is not faked");
    current.restore();
  }

  get now(): number {
    return this.#now;
  }

  /** Runs what is due until then, each thing at its own time. */
  set now(value: number) {
    if (value < this.#now) {
      throw new RangeError(
        `Cannot go back in time: now is ${this.#now}, received ${value}`,
      );
    }
    for (
      let next = this.#next();
      next && next.timer.due <= value;
      next = this.#next()
    ) {
      const { id, timer } = next;
      this.#now = timer.due;
      if (timer.every === undefined) this.#timers.delete(id);
      else timer.due += timer.every;
      timer.callback();
    }
    this.#now = value;
  }

  /** Moves the clock on. */
  tick(ms = 0) {
    this.now += ms;
  }

  /** Lets promises settle and moves the clock on. */
  async tickAsync(ms = 0) {
    await this.runMicrotasks();
    this.now += ms;
  }

  /** Moves the clock on to the next timer, if there is one. */
  next(): boolean {
    const next = this.#next();
    if (next) this.now = next.timer.due;
    return next !== undefined;
  }

  async nextAsync(): Promise<boolean> {
    await this.runMicrotasks();
    return this.next();
  }

  /** Goes from timer to timer until none is left. */
  runAll() {
    while (this.next());
  }

  async runAllAsync() {
    while (await this.nextAsync());
  }

  /** Lets promises settle. */
  runMicrotasks(): Promise<void> {
    return this.delay(0);
  }

  /** Waits in real time. */
  delay(ms: number): Promise<void> {
    return new Promise((resolve) => void real.setTimeout(resolve, ms));
  }

  restore() {
    if (current !== this) {
      throw new TimeError("Cannot restore time: it is not faked");
    }
    current = undefined;
    Object.assign(globalThis, real);
  }

  [Symbol.dispose]() {
    this.restore();
  }

  #install() {
    type Callback = (...args: unknown[]) => void;
    const clear = (id?: number) => void this.#timers.delete(Number(id));
    Object.assign(globalThis, {
      Date: new Proxy(Date, {
        construct: (target, args) =>
          Reflect.construct(target, args.length > 0 ? args : [this.#now]),
        get: (target, key) =>
          key === "now" ? () => this.#now : Reflect.get(target, key),
      }),
      setTimeout: (callback: Callback, ms = 0, ...args: unknown[]) =>
        this.#add(() => callback(...args), Math.max(0, Math.floor(ms))),
      setInterval: (callback: Callback, ms = 0, ...args: unknown[]) => {
        const every = Math.max(1, Math.floor(ms));
        return this.#add(() => callback(...args), every, every);
      },
      clearTimeout: clear,
      clearInterval: clear,
    });
  }

  #add(callback: () => void, ms: number, every?: number): number {
    const id = ++this.#lastId;
    this.#timers.set(id, { due: this.#now + ms, every, callback });
    return id;
  }

  /** The timer that is due first; of several, the one that was set first. */
  #next(): { id: number; timer: Timer } | undefined {
    let first: { id: number; timer: Timer } | undefined;
    for (const [id, timer] of this.#timers) {
      if (!first || timer.due < first.timer.due) first = { id, timer };
    }
    return first;
  }
}
