/**
 * Which workers have the kernel, and which do not.
 *
 * @module
 */
import { SharedMap, type SharedMapHandle } from "../../mod.ts";

/** Which workers of a crew have the kernel: all, none, or every other one. */
export type Kernels =
  | "with the kernel"
  | "without the kernel"
  | "with the kernel and without";

/** Where the steps of the TypeScript are instrumented, nobody has a kernel. */
function isThereKernel(): boolean {
  using map = SharedMap.create({ maxBytes: 2 ** 20 });
  return map.handle.memory !== undefined;
}

/** What there is to be tried. */
export const KERNELS: readonly Kernels[] = isThereKernel()
  ? ["with the kernel", "without the kernel", "with the kernel and without"]
  : ["without the kernel"];

/** The handle of a map for one who is to have no kernel. */
export function withoutKernel({ buffer }: SharedMapHandle): SharedMapHandle {
  return { buffer };
}

/** The handle of a map for one of the workers of a crew. */
export function handleFor(
  worker: number,
  handle: SharedMapHandle,
  kernels: Kernels,
): SharedMapHandle {
  const isWithout = kernels === "without the kernel" ||
    kernels === "with the kernel and without" && worker % 2 === 1;
  return isWithout ? withoutKernel(handle) : handle;
}
