// What a map looks like from outside: in the console, and where it cannot be sent.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { inspect } from "node:util";
import { Worker as NodeWorker } from "node:worker_threads";
import { SharedMap } from "../../mod.ts";

const MIB = 2 ** 20;

/** An object within others. */
function nested(object: unknown, levels: number): unknown {
  return levels === 0 ? object : { in: nested(object, levels - 1) };
}

Deno.test("console.log() of a map shows size, codecs and memory", () => {
  using map = SharedMap.create<string, number>({
    value: "number",
    maxBytes: MIB,
  });
  map.set("a", 1).set("b", 2);
  const shown = Deno.inspect(map, { breakLength: Infinity });
  const sight =
    /^SharedMap\(2\) { key: "string", value: "number", memory: "[\d.]+ KiB of 1 MiB, entries 96 bytes" }$/;
  assert(sight.test(shown), shown);
  assertStringIncludes(inspect(map), "SharedMap(2) {");
  assertEquals(Deno.inspect([map], { breakLength: Infinity }), `[ ${shown} ]`);
});

Deno.test("console.log() of a map shows the name that it is opened by", async () => {
  const name = `display ${crypto.randomUUID()}`;
  using map = await SharedMap.open(name, { maxBytes: MIB });
  assert(Deno.inspect(map).startsWith(`SharedMap(0) "${name.slice(0, 40)}`));
  using other = SharedMap.attach(structuredClone(map.handle));
  assertStringIncludes(Deno.inspect(other), name.slice(0, 40));
});

Deno.test("console.log() of a map that was closed says so", async () => {
  const map = await SharedMap.open("display, closed", { key: "number" });
  map.close();
  const expected =
    'SharedMap "display, closed" { key: "number", value: "any", closed: true }';
  assertEquals(Deno.inspect(map), expected);
});

Deno.test("console.log() of a snapshot shows its size once it was counted", () => {
  using map = SharedMap.create({ maxBytes: MIB });
  map.set("a", 1);
  const snapshot = map.snapshot();
  const { tick } = snapshot;
  const rest = `{ tick: ${tick}, key: "string", value: "any" }`;
  assertEquals(Deno.inspect(snapshot), `SharedMapSnapshot ${rest}`);
  assertEquals(snapshot.size, 1);
  assertEquals(Deno.inspect(snapshot), `SharedMapSnapshot(1) ${rest}`);
  snapshot.close();
  assertStringIncludes(Deno.inspect(snapshot), "closed: true");
});

Deno.test("console.log() of a map goes as deep as it is told", () => {
  using map = SharedMap.create({ maxBytes: MIB });
  const options = { depth: 2, breakLength: Infinity };
  for (const show of [Deno.inspect, inspect]) {
    assertStringIncludes(show(nested(map, 2), options), "key:");
    const deep = show(nested(map, 3), options);
    assert(!deep.includes("key:"), deep);
  }
  type Custom = Record<symbol, (depth: number, ...rest: unknown[]) => string>;
  const custom = Symbol.for("nodejs.util.inspect.custom");
  const asNode = (map as unknown as Custom)[custom](-1, {}, inspect);
  assertEquals(asNode, "[SharedMap]");
});

Deno.test("console.log() of what only looks like a map never throws", () => {
  using map = SharedMap.create({ maxBytes: MIB });
  using snapshot = map.snapshot();
  for (const it of [map, snapshot]) {
    const prototype = Object.getPrototypeOf(it);
    for (const like of [prototype, Object.create(it), new Proxy(it, {})]) {
      assertStringIncludes(Deno.inspect(like), "SharedMap");
      assertStringIncludes(inspect(like), "SharedMap");
    }
  }
});

Deno.test("new SharedMap() says what to use", () => {
  const construct = SharedMap as unknown as new () => unknown;
  const error = assertThrows(() => new construct(), TypeError);
  for (const way of ["create(", "open(", "attach("]) {
    assertStringIncludes(error.message, `SharedMap.${way}`);
  }
});

/** The ways in which a value is cloned. */
const CLONINGS: Record<string, (value: unknown) => void> = {
  structuredClone,
  "MessagePort.postMessage()": (value) => {
    const { port1, port2 } = new MessageChannel();
    try {
      port1.postMessage(value);
    } finally {
      port1.close();
      port2.close();
    }
  },
  "Worker.postMessage()": (value) => {
    const worker = new Worker("data:text/javascript,", { type: "module" });
    try {
      worker.postMessage(value);
    } finally {
      worker.terminate();
    }
  },
  "workerData": (workerData) => {
    new NodeWorker("", { eval: true, workerData });
  },
};

for (const [name, clone] of Object.entries(CLONINGS)) {
  Deno.test(`${name} of a map or a snapshot says what to send instead`, () => {
    using map = SharedMap.create({ maxBytes: MIB });
    using snapshot = map.snapshot();
    const expected: [unknown, string][] = [
      [map, "SharedMap.attach(handle)"],
      [snapshot, "[...snapshot]"],
    ];
    for (const [it, remedy] of expected) {
      for (const value of [it, { deep: [it] }]) {
        const error = assertThrows(() => clone(value), DOMException, remedy);
        assertEquals(error.name, "DataCloneError");
      }
    }
    assertInstanceOf(structuredClone(map.handle).buffer, SharedArrayBuffer);
  });
}

Deno.test("JSON.stringify() of a map or a snapshot says what makes JSON of it", () => {
  using map = SharedMap.create<string, number>({ maxBytes: MIB });
  map.set("a", 1);
  using snapshot = map.snapshot();
  for (const it of [map, snapshot]) {
    const fail = () => JSON.stringify({ deep: [it] });
    assertThrows(fail, TypeError, "Object.fromEntries(");
  }
  assertEquals(JSON.stringify([...map]), '[["a",1]]');
  assertEquals(JSON.stringify(Object.fromEntries(snapshot)), '{"a":1}');
});

Deno.test("a map or a snapshot is refused as a value, with its place", () => {
  using map = SharedMap.create({ maxBytes: MIB });
  using snapshot = map.snapshot();
  for (const value of ["any", "json"] as const) {
    using other = SharedMap.create({ value, maxBytes: MIB });
    for (const [it, name] of [[map, "SharedMap"], [snapshot, "Snapshot"]]) {
      const set = () => other.set("a", { deep: [it] });
      const error = assertThrows(set, TypeError, "value.deep[0]: a SharedMap");
      assertStringIncludes(error.message, name as string);
    }
    assertEquals(other.size, 0);
  }
});

Deno.test("a map has no enumerable property, and a tag", () => {
  using map = SharedMap.create({ maxBytes: MIB });
  assertEquals(Object.keys(map), []);
  for (const _ in map) assert(false, "for … in meets a property");
  assertEquals(`${map}`, "[object SharedMap]");
});
