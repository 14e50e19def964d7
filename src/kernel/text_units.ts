/**
 * Text units: how the kernel reads the caller's strings.
 *
 * To ask the engine for one character after the other takes longer than to hash them: it looks each
 * time what kind of string it has. So a string is copied first, all at once, into an array of the
 * instance's own, which no other thread sees. That array is one of WebAssembly's garbage-collected
 * ones, which the compiler does not know. So `assembly/intrinsics.ts` declares two functions as
 * imports, and here their bodies are put in their place.
 *
 * Two texts of at most `MEDIUM_TEXT` units can be open at a time, one behind the other. An open
 * text is a number: where it begins in the array, times 2 ** 16, and its length.
 *
 * @module
 */

import binaryen from "binaryen";
import { MEDIUM_TEXT } from "../segment/layout.ts";

/** What is longer is not copied, and has this length. */
const TOO_LONG = 0xffff;

const OPEN =
  /\(import "units" "open" \(func (\S+) \(param externref i32\) \(result i32\)\)\)/;
const UNIT =
  /\(import "units" "unit" \(func (\S+) \(param i32\) \(result i32\)\)\)/;

/** The text of a compiled module, with the bodies of the two functions. */
export function withTextUnits(binary: Uint8Array): string {
  const module = binaryen.readBinary(binary);
  try {
    return linked(module.emitText());
  } finally {
    module.dispose();
  }
}

function linked(text: string): string {
  const open = nameOf(OPEN, text);
  const unit = nameOf(UNIT, text);
  const end = text.lastIndexOf(")");
  return text.slice(0, end).replace(OPEN, IMPORTS).replace(UNIT, "") +
    bodies(open, unit) + ")\n";
}

function nameOf(pattern: RegExp, text: string): string {
  const match = pattern.exec(text);
  if (match === null) throw new Error(`The kernel does not import ${pattern}`);
  return match[1];
}

const IMPORTS = `
 (type $units (array (mut i16)))
 (import "wasm:js-string" "length" (func $length (param externref) (result i32)))
 (import "wasm:js-string" "intoCharCodeArray"
  (func $copy (param externref (ref null $units) i32) (result i32)))`;

function bodies(open: string, unit: string): string {
  return `
 (global $units (ref $units) (array.new_default $units (i32.const ${
    2 * MEDIUM_TEXT
  })))
 (func ${open} (param $text externref) (param $at i32) (result i32)
  (local $length i32)
  (if (i32.gt_u
    (local.tee $length (call $length (local.get $text)))
    (i32.const ${MEDIUM_TEXT}))
   (then (return (i32.const ${TOO_LONG}))))
  (drop (call $copy (local.get $text) (global.get $units) (local.get $at)))
  (i32.or (i32.shl (local.get $at) (i32.const 16)) (local.get $length)))
 (func ${unit} (param $at i32) (result i32)
  (array.get_u $units (global.get $units) (local.get $at)))
`;
}
