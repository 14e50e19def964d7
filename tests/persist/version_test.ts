import { assertStrictEquals, assertThrows } from "@std/assert";
import { crc32 } from "node:zlib";
import { SnapshotError } from "../../mod.ts";
import { FORMAT_VERSION } from "../../src/persist/format.ts";
import { decodeHeader, encodeHeader } from "../../src/persist/header.ts";

/** The header of a file of some version. */
function headerOf(version: number): Uint8Array {
  const bytes = encodeHeader({
    id: [1, 2],
    seed: [3, 4],
    epoch: 5,
    base: undefined,
    time: 6,
    expected: 7,
    keyCodec: "string",
    valueCodec: "any",
  });
  const view = new DataView(bytes.buffer);
  view.setUint32(8, version, true);
  const end = bytes.length - 4;
  view.setUint32(end, crc32(bytes.subarray(0, end)), true);
  return bytes;
}

Deno.test("decodeHeader() reads files of this and of earlier versions", () => {
  for (let version = 1; version <= FORMAT_VERSION; version++) {
    const header = decodeHeader("path", headerOf(version));
    assertStrictEquals(header.format, version);
    assertStrictEquals(header.epoch, 5);
  }
});

Deno.test("decodeHeader() refuses files of versions that it does not know", () => {
  for (const version of [0, FORMAT_VERSION + 1, 2 ** 32 - 1]) {
    assertThrows(
      () => decodeHeader("path", headerOf(version)),
      SnapshotError,
      `its format version is ${version}`,
    );
  }
});
