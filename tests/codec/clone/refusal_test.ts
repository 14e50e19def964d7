// A value that a codec could not give back unchanged is refused, at any depth, with its
// place.
import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { VALUE_FORMATS } from "../../../src/codec/values.ts";
import { AT, segment } from "../somewhere.ts";

function message(codec: string, value: unknown): string {
  const format = VALUE_FORMATS[codec]();
  return (assertThrows(() => format.prepare(value), TypeError) as Error)
    .message;
}

function roundTrip(codec: string, value: unknown): unknown {
  const format = VALUE_FORMATS[codec]();
  format.prepare(value);
  format.write(segment, AT);
  return format.read(segment, AT, format.byteLength, format.tag);
}

class Link extends URL {}
class Signal extends EventTarget {}

/** Objects of the runtime, by the names that messages have for them. */
async function platformObjects(): Promise<[string, unknown][]> {
  const key = await crypto.subtle.generateKey(
    { name: "AES-GCM", length: 128 },
    true,
    ["encrypt"],
  );
  const { port1, port2 } = new MessageChannel();
  port1.close();
  port2.close();
  const channel = new BroadcastChannel("refusal");
  channel.close();
  return [
    ["Response", new Response("text")],
    ["Request", new Request("http://localhost/")],
    ["Headers", new Headers({ a: "b" })],
    ["URL", new URL("https://a.example/x")],
    ["URL", new Link("https://a.example/x")],
    ["URLSearchParams", new URLSearchParams("a=b")],
    ["URLPattern", new URLPattern({ pathname: "/" })],
    ["FormData", new FormData()],
    ["Blob", new Blob(["abc"])],
    ["File", new File(["abc"], "a.txt")],
    ["CryptoKey", key],
    ["ReadableStream", new ReadableStream()],
    ["WritableStream", new WritableStream()],
    ["TransformStream", new TransformStream()],
    ["AbortController", new AbortController()],
    ["AbortSignal", new AbortController().signal],
    ["DOMException", new DOMException("no", "AbortError")],
    ["Event", new Event("x")],
    ["CustomEvent", new CustomEvent("x", { detail: 1 })],
    ["EventTarget", new EventTarget()],
    ["EventTarget", new Signal()],
    ["MessagePort", port1],
    ["EventTarget", channel],
    ["TextEncoder", new TextEncoder()],
    ["TextDecoder", new TextDecoder()],
    ["ImageData", new ImageData(1, 1)],
    ["PerformanceMark", performance.mark("refusal")],
    ["SubtleCrypto", crypto.subtle],
    ["Promise", Promise.resolve(1)],
    ["WeakMap", new WeakMap()],
    ["WeakSet", new WeakSet()],
    ["WeakRef", new WeakRef({})],
    ["FinalizationRegistry", new FinalizationRegistry(() => {})],
    ["Generator", (function* () {})()],
    ["Array Iterator", [1].values()],
    ["Map Iterator", new Map().keys()],
    ["Intl.NumberFormat", new Intl.NumberFormat()],
    ["Object", new Intl.Segmenter().segment("two words")],
    ["Symbol", Object(Symbol("s"))],
    ["Math", Math],
    ["Intl", Intl],
    ["WebAssembly.Memory", new WebAssembly.Memory({ initial: 1 })],
    ["SharedArrayBuffer", new SharedArrayBuffer(8)],
    ["function", () => {}],
    ["symbol", Symbol("s")],
  ];
}

Deno.test('"any" and "json" refuse what they would make {} of, and say where it is and what to do', async () => {
  for (const [name, value] of await platformObjects()) {
    for (const codec of ["any", "json"]) {
      const places: [string, unknown][] = [
        ["value", value],
        ["value.user.avatar", { id: 1, user: { name: "x", avatar: value } }],
        ["value[2]", ["a", "b", value]],
        ['value.list[1]["a-b"]', { list: [{}, { "a-b": value }], z: 1 }],
        ["value.deep[0].x", new Mine([{ x: value }])],
      ];
      for (const [place, whole] of places) {
        const said = message(codec, whole);
        assertStringIncludes(said, `${place}: `);
        assert(
          new RegExp(`: an? .*${name.split(".").at(-1)}`).test(said),
          `${codec}, ${name}: ${said}`,
        );
        assert(/: (store|await|read) /.test(said), said);
      }
    }
    for (const codec of ["string", "number", "bytes"]) {
      assertStringIncludes(message(codec, value), "must be");
    }
  }
});

class Mine {
  constructor(readonly deep: unknown) {}
}

class Itself extends Mine {
  toJSON() {
    return this;
  }
}

Deno.test('"any" names places in maps, sets, errors and arrays with holes', () => {
  const bad = () => {};
  const places: [string, unknown][] = [
    ['value.get("a")[0]', new Map([["a", [bad]]])],
    ["value.get(5)", new Map([[5, bad]])],
    ["value (value 1 of the Map).x", new Map([[{}, {}], [{}, { x: bad }]])],
    ["value (key 0 of the Map)", new Map([[bad, 1]])],
    ["value.s (member 1 of the Set)", { s: new Set([1, bad]) }],
    ["value.cause.a", new Error("x", { cause: { a: bad } })],
    ["value.errors[0]", new AggregateError([bad])],
    ["value[4]", [1, , , , bad]],
    ["value.extra", Object.assign([1], { extra: bad })],
    ['value["0"]', { 0: bad }],
  ];
  for (const [place, value] of places) {
    assertStringIncludes(message("any", value), `${place}: a function`);
  }
});

Deno.test('"any" refuses proxies, arguments, namespaces and lost memory', () => {
  const lost = new ArrayBuffer(8);
  const view = new Float64Array(lost);
  lost.transfer();
  const shrunk = new ArrayBuffer(8, { maxByteLength: 8 });
  const outside = new DataView(shrunk, 4);
  shrunk.resize(0);
  const args = function () {
    return arguments;
  };
  const values: [string, unknown][] = [
    ["Proxy", new Proxy({ a: 1 }, {})],
    ["Proxy", new Proxy([1], {})],
    ["Arguments", args.call(null)],
    ["Arguments", Reflect.apply(args, null, [1, 2])],
    ["Math", Math],
    ["ArrayBuffer", lost],
    ["Float64Array", view],
    ["DataView", outside],
    ["Symbol", Object(Symbol("s"))],
  ];
  for (const [name, value] of values) {
    const said = message("any", { x: value });
    assertStringIncludes(said, "value.x: ");
    assertStringIncludes(said, ` ${name} `);
  }
  const bytes = new Uint8Array(8);
  bytes.buffer.transfer();
  for (const codec of ["any", "bytes"]) {
    assertStringIncludes(message(codec, bytes), "Cannot encode the value: ");
    assertStringIncludes(message(codec, bytes), "transferred");
  }
});

Deno.test('"any" and "json" refuse objects of the runtime whose class is nowhere to be found', () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  class Marked {}
  const marked = Object.assign(new Marked(), {
    [Symbol("[[webidl.brand]]")]: 1,
  });
  for (const codec of ["any", "json"]) {
    assertStringIncludes(message(codec, { listener }), "value.listener: a");
    assertStringIncludes(message(codec, [Deno.stdin]), "value[0]: a Stdin");
    assertStringIncludes(message(codec, [Deno.stderr]), "value[0]: a Stderr");
    assertStringIncludes(message(codec, [marked]), "value[0]: a Marked");
  }
});

Deno.test('"any" names the ends of a place that is very deep', () => {
  let value: unknown = { last: () => {} };
  for (let i = 0; i < 100_000; i++) value = { a: value };
  const said = message("any", { first: value });
  assertStringIncludes(said, "value.first.a.a");
  assertStringIncludes(said, ".a.last: a function");
  assertStringIncludes(said, "more");
  assert(said.length < 500, said);
});

Deno.test('"any" keeps objects of classes by their properties, whatever the class says it is', () => {
  class Tagged {
    a = 1;
    get [Symbol.toStringTag]() {
      return "Tagged";
    }
    method() {}
  }
  class Global {
    b = 2;
  }
  (globalThis as Record<string, unknown>).Global = Global;
  class Shadow {
    c = 3;
  }
  Object.defineProperty(Shadow, "name", { value: "URL" });
  assertEquals(roundTrip("any", { x: new Tagged() }), { x: { a: 1 } });
  assertEquals(roundTrip("any", [new Global()]), [{ b: 2 }]);
  assertEquals(roundTrip("any", [new Shadow()]), [{ c: 3 }]);
  assertEquals(roundTrip("any", Object.create({ inherited: 1 })), {});
  class Empty extends Tagged {
    declare a: number;
    constructor() {
      super();
      Reflect.deleteProperty(this, "a");
    }
  }
  assertEquals(roundTrip("any", [new Empty()]), [{}]);
  const many = Object.fromEntries(
    Array.from({ length: 1000 }, (_, i) => [`key ${i}`, i]),
  );
  assertEquals(roundTrip("any", Object.assign(new Empty(), many)), many);
  delete (globalThis as Record<string, unknown>).Global;
});

Deno.test('"any" takes only own properties, even where all objects have enumerable ones', () => {
  const root = Object.prototype as unknown as Record<string, unknown>;
  root.everywhere = () => {};
  try {
    const read = roundTrip("any", { a: 1, b: [{ c: 2 }] }) as object;
    assertEquals(Object.keys(read), ["a", "b"]);
    assertStrictEquals(roundTrip("json", { a: 1 }) !== undefined, true);
  } finally {
    delete root.everywhere;
  }
});

Deno.test('"json" changes what JSON changes by its nature, and only that', () => {
  const changes: [unknown, unknown][] = [
    [{ a: undefined, b: NaN, c: -0, d: Infinity }, { b: null, c: 0, d: null }],
    [[undefined], [null]],
    [{ m: new Map([[1, 2]]), s: new Set([1]) }, { m: {}, s: {} }],
    [{ at: new Date(0) }, { at: "1970-01-01T00:00:00.000Z" }],
    [new Uint8Array([1]), { 0: 1 }],
    [[Object("a"), Object(1)], ["a", 1]],
    [new Mine(1), { deep: 1 }],
    [{ toJSON: () => 5, f: () => {} }, 5],
    [{ f: () => {}, toJSON: () => 5 }, 5],
    [{ p: Promise.resolve(), toJSON: () => 5 }, 5],
    [{ a: [new Itself(1)] }, { a: [{ deep: 1 }] }],
    [{ toJSON: () => new Itself(2) }, { deep: 2 }],
    [{ a: { toJSON: () => undefined }, b: 1 }, { b: 1 }],
    [{ a: { toJSON: (key: string) => `of ${key}` } }, { a: "of a" }],
  ];
  for (const [value, expected] of changes) {
    assertEquals(roundTrip("json", value), expected);
  }
});

Deno.test('"json" takes bigints and functions where the program says what their JSON is', () => {
  const prototype = BigInt.prototype as unknown as Record<string, unknown>;
  prototype.toJSON = String;
  try {
    const named = Object.assign(() => {}, { toJSON: () => "named" });
    assertEquals(roundTrip("json", { a: [named] }), { a: ["named"] });
    prototype.toJSON = () => "5n";
    assertEquals(roundTrip("json", { a: [5n] }), { a: ["5n"] });
  } finally {
    delete prototype.toJSON;
  }
});

Deno.test('"json" names the place in what is nested deeply, and goes through what is large', () => {
  let value: unknown = [() => {}];
  for (let i = 0; i < 1000; i++) value = { a: value };
  assertStringIncludes(message("json", value), ".a[0]: a function");
  for (let i = 0; i < 100_000; i++) value = { a: value };
  assertThrows(
    () => VALUE_FORMATS.json().prepare(value),
    RangeError,
    "too deeply",
  );
  const large = Array.from({ length: 100_000 }, (_, i) => ({ i }));
  assertEquals((roundTrip("json", large) as unknown[]).length, 100_000);
});

Deno.test('"json" refuses what would vanish, with its place', () => {
  const vanishing: [string, unknown][] = [
    ["RegExp", /a/],
    ["Error", new Error("x")],
    ["ArrayBuffer", new ArrayBuffer(8)],
    ["DataView", new DataView(new ArrayBuffer(8))],
  ];
  for (const [name, value] of vanishing) {
    const said = message("json", { list: [value] });
    assertStringIncludes(said, `value.list[0]: `);
    assertStringIncludes(said, name);
  }
  assertStringIncludes(message("json", { a: [5n] }), "value.a[0]: a bigint");
  const says = (said: unknown) => ({ toJSON: () => said });
  for (
    const [value, place] of [
      [says({ p: Promise.resolve() }), "value.p: a Promise"],
      [{ a: [says(new Map()), says([/x/])] }, "value.a[1][0]: a RegExp"],
      [{ a: says(() => {}) }, "value.a: a function"],
      [says({ b: says({ c: Symbol("s") }) }), "value.b.c: a symbol"],
    ] as const
  ) assertStringIncludes(message("json", value), place);
  assertStringIncludes(message("json", 5n), "value: a bigint");
  const circle: Record<string, unknown> = { a: 1 };
  circle.self = circle;
  assertStringIncludes(message("json", circle), "circular");
});
