/**
 * Workspaces: the kernel, in WebAssembly where that runs, else in TypeScript, with the same
 * results; and its own memory. The WebAssembly is in `kernel_binary.ts`, which `kernel/vectors.ts`
 * makes.
 *
 * @module
 */

import type { Segment } from "../segment/segment.ts";
import type { Kernel } from "./kernel.ts";
import { VECTOR_KERNEL } from "./kernel_binary.ts";
import { PlainKernel } from "./plain_kernel.ts";

/** What a WebAssembly memory is measured in. */
const PAGE_BYTES = 2 ** 16;

/** A kernel, and its own memory. */
export class Workspace {
  readonly #segment: Segment;
  readonly #memory: WebAssembly.Memory | undefined;
  kernel: Kernel;
  /** Its own memory. */
  bytes: Uint8Array;
  floats: Float32Array;

  /** @param hasWebAssembly Whether WebAssembly is used, where that runs. */
  constructor(segment: Segment, hasWebAssembly: boolean) {
    const compiled = hasWebAssembly ? compiledOver(segment) : undefined;
    this.#segment = segment;
    this.#memory = compiled?.own;
    const own = compiled?.own.buffer ?? new ArrayBuffer(PAGE_BYTES);
    this.kernel = compiled?.kernel ?? new PlainKernel(segment.buffer, own);
    this.bytes = new Uint8Array(own);
    this.floats = new Float32Array(own);
  }

  /** Makes room for so many bytes. What was there may be lost. */
  reserve(needed: number): void {
    const missing = needed - this.bytes.length;
    if (missing <= 0) return;
    const pages = Math.ceil(missing * 1.25 / PAGE_BYTES);
    let own: ArrayBufferLike;
    if (this.#memory === undefined) {
      own = new ArrayBuffer(this.bytes.length + pages * PAGE_BYTES);
      this.kernel = new PlainKernel(this.#segment.buffer, own);
    } else {
      this.#memory.grow(pages);
      own = this.#memory.buffer;
    }
    this.bytes = new Uint8Array(own);
    this.floats = new Float32Array(own);
  }
}

/** undefined: not tried yet; null: it does not run here. */
let module: WebAssembly.Module | null | undefined;

function compiledModule(): WebAssembly.Module | null {
  if (module !== undefined) return module;
  const binary = Uint8Array.fromBase64(VECTOR_KERNEL);
  return module = WebAssembly.validate(binary)
    ? new WebAssembly.Module(binary)
    : null;
}

function compiledOver(
  { handle: { memory } }: Segment,
): { kernel: Kernel; own: WebAssembly.Memory } | undefined {
  const module = compiledModule();
  if (memory === undefined || module === null) return undefined;
  const own = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(module, {
    memory: { segment: memory, own },
  });
  const { closeness, dots, estimates } = exports as unknown as Kernel;
  return { kernel: { closeness, dots, estimates }, own };
}
