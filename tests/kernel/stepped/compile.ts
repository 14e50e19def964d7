/**
 * Compiles the stepped kernel: the same functions as the kernel's, but each operation on a
 * shared word is a call of the harness, which decides who takes the next step, or ends the
 * worker there.
 *
 * ```sh
 * deno task kernel    # writes tests/kernel/stepped/binary.ts, too
 * ```
 *
 * @module
 */
import { compile, writeBinary } from "../../../src/kernel/compile.ts";

const path = (name: string) => `../tests/kernel/stepped/assembly/${name}`;

/** Compiles it. */
export function compileStepped(): Promise<Uint8Array> {
  return compile({
    "segment/atomics.ts": path("atomics.ts"),
    "segment/intrinsics.ts": path("intrinsics.ts"),
    "table/eviction_rule.ts": "kernel/assembly/eviction_rule.ts",
    "segment/free_list.ts": path("free_list.ts"),
    "segment/free_list_itself.ts": "segment/free_list.ts",
    "table/optimistic_read.ts": path("optimistic_read.ts"),
    "table/optimistic_read_itself.ts": "table/optimistic_read.ts",
  });
}

if (import.meta.main) {
  writeBinary(
    new URL("binary.ts", import.meta.url),
    "STEPPED_KERNEL",
    await compileStepped(),
  );
}
