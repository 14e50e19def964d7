// The stand-ins of tests/vendor/ must judge as the standard library does: a test
// that passes here has to pass with the real one, too.
import * as assert from "@std/assert";
import { assertEquals, AssertionError, assertThrows } from "@std/assert";
import { parseArgs } from "@std/cli/parse-args";
import { ProgressBar } from "@std/cli/unstable-progress-bar";
import { emptyDir, ensureDir, exists, walk } from "@std/fs";
import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  it,
} from "@std/testing/bdd";
import {
  assertSpyCall,
  assertSpyCalls,
  MockError,
  spy,
  stub,
} from "@std/testing/mock";
import { FakeTime, TimeError } from "@std/testing/time";

const { equal } = assert;

function assertFails(fn: () => unknown, message = "") {
  assertThrows(fn, AssertionError, message);
}

Deno.test("assertEquals() takes 0 and -0, NaN and NaN as equal", () => {
  assertEquals(0, -0);
  assertEquals([NaN, { zero: -0 }], [NaN, { zero: 0 }]);
  assertEquals(new Float64Array([NaN, 0]), new Float64Array([NaN, -0]));
  assertFails(() => assertEquals<unknown>(1, 1n));
  assertFails(() => assertEquals<unknown>(null, undefined));
});

Deno.test("assertEquals() compares properties, prototypes included", () => {
  class Point {
    #x: number;
    constructor(x: number) {
      this.#x = x;
    }
    get x() {
      return this.#x;
    }
  }
  assertEquals(new Point(1), new Point(1));
  assertEquals({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] });
  assertEquals({ ...Object.create(null), a: 1 }, { a: 1 });
  assertFails(() => assertEquals(new Point(1), new Point(2)));
  assertFails(() => assertEquals<unknown>(new Point(1), { x: 1 }));
  assertFails(() => assertEquals<unknown>({ a: undefined }, {}));
  assertFails(() => assertEquals<unknown>([1, , 3], [1, undefined, 3]));
  assertFails(() => assertEquals<unknown>([1], { 0: 1 }));
});

Deno.test("assertEquals() compares maps and sets without order", () => {
  assertEquals(
    new Map([["a", [1]], ["b", [2]]]),
    new Map([["b", [2]], ["a", [1]]]),
  );
  assertEquals(new Map([[{ key: 1 }, 1]]), new Map([[{ key: 1 }, 1]]));
  assertEquals(new Set([{ a: 1 }, { b: 2 }]), new Set([{ b: 2 }, { a: 1 }]));
  assertFails(() => assertEquals(new Map([["a", 1]]), new Map([["a", 2]])));
  assertFails(() => assertEquals(new Map([["a", 1]]), new Map([["b", 1]])));
  assertFails(() => assertEquals(new Set([1]), new Set([1, 2])));
  assertFails(() => assertEquals<unknown>(new Set([1]), new Map([[1, 1]])));
});

Deno.test("assertEquals() compares bytes, dates, patterns and URLs", () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const shared = new SharedArrayBuffer(2);
  assertEquals(bytes, new Uint8Array([0, 1, 2, 3]).subarray(1));
  assertEquals(bytes.buffer, bytes.slice().buffer);
  assertEquals(shared, new SharedArrayBuffer(2));
  assertEquals(new Date(5), new Date(5));
  assertEquals(/a/g, /a/g);
  assertFails(() => assertEquals(bytes, new Uint8Array([1, 2, 4])));
  assertFails(() => assertEquals<unknown>(bytes, new Int8Array([1, 2, 3])));
  assertFails(() => assertEquals<unknown>(shared, new ArrayBuffer(2)));
  assertFails(() => assertEquals(new Date(5), new Date(6)));
  assertFails(() => assertEquals(/a/g, /a/));
  assertFails(() => assertEquals(new URL("a:b"), new URL("a:c")));
});

Deno.test("equal() ends on values that hold themselves", () => {
  type Loop = { next?: Loop };
  const one: Loop = {};
  one.next = one;
  const two: Loop = { next: {} };
  two.next!.next = two;
  assert.assert(equal(one, two));
  assert.assertFalse(equal(one, { next: {} }));
});

Deno.test("assertEquals() shows the two values and the caller's words", () => {
  const error = assertThrows(
    () => assertEquals({ a: 1, b: 2 }, { a: 1, b: 3 }, "after clear"),
    AssertionError,
    "Values are not equal: after clear",
  );
  assert.assertMatch(error.message, /^\+ {3}b: 2$/m);
  assert.assertMatch(error.message, /^- {3}b: 3$/m);
});

Deno.test("assertStrictEquals() goes by identity and tells 0 from -0", () => {
  const object = {};
  assert.assertStrictEquals(object, object);
  assert.assertStrictEquals(NaN, NaN);
  assertFails(() => assert.assertStrictEquals(object, {}));
  assertFails(() => assert.assertStrictEquals(0, -0));
});

Deno.test("the other assertions pass and fail as they say", () => {
  assert.assertNotEquals([1], [2]);
  assertFails(() => assert.assertNotEquals([1], [1]));
  assert.assertAlmostEquals(0.1 + 0.2, 0.3);
  assertFails(() => assert.assertAlmostEquals(0.1 + 0.2, 0.3, 1e-17));
  assertFails(() => assert.assertAlmostEquals(1, NaN));
  assert.assertGreater(2, 1);
  assertFails(() => assert.assertGreater(1, 1));
  assert.assertGreaterOrEqual(1n, 1n);
  assertFails(() => assert.assertGreaterOrEqual(NaN, NaN));
  assert.assertLess("a", "b");
  assertFails(() => assert.assertLess(1, 1), "Expect 1 < 1");
  assert.assertLessOrEqual(1, 1);
  assertFails(() => assert.assertLessOrEqual(2, 1));
  assert.assertExists(0);
  assertFails(() => assert.assertExists(null));
  assert.assertInstanceOf([], Array);
  assertFails(() => assert.assertInstanceOf({}, Array));
  assert.assertMatch("epoch 12", /\d+$/);
  assertFails(() => assert.assertMatch("epoch", /\d/));
  assert.assertStringIncludes("epochmap", "map");
  assertFails(() => assert.assertStringIncludes("epochmap", "set"));
  assertFails(() => assert.assert(0, "zero"), "zero");
  assertFails(() => assert.fail("here"), "here");
  assertFails(() => assert.unreachable());
});

Deno.test("assertThrows() returns the error and checks class and message", () => {
  const error = new RangeError("too big");
  const thrower = () => {
    throw error;
  };
  assert.assertStrictEquals(assertThrows(thrower), error);
  assert.assertStrictEquals(assertThrows(thrower, RangeError, "big"), error);
  assertThrows(thrower, Error);
  assertFails(() => assertThrows(thrower, TypeError));
  assertFails(() => assertThrows(thrower, RangeError, "small"));
  assertFails(() => assertThrows(() => {}, "by then"), "by then");
  assertFails(() =>
    assertThrows(() => {
      throw "no error";
    }, Error)
  );
});

Deno.test("assertRejects() wants a rejected promise, not a throw", async () => {
  const { assertRejects } = assert;
  const error = new TypeError("odd");
  const rejecter = () => Promise.reject(error);
  assert.assertStrictEquals(await assertRejects(rejecter), error);
  await assertRejects(rejecter, TypeError, "odd");
  for (
    const wrong of [
      () => assertRejects(rejecter, RangeError),
      () => assertRejects(rejecter, TypeError, "even"),
      () => assertRejects(() => Promise.resolve()),
      () =>
        assertRejects(() => {
          throw error;
        }),
    ]
  ) await assertRejects(wrong, AssertionError);
});

Deno.test("assertIsError() takes a pattern", () => {
  assert.assertIsError(new TypeError("odd 7"), TypeError, /\d/);
  assertFails(() => assert.assertIsError(new Error("odd"), Error, /\d/));
  assertFails(() => assert.assertIsError("odd"));
});

Deno.test("parseArgs() reads options by their kind", () => {
  const args = parseArgs(
    [
      "--port=07",
      "-v",
      "serve",
      "--n",
      "3",
      "--tag",
      "a",
      "--tag=b",
      "--no-log",
    ],
    {
      string: ["port", "host", "tag"],
      boolean: ["verbose", "quiet"],
      collect: ["tag"],
      negatable: ["log"],
      alias: { verbose: "v" },
      default: { host: "localhost", log: true },
    },
  );
  const port: string | undefined = args.port;
  const host: string = args.host;
  const flags: boolean[] = [args.verbose, args.quiet];
  const tags: string[] = args.tag;
  assertEquals([port, host, flags, tags], [
    "07",
    "localhost",
    [true, false],
    ["a", "b"],
  ]);
  assertEquals([args.v, args.n, args.log, args._], [true, 3, false, ["serve"]]);
});

Deno.test("parseArgs() reads clusters, words and what follows --", () => {
  assertEquals(parseArgs(["-abn5", "-p=6", "7", "-", "-c"]), {
    a: true,
    b: true,
    n: 5,
    p: 6,
    c: true,
    _: [7, "-"],
  });
  assertEquals(parseArgs(["-a", "--", "-b"]), { a: true, _: ["-b"] });
  assertEquals(parseArgs(["x", "--", "-b"], { "--": true }), {
    _: ["x"],
    "--": ["-b"],
  });
  assertEquals(
    parseArgs(["--a", "x", "--b"], { boolean: "a", stopEarly: true }),
    {
      a: true,
      _: ["x", "--b"],
    },
  );
});

Deno.test("ProgressBar shows the way from value to max", async () => {
  using time = new FakeTime();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const bar = new ProgressBar({
    writable,
    max: 2048,
    barLength: 4,
    keepOpen: false,
  });
  bar.value = 1024;
  time.tick(1000);
  const stopped = bar.stop();
  const lines = (await new Response(readable).text()).split("\r\u001b[K");
  await stopped;
  assertEquals(lines, [
    "",
    "[00:00] [----] [0.00/2.00 KiB]",
    "[00:01] [##--] [1.00/2.00 KiB]",
    "[00:01] [##--] [1.00/2.00 KiB]\n",
  ]);
});

Deno.test("fs makes, empties and walks folders", async () => {
  const root = await Deno.makeTempDir();
  try {
    await ensureDir(`${root}/a/b`);
    await ensureDir(`${root}/a/b`);
    await Deno.writeTextFile(`${root}/a/one.ts`, "");
    await Deno.writeTextFile(`${root}/a/b/two.md`, "");
    await assert.assertRejects(() => ensureDir(`${root}/a/one.ts`));

    const paths = async (options?: Parameters<typeof walk>[1]) =>
      (await Array.fromAsync(walk(root, options)))
        .map(({ path }) => path.slice(root.length)).sort();
    assertEquals(await paths(), [
      "",
      "/a",
      "/a/b",
      "/a/b/two.md",
      "/a/one.ts",
    ]);
    assertEquals(await paths({ exts: ["md"] }), ["/a/b/two.md"]);
    assertEquals(await paths({ includeDirs: false, skip: [/\/b$/] }), [
      "/a/one.ts",
    ]);
    assertEquals(await paths({ maxDepth: 1 }), ["", "/a"]);

    assert.assert(await exists(`${root}/a`, { isDirectory: true }));
    assert.assertFalse(await exists(`${root}/a`, { isFile: true }));
    await emptyDir(root);
    assert.assertFalse(await exists(`${root}/a`));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

describe("bdd", () => {
  const log: string[] = [];
  beforeAll(() => void log.push("beforeAll"));
  beforeEach(() => void log.push("outer"));
  afterAll(() => assertEquals(log.length, 5));

  it("runs the hooks before a test", () => {
    assertEquals(log, ["beforeAll", "outer"]);
  });

  describe("inside another", () => {
    beforeEach(() => void log.push("inner"));
    it("runs the outer hooks first", () => {
      log.push("test");
      assertEquals(log.slice(2), ["outer", "inner", "test"]);
    });
  });
});

Deno.test("spy() notes calls and passes them on", () => {
  const double = spy((n: number) => {
    if (n < 0) throw new RangeError("negative");
    return n * 2;
  });
  assertEquals(double(2), 4);
  assertThrows(() => double(-1), RangeError);
  assertSpyCalls(double, 2);
  assertSpyCall(double, 0, { args: [2], returned: 4 });
  assertSpyCall(double, 1, { error: { Class: RangeError } });
  assertFails(() => assertSpyCalls(double, 1));
  assertFails(() => assertSpyCall(double, 0, { args: [3] }));
  assertFails(() => assertSpyCall(double, 2));
});

Deno.test("stub() stands in for a method until it is restored", () => {
  const clock = { now: () => 1 };
  {
    using now = stub(clock, "now", () => 2);
    assertEquals(clock.now(), 2);
    assertSpyCall(now, 0, { self: clock, returned: 2 });
    assertThrows(() => spy(clock, "now"), MockError);
  }
  assertEquals(clock.now(), 1);
  const now = spy(clock, "now");
  assertEquals(clock.now(), 1);
  now.restore();
  assertThrows(() => now.restore(), MockError);
});

Deno.test("FakeTime stands still until it is moved on", async () => {
  const log: (string | number)[] = [];
  const RealDate = Date;
  {
    using time = new FakeTime(1000);
    assertThrows(() => new FakeTime(), TimeError);
    setTimeout((word: string) => log.push(word, Date.now()), 30, "late");
    const id = setInterval(() => log.push(new Date().getTime()), 20);
    clearTimeout(setTimeout(() => log.push("never"), 1));
    assertEquals(Date.now(), 1000);
    time.tick(50);
    assertEquals(log, [1020, "late", 1030, 1040]);
    clearInterval(id);
    assert.assertFalse(time.next());
    assertEquals(time.now, 1050);
    assertThrows(() => time.now = 0, RangeError);

    Promise.resolve().then(() => setTimeout(() => log.push("settled"), 1));
    await time.tickAsync(1);
    assertEquals(log.at(-1), "settled");
    assert.assertInstanceOf(new Date(), Date);
  }
  assert.assertStrictEquals(Date, RealDate);
});
