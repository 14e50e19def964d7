import type { Answer, Contender, FarMap, Operation } from "./contender.ts";

/** A `Map` in a worker of its own, reached by `postMessage`. */
class OwnedMap implements FarMap {
  readonly inFlight: number;
  readonly #port: MessagePort;
  /** Who waits for the next answers, in the order of their questions. */
  readonly #waiting: Ring;

  constructor(port: MessagePort, inFlight: number) {
    this.inFlight = inFlight;
    this.#waiting = new Ring();
    this.#port = port;
    // A port turns a bare `undefined` into `null` on its way.
    port.onmessage = ({ data }) => this.#waiting.take()(data ?? undefined);
  }

  request(operation: Operation, key: string, value: number): Promise<Answer> {
    this.#port.postMessage([operation, key, value]);
    return new Promise((resolve) => this.#waiting.put(resolve));
  }

  close(): void {
    this.#port.close();
  }
}

type Waiter = (answer: Answer) => void;

/** A queue of fixed room: `Array.shift` would move every waiter at each answer. */
class Ring {
  readonly #waiters: Waiter[] = new Array(1_024);
  #first = 0;
  #next = 0;

  put(waiter: Waiter): void {
    this.#waiters[this.#next++ & 1_023] = waiter;
  }

  take(): Waiter {
    return this.#waiters[this.#first++ & 1_023];
  }
}

/** The owned map as a contender that keeps `inFlight` questions under way. */
export function owned(inFlight: number): Contender {
  return {
    isMap: true,
    create() {
      const url = new URL("./owner_worker.ts", import.meta.url);
      const worker = new Worker(url, { type: "module" });
      return { handle: () => connect(worker), close: () => worker.terminate() };
    },
    attach: (handle) => new OwnedMap(handle as MessagePort, inFlight),
  };
}

function connect(
  worker: Worker,
): { message: MessagePort; ports: MessagePort[] } {
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(null, [port1]);
  return { message: port2, ports: [port2] };
}
