/**
 * Forged files: contents that no writer wrote, under checksums that match.
 *
 * @module
 */
import { crc32 } from "node:zlib";
import type { Header } from "../../src/persist/header.ts";

/** The header of a full epoch with strings for keys. */
export const HEADER: Header = {
  id: [1, 2],
  seed: [3, 4],
  epoch: 1,
  base: undefined,
  time: 5,
  expected: 1,
  keyCodec: "string",
  valueCodec: "any",
};

/** Makes the checks of a file match whatever it says: what no accident does. */
export function sealed(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const header = Math.min(view.getUint32(16, true), bytes.length - 60);
  if (header < 92) return bytes;
  view.setUint32(header - 4, crc32(bytes.subarray(0, header - 4)), true);
  const start = view.getUint32(header - 4, true);
  let check = crc32(bytes.subarray(0, header));
  const end = bytes.length - 56;
  for (let at = header; at + 32 <= end;) {
    const next = Math.min(end, at + 32 + view.getUint32(at + 8, true));
    const head = crc32(bytes.subarray(at, at + 28), start);
    view.setUint32(at + 28, crc32(bytes.subarray(at + 32, next), head), true);
    check = crc32(bytes.subarray(at, at + 32), check);
    at = next;
  }
  view.setUint32(end + 48, check, true);
  view.setUint32(end + 52, crc32(bytes.subarray(end, end + 52)), true);
  return bytes;
}
