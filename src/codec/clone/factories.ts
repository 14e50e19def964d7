/**
 * Functions that make objects with given keys. An object literal is made at once; to add the
 * properties one by one takes fifteen times as long, because V8 looks up the object's next
 * hidden class each time.
 *
 * @module
 */

/** Makes an object of the parts from `base` on, one for each key. */
export type Factory = (parts: readonly unknown[], base: number) => object;

/** How many functions are compiled at most. */
const MOST = 1000;
let left = MOST;

/**
 * A function that makes objects with these keys; undefined where code may not be made of text, or
 * enough was made.
 */
export function factoryFor(keys: readonly string[]): Factory | undefined {
  // In a literal `__proto__` would set the prototype.
  if (left === 0 || keys.includes("__proto__")) return undefined;
  left--;
  // JSON is a string literal, whatever the key is.
  const properties = keys.map((key, i) =>
    `${JSON.stringify(key)}: parts[base + ${i}]`
  );
  try {
    return new Function(
      "parts",
      "base",
      `return { ${properties.join(", ")} };`,
    ) as Factory;
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    left = 0; // the runtime was told not to
    return undefined;
  }
}
