/**
 * Epochs of a map without the worker that usually writes them.
 *
 * @module
 */
import type { SharedMap } from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { Series, type SeriesOptions } from "../../src/persist/series.ts";

/** Writes epochs of `map` into `directory`, in this thread. */
export function seriesOf<K, V>(
  map: SharedMap<K, V>,
  directory: string,
  options: Partial<SeriesOptions> = {},
): Series {
  return new Series(attachmentOf(map), {
    directory,
    compression: "none",
    keep: undefined,
    onWarning: (error) => {
      throw error;
    },
    ...options,
  });
}

/** Hears nothing. */
export function silent(): void {}
