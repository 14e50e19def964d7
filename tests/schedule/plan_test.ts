import { assertEquals } from "@std/assert";
import { exactPlan, readPlan, writePlan } from "./plan.ts";

Deno.test("readPlan() reads what writePlan() wrote", () => {
  const plan = { order: [2, 0], changes: [17, 1, 45, 0], exact: true };
  assertEquals(writePlan(plan), "2,0 1@17 0@45");
  assertEquals(readPlan(writePlan(plan)), plan);
});

Deno.test("exactPlan() counts steps, at the ends of parts, too", () => {
  const switches = [
    { step: 17, point: 3, to: 1, atEnd: false },
    { step: 45, point: 9, to: 0, atEnd: true },
  ];
  assertEquals(writePlan(exactPlan(0, switches)), "0 1@17 0@45");
});
