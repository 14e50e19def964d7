/**
 * Optimizes a compiled kernel: compiles functions into their callers.
 *
 * The sources are short functions, as readers like them, and calls are what a write spends most on
 * in WebAssembly. What the compiler inlines by itself are small functions and those that are called
 * once; here it inlines nearly all, so that each export is one flat run of instructions. The kernel
 * more than doubles in size by that.
 *
 * @module
 */

import binaryen from "binaryen";

/** The sizes, in nodes of the compiler's tree, up to which functions are inlined. */
const ALWAYS = 250;
const IF_IT_PAYS = 5_000;
const ONE_CALLER = 100_000;
/** What was inlined calls functions in its turn. */
const DEPTH = 3;

const { Atomics, BulkMemory, GC, MutableGlobals, ReferenceTypes, SignExt } =
  binaryen.Features;
/** What the kernel may use of WebAssembly: nothing that the runtime does not know. */
const FEATURES = Atomics | BulkMemory | GC | MutableGlobals | ReferenceTypes |
  SignExt;

/** The binary of a module, flat, from its text. */
export function flatten(text: string): Uint8Array {
  const module = binaryen.parseText(text);
  try {
    module.setFeatures(FEATURES);
    binaryen.setOptimizeLevel(3);
    binaryen.setShrinkLevel(0);
    binaryen.setAlwaysInlineMaxSize(ALWAYS);
    binaryen.setFlexibleInlineMaxSize(IF_IT_PAYS);
    binaryen.setOneCallerInlineMaxSize(ONE_CALLER);
    binaryen.setAllowInliningFunctionsWithLoops(true);
    module.runPasses(Array(DEPTH).fill("inlining-optimizing"));
    module.optimize();
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}
