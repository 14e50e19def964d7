import { Random } from "../segment/random.ts";

/** Numbers from 0 to 1 that a seed decides, as a function. */
export function randomFrom(seed: number): () => number {
  const random = new Random(seed);
  return () => random.fraction();
}
