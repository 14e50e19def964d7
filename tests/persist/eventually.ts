/**
 * Waiting for what must come, however slow the machine is.
 *
 * @module
 */

/** Looks again and again until the condition holds. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  while (!await condition()) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
