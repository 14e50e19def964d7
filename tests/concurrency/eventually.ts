/** Longer than anything that happens "in a while" takes, on the slowest machine. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 20;

/** Waits until a check passes; in the end throws what it throws. */
export async function eventually(check: () => void): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
