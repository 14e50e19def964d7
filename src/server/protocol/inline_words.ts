/**
 * Inline requests: words on a line, as one types them. Those with quotes may hold any bytes.
 *
 * @module
 */

import { ProtocolError } from "./protocol_error.ts";

/** What stands for other characters after a backslash in double quotes. */
const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  b: "\b",
  a: "\x07",
};

const UNBALANCED = "unbalanced quotes in request";
/** White space of C, and 0: the bytes above 0x7f are none of it. */
const SPACE = /[ \t\n\v\f\r\0]/;

/** The words of a line, which are binary strings. Throws a `ProtocolError`. */
export function inlineWords(line: string): string[] {
  const words: string[] = [];
  const reader = new LineReader(line);
  for (;;) {
    const word = reader.word();
    if (word === undefined) return words;
    words.push(word);
  }
}

/** Reads words off a line. */
class LineReader {
  readonly #line: string;
  #at = 0;

  constructor(line: string) {
    this.#line = line;
  }

  /** The next word; undefined: there is none. */
  word(): string | undefined {
    const line = this.#line;
    while (this.#at < line.length && SPACE.test(line[this.#at])) this.#at++;
    if (this.#at === line.length) return undefined;
    let word = "";
    while (this.#at < line.length && !SPACE.test(line[this.#at])) {
      const char = line[this.#at++];
      if (char === '"') return word + this.#quoted('"', doubleQuoted);
      if (char === "'") return word + this.#quoted("'", singleQuoted);
      word += char;
    }
    return word;
  }

  /** What is left up to the closing quote, which must end the word. */
  #quoted(quote: string, escaped: Escaped): string {
    let word = "";
    while (this.#at < this.#line.length) {
      const char = this.#line[this.#at++];
      if (char === quote) {
        const isEnd = this.#at === this.#line.length ||
          SPACE.test(this.#line[this.#at]);
        if (!isEnd) break;
        return word;
      }
      if (char !== "\\") {
        word += char;
        continue;
      }
      const [text, length] = escaped(this.#line, this.#at);
      word += text;
      this.#at += length;
    }
    throw new ProtocolError(UNBALANCED);
  }
}

/** What a backslash and what follows it at `at` stand for, and how much of that belongs to it. */
type Escaped = (line: string, at: number) => readonly [string, number];

const doubleQuoted: Escaped = (line, at) => {
  const hex = /^x[0-9a-fA-F]{2}/.exec(line.slice(at, at + 3));
  if (hex !== null) {
    return [String.fromCharCode(parseInt(line.slice(at + 1, at + 3), 16)), 3];
  }
  if (at === line.length) return ["\\", 0];
  return [ESCAPES[line[at]] ?? line[at], 1];
};

const singleQuoted: Escaped = (line, at) =>
  line[at] === "'" ? ["'", 1] : ["\\", 0];
