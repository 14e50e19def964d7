// Replies are the bytes that RESP2 and RESP3 say.
import { assert, assertEquals } from "@std/assert";
import { Status } from "../../src/store/commands/reply.ts";
import {
  DoubleReply,
  ErrorReply,
  MapReply,
  NULL_ARRAY,
  PushReply,
  type ServerReply,
  SetReply,
  TextReply,
} from "../../src/server/protocol/reply.ts";
import {
  type Protocol,
  ReplyWriter,
} from "../../src/server/protocol/reply_writer.ts";

function written(protocol: Protocol, reply: ServerReply): string {
  const writer = new ReplyWriter();
  writer.protocol = protocol;
  writer.reply(reply);
  return String.fromCharCode(...writer.bytes);
}

const KINDS: readonly (readonly [ServerReply, resp2: string, resp3: string])[] =
  [
    [null, "$-1\r\n", "_\r\n"],
    [NULL_ARRAY, "*-1\r\n", "_\r\n"],
    [0, ":0\r\n", ":0\r\n"],
    [-17, ":-17\r\n", ":-17\r\n"],
    [1234567890123, ":1234567890123\r\n", ":1234567890123\r\n"],
    [2n ** 63n - 1n, ":9223372036854775807\r\n", ":9223372036854775807\r\n"],
    ["", "$0\r\n\r\n", "$0\r\n\r\n"],
    ["a\r\n\xff", "$4\r\na\r\n\xff\r\n", "$4\r\na\r\n\xff\r\n"],
    ["x".repeat(100), `$100\r\n${"x".repeat(100)}\r\n`, "same"],
    [true, ":1\r\n", "#t\r\n"],
    [false, ":0\r\n", "#f\r\n"],
    [new Status("PONG"), "+PONG\r\n", "same"],
    [new ErrorReply("ERR a\r\nb"), "-ERR a  b\r\n", "same"],
    [
      [1, ["a"], null],
      "*3\r\n:1\r\n*1\r\n$1\r\na\r\n$-1\r\n",
      "*3\r\n:1\r\n*1\r\n$1\r\na\r\n_\r\n",
    ],
    [
      MapReply.of({ a: 1 }),
      "*2\r\n$1\r\na\r\n:1\r\n",
      "%1\r\n$1\r\na\r\n:1\r\n",
    ],
    [new SetReply(["a"]), "*1\r\n$1\r\na\r\n", "~1\r\n$1\r\na\r\n"],
    [new PushReply(["a"]), "*1\r\n$1\r\na\r\n", ">1\r\n$1\r\na\r\n"],
    [new DoubleReply("1.5"), "$3\r\n1.5\r\n", ",1.5\r\n"],
    [new TextReply("ab"), "$2\r\nab\r\n", "=6\r\ntxt:ab\r\n"],
  ];

Deno.test("each kind of reply is written as RESP2 and RESP3 have it", () => {
  for (const [reply, resp2, resp3] of KINDS) {
    assertEquals(written(2, reply), resp2);
    assertEquals(written(3, reply), resp3 === "same" ? resp2 : resp3);
  }
});

Deno.test("numbers of all lengths are written", () => {
  for (let number = 1; number < 1e15; number = number * 7 + 3) {
    for (const one of [number, -number]) {
      assertEquals(written(2, one), `:${one}\r\n`);
    }
  }
  for (const number of [9, 10, 99, 100, 999_999_999, 1_000_000_000]) {
    assertEquals(written(2, number), `:${number}\r\n`);
  }
});

Deno.test("replies follow one another in a buffer that grows, and is used again", () => {
  const writer = new ReplyWriter();
  const large = "y".repeat(3000);
  for (let i = 0; i < 3; i++) writer.reply([i, large]);
  const text = [0, 1, 2].map((i) => `*2\r\n:${i}\r\n$3000\r\n${large}\r\n`)
    .join("");
  assertEquals(String.fromCharCode(...writer.bytes), text);
  const taken = writer.take();
  assertEquals(writer.length, 0);
  writer.giveBack();
  writer.reply("a");
  assert(writer.bytes.buffer === taken.buffer, "it is used again");
  writer.cutTo(0);
  assertEquals(writer.length, 0);
});

Deno.test("a buffer that was taken is not written to before it is given back", () => {
  const writer = new ReplyWriter();
  writer.reply("first");
  const taken = writer.take();
  writer.reply("second");
  assertEquals(String.fromCharCode(...taken), "$5\r\nfirst\r\n");
  writer.giveBack(); // there is something in the new one
  assertEquals(String.fromCharCode(...writer.bytes), "$6\r\nsecond\r\n");
});
