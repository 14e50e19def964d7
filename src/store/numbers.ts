/**
 * Numbers as text, as Redis reads and writes them.
 *
 * @module
 */

/** The least and the most integer of 64 bits. */
export const LEAST: bigint = -(2n ** 63n);
export const MOST: bigint = 2n ** 63n - 1n;

/** Up to so many characters an integer is exact as a number. */
const SAFE_LENGTH = 15;
const INTEGER = /^(?:0|-?[1-9]\d*)$/;
const FLOAT =
  /^[+-]?(?:(\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?)$/;

/** An integer of 64 bits: a number where that is exact, else a bigint. */
export type Integer = number | bigint;

/** The integer of its canonical decimal form; undefined: it is none. */
export function parseInteger(text: string): Integer | undefined {
  if (!INTEGER.test(text)) return undefined;
  if (text.length <= SAFE_LENGTH) return Number(text);
  if (text.length > 20) return undefined;
  const integer = BigInt(text);
  return integer < LEAST || integer > MOST ? undefined : narrow(integer);
}

/** The sum of two integers; undefined: it takes more than 64 bits. */
export function addIntegers(a: Integer, b: Integer): Integer | undefined {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum + 0; // never -0
  }
  const sum = BigInt(a) + BigInt(b);
  return sum < LEAST || sum > MOST ? undefined : narrow(sum);
}

/** A number, where that is exact. */
export function narrow(integer: bigint): Integer {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}

/** A float, which may be infinite, or undefined: the text is none, or too large for one. */
export function parseDouble(text: string): number | undefined {
  const match = FLOAT.exec(text);
  if (match === null) return undefined;
  const [, digits] = match;
  if (digits === undefined) return text[0] === "-" ? -Infinity : Infinity;
  const number = Number(text);
  const isLost = number === 0 && /[1-9]/.test(digits);
  return Number.isFinite(number) && !isLost ? number : undefined;
}

/** Up to here a float that is an integer is written without an exponent. */
const MOST_PLAIN = 1e17;

/** The shortest text that gives this float again. */
export function formatDouble(number: number): string {
  if (number === Infinity) return "inf";
  if (number === -Infinity) return "-inf";
  const isPlain = Number.isInteger(number) && Math.abs(number) < MOST_PLAIN;
  return isPlain ? String(BigInt(number)) : String(number);
}
