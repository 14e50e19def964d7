/**
 * Has the system hand out a map's memory before the clock runs, the same for
 * every contender.
 *
 * A page of fresh memory costs a fault at its first touch: more than a map
 * operation, ten times more on a virtual machine that has to ask its host, and
 * again more when two workers fault at once. A map that grows would then show
 * little else (tried: from one run to the next the throughput of one and the same
 * table differed by ten times).
 *
 * A write that changes nothing is touch enough, and disturbs nobody.
 */
export function commitMemory(handle: unknown): void {
  for (const buffer of buffersIn(handle)) {
    const words = new Int32Array(buffer, 0, buffer.byteLength >> 2);
    for (let at = 0; at < words.length; at += WORDS_A_PAGE) {
      Atomics.or(words, at, 0);
    }
  }
}

const WORDS_A_PAGE = 1_024;

/** The shared buffers in a message, wherever its contender put them. */
function buffersIn(value: unknown): Set<SharedArrayBuffer> {
  if (value instanceof SharedArrayBuffer) return new Set([value]);
  if (ArrayBuffer.isView(value)) return buffersIn(value.buffer);
  if (typeof value !== "object" || value === null) return new Set();
  return new Set(Object.values(value).flatMap((part) => [...buffersIn(part)]));
}
