// Histories of parallel commands and transactions: there is one order that explains the replies.
import { assertEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { check, type Model as Specification } from "../history/checker.ts";
import { inCrews } from "../testing/in_crews.ts";
import { comparable, type Recorded, type roles } from "./history_roles.ts";
import { Model } from "./model.ts";

const SCRIPT = new URL("./history_roles.ts", import.meta.url);
const WORKERS = 3;

const SPECIFICATION: Specification<Model, Recorded> = {
  after(state, { commands, replies }) {
    const after = state.copy();
    const isSame = commands.every((words, i) =>
      JSON.stringify(comparable(words, after.run(words))) ===
        JSON.stringify(replies[i])
    );
    return isSame ? [after] : [];
  },
  name: ({ name }) => name,
};

Deno.test(
  "commands and transactions of parallel workers are linearizable",
  inCrews(async (run, t) => {
    using map = SharedMap.create<string, unknown>();
    const histories = run.share(900);
    await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
    const clock = new SharedArrayBuffer(4);
    const callers = crew.add("caller", WORKERS, { clock, histories });
    await crew.start();
    const recorded = await callers;
    for (let i = 0; i < histories; i++) {
      const history = recorded.flatMap((worker) => worker[i]);
      const violation = check(SPECIFICATION, new Model(), history);
      assertEquals(violation, undefined, JSON.stringify(violation, null, 1));
    }
    console.log(`linearizable: ${histories} histories, ${t.name}`);
  }),
);

Deno.test("a history that is not linearizable is found", () => {
  const history: Recorded[] = [
    { commands: [["RPUSH", "x", "1"]], replies: [1], called: 0, returned: 1 },
    { commands: [["LPOP", "x"]], replies: ["1"], called: 2, returned: 5 },
    { commands: [["LPOP", "x"]], replies: ["1"], called: 3, returned: 4 },
  ];
  assertEquals(check(SPECIFICATION, new Model(), history)?.culprit, history[1]);
});
