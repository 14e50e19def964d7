/**
 * How maps and their snapshots show themselves: what `console.log` prints, and what the error says
 * where they cannot be cloned.
 *
 * A copy of their properties is worth nothing, as their contents are in shared memory. Without this
 * file `structuredClone`, `postMessage` and `JSON.stringify` would silently make `{}` of a map.
 *
 * @module
 */

import { HOST_OBJECT } from "../codec/clone/platform.ts";
import { quoted } from "../errors.ts";
import { liveBytesOf, usedBytesOf } from "../map/counters.ts";
import { liveEntries } from "../table/account.ts";
import type { Hold } from "../map/hold.ts";

/** What `console.log` asks, in Deno and in the inspector of `node:util`. */
const DENO_INSPECT = Symbol.for("Deno.customInspect");
const NODE_INSPECT = Symbol.for("nodejs.util.inspect.custom");

interface InspectOptions {
  /** How deep to go; null: without end. */
  depth?: number | null;
  /** How deep this is. */
  currentDepth?: number;
}

type Inspect = (value: unknown, options: InspectOptions) => string;

/** What there is to see of an object. */
export interface Sight {
  /** The map's name. */
  name: string | undefined;
  /** The number of entries, if it is known. */
  size?: number | undefined;
  /** Everything else. */
  details: Readonly<Record<string, unknown>>;
}

/** How the objects of a class present themselves. */
export interface Presentation {
  /** What the class is called. */
  as: string;
  /**
   * What there is to see; undefined if the object is not of the class, but only inherits from its
   * prototype. Must not throw.
   */
  see(object: object): Sight | undefined;
  /** Why it cannot be cloned, and what to do. */
  toClone: string;
  /** Why it has no JSON, and what to do. */
  toJson: string;
}

/** Defines how the objects of a class show themselves. */
export function present(prototype: object, looks: Presentation): void {
  const show = (object: object, inspect: Inspect, options: InspectOptions) => {
    const { depth, currentDepth = 0 } = options;
    if (currentDepth > (depth ?? Infinity)) return `[${looks.as}]`;
    const sight = looks.see(object);
    return sight === undefined
      ? `${looks.as} {}`
      : `${headOf(looks.as, sight)} ${inspect(sight.details, options)}`;
  };
  Object.defineProperties(prototype, {
    [DENO_INSPECT]: hidden(
      function (this: object, inspect: Inspect, options: InspectOptions) {
        return show(this, inspect, options);
      },
    ),
    [NODE_INSPECT]: hidden(
      function (
        this: object,
        depth: number,
        options: InspectOptions,
        inspect: Inspect,
      ) {
        return depth < 0 ? `[${looks.as}]` : show(this, inspect, options);
      },
    ),
    [HOST_OBJECT]: {
      get() {
        throw new DOMException(looks.toClone, "DataCloneError");
      },
      configurable: true,
    },
    [Symbol.toStringTag]: hidden(looks.as),
    toJSON: hidden(() => {
      throw new TypeError(looks.toJson);
    }),
  });
}

/** A property that is not enumerable, as methods are. */
function hidden(value: unknown): PropertyDescriptor {
  return { value, writable: true, configurable: true };
}

/** What there is to see of a map: O(participants), and wait-free. */
export function sightOf({ isOpen, attachment: { segment } }: Hold): Sight {
  const { name, keyCodec: key, valueCodec: value } = segment;
  if (!isOpen) return { name, details: { key, value, closed: true } };
  const used = bytesForEye(usedBytesOf(segment));
  const live = bytesForEye(liveBytesOf(segment));
  const all = bytesForEye(segment.buffer.byteLength);
  return {
    name,
    size: liveEntries(segment.words),
    details: { key, value, memory: `${used} of ${all}, entries ${live}` },
  };
}

/** A number of bytes, to be read by people: `"1.5 MiB"`. */
function bytesForEye(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB"];
  const power = bytes < 1024
    ? 0
    : Math.min(3, Math.floor(Math.log2(bytes) / 10));
  const amount = bytes / 1024 ** power;
  return `${Number(amount.toFixed(amount < 100 ? 1 : 0))} ${units[power]}`;
}

/** `SharedMap(3) "sessions"`. */
function headOf(as: string, { name, size }: Sight): string {
  const count = size === undefined ? "" : `(${size})`;
  return `${as}${count}${name === undefined ? "" : ` ${quoted(name)}`}`;
}
