// What a worker did before a write is seen by whoever sees the write, wherever it
// was done: in the map, in another one, or in other memory; and what is known by a
// message is seen in the map.
import { assert, assertEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { SEED } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { Crew } from "../testing/crew.ts";
import type { Input, roles } from "./order_roles.ts";
import { assertSound } from "./sound.ts";

const SCRIPT = new URL("./order_roles.ts", import.meta.url);
const READERS = 2;
const WORDS = 64;

Deno.test("SharedMap: whoever sees a write sees all that its worker did before", async () => {
  using map = SharedMap.create<string, number>({ value: "number" });
  using other = SharedMap.create<string, number>();
  {
    await using crew = new Crew<typeof roles>(SCRIPT, map.handle, SEED);
    const input: Input = {
      plain: new SharedArrayBuffer(WORDS * 4),
      other: other.handle,
      rounds: 20_000 * SCALE,
    };
    const teller = crew.add("teller", 1, input);
    const listeners = crew.add("listener", READERS, input);
    await crew.start();
    await teller;
    crew.stop();
    for (const [rounds] of await listeners) assert(rounds > 0, `seed ${SEED}`);
  }
  assertSound(map);
});

Deno.test("SharedMap: who got a message after a write sees the write", async () => {
  using map = SharedMap.create<string, number>();
  const worker = new Worker(new URL("./echo.js", import.meta.url), {
    type: "module",
  });
  const answers = Promise.withResolvers<void>();
  const rounds = 500 * SCALE;
  worker.onerror = (event) => {
    event.preventDefault();
    answers.reject(event.error ?? new Error(event.message));
  };
  worker.onmessage = ({ data: round }) => {
    try {
      assertEquals(map.get("answer"), round);
    } catch (error) {
      return answers.reject(error);
    }
    if (round === rounds) return answers.resolve();
    map.set("question", round + 1);
    worker.postMessage({ round: round + 1 });
  };
  const module = new URL("../../mod.ts", import.meta.url).href;
  map.set("question", 1);
  worker.postMessage({ module, handle: map.handle, round: 1 });
  try {
    await answers.promise;
  } finally {
    worker.terminate();
  }
});
