/**
 * Stands in for `src/segment/kernel.ts`: the stepped kernel, whose operations on shared words
 * are steps of the search like those of the TypeScript that it is compiled from.
 *
 * @module
 */
import {
  type Kernel,
  kernelMemory,
  PAGE_BYTES,
} from "../../src/segment/kernel.ts";
import { steppedKernelOver } from "../kernel/stepped/kernel.ts";
import {
  beginOptimistic,
  blockFreed,
  blockTaken,
  discardOptimistic,
  endOptimistic,
} from "./freed.ts";

export { type Kernel, kernelMemory, PAGE_BYTES };

const EARS = {
  taken: blockTaken,
  freed: blockFreed,
  begin: beginOptimistic,
  drop: discardOptimistic,
  end: endOptimistic,
};

export function kernelOver(memory: WebAssembly.Memory): Kernel {
  return steppedKernelOver(memory, EARS);
}
