// A worker that sees a write also sees what was done before it: in the map, in another
// map, or in other memory. And a worker that got a message after a write sees the write.
import { assert, assertEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { HelperWorker } from "../testing/helper_worker.ts";
import { inCrews } from "../testing/in_crews.ts";
import { withoutKernel } from "../testing/kernels.ts";
import { SCALE } from "../testing/scale.ts";
import type { Order } from "./echo.ts";
import type { Input, roles } from "./order_roles.ts";
import { assertSound } from "../testing/inspection.ts";

const SCRIPT = new URL("./order_roles.ts", import.meta.url);
const READERS = 2;
const WORDS = 64;

Deno.test(
  "SharedMap: whoever sees a write sees all that its worker did before",
  inCrews(async (run) => {
    using map = SharedMap.create<string, number>({ value: "number" });
    using other = SharedMap.create<string, number>();
    {
      await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
      const input: Input = {
        plain: new SharedArrayBuffer(WORDS * 4),
        other: other.handle,
        rounds: run.share(20_000),
      };
      const teller = crew.add("teller", 1, input);
      const listeners = crew.add("listener", READERS, input);
      await crew.start();
      await teller;
      crew.stop();
      for (const [rounds] of await listeners) assert(rounds > 0);
    }
    assertSound(map);
  }),
);

Deno.test("SharedMap: who got a message after a write sees the write", async () => {
  using map = SharedMap.create<string, number>();
  for (const handle of [map.handle, withoutKernel(map.handle)]) {
    using worker = new HelperWorker<Order>(
      new URL("./echo.ts", import.meta.url),
    );
    for (let round = 1; round <= 250 * SCALE; round++) {
      map.set("question", round);
      assertEquals(await worker.tell({ handle, round }), round);
      assertEquals(map.get("answer"), round);
    }
  }
});
