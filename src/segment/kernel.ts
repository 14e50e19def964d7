/**
 * The kernel: what is compiled to WebAssembly of the layers above, to run on a segment's memory.
 *
 * It is a shortcut: without it, the functions that it is compiled from are called, with the same
 * outcome (`table/fast_path.ts`, `table/fast_text.ts`, `table/fast_commits.ts`,
 * `table/fast_eviction.ts`, `table/s3_fifo.ts`, `table/gap.ts`, `table/strides.ts`,
 * `reclamation/limbo.ts`). A segment has one if its memory is a `WebAssembly.Memory`, which reaches
 * 4 GiB. It is in `kernel_binary.ts`, which `kernel/compile.ts` makes.
 *
 * @module
 */

import { notify } from "./atomics.ts";
import { KERNEL } from "./kernel_binary.ts";
import { moduleOf } from "./kernel_module.ts";

/** The functions of the kernel; those that they are compiled from say what they do. */
export interface Kernel {
  lookup(base: number, text: string, most: number): number;
  lookupNoting(base: number, text: string, most: number): number;
  lookupPacked(base: number, hash: number, info: number, most: number): number;
  lookupPackedNoting(
    base: number,
    hash: number,
    info: number,
    most: number,
  ): number;
  findOptimistically(base: number, hash: number, info: number): number;
  findToWrite(base: number, hash: number, info: number): number;
  putNumber(
    base: number,
    hash: number,
    info: number,
    valueInfo: number,
    value: number,
  ): number;
  putNumberByText(
    base: number,
    text: string,
    valueInfo: number,
    value: number,
  ): number;
  putTextByText(base: number, text: string, value: string): number;
  makeByText(base: number, text: string, valueInfo: number): number;
  removeByText(base: number, text: string, expected: number): number;
  findByText(base: number, text: string): number;
  incrementByText(
    base: number,
    text: string,
    valueInfo: number,
    by: number,
  ): number;
  exchangeByText(
    base: number,
    text: string,
    valueInfo: number,
    expected: number,
    value: number,
  ): number;
  publish(
    base: number,
    hash: number,
    version: number,
    expected: number,
  ): number;
  remove(base: number, hash: number, info: number, expected: number): number;
  evict(base: number, ref: number): number;
  increment(
    base: number,
    hash: number,
    info: number,
    valueInfo: number,
    by: number,
  ): number;
  exchange(
    base: number,
    hash: number,
    info: number,
    valueInfo: number,
    expected: number,
    value: number,
  ): number;
  draftVersion(
    base: number,
    hash: number,
    info: number,
    valueInfo: number,
    expected: number,
  ): number;
  draftGuard(
    base: number,
    hash: number,
    info: number,
    expected: number,
  ): number;
  commitRecord(base: number): number;
  packText(base: number, text: string): number;
  afterGap(table: number, from: number, to: number): number;
  moveSome(base: number, table: number): number;
  collectOnTheWay(base: number): number;
  drain(base: number, most: number): number;
  noteInsertion(hash: number): void;
  choose(base: number, last: number, rule: number): number;
  evictSome(base: number, rule: number, entries: number, refs: number): number;
}

/** What a WebAssembly memory is measured in. */
export const PAGE_BYTES: number = 2 ** 16;
const MOST_PAGES = 2 ** 16;

/** Memory of so many bytes, in whole pages, for the kernel; undefined where there can be none. */
export function kernelMemory(bytes: number): WebAssembly.Memory | undefined {
  const pages = Math.floor(bytes / PAGE_BYTES);
  if (pages > MOST_PAGES) return undefined;
  try {
    return new WebAssembly.Memory({
      initial: pages,
      maximum: pages,
      shared: true,
    });
  } catch (error) {
    // The address space that it reserves is larger than the memory, and may be limited.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

let compiled: WebAssembly.Module | undefined;

/**
 * The kernel over a memory. Its functions are in an object of the same shape for every memory. The
 * `exports` of instances are not: to V8 each of them is of a type of its own, and code compiled for
 * one map would be thrown away at the next one.
 */
export function kernelOver(memory: WebAssembly.Memory): Kernel {
  compiled ??= moduleOf(KERNEL);
  const words = new Int32Array(memory.buffer as unknown as SharedArrayBuffer);
  const { exports } = new WebAssembly.Instance(compiled, {
    env: { memory },
    host: {
      now: () => Date.now(),
      notify: (index: number) => notify(words, index),
    },
  });
  const kernel = exports as unknown as Kernel;
  return {
    lookup: kernel.lookup,
    lookupNoting: kernel.lookupNoting,
    lookupPacked: kernel.lookupPacked,
    lookupPackedNoting: kernel.lookupPackedNoting,
    findOptimistically: kernel.findOptimistically,
    findToWrite: kernel.findToWrite,
    putNumber: kernel.putNumber,
    putNumberByText: kernel.putNumberByText,
    putTextByText: kernel.putTextByText,
    makeByText: kernel.makeByText,
    removeByText: kernel.removeByText,
    findByText: kernel.findByText,
    incrementByText: kernel.incrementByText,
    exchangeByText: kernel.exchangeByText,
    publish: kernel.publish,
    remove: kernel.remove,
    evict: kernel.evict,
    increment: kernel.increment,
    exchange: kernel.exchange,
    draftVersion: kernel.draftVersion,
    draftGuard: kernel.draftGuard,
    commitRecord: kernel.commitRecord,
    packText: kernel.packText,
    afterGap: kernel.afterGap,
    moveSome: kernel.moveSome,
    collectOnTheWay: kernel.collectOnTheWay,
    drain: kernel.drain,
    noteInsertion: kernel.noteInsertion,
    choose: kernel.choose,
    evictSome: kernel.evictSome,
  };
}
