/**
 * Postings: the value of a phrase. `;17:3;18:1` says that it occurs three times
 * in piece 17 and once in piece 18.
 *
 * A bare count could not be built safely: if a worker dies after it added its
 * share to some counts, a worker that redoes the piece would add it again. A posting
 * names its piece, so adding it twice is the same as adding it once.
 *
 * @module
 */

/** The postings with those of one piece; as they are if they have them. */
export function addPosting(
  postings: string | undefined,
  piece: number,
  count: number,
): string {
  if (postings === undefined) return `;${piece}:${count}`;
  return hasPosting(postings, piece)
    ? postings
    : `${postings};${piece}:${count}`;
}

/** Whether one piece is among the postings. */
export function hasPosting(postings: string, piece: number): boolean {
  return postings.includes(`;${piece}:`);
}

/** The sum of the counts, or of those of some pieces. */
export function total(
  postings: string,
  counts: (piece: number) => boolean = () => true,
): number {
  let sum = 0;
  for (const [piece, count] of readPostings(postings)) {
    if (counts(piece)) sum += count;
  }
  return sum;
}

/** Piece and count of each posting. */
export function readPostings(postings: string): [number, number][] {
  return postings.slice(1).split(";").map((posting) => {
    const colon = posting.indexOf(":");
    return [Number(posting.slice(0, colon)), Number(posting.slice(colon + 1))];
  });
}
