/**
 * The stepped kernel over a memory, for a harness that stands in for the operations on shared
 * words.
 *
 * @module
 */
import * as atomics from "../../../src/segment/atomics.ts";
import type { Kernel } from "../../../src/segment/kernel.ts";
import { moduleOf } from "../../../src/segment/kernel_module.ts";
import { STEPPED_KERNEL } from "./binary.ts";

/** What a harness hears besides. */
export interface Ears {
  /** A block of a class was taken off its list. */
  taken(words: atomics.Words, c: number, ref: number): void;
  /** A block of a class goes to its list. */
  freed(words: atomics.Words, c: number, ref: number): void;
  /** What is read from here on may have been freed. */
  begin(): void;
  /** What was read is not used. */
  drop(): void;
  /** What was read is used if it is valid; returns whether it is. */
  end(isValid: boolean): boolean;
}

let compiled: WebAssembly.Module | undefined;

/** As `kernelOver` of `src/segment/kernel.ts`. */
export function steppedKernelOver(
  memory: WebAssembly.Memory,
  ears: Ears,
): Kernel {
  const words = new Int32Array(memory.buffer as unknown as SharedArrayBuffer);
  compiled ??= moduleOf(STEPPED_KERNEL);
  const { exports } = new WebAssembly.Instance(compiled, {
    env: { memory },
    host: { now: () => Date.now() },
    // The names of the modules in `assembly/` that declare them.
    atomics: operationsOn(words),
    free_list: {
      taken: (c: number, ref: number) => ears.taken(words, c, ref),
      freed: (c: number, ref: number) => ears.freed(words, c, ref),
    },
    optimistic_read: {
      begin: () => ears.begin(),
      drop: () => ears.drop(),
      end: (isValid: number) => Number(ears.end(isValid !== 0)),
    },
  });
  return { ...exports } as unknown as Kernel;
}

/** The kernel names the words in each call, by an address that says nothing. */
function operationsOn(words: atomics.Words): WebAssembly.ModuleImports {
  return {
    load: (_: number, index: number) => atomics.load(words, index),
    hint: (_: number, index: number) => atomics.hint(words, index),
    own: (_: number, index: number) => atomics.own(words, index),
    fixed: (_: number, index: number) => atomics.fixed(words, index),
    touch: (_: number, index: number) => atomics.touch(words, index),
    store: (_: number, index: number, value: number) =>
      atomics.store(words, index, value),
    release: (_: number, index: number, value: number) =>
      atomics.release(words, index, value),
    poke: (_: number, index: number, value: number) =>
      atomics.poke(words, index, value),
    notify: (_: number, index: number) => atomics.notify(words, index),
    add: (_: number, index: number, by: number) =>
      atomics.add(words, index, by),
    compareAndSet: (
      _: number,
      index: number,
      expected: number,
      value: number,
    ) => Number(atomics.compareAndSet(words, index, expected, value)),
  };
}
