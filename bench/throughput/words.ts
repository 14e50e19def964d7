/** `1 worker`, `2 workers`. */
export function workersOf({ workers }: { readonly workers: number }): string {
  return `${workers} worker${workers === 1 ? "" : "s"}`;
}
