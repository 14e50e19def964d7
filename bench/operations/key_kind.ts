import { freshKey, KEY_LENGTH } from "../measure/fresh_keys.ts";

/** A way to come by the keys of a bench. */
export interface KeyKind<K extends string | number> {
  readonly name: string;
  /** The name of the key codec. */
  readonly codec: K extends string ? "string" : "number";
  /** The `n`th key. */
  key(n: number): K;
}

/** A new string object for every use, as in a program that builds its keys. */
export const FRESH_STRINGS: KeyKind<string> = {
  name: `fresh ${KEY_LENGTH}-character strings`,
  codec: "string",
  key: freshKey,
};

/**
 * String objects that were used before: V8 keeps the hash in them, and `Map`,
 * alone, need not compute it again.
 */
export const REUSED_STRINGS: KeyKind<string> = {
  name: `reused ${KEY_LENGTH}-character strings`,
  codec: "string",
  key: (n) => built[n] ?? (built[n] = freshKey(n)),
};

const built: string[] = [];

export const NUMBERS: KeyKind<number> = {
  name: "numbers",
  codec: "number",
  key: (n) => n,
};
