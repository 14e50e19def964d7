/** One trace. */
export interface Trace {
  readonly name: string;
  /** Numbers of keys, one for each access. */
  readonly accesses: Uint32Array;
  /** How many entries the caches are given. */
  readonly entries: number;
}
