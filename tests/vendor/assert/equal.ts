type Pair = [a: object, b: object];

// Built-ins that keep what they hold in internal slots, and tell it as text.
const TOLD_BY_TEXT = [RegExp, URL, URLSearchParams, Intl.Locale];

/**
 * Whether two values are deeply equal: `NaN` equals `NaN` and `0` equals `-0`,
 * maps and sets have no order, prototypes count, functions are compared by
 * identity.
 */
export function equal(a: unknown, b: unknown): boolean {
  // A pair that turns up inside itself is taken as equal: that ends cycles.
  const underWay: Pair[] = [];

  function same(a: unknown, b: unknown): boolean {
    if (a === b || Object.is(a, b)) return true;
    if (!isObject(a) || !isObject(b)) return false;
    if (kindOf(a) !== kindOf(b)) return false;
    if (underWay.some(([x, y]) => x === a && y === b)) return true;
    underWay.push([a, b]);
    const result = sameInside(a, b);
    underWay.pop();
    return result;
  }

  function sameInside(a: object, b: object): boolean {
    if (a instanceof Date) return Object.is(a.getTime(), Number(b));
    if (TOLD_BY_TEXT.some((type) => a instanceof type)) {
      return String(a) === String(b);
    }
    if (a instanceof WeakMap || a instanceof WeakSet) {
      throw new TypeError("Cannot compare WeakMap or WeakSet instances");
    }
    if (a instanceof WeakRef) {
      return same(a.deref(), (b as typeof a).deref());
    }
    if (isBuffer(a) && isBuffer(b)) {
      return sameElements(new Uint8Array(a), new Uint8Array(b));
    }
    if (isTypedArray(a) && isTypedArray(b)) return sameElements(a, b);
    if (a instanceof Map && b instanceof Map) return sameMap(a, b);
    if (a instanceof Set && b instanceof Set) return sameSet(a, b);
    return sameProperties(a, b);
  }

  function sameMap(a: Map<unknown, unknown>, b: Map<unknown, unknown>) {
    return a.size === b.size &&
      a.entries().every(([key, value]) =>
        b.has(key) ? same(value, b.get(key)) : isObject(key) &&
          b.entries().some((entry) => same([key, value], entry))
      );
  }

  function sameSet(a: Set<unknown>, b: Set<unknown>) {
    return a.size === b.size && a.values().every((item) =>
      b.has(item) ||
      isObject(item) && b.values().some((other) => same(item, other))
    );
  }

  function sameProperties(a: object, b: object) {
    if (Object.keys(a).length !== Object.keys(b).length) return false;
    return keysOf(a).union(keysOf(b)).values().every((key) =>
      key in a && key in b && same(Reflect.get(a, key), Reflect.get(b, key))
    );
  }

  return same(a, b);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** The prototype; an object without one is as good as a plain one. */
function kindOf(value: object): object {
  return Object.getPrototypeOf(value) ?? Object.prototype;
}

function isBuffer(value: object): value is ArrayBuffer | SharedArrayBuffer {
  return value instanceof ArrayBuffer || value instanceof SharedArrayBuffer;
}

function isTypedArray(value: object): value is ArrayLike<unknown> & object {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function sameElements(a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i] && !Object.is(a[i], b[i])) return false;
  }
  return true;
}

/**
 * What a plain object or array shows when it is spread; of an instance every
 * property, those that its classes define as getters too.
 */
function keysOf(value: object): Set<string | symbol> {
  if (kindOf(value) === Object.prototype || Array.isArray(value)) {
    return new Set(Reflect.ownKeys({ ...value }));
  }
  const keys = new Set<string | symbol>();
  for (
    let level = value;
    level && level !== Object.prototype;
    level = Object.getPrototypeOf(level)
  ) {
    for (const key of Reflect.ownKeys(level)) keys.add(key);
  }
  return keys;
}
