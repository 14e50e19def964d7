import { attachmentOf } from "../../src/api/shared_map.ts";
import { load, type Words } from "../../src/segment/atomics.ts";
import { H_FLUSH } from "../../src/segment/layout.ts";
import type { WorkerContext } from "../testing/role.ts";

/** A write that waits asks for memory at each nap; one that does not wait asks once or twice. */
const REQUESTS_OF_A_WAIT = 12;
const pillow = new Int32Array(new SharedArrayBuffer(4));

/** Blocks its thread until another worker waits for memory; says whether one did. */
function sleepUntilAwaited(context: WorkerContext, words: Words): boolean {
  const before = load(words, H_FLUSH);
  while (load(words, H_FLUSH) - before < REQUESTS_OF_A_WAIT) {
    if (context.stopped) return false;
    Atomics.wait(pillow, 0, 0, 1);
  }
  return true;
}

export const roles = {
  /** Reads until somebody waits for what it may read; says whether somebody did. */
  slowReader(context: WorkerContext, flag: SharedArrayBuffer): boolean {
    const attachment = attachmentOf(context.attach());
    return attachment.pinned(() => {
      Atomics.store(new Int32Array(flag), 0, 1);
      return sleepUntilAwaited(context, attachment.segment.words);
    });
  },

  /**
   * Fills much of the memory with what it overwrites beside a reader, and goes on when somebody
   * waits for it; says whether somebody did.
   */
  slowWriter(
    context: WorkerContext,
    { flag, writes, bytes }: {
      flag: SharedArrayBuffer;
      writes: number;
      bytes: number;
    },
  ): boolean {
    const map = context.attach<string, Uint8Array>();
    attachmentOf(context.attach()).pinned(() => {
      for (let i = 0; i < writes; i++) map.set("key", new Uint8Array(bytes));
    });
    Atomics.store(new Int32Array(flag), 0, 1);
    const { words } = attachmentOf(map).segment;
    const isAwaited = sleepUntilAwaited(context, words);
    map.set("key", new Uint8Array(bytes));
    return isAwaited;
  },
};
