import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { serialize } from "node:v8";
import { DataError } from "../../src/cli/errors.ts";
import { fromTagged, toTagged } from "../../src/cli/tagged.ts";
import { seeded } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { anyValue, cloneOnly, plainValue } from "./any_value.ts";

const FORMS: [unknown, string][] = [
  [null, "null"],
  [1.5, "1.5"],
  ["\ud800", '"\\ud800"'],
  [NaN, '{"$number":"NaN"}'],
  [-0, '{"$number":"-0"}'],
  [-Infinity, '{"$number":"-Infinity"}'],
  [-12n, '{"$bigint":"-12"}'],
  [new Uint8Array([1, 2, 3]), '{"$bytes":"AQID"}'],
  [[undefined], '[{"$undefined":true}]'],
  [new Date(5), '{"$date":5}'],
  [new Date(NaN), '{"$date":null}'],
  [/a\/b/gi, '{"$regexp":["a\\\\/b","gi"]}'],
  [new Map([[1, new Set(["x"])]]), '{"$map":[[1,{"$set":["x"]}]]}'],
  [{ $bigint: "12" }, '{"$object":{"$bigint":"12"}}'],
  [{ $x: { $y: 1n } }, '{"$object":{"$x":{"$object":{"$y":{"$bigint":"1"}}}}}'],
  [{ $x: 1, y: 2 }, '{"$x":1,"y":2}'],
  [{ a: -0 }, '{"a":{"$number":"-0"}}'],
];

Deno.test("toTagged() writes each kind of value in its form, fromTagged() reads it", () => {
  for (const [value, text] of FORMS) {
    assertStrictEquals(JSON.stringify(toTagged(value)), text);
    assertEquals(fromTagged(JSON.parse(text)), value, text);
  }
});

Deno.test(
  "fromTagged() brings back whatever toTagged() was given",
  seeded((chance) => {
    for (let i = 0; i < 2000 * SCALE; i++) {
      const value = anyValue(chance);
      const text = JSON.stringify(toTagged(value));
      const back = fromTagged(JSON.parse(text));
      assertEquals(back, value, text);
      // This tells 0 from -0; V8 has several clones of one value.
      if (text.startsWith('{"$clone"')) continue;
      assertStrictEquals(JSON.stringify(toTagged(back)), text);
    }
  }),
);

Deno.test(
  "toTagged() leaves to the structured clone only what has no form of its own",
  seeded((chance) => {
    const isClone = (value: unknown) =>
      Object.keys(toTagged(value) as object)[0] === "$clone";
    for (let i = 0; i < 200 * SCALE; i++) {
      assert(!isClone([plainValue(chance)]));
      assert(isClone(cloneOnly(chance)));
    }
  }),
);

Deno.test("fromTagged() keeps cycles and what is shared", () => {
  const cycle: unknown[] = [];
  cycle.push(cycle, { cycle });
  const back = fromTagged(toTagged(cycle)) as [unknown, { cycle: unknown }];
  assertStrictEquals(back[0], back);
  assertStrictEquals(back[1].cycle, back);
});

Deno.test("fromTagged() reads clones that earlier versions wrote", () => {
  const value = { list: [1, , new Error("x")], bytes: new Float64Array([1.5]) };
  const $clone = serialize(value).toBase64();
  assertEquals(fromTagged({ $clone }), value);
});

Deno.test("fromTagged() sets no prototype", () => {
  const back = fromTagged(JSON.parse('{"__proto__":{"a":1}}')) as object;
  assertStrictEquals(Object.getPrototypeOf(back), Object.prototype);
  assertEquals(Object.keys(back), ["__proto__"]);
});

Deno.test("fromTagged() refuses unknown tags and wrong contents", () => {
  const wrong: [string, string][] = [
    ['{"$big":"12"}', "expected one of the tags $number, $bigint, $bytes"],
    ['{"$big":"12"}', 'received "$big"'],
    ['{"$toString":1}', 'received "$toString"'],
    ['{"$bigint":"1.5"}', '"$bigint": received "1.5" (string)'],
    ['{"$bigint":12}', "a whole number, as a string of digits"],
    ['{"$number":"1"}', "NaN, Infinity, -Infinity or -0"],
    ['{"$bytes":"%"}', "bytes in base64"],
    ['{"$undefined":false}', "expected true"],
    ['{"$date":"today"}', "milliseconds since 1970"],
    ['{"$regexp":["(","g"]}', "a regular expression"],
    ['{"$regexp":["a"]}', "a regular expression"],
    ['{"$map":[[1]]}', "a list of pairs"],
    ['{"$map":[[1,{"$set":{}}]]}', 'a list in "$set"'],
    ['{"$object":[]}', "an object"],
    ['{"$clone":"AAAA"}', "a structured clone in base64"],
  ];
  for (const [text, message] of wrong) {
    assertThrows(() => fromTagged(JSON.parse(text)), DataError, message);
  }
});
