import { assert, assertFalse, assertStrictEquals } from "@std/assert";
import { Lifeline, locks } from "../../src/reclamation/lifeline.ts";
import { outputOf } from "../testing/child.ts";

async function isHeld(name: string): Promise<boolean> {
  const { held } = await locks.query();
  return held.some((lock) => lock.name === name);
}

/** Waits until nobody holds the lock: letting go of one takes a turn of the event loop. */
async function freed(name: string): Promise<void> {
  await locks.request(name, {}, () => {});
}

/** Whether somebody who asks for the lock gets it. */
async function isFree(name: string): Promise<boolean> {
  return await locks.request(
    name,
    { ifAvailable: true },
    (lock) => lock !== null,
  );
}

function newName(): string {
  return `lifeline ${crypto.randomUUID()}`;
}

Deno.test("Lifeline.hold() holds the lock from within the call, until it is released", async () => {
  const name = newName();
  const line = Lifeline.hold(name);
  assertStrictEquals(line.name, name);
  assertFalse(await isFree(name), "nobody else gets it");
  assert(await isHeld(name));
  line.release();
  await freed(name);
  assert(await isFree(name));
});

Deno.test("Lifeline.release() twice is nothing, and at once is enough", async () => {
  const name = newName();
  const line = Lifeline.hold(name);
  line.release();
  line.release();
  await freed(name);
  const next = Lifeline.hold(name);
  line.release();
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert(await isHeld(name), "the lock of another holder is left alone");
  next.release();
  await freed(name);
});

Deno.test("Lifelines of different names have nothing to do with each other", async () => {
  const lines = Array.from({ length: 50 }, () => Lifeline.hold(newName()));
  lines[3].release();
  await freed(lines[3].name);
  for (const [i, line] of lines.entries()) {
    assertStrictEquals(await isHeld(line.name), i !== 3);
  }
  for (const line of lines) {
    line.release();
    await freed(line.name);
  }
});

Deno.test("Lifeline does not keep the process alive", async () => {
  const module = new URL("../../src/reclamation/lifeline.ts", import.meta.url);
  const code = `import { Lifeline } from ${JSON.stringify(module.href)};
    Lifeline.hold("for ever");
    console.log("held");`;
  assertStrictEquals(await outputOf(["eval", code]), "held\n");
});
