/**
 * Decimals with 17 places: what INCRBYFLOAT adds. Sums are exact, so 0.1 and 0.2 make 0.3.
 *
 * @module
 */

const PLACES = 17;
const UNIT = 10n ** BigInt(PLACES);
/** More than this no float of Redis has. */
const MOST_EXPONENT = 4932;
const DECIMAL = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/;

/** In units of the last place; undefined: the text is no decimal, or too large. */
export function parseDecimal(text: string): bigint | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole, part, exponent = "0"] = match;
  if (whole.length + part.length === 0) return undefined;
  const shift = Number(exponent) - part.length + PLACES;
  if (Math.abs(shift) > MOST_EXPONENT || whole.length > MOST_EXPONENT) {
    return undefined;
  }
  const digits = BigInt(whole + part);
  const units = shift >= 0
    ? digits * 10n ** BigInt(shift)
    : rounded(digits, 10n ** BigInt(-shift));
  return sign === "-" ? -units : units;
}

function rounded(digits: bigint, by: bigint): bigint {
  return (digits + by / 2n) / by;
}

/** Its text, without zeros at the end. */
export function formatDecimal(units: bigint): string {
  const size = units < 0n ? -units : units;
  const part = String(size % UNIT).padStart(PLACES, "0").replace(/0+$/, "");
  const sign = units < 0n ? "-" : "";
  return `${sign}${size / UNIT}${part === "" ? "" : `.${part}`}`;
}
