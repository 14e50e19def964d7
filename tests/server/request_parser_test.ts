// Requests are found in bytes however these are cut, and what is no request is refused.
import { assert, assertEquals, assertThrows } from "@std/assert";
import { inlineWords } from "../../src/server/protocol/inline_words.ts";
import { ProtocolError } from "../../src/server/protocol/protocol_error.ts";
import {
  RequestParser,
  UNAUTHENTICATED_LIMITS,
} from "../../src/server/protocol/request_parser.ts";
import { type Random, seeded } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { bytesOf, requestOf } from "../testing/redis_client.ts";

/** All requests of a parser that has been given pieces; each is a copy that is spoiled then. */
function parsed(parser: RequestParser, pieces: readonly string[]): string[][] {
  const requests: string[][] = [];
  for (const piece of pieces) {
    const bytes = bytesOf(piece);
    parser.receive(bytes);
    while (parser.next()) requests.push(parser.words(0));
    parser.settle();
    bytes.fill(0x58); // what was lent is used for something else
  }
  return requests;
}

/** The same text, cut at places by chance. */
function cut(random: Random, text: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const length = 1 + random.below(random.pick([1, 3, 20, 500]));
    pieces.push(text.slice(at, at + length));
    at += length;
  }
  return pieces;
}

function anyWord(random: Random): string {
  const length = random.below(random.pick([1, 4, 40, 3000]));
  return Array.from(
    { length },
    () => String.fromCharCode(random.below(256)),
  ).join("");
}

function anyWords(random: Random): string[] {
  return Array.from({ length: 1 + random.below(6) }, () => anyWord(random));
}

Deno.test(
  "requests are the same however their bytes are cut",
  seeded((random) => {
    for (let i = 0; i < 100 * SCALE; i++) {
      const requests = Array.from(
        { length: 1 + random.below(20) },
        () => anyWords(random),
      );
      const text = requests.map(requestOf).join("");
      assertEquals(parsed(new RequestParser(), [text]), requests);
      assertEquals(parsed(new RequestParser(), cut(random, text)), requests);
    }
  }),
);

Deno.test("requests may be cut at every byte", () => {
  const requests = [["SET", "key", "a\r\nb\0\xff"], ["PING"], ["GET", ""]];
  const text = `${requests.map(requestOf).join("")}ECHO  "a b"\r\n\r\nPING\n`;
  const all = [...requests, ["ECHO", "a b"], [], ["PING"]];
  for (let at = 0; at <= text.length; at++) {
    const pieces = [text.slice(0, at), text.slice(at)].filter((piece) =>
      piece !== ""
    );
    assertEquals(parsed(new RequestParser(), pieces), all, `cut at ${at}`);
  }
  assertEquals(parsed(new RequestParser(), [...text]), all);
});

Deno.test("a word is found by its digest in whatever case", () => {
  const parser = new RequestParser();
  parser.receive(bytesOf(`${requestOf(["gEt", "a"])}gEt a\r\n`));
  for (let i = 0; i < 2; i++) {
    assert(parser.next());
    assert(parser.is(0, "GET"));
    assert(!parser.is(0, "GETX") && !parser.is(0, "SET"));
  }
});

Deno.test("an array without words is a request without words", () => {
  assertEquals(parsed(new RequestParser(), ["*0\r\n*-1\r\nPING\r\n"]), [
    [],
    [],
    ["PING"],
  ]);
});

Deno.test("what is no request is refused as Redis refuses it", () => {
  const refusals: readonly (readonly [text: string, reason: string])[] = [
    ["*3000000000\r\n", "invalid multibulk length"],
    ["*1048577\r\n", "invalid multibulk length"],
    ["*x\r\n", "invalid multibulk length"],
    ["*\r\n", "invalid multibulk length"],
    ["*01\r\n", "invalid multibulk length"],
    ["*1\r\nfoo\r\n", "expected '$', got 'f'"],
    ["*1\r\n*1\r\n$4\r\nPING\r\n", "expected '$', got '*'"],
    ["*1\r\n$-1\r\n", "invalid bulk length"],
    ["*1\r\n$536870913\r\n", "invalid bulk length"],
    ["*1\r\n$99999999999999999999\r\n", "invalid bulk length"],
    ["*1\r\n$x\r\n", "invalid bulk length"],
    ["*1\r\n$\r\n", "invalid bulk length"],
    [`*${"1".repeat(70000)}`, "too big mbulk count string"],
    [`*1\r\n$${"1".repeat(70000)}`, "too big bulk count string"],
    ["x".repeat(70000), "too big inline request"],
    [`GET "a\r\n`, "unbalanced quotes in request"],
    [`GET "a"b\r\n`, "unbalanced quotes in request"],
  ];
  for (const [text, reason] of refusals) {
    assertThrows(
      () => parsed(new RequestParser(), [text]),
      ProtocolError,
      `ERR Protocol error: ${reason}`,
    );
    const pieces = text.match(/[^]{1,7}/g)!;
    assertThrows(() => parsed(new RequestParser(), pieces), ProtocolError);
  }
});

Deno.test("a client that has not said its password takes little memory", () => {
  const parser = new RequestParser();
  parser.limits = UNAUTHENTICATED_LIMITS;
  assertThrows(
    () => parsed(parser, ["*11\r\n"]),
    ProtocolError,
    "unauthenticated multibulk length",
  );
  const another = new RequestParser();
  another.limits = UNAUTHENTICATED_LIMITS;
  assertThrows(
    () => parsed(another, ["*2\r\n$4\r\nAUTH\r\n$16385\r\n"]),
    ProtocolError,
    "unauthenticated bulk length",
  );
});

Deno.test("a length that is said takes no memory before the bytes come", () => {
  const parser = new RequestParser();
  assertEquals(parsed(parser, ["*1\r\n$536870912\r\nabc"]), []);
  assert(parser.heldBytes < 2048, `${parser.heldBytes}`);
});

Deno.test("the memory of a large request is given back", () => {
  const parser = new RequestParser();
  const large = requestOf(["SET", "a", "x".repeat(2 ** 20)]);
  assertEquals(
    parsed(parser, large.match(/[^]{1,65536}/g)!).map(([name]) => name),
    ["SET"],
  );
  assertEquals(parser.heldBytes, 0);
  assertEquals(parser.begun, 0);
});

Deno.test(
  "whatever bytes come, requests or an error come of them, the same for all cuts",
  seeded((random) => {
    const outcome = (pieces: readonly string[]) => {
      const parser = new RequestParser();
      const requests: string[][] = [];
      try {
        for (const piece of pieces) requests.push(...parsed(parser, [piece]));
        return { requests, error: undefined };
      } catch (error) {
        assert(error instanceof ProtocolError, `${error}`);
        return { requests: undefined, error: error.message };
      }
    };
    for (let i = 0; i < 500 * SCALE; i++) {
      const text = mutated(
        random,
        Array.from({ length: 3 }, () => requestOf(anyWords(random))).join(""),
      );
      const whole = outcome([text]);
      const pieces = outcome(cut(random, text));
      assertEquals(pieces, whole, JSON.stringify(text));
    }
  }),
);

/** A text with some of its characters replaced, taken out, or doubled. */
function mutated(random: Random, text: string): string {
  let made = text.slice(0, 400);
  for (let i = random.below(4); i >= 0; i--) {
    const at = random.below(made.length + 1);
    const piece = random.pick([
      "",
      "\r\n",
      "*",
      "$",
      "-",
      "9",
      '"',
      "\n",
      String.fromCharCode(random.below(256)),
      made.slice(at, at + 20),
    ]);
    made = made.slice(0, at) + piece + made.slice(at + random.below(3));
  }
  return made;
}

Deno.test("words of a line may be quoted", () => {
  assertEquals(inlineWords(`  set a  "b c\\n\\x41\\"" 'd \\'e\\n' f `), [
    "set",
    "a",
    'b c\nA"',
    "d 'e\\n",
    "f",
  ]);
  assertEquals(inlineWords(""), []);
  assertEquals(inlineWords(`""`), [""]);
  assertEquals(inlineWords("\xa0a"), ["\xa0a"]);
});
