/**
 * How a value is refused: where in it the fault lies, what it is, what to store instead.
 *
 * @module
 */

import { adviceFor, nameOf } from "./platform.ts";

/**
 * The way from a container to one of its parts: a property, an index, or what is written as it is.
 */
export type Segment = string | number | { readonly as: string };

/** The place of an entry of a `Map`. */
export function mapPlace(key: unknown, index: number, isKey: boolean): Segment {
  if (isKey) return { as: ` (key ${index} of the Map)` };
  if (typeof key === "string") return { as: `.get(${JSON.stringify(key)})` };
  if (typeof key === "number" || typeof key === "boolean") {
    return { as: `.get(${key})` };
  }
  return { as: ` (value ${index} of the Map)` };
}

/** The place of a member of a `Set`. */
export function setPlace(index: number): Segment {
  return { as: ` (member ${index} of the Set)` };
}

/**
 * Refuses a part of a value: because no value of its kind can be kept, or for a given reason.
 */
export function refuse(
  part: unknown,
  path: readonly Segment[],
  fault?: string,
): never {
  const name = nameOf(part);
  const said = fault ?? `cannot be kept as it is: ${adviceFor(name)}`;
  throw new TypeError(
    `Cannot encode the value: value${formatPath(path)}: ${
      withArticle(name)
    } ${said}`,
  );
}

/** The ends of a very long path. */
const SHOWN = 20;

function formatPath(path: readonly Segment[]): string {
  const parts = path.map(format);
  if (parts.length <= 2 * SHOWN) return parts.join("");
  const first = parts.slice(0, SHOWN).join("");
  const last = parts.slice(-SHOWN).join("");
  return `${first} … (${parts.length - 2 * SHOWN} more) … ${last}`;
}

function format(segment: Segment): string {
  if (typeof segment === "number") return `[${segment}]`;
  if (typeof segment === "object") return segment.as;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(segment)
    ? `.${segment}`
    : `[${JSON.stringify(segment)}]`;
}

function withArticle(name: string): string {
  return `${/^[AEIO]/i.test(name) ? "an" : "a"} ${name}`;
}
