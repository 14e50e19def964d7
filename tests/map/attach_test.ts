import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  type AttachOptions,
  type Codec,
  HandleError,
  SharedMap,
  type SharedMapHandle,
  type SharedMapOptions,
} from "../../mod.ts";
import { participantBase } from "../../src/segment/participants.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { H_LOCKS, P_STATE } from "../../src/segment/layout.ts";
import { copyOf } from "../segment/fresh_segment.ts";

const maxBytes = 2 ** 20;

function codec(name: string): Codec<string> {
  return {
    name,
    encode: (text) => new TextEncoder().encode(text),
    decode: (bytes) => new TextDecoder().decode(bytes),
  };
}

Deno.test("SharedMap.attach() sees what others write, and they see it", () => {
  using map = SharedMap.create<string, number>({ maxBytes });
  map.set("a", 1);
  using other = SharedMap.attach<string, number>(map.handle);
  assertStrictEquals(other.get("a"), 1);
  other.set("b", 2);
  assertStrictEquals(map.get("b"), 2);
  assertStrictEquals(map.size, 2);
  assertStrictEquals(other.size, 2);
  assert(map.delete("b"));
  assertStrictEquals(other.has("b"), false);
});

Deno.test("SharedMap.handle survives structured cloning", async () => {
  using map = SharedMap.create<string, number>({ maxBytes });
  const { port1, port2 } = new MessageChannel();
  const arrived = new Promise<SharedMapHandle>((resolve) => {
    port2.onmessage = ({ data }) => resolve(data);
  });
  port1.postMessage(map.handle);
  using other = SharedMap.attach<string, number>(await arrived);
  other.set("a", 1);
  assertStrictEquals(map.get("a"), 1);
  port1.close();
  port2.close();
});

Deno.test("SharedMap.attach() takes a handle without its memory, and both work together", () => {
  using map = SharedMap.create<string, number>({ maxBytes });
  const { buffer, memory } = map.handle;
  assert(memory !== undefined);
  using plain = SharedMap.attach<string, number>({ buffer });
  assertStrictEquals(plain.handle.memory, undefined);
  for (let i = 0; i < 3000; i++) {
    const [one, other] = i % 2 === 0 ? [map, plain] : [plain, map];
    one.set(`${i}`, i);
    assertStrictEquals(other.increment(`${i}`, 0.5), i + 0.5);
    if (i % 3 === 0) assert(other.delete(`${i}`));
  }
  assertStrictEquals(map.size, 2000);
  assertEquals(new Map(map), new Map(plain));
});

Deno.test("SharedMap.attach() refuses a memory that is not that of the buffer", () => {
  using map = SharedMap.create({ maxBytes });
  using other = SharedMap.create({ maxBytes });
  const { buffer } = map.handle;
  const wrong = [
    null,
    5,
    buffer,
    other.handle.memory,
    new WebAssembly.Memory({ initial: 16 }),
    new WebAssembly.Memory({ initial: 16, maximum: 16, shared: true }),
  ];
  for (const memory of wrong) {
    assertThrows(
      () => SharedMap.attach({ buffer, memory } as SharedMapHandle),
      HandleError,
      "its memory is not that of its buffer",
    );
  }
  assertStrictEquals(map.stats().participants, 1);
});

Deno.test("SharedMap.attach() refuses what is no handle", () => {
  using map = SharedMap.create({ maxBytes });
  const wrong = [
    undefined,
    null,
    5,
    "handle",
    {},
    [],
    () => {},
    { buffer: null },
    { buffer: new ArrayBuffer(maxBytes) },
    { buffer: new SharedArrayBuffer(8) },
    { buffer: new SharedArrayBuffer(maxBytes) },
    { buffer: new SharedArrayBuffer(maxBytes, { maxByteLength: 2 ** 21 }) },
    new Uint8Array(map.handle.buffer),
    map.handle.buffer,
  ];
  for (const handle of wrong) {
    if (handle instanceof Uint8Array) continue; // it has a buffer
    assertThrows(
      () => SharedMap.attach(handle as SharedMapHandle),
      HandleError,
      "Cannot attach",
    );
  }
  assertStrictEquals(map.stats().participants, 1, "no place was taken");
});

Deno.test("SharedMap.attach() refuses other codecs, and takes no place", () => {
  const builtIn: AttachOptions<string, string>[] = [
    { key: "number" as never },
    { key: "bytes" as never },
    { key: codec("own") },
    { value: "any" },
    { value: "json" },
    { value: codec("own") },
    { key: "string", value: "number" as never },
  ];
  using map = SharedMap.create<string, string>({ value: "string", maxBytes });
  for (const options of builtIn) {
    assertThrows(() => SharedMap.attach(map.handle, options), HandleError);
  }
  using own = SharedMap.create<string, string>({
    key: codec("keys"),
    value: codec("values"),
    maxBytes,
  });
  const others: AttachOptions<string, string>[] = [
    {},
    { key: codec("keys") },
    { value: codec("values") },
    { key: codec("values"), value: codec("keys") },
    { key: codec("keys"), value: "string" },
    { key: "string", value: codec("values") },
  ];
  for (const options of others) {
    assertThrows(() => SharedMap.attach(own.handle, options), HandleError);
  }
  assertStrictEquals(map.stats().participants, 1);
  assertStrictEquals(own.stats().participants, 1);
  using same = SharedMap.attach<string, string>(own.handle, {
    key: codec("keys"),
    value: codec("values"),
  });
  same.set("a", "b");
  assertStrictEquals(own.get("a"), "b");
});

Deno.test("SharedMap.attach() knows built-in codecs from the handle", () => {
  const kinds: SharedMapOptions<never, never>[] = [];
  for (const key of ["string", "number", "bytes"] as const) {
    for (const value of ["any", "string", "number", "bytes", "json"] as const) {
      kinds.push({ key, value } as SharedMapOptions<never, never>);
    }
  }
  const sample = {
    string: "text",
    number: 7,
    bytes: new Uint8Array([1, 2]),
    any: { a: 1 },
    json: [1],
  };
  for (const { key, value } of kinds) {
    const k = sample[key as "string"] as never;
    const v = sample[value as "string"] as never;
    using map = SharedMap.create({ key, value, maxBytes });
    map.set(k, v);
    using implied = SharedMap.attach(map.handle);
    using given = SharedMap.attach(map.handle, { key, value });
    assertEquals([...implied], [[k, v]]);
    assertEquals([...given], [[k, v]]);
    assertEquals(implied.get(k), v);
  }
});

Deno.test("SharedMap.attach() gives 128 attachments and more a place, and then says that all are taken", () => {
  using map = SharedMap.create<string, number>({ maxBytes });
  const others: SharedMap<string, number>[] = [];
  let error: unknown;
  while (error === undefined && others.length < 1000) {
    try {
      others.push(SharedMap.attach<string, number>(map.handle));
      others.at(-1)!.increment("attached");
    } catch (thrown) {
      error = thrown;
    }
  }
  assert(error instanceof HandleError, Deno.inspect(error));
  assert(error.message.includes("taken"), error.message);
  assert(others.length + 1 >= 128, `${others.length}`);
  assertStrictEquals(map.get("attached"), others.length);
  assertStrictEquals(map.stats().participants, others.length + 1);
  others.pop()!.close();
  using last = SharedMap.attach<string, number>(map.handle);
  assertStrictEquals(last.get("attached"), others.length + 1);
  for (const other of others) other.close();
  assertStrictEquals(map.stats().participants, 2);
});

Deno.test("SharedMap gives places and memory back, however often somebody attaches and closes", () => {
  using map = SharedMap.create<string, Uint8Array>({ maxBytes });
  for (let i = 0; i < 500; i++) {
    using other = SharedMap.attach<string, Uint8Array>(map.handle);
    for (let j = 0; j < 20; j++) other.set(`${j}`, new Uint8Array(1000));
    using _ = other.snapshot();
    for (let j = 0; j < 20; j++) other.delete(`${j}`);
  }
  const { participants, openSnapshots, liveBytes } = map.stats();
  assertEquals({ participants, openSnapshots, liveBytes }, {
    participants: 1,
    openSnapshots: 0,
    liveBytes: 0,
  });
});

Deno.test("SharedMap.attach() begins anew with its numbers after 2 ** 31 attachments, and passes over those in use", () => {
  using map = SharedMap.create<string, number>();
  const { segment } = attachmentOf(map);
  const lockOf = (one: SharedMap<string, number>) => {
    const { participant } = attachmentOf(one);
    return segment.words[participantBase(participant.slot) + P_STATE];
  };
  assertStrictEquals(lockOf(map), 1); // in use at the next turn
  segment.words[H_LOCKS] = 2 ** 31 - 2;
  const others = Array.from(
    { length: 3 },
    () => SharedMap.attach<string, number>(map.handle),
  );
  assertEquals(others.map(lockOf), [2 ** 31 - 1, 2, 3]);
  others.forEach((other, i) => other.set(`${i}`, i));
  assertStrictEquals(map.size, 3);
  assertStrictEquals(map.stats().recoveries, 0);
  for (const other of others) other.close();
});

Deno.test("SharedMap: a second map in the same thread has nothing to do with the first", () => {
  using a = SharedMap.create<string, number>({ maxBytes });
  using b = SharedMap.create<string, number>({ maxBytes });
  a.set("x", 1);
  assertStrictEquals(b.has("x"), false);
  using copy = SharedMap.attach<string, number>({
    buffer: copyOf(a.handle.buffer),
  });
  assertStrictEquals(copy.get("x"), 1);
  copy.set("x", 2);
  assertStrictEquals(a.get("x"), 1);
});

Deno.test("SharedMap.open() joins the map of a name in the same thread", async () => {
  const name = `open ${crypto.randomUUID()}`;
  using a = await SharedMap.open<string, number>(name, { maxBytes });
  using b = await SharedMap.open<string, number>(name);
  using c = await SharedMap.open<string, number>(`${name}!`, { maxBytes });
  a.set("x", 1);
  assertStrictEquals(b.get("x"), 1);
  assertStrictEquals(c.get("x"), undefined);
  assertStrictEquals(b.handle.buffer, a.handle.buffer);
});

Deno.test("SharedMap.open() makes one map for many who open it at once", async () => {
  const name = `race ${crypto.randomUUID()}`;
  const maps = await Promise.all(
    Array.from(
      { length: 8 },
      () => SharedMap.open<string, number>(name, { maxBytes }),
    ),
  );
  for (const map of maps) map.increment("opened");
  assertStrictEquals(maps[0].get("opened"), 8);
  for (const map of maps) map.close();
});

Deno.test("SharedMap.open() refuses other codecs and bad options", async () => {
  const name = `codecs ${crypto.randomUUID()}`;
  using map = await SharedMap.open<string, string>(name, {
    value: "string",
    maxBytes,
  });
  await assertRejects(() => SharedMap.open(name), HandleError);
  await assertRejects(
    () => SharedMap.open(name, { key: "number", value: "string" }),
    HandleError,
  );
  await assertRejects(() => SharedMap.open(name, { maxBytes: 5 }), RangeError);
  await assertRejects(
    () => SharedMap.open(name, { onFull: "x" as never }),
    TypeError,
  );
  for (const wrong of [undefined, null, 5, {}, Symbol("name")]) {
    await assertRejects(() => SharedMap.open(wrong as string), TypeError);
  }
  const huge = { maxBytes, capacity: 2 ** 25 };
  await assertRejects(() => SharedMap.open(`${name} 2`, huge), RangeError);
  assertStrictEquals(map.stats().participants, 1);
});

Deno.test("SharedMap.open() takes any string for a name", async () => {
  for (
    const name of ["", "\0", "a\nb", "日本", "\ud800", '"', "x".repeat(999)]
  ) {
    const unique = name + crypto.randomUUID();
    using a = await SharedMap.open<string, number>(unique, { maxBytes });
    using b = await SharedMap.open<string, number>(unique, { maxBytes });
    a.set("x", 1);
    assertStrictEquals(b.get("x"), 1);
  }
});
