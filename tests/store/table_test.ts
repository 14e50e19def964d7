// The table of commands: what is made of it, and what goes with it.
import { assert, assertEquals } from "@std/assert";
import { commandsDocument } from "../../src/bundle/commands.ts";
import { COMMANDS } from "../../src/store/commands/table.ts";
import { SharedStore } from "../../src/store/mod.ts";
import { HAS_REDIS, RedisServer } from "./redis/server.ts";

Deno.test("docs/commands.md is made of the table", async () => {
  const page = new URL("../../docs/commands.md", import.meta.url);
  assertEquals(
    await Deno.readTextFile(page),
    await commandsDocument(),
    "run `deno task commands`",
  );
});

Deno.test("each command is there once, and is a method of a store", () => {
  using store = SharedStore.create({ maxBytes: 2 ** 20 });
  const names = COMMANDS.map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
  for (const name of names) {
    const method = Reflect.get(store, name.toLowerCase());
    assert(typeof method === "function", name);
  }
});

Deno.test({
  name: "arity and places of keys are those of Redis",
  ignore: !HAS_REDIS,
  fn: async () => {
    await using server = await RedisServer.start();
    const infos = await server.run(
      COMMANDS.map(({ name }) => ["COMMAND", "INFO", name]),
    );
    COMMANDS.forEach(({ arity, flags, keys, name }, i) => {
      // In Redis each of these is several commands.
      if (["OBJECT", "XGROUP", "XINFO"].includes(name)) return;
      const [info] = infos[i] as [unknown[]];
      const [, wantedArity, wantedFlags, ...places] = info;
      assertEquals(arity, wantedArity, name);
      assertEquals([...keys], places.slice(0, 3), name);
      for (const flag of ["write", "movablekeys", "blocking"] as const) {
        const isWanted = (wantedFlags as string[]).includes(flag);
        assertEquals(flags.includes(flag), isWanted, `${name}: ${flag}`);
      }
    });
  },
});
