/**
 * Bytes that the caller hands over.
 *
 * They are read twice: their length when they are prepared, and the bytes when they are
 * written, into memory that was allocated for just that length. So the length must be the
 * true one, whatever a subclass or a property of the same name says; the buffer must not be
 * detached; and no other worker may change either in between.
 *
 * @module
 */

import { received } from "../errors.ts";

const typedArrays = Object.getPrototypeOf(Uint8Array.prototype);

/** A getter of all typed arrays, as the engine made it. */
function getter<T>(name: string): (bytes: Uint8Array) => T {
  const { get } = Object.getOwnPropertyDescriptor(typedArrays, name)!;
  return (bytes) => get!.call(bytes);
}

const trueLength = getter<number>("length");
const bufferOf = getter<ArrayBufferLike>("buffer");

/**
 * The same bytes, in memory that no other worker can change: a copy, if they are shared.
 * Throws a `TypeError` that begins with `what` if the value is not bytes.
 */
export function unshared(bytes: unknown, what: string): Uint8Array {
  // `isView` first: a proxy of a view is an instance, and `instanceof` would run its code.
  if (!ArrayBuffer.isView(bytes) || !(bytes instanceof Uint8Array)) {
    throw new TypeError(`${what} must be a Uint8Array: ${received(bytes)}`);
  }
  return bufferOf(bytes) instanceof SharedArrayBuffer
    ? new Uint8Array(bytes)
    : bytes;
}

/**
 * A copy of bytes, so that their owner may reuse their memory. Throws a `TypeError`
 * likewise.
 */
export function copied(bytes: unknown, what: string): Uint8Array {
  const own = unshared(bytes, what);
  lengthOf(own, what);
  return new Uint8Array(own);
}

/**
 * How many bytes there are. Throws a `TypeError` if their buffer was detached, or has shrunk
 * so that they lie outside of it.
 */
export function lengthOf(bytes: Uint8Array, what: string): number {
  const length = trueLength(bytes);
  if (length === 0) checkThere(bytes, what);
  return length;
}

function checkThere(bytes: Uint8Array, what: string): void {
  try {
    typedArrays.at.call(bytes, 0); // throws for such bytes, as `length` does not
  } catch (cause) {
    throw new TypeError(
      `${what} must be a Uint8Array whose bytes are there: received one whose buffer was transferred or has shrunk: pass a copy that was made before`,
      { cause },
    );
  }
}
