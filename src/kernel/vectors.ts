/**
 * Assembles the kernel of the vectors, from the text of its instructions. It is written in
 * WebAssembly, and compiled from no TypeScript, as that has no vectors of numbers; and it uses two
 * memories, which AssemblyScript does not know.
 *
 * ```sh
 * deno task kernel    # writes src/vectors/kernel_binary.ts, too
 * ```
 *
 * @module
 */

import binaryen from "binaryen";
import { writeBinary } from "./compile.ts";

const HERE = import.meta.url;
const SOURCES = new URL("../", HERE);
const SOURCE = new URL("kernel/vectors.wat", SOURCES);
const { Atomics, BulkMemory, MultiMemory, MutableGlobals, SIMD128, SignExt } =
  binaryen.Features;
/** What it may use of WebAssembly. */
const FEATURES = Atomics | BulkMemory | MultiMemory | MutableGlobals |
  SIMD128 | SignExt;

/** The binary of the kernel of the vectors. */
export function assemble(): Uint8Array {
  const module = binaryen.parseText(Deno.readTextFileSync(SOURCE));
  try {
    module.setFeatures(FEATURES);
    if (!module.validate()) throw new Error("The kernel of vectors is invalid");
    binaryen.setOptimizeLevel(2);
    binaryen.setShrinkLevel(0);
    module.optimize();
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

if (import.meta.main) {
  const target = new URL("vectors/kernel_binary.ts", SOURCES);
  writeBinary(target, "VECTOR_KERNEL", assemble());
}
