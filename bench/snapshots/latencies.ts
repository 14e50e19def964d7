/** Latencies of single writes, in microseconds. */
export interface Latencies {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Writes as fast as it can for a while, and times each write. */
export function measureLatencies(
  write: (i: number) => void,
  milliseconds: number,
): Latencies {
  const samples: number[] = [];
  const end = performance.now() + milliseconds;
  for (let i = 0; performance.now() < end; i++) {
    const began = performance.now();
    write(i);
    samples.push((performance.now() - began) * 1_000);
  }
  samples.sort((a, b) => a - b);
  const at = (share: number) =>
    samples[Math.floor((samples.length - 1) * share)];
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
