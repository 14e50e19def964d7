// What may keep openers of a name from meeting: messages that are not the module's own,
// and threads that give no sign of life.
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { HandleError, SharedMap } from "../../mod.ts";
import { createAttachment } from "../../src/map/attach.ts";
import { checkOptions } from "../../src/api/options.ts";
import { meet } from "../../src/map/rendezvous.ts";
import { sleep } from "../../src/timers.ts";
import { Crew } from "../testing/crew.ts";
import { eventually } from "../testing/eventually.ts";
import { SEED } from "../testing/random.ts";
import { Gate } from "./gate.ts";
import { OPTIONS, type roles } from "./rendezvous_roles.ts";

const SCRIPT = new URL("./rendezvous_roles.ts", import.meta.url);
const NOTHING = { buffer: new SharedArrayBuffer(0) };

function newCrew(): Crew<typeof roles> {
  return new Crew(SCRIPT, NOTHING, SEED);
}

function open(name: string, timeout?: number) {
  return SharedMap.open<string, number>(name, {
    ...OPTIONS,
    ...(timeout === undefined ? {} : { timeout }),
  });
}

/** What no part of the module sends, for a question that was asked about a name. */
function strangeMessages(name: string, question: unknown): unknown[] {
  const looks = new SharedArrayBuffer(2 ** 20);
  new Uint8Array(looks).fill(1);
  const handles: unknown[] = [
    null,
    undefined,
    5,
    "handle",
    {},
    [],
    { buffer: null },
    { buffer: new ArrayBuffer(2 ** 20) },
    { buffer: new SharedArrayBuffer(0) },
    { buffer: new SharedArrayBuffer(2 ** 20) },
    { buffer: looks },
    { buffer: looks, memory: 5 },
    { buffer: looks, memory: {}, name: {} },
  ];
  const messages: unknown[] = [
    null,
    undefined,
    0,
    NaN,
    5n,
    true,
    "",
    "ask",
    [],
    [null],
    {},
    new Map([["kind", "ask"]]),
    new Set(),
    new Date(),
    /ask/,
    new Error("ask"),
    new Uint8Array(3),
    new SharedArrayBuffer(8),
    { kind: null },
    { kind: {} },
    { kind: "ask" },
    { kind: "ask", name },
    { kind: "ask", question: "x" },
    { kind: "ask", name, question: {} },
    { kind: "ask", name, question: "nobody's" },
    { kind: "ask", name: ["x"], question: "nobody's" },
    { kind: "answer" },
    { kind: "answer", question },
    { kind: "answer", question: "nobody's", handle: {} },
    { kind: "creating" },
    { kind: "creating", question: "nobody's" },
    { kind: "constructor", question },
    { kind: "__proto__", question },
  ];
  return [
    ...messages,
    ...handles.map((handle) => ({ kind: "answer", question, handle })),
  ];
}

/**
 * Closes it only at the end of the program: a thread that closed its last channel can have
 * no other.
 */
const foreign = new BroadcastChannel("epochmap");
(foreign as unknown as { unref?(): void }).unref?.();

Deno.test("SharedMap.open() ignores what others say on its channel", async () => {
  const name = "amid strangers";
  using map = await open(name);
  for (const message of strangeMessages(name, "x")) {
    foreign.postMessage(message);
  }
  await using crew = newCrew(); // they hear all that, too
  using gate = new Gate();
  void crew.add("deaf", 1, { name, gate: gate.word });
  await crew.start();
  await eventually(() => assert(gate.isClosed));
  for (const message of strangeMessages(name, "x")) {
    foreign.postMessage(message);
  }
  gate.open();
  await eventually(() => assertStrictEquals(map.get("held"), 1));
});

Deno.test("SharedMap.open() takes no answer but one with the segment of a holder", async () => {
  const [name, other] = ["the right one", "another one"];
  using stranger = await open(other);
  await using crew = newCrew();
  using gate = new Gate();
  void crew.add("deaf", 1, { name, gate: gate.word });
  await crew.start();
  await eventually(() => assert(gate.isClosed));
  let answered = 0;
  foreign.onmessage = ({ data: { kind, question } }) => {
    if (kind !== "ask" || ++answered > 3) return; // so many more would crowd out the holder's
    for (const message of strangeMessages(name, question)) {
      foreign.postMessage(message);
    }
    const { handle } = stranger;
    foreign.postMessage({ kind: "answer", question, handle });
    if (answered === 3) gate.open(); // only now does the holder come to it
  };
  try {
    using map = await open(name);
    assertStrictEquals(map.get("held"), 1);
    assert(answered >= 3, "an answer was believed");
  } finally {
    foreign.onmessage = null;
  }
});

Deno.test("SharedMap.open() gives up on a holder that does not answer, and says who that is", async () => {
  const name = "of the deaf";
  await using crew = newCrew();
  using gate = new Gate();
  void crew.add("deaf", 1, { name, gate: gate.word });
  await crew.start();
  await eventually(() => assert(gate.isClosed));
  // The second one waits for its turn as long as the first one has it.
  const errors = await Promise.all([
    assertRejects(() => open(name, 300), HandleError),
    assertRejects(() => open(name, 250), HandleError),
    assertRejects(() => open(name, 200), HandleError),
  ]);
  for (const { message } of errors) {
    assertStringIncludes(message, `Cannot open the map "${name}"`);
    assertMatch(message, /no answer for [23][05]0 ms/);
    assertStringIncludes(message, `in process ${Deno.pid}`);
    assertStringIncludes(message, `the worker "deaf" of file://`);
    assertStringIncludes(message, "/testing/entry.js");
    assertMatch(message, /has held it since \d{4}-\d\d-\d\dT[\d:.]+Z/);
    assertMatch(message, /client \d+ of the Web Locks/);
  }
  gate.open();
  using map = await open(name);
  assertStrictEquals(map.get("held"), 1);
});

Deno.test("SharedMap.open() says what came instead of an answer", async () => {
  const name = "of two modules";
  await using crew = newCrew();
  using gate = new Gate();
  void crew.add("deaf", 1, { name, gate: gate.word });
  await crew.start();
  await eventually(() => assert(gate.isClosed));
  foreign.onmessage = ({ data: { kind, question } }) => {
    const handle = { buffer: new SharedArrayBuffer(2 ** 20) };
    if (kind === "ask") {
      foreign.postMessage({ kind: "answer", question, handle });
    }
  };
  try {
    const error = await assertRejects(() => open(name, 200), HandleError);
    assert(error.cause instanceof HandleError);
    assertStringIncludes(error.cause.message, "does not begin like a map's");
  } finally {
    foreign.onmessage = null;
  }
});

Deno.test("SharedMap.open() gives up on another opener that does not go on", async () => {
  const name = "of the dawdler";
  await using crew = newCrew();
  using gate = new Gate();
  const dawdler = crew.add("dawdler", 1, { name, gate: gate.word });
  await crew.start();
  await eventually(() => assert(gate.isClosed));
  const { message } = await assertRejects(() => open(name, 200), HandleError);
  assertMatch(
    message,
    /the thread that is about to open it \(client \d+ of the Web Locks\) gave no answer/,
  );
  gate.open();
  await dawdler;
  using map = await open(name);
  assertEquals([...map], []);
});

Deno.test("SharedMap.open() waits for one that creates the map, however long that takes", async () => {
  const [name, here] = ["of the creator", "of a creator in this thread"];
  await using crew = newCrew();
  using gate = new Gate();
  void crew.add("creator", 1, { name, gate: gate.word });
  await crew.start();
  await eventually(() => assert(gate.isClosed));
  const created = meet(here, {
    create: async () => {
      await eventually(() => assert(!gate.isClosed));
      return createAttachment({ ...checkOptions(OPTIONS), name: here });
    },
    check() {},
    timeout: Infinity,
  });
  const opening = [name, name, here, here].map((it) => open(it, 2000));
  await sleep(3000);
  gate.open();
  const maps = await Promise.all(opening);
  for (const map of maps) map.increment("a");
  assertEquals(maps.map((map) => map.get("a")), [2, 2, 2, 2]);
  for (const map of maps) map.close();
  (await created).close();
});
