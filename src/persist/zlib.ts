/**
 * `node:zlib`, which is loaded when the first file is read or written: that takes longer than most
 * of this module, and a worker that uses memory alone starts without it.
 *
 * @module
 */

type Zlib = typeof import("node:zlib");

let loaded: Zlib | undefined;

/** The module; wait-free but for the first call, which loads it. */
export function zlib(): Zlib {
  // An import of `node:process` would take as long as the one that this avoids.
  // deno-lint-ignore no-process-global
  return loaded ??= process.getBuiltinModule("node:zlib");
}

/** The CRC-32 of bytes, or of what `before` is the CRC-32 of and these bytes. */
export function crc32(bytes: Uint8Array, before = 0): number {
  return zlib().crc32(bytes, before);
}
