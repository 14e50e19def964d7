import { assertStrictEquals } from "@std/assert";
import { Backoff } from "../../src/table/backoff.ts";
import { SmallTable } from "./small_table.ts";

Deno.test("Backoff.wait() counts lost races, and returns", () => {
  const { participant, segment } = new SmallTable();
  const backoff = new Backoff(participant);
  for (let i = 0; i < 100; i++) backoff.wait();
  backoff.reset();
  backoff.wait();
  const retries = participant.counterIndex("retries");
  assertStrictEquals(segment.floats[retries], 101);
});
