/**
 * The ways in which a map looks entries up: each must do the same.
 *
 * @module
 */
import { SharedMap, type SharedMapOptions } from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { takeFastPathInTypeScript } from "../table/fast_path_in_typescript.ts";

export const WAYS = [
  "with the kernel",
  "pinned",
  "as the kernel does",
] as const;
export type Way = (typeof WAYS)[number];

type Shared = SharedMap<string, unknown>;

export interface Opened extends Disposable {
  readonly map: Shared;
}

/** A new map that looks entries up in one of the ways. */
export function openBy(
  way: Way,
  options: SharedMapOptions<string, unknown>,
): Opened {
  const maker: Shared = SharedMap.create(options);
  const { buffer, memory } = maker.handle;
  const map: Shared = SharedMap.attach(
    way === "with the kernel" ? { buffer, memory } : { buffer },
  );
  if (way === "as the kernel does") takeFastPathInTypeScript(attachmentOf(map));
  return {
    map,
    [Symbol.dispose]() {
      map.close();
      maker.close();
    },
  };
}
