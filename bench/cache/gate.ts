/**
 * A gate that several workers pass at the same time: the first word counts those
 * that wait, the second one opens it.
 *
 * @module
 */

const WAITING = 0;
const OPEN = 1;

/** A gate that is closed. */
export function makeGate(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(8));
}

/** Waits until the gate is open. */
export function pass(gate: Int32Array): void {
  Atomics.add(gate, WAITING, 1);
  Atomics.wait(gate, OPEN, 0);
}

/** Opens the gate as soon as so many wait. */
export async function openFor(
  gate: Int32Array,
  workers: number,
): Promise<void> {
  while (Atomics.load(gate, WAITING) < workers) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  Atomics.store(gate, OPEN, 1);
  Atomics.notify(gate, OPEN);
}
