/**
 * Stands in for `src/segment/kernel.ts`: the stepped kernel, so that a worker dies at any
 * operation on a shared word in it, too.
 *
 * @module
 */
import {
  type Kernel,
  kernelMemory,
  PAGE_BYTES,
} from "../../src/segment/kernel.ts";
import { steppedKernelOver } from "../kernel/stepped/kernel.ts";

export { type Kernel, kernelMemory, PAGE_BYTES };

/** Nothing is filled when it is freed, so there is nothing to hear. */
const DEAF = {
  taken() {},
  freed() {},
  begin() {},
  drop() {},
  end: (isValid: boolean) => isValid,
};

export function kernelOver(memory: WebAssembly.Memory): Kernel {
  return steppedKernelOver(memory, DEAF);
}
