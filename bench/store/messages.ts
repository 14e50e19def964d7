/**
 * How fast are messages from one worker to another? `--help` says how it is measured.
 */
import { SharedStore } from "../../src/store/mod.ts";
import { type Figure, type GoalCheck, parted } from "../measure/goal.ts";
import { runGoalBench } from "../measure/goal_command.ts";
import { Progress } from "../measure/progress.ts";
import { summarize } from "../measure/statistics.ts";
import { END, type Order, PING, PONG, type Way } from "./message_order.ts";

const ROUNDS = 9;
const MESSAGES = 20_000;
const PINGS = 500;
/** So many before that: until then a worker that just started runs code that is not compiled. */
const WARM_PINGS = 3_000;
const TEXT = "a message of 24 bytes...";

const HELP = `How fast messages go from one worker to another.

  deno run --allow-read=. bench/store/messages.ts [options]

  --rounds N   how often everything takes its turn (default ${ROUNDS})
  --json PATH  writes the figures there (needs --allow-write)

The main thread sends a worker 20,000 messages of 24 bytes, one after the other, by
publish() and by postMessage(), in turns; it is measured until the worker has the
last. Then one message goes to the worker and back, 500 times, in both ways, when
3,000 have gone before.
`;

const WAYS: readonly Way[] = ["publish", "postMessage"];

interface MessagesRun {
  readonly goals: readonly GoalCheck[];
  readonly figures: readonly Figure[];
}

async function measure(rounds: number): Promise<MessagesRun> {
  const rates = new Map<Way, number[]>(WAYS.map((way) => [way, []]));
  const trips = new Map<Way, number[]>(WAYS.map((way) => [way, []]));
  const progress = new Progress(rounds);
  for (let round = 0; round < rounds; round++) {
    progress.step("messages");
    for (const way of WAYS) {
      using line = await Line.open(way);
      await line.send(MESSAGES); // warms up
      rates.get(way)!.push(await rateOf(line));
      trips.get(way)!.push(await tripOf(line));
    }
  }
  progress.end();
  return parted([
    ...[...rates].map(([way, all]) => ({
      what: `${way}: messages a ms`,
      measured: summarize(all),
    })),
    ...[...trips].map(([way, all]) => ({
      what: `${way}: there and back, microseconds`,
      measured: summarize(all),
    })),
  ]);
}

async function rateOf(line: Line): Promise<number> {
  const start = performance.now();
  await line.send(MESSAGES);
  return MESSAGES / (performance.now() - start);
}

async function tripOf(line: Line): Promise<number> {
  for (let i = 0; i < WARM_PINGS; i++) await line.ping();
  const start = performance.now();
  for (let i = 0; i < PINGS; i++) await line.ping();
  return (performance.now() - start) * 1_000 / PINGS;
}

/** A worker at the other end, and a way to send it messages. */
class Line implements Disposable {
  readonly #worker: Worker;
  readonly #store = SharedStore.create();
  readonly #post: (text: string) => void;
  #heard: () => void = () => {};

  private constructor(way: Way, worker: Worker) {
    const store = this.#store;
    this.#worker = worker;
    const posts: Record<Way, (text: string) => void> = {
      publish: (text) => void store.publish("bench", text),
      postMessage: (text) => worker.postMessage(text),
    };
    this.#post = posts[way];
    const hear = () => this.#heard();
    worker.onmessage = hear;
    store.subscribe(PONG, { onMessage: hear });
  }

  static async open(way: Way): Promise<Line> {
    const url = new URL("./message_worker.ts", import.meta.url);
    const worker = new Worker(url, { type: "module" });
    const line = new Line(way, worker);
    const order: Order = { way, handle: line.#store.handle };
    await line.#answered(() => worker.postMessage(order));
    return line;
  }

  /** Sends so many messages; resolves when the worker has them. */
  send(count: number): Promise<void> {
    return this.#answered(() => {
      for (let i = 1; i < count; i++) this.#post(TEXT);
      this.#post(END);
    });
  }

  /** Sends one message, and waits for the one that comes back. */
  ping(): Promise<void> {
    return this.#answered(() => this.#post(PING));
  }

  #answered(ask: () => void): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#heard = resolve;
    ask();
    return promise;
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
    this.#store.close();
  }
}

if (import.meta.main) {
  await runGoalBench({ help: HELP, times: ["rounds", ROUNDS], measure });
}
