/**
 * Whether two values are alike in everything that can be told apart, and how they differ:
 * prototypes, the order of keys, what is shared, which elements are missing, `-0`.
 *
 * @module
 */

/** Where and how two values differ; undefined if they do not. */
export function difference(
  actual: unknown,
  expected: unknown,
): string | undefined {
  return new Comparison().compare(actual, expected, "value");
}

class Comparison {
  /** Which object stands for which: one for one, or something is shared here and not there. */
  readonly #there = new Map<object, object>();
  readonly #here = new Map<object, object>();

  compare(a: unknown, b: unknown, path: string): string | undefined {
    if (!isObject(a) || !isObject(b)) {
      return Object.is(a, b)
        ? undefined
        : `${path}: ${show(a)}, not ${show(b)}`;
    }
    const isKnown = this.#there.has(a) || this.#here.has(b);
    if (isKnown) {
      const isSame = this.#there.get(a) === b && this.#here.get(b) === a;
      return isSame ? undefined : `${path}: shared otherwise`;
    }
    this.#there.set(a, b);
    this.#here.set(b, a);
    if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) {
      return `${path}: another prototype`;
    }
    return this.#compareParts(a, b, path);
  }

  #compareParts(a: object, b: object, path: string): string | undefined {
    if (ArrayBuffer.isView(a)) {
      return this.#compareViews(a, b as ArrayBufferView, path);
    }
    for (const [name, parts] of PARTS) {
      const [these, those] = [parts(a), parts(b)];
      if (these.length !== those.length) {
        return `${path}: ${these.length} ${name}, not ${those.length}`;
      }
      for (let i = 0; i < these.length; i++) {
        const found = this.compare(these[i], those[i], `${path}/${name} ${i}`);
        if (found !== undefined) return found;
      }
    }
  }

  /** A view that shares its buffer with nothing has one of its own, of exact length. */
  #compareViews(
    a: ArrayBufferView,
    b: ArrayBufferView,
    path: string,
  ): string | undefined {
    const bytes = (view: ArrayBufferView) =>
      new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    const isSame = String(bytes(a)) === String(bytes(b));
    if (!isSame) return `${path}: other bytes`;
    const isWhole = a.byteLength === a.buffer.byteLength;
    if (isWhole && !this.#here.has(b.buffer)) return;
    if (a.byteOffset !== b.byteOffset) return `${path}: another offset`;
    return this.compare(a.buffer, b.buffer, `${path}/buffer`);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function show(value: unknown): string {
  return Deno.inspect(value).slice(0, 100);
}

type Parts = readonly [name: string, (object: object) => readonly unknown[]];

const PARTS: readonly Parts[] = [
  ["keys", (object) => Object.keys(object)],
  ["values", (object) => Object.values(object)],
  ["lengths", (object) => Array.isArray(object) ? [object.length] : []],
  ["entries", (object) => object instanceof Map ? [...object].flat() : []],
  ["members", (object) => object instanceof Set ? [...object] : []],
  ["times", (object) => object instanceof Date ? [object.getTime()] : []],
  [
    "patterns",
    (object) =>
      object instanceof RegExp
        ? [object.source, object.flags, object.lastIndex]
        : [],
  ],
  ["boxed", (object) =>
    object instanceof Number || object instanceof String ||
      object instanceof Boolean || object instanceof BigInt
      ? [object.valueOf()]
      : []],
  ["of the error", (object) =>
    object instanceof Error
      ? [
        object.stack,
        ...["message", "cause"].flatMap((name) => {
          const own = Object.getOwnPropertyDescriptor(object, name);
          return own === undefined ? [] : [own.enumerable, own.value];
        }),
      ]
      : []],
  ["bytes", (object) =>
    object instanceof ArrayBuffer
      ? [
        object.maxByteLength,
        object.resizable,
        String(new Uint8Array(object)),
      ]
      : []],
];
