/** The time of `SharedMap.get` divided by that of `Map.get`: the median of many turns. */
export interface HotGetReply {
  /** With string objects that were never used before. */
  readonly fresh: number;
  /** With the same objects once more. */
  readonly again: number;
}
