import {
  assert,
  assertEquals,
  assertMatch,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { type Codec, SharedMap } from "../../mod.ts";

const maxBytes = 2 ** 20;

/** Bytes whose buffer was transferred. */
function detached(): Uint8Array {
  const bytes = new Uint8Array([1, 2, 3, 4]);
  bytes.buffer.transfer();
  return bytes;
}

/** Bytes that lie outside of their buffer, which has shrunk. */
function outside(): Uint8Array {
  const buffer = new ArrayBuffer(16, { maxByteLength: 16 });
  const bytes = new Uint8Array(buffer, 8, 8);
  buffer.resize(4);
  return bytes;
}

/** What has no bytes to give. */
const GONE: Record<string, () => Uint8Array> = {
  detached,
  outside,
  "a proxy": () => new Proxy(new Uint8Array(4), {}),
  "no array at all": () => Object.create(Uint8Array.prototype),
};

function bytesMap(): SharedMap<string, Uint8Array> {
  return SharedMap.create<string, Uint8Array>({ value: "bytes", maxBytes });
}

for (const [name, make] of Object.entries(GONE)) {
  Deno.test(`SharedMap refuses bytes that are not there, and takes no memory for them: ${name}`, () => {
    for (const value of ["bytes", "any"] as const) {
      using map: SharedMap<string, unknown> = SharedMap.create({
        value,
        maxBytes,
      });
      map.set("a", new Uint8Array([7]));
      const attempts: ((bytes: Uint8Array) => unknown)[] = [
        (bytes) => map.set("a", bytes),
        (bytes) => map.set("b", bytes),
        (bytes) => map.swap("a", bytes),
        (bytes) => map.getOrInsert("b", bytes),
        (bytes) => map.update("a", () => bytes),
        (bytes) => map.compareAndSet("b", undefined, bytes),
      ];
      const { usedBytes } = map.stats();
      const said = value === "any" && name === "a proxy" ? name : "Uint8Array";
      for (const attempt of attempts) {
        for (let i = 0; i < 3000; i++) {
          const error = assertThrows(() => attempt(make()), TypeError) as Error;
          assertMatch(error.message, new RegExp(said, "i"));
        }
      }
      assert(map.stats().usedBytes < usedBytes + 4096, "nothing is lost");
      assertEquals([...map], [["a", new Uint8Array([7])]]);
    }
  });

  Deno.test(`SharedMap refuses keys that are not there: ${name}`, () => {
    using map = SharedMap.create<Uint8Array, number>({
      key: "bytes",
      maxBytes,
    });
    assertThrows(() => map.set(make(), 1), TypeError, "key");
    assertThrows(() => map.get(make()), TypeError, "key");
    assertThrows(() => map.getMany([make()]), TypeError, "key");
    assertStrictEquals(map.size, 0);
  });

  Deno.test(`SharedMap refuses what a codec gives if it is not there: ${name}`, () => {
    const codec: Codec<string> = {
      name: "gone",
      encode: () => make(),
      decode: () => "",
    };
    using values = SharedMap.create({ value: codec, maxBytes });
    assertThrows(() => values.set("a", "b"), TypeError, "gone");
    using keys = SharedMap.create({ key: codec, maxBytes });
    assertThrows(() => keys.set("a", "b"), TypeError, "gone");
  });
}

Deno.test("SharedMap stores the bytes that there are, whatever an array says of its length", () => {
  class Liar extends Uint8Array {
    override get length(): number {
      return 1;
    }
    override get byteLength(): number {
      return 1;
    }
    override get buffer(): ArrayBuffer {
      throw new Error("asked for");
    }
  }
  const long = new Liar(5000).fill(1);
  const short = new Uint8Array(4).fill(2);
  Object.defineProperty(short, "length", { value: 4000 });
  using map = bytesMap();
  for (let i = 0; i < 20; i++) map.set(`${i}`, new Uint8Array(16).fill(9));
  map.set("long", long).set("short", short);
  assertStrictEquals(map.get("long")!.length, 5000);
  assertEquals(map.get("short"), new Uint8Array(4).fill(2));
  for (let i = 0; i < 20; i++) {
    assertEquals(map.get(`${i}`), new Uint8Array(16).fill(9), "untouched");
  }
  using keyed = SharedMap.create<Uint8Array, number>({
    key: "bytes",
    maxBytes,
  });
  keyed.set(long, 1).set(short, 2);
  assertStrictEquals(keyed.get(new Uint8Array(5000).fill(1)), 1);
  assertStrictEquals(keyed.get(new Uint8Array(4).fill(2)), 2);
});

Deno.test("SharedMap refuses a key whose bytes go while its value is encoded", () => {
  using map = SharedMap.create<Uint8Array, unknown>({ key: "bytes", maxBytes });
  const { usedBytes } = map.stats();
  for (let i = 0; i < 3000; i++) {
    const key = new Uint8Array([1, 2]);
    const value = {
      get now() {
        key.buffer.transfer();
        return 1;
      },
    };
    assertThrows(() => map.set(key, value), TypeError, "key");
  }
  assertStrictEquals(map.size, 0);
  assert(map.stats().usedBytes < usedBytes + 4096);
});

Deno.test("SharedMap takes no place if the options change while it is made", () => {
  using map = SharedMap.create<string, number>({ maxBytes });
  let looks = 0;
  const fickle = {
    get value() {
      if (looks++ > 0) throw new Error("changed my mind");
      return "any" as const;
    },
  };
  for (let i = 0; i < 200; i++) {
    looks = 0;
    assertThrows(() => SharedMap.attach(map.handle, fickle), Error, "mind");
  }
  assertStrictEquals(map.stats().participants, 1);
});
