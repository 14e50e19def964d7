import process from "node:process";

/**
 * The processor time that this thread has used, in seconds, in steps of about
 * 10 ms. On a machine that other programs use as well, it tells what a worker
 * could do from what it was let do.
 */
export function processorTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}
