/**
 * The registers of a HyperLogLog, in the form that Redis gives them in a string: sparse, as runs of
 * equal registers, while that is short; else dense, with 6 bits for each.
 *
 * Flajolet and others, "HyperLogLog: the analysis of a near-optimal cardinality estimation
 * algorithm", 2007; the estimate is Ertl's, "New cardinality estimation algorithms for HyperLogLog
 * sketches", 2017.
 *
 * @module
 */

/** How many registers there are. */
export const REGISTERS = 16_384;
const BITS = 6;
/** The most that a register holds: the bits of a hash behind an index, and one. */
const MOST = 51;
const HEAD = 16;
const MAGIC = "HYLL";
const DENSE = 0;
const SPARSE = 1;
/** More bytes than this are not sparse any more. */
const MOST_SPARSE = 3000;
/** The highest register of a sparse run. */
const MOST_IN_RUN = 32;
const ALPHA = 0.721347520444481703680;

/** The registers in a binary string; undefined: it is no HyperLogLog. */
export function decodeRegisters(binary: string): Uint8Array | undefined {
  if (!binary.startsWith(MAGIC) || binary.length < HEAD) return undefined;
  const encoding = binary.charCodeAt(MAGIC.length);
  if (encoding === DENSE) return decodeDense(binary);
  return encoding === SPARSE ? decodeSparse(binary) : undefined;
}

function decodeDense(binary: string): Uint8Array | undefined {
  if (binary.length !== HEAD + REGISTERS * BITS / 8) return undefined;
  const registers = new Uint8Array(REGISTERS);
  for (let i = 0; i < REGISTERS; i++) {
    const bit = i * BITS;
    const at = HEAD + (bit >> 3);
    const two = binary.charCodeAt(at) | binary.charCodeAt(at + 1) << 8;
    registers[i] = two >> (bit & 7) & 63;
  }
  return registers;
}

function decodeSparse(binary: string): Uint8Array | undefined {
  const registers = new Uint8Array(REGISTERS);
  let next = 0;
  for (let at = HEAD; at < binary.length; at++) {
    const byte = binary.charCodeAt(at);
    if (byte >= 0x80) {
      const end = next + (byte & 3) + 1;
      registers.fill((byte >> 2 & 31) + 1, next, end);
      next = end;
    } else if (byte < 0x40) next += (byte & 63) + 1;
    else next += ((byte & 63) << 8 | binary.charCodeAt(++at)) + 1;
  }
  return next === REGISTERS ? registers : undefined;
}

/** The binary string of registers. */
export function encodeRegisters(registers: Uint8Array): string {
  const sparse = encodeSparse(registers);
  const body = sparse ?? encodeDense(registers);
  const encoding = sparse === undefined ? DENSE : SPARSE;
  // The last byte of the count that is kept says that there is none.
  const head = String.fromCharCode(encoding) + "\0".repeat(10) + "\x80";
  return MAGIC + head + body;
}

function encodeSparse(registers: Uint8Array): string | undefined {
  let body = "";
  for (let from = 0; from < REGISTERS;) {
    const value = registers[from];
    if (value > MOST_IN_RUN || body.length > MOST_SPARSE) return undefined;
    const most = value === 0 ? REGISTERS : 4;
    let to = from + 1;
    while (to < REGISTERS && to - from < most && registers[to] === value) to++;
    body += runOf(value, to - from);
    from = to;
  }
  return body;
}

function runOf(value: number, length: number): string {
  if (value > 0) {
    return String.fromCharCode(0x80 | (value - 1) << 2 | length - 1);
  }
  return length <= 64
    ? String.fromCharCode(length - 1)
    : String.fromCharCode(0x40 | (length - 1) >> 8, (length - 1) & 0xff);
}

function encodeDense(registers: Uint8Array): string {
  const bytes = new Uint8Array(REGISTERS * BITS / 8 + 1);
  registers.forEach((value, i) => {
    const bit = i * BITS;
    const two = value << (bit & 7);
    bytes[bit >> 3] |= two;
    bytes[(bit >> 3) + 1] |= two >> 8;
  });
  let body = "";
  for (const byte of bytes.subarray(0, -1)) body += String.fromCharCode(byte);
  return body;
}

/** How many different elements were added, about. */
export function estimate(registers: Uint8Array): number {
  const counts = new Array<number>(MOST + 1).fill(0);
  for (const value of registers) counts[value]++;
  let z = REGISTERS * tau((REGISTERS - counts[MOST]) / REGISTERS);
  for (let i = MOST - 1; i >= 1; i--) z = (z + counts[i]) * 0.5;
  z += REGISTERS * sigma(counts[0] / REGISTERS);
  return Math.round(ALPHA * REGISTERS * REGISTERS / z);
}

function sigma(x: number): number {
  if (x === 1) return Infinity;
  let y = 1;
  let z = x;
  for (let before = NaN; before !== z;) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

function tau(x: number): number {
  if (x === 0 || x === 1) return 0;
  let y = 1;
  let z = 1 - x;
  for (let before = NaN; before !== z;) {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}
