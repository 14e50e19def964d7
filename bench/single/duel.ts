/** Turns before those that count, as a share of those. */
const WARM_UP = 1 / 3;

/** Two ways to do the same with some keys. */
export interface Duel<Keys> {
  readonly turns: number;
  /** Makes the keys of one side for a turn, outside of the timed part. */
  keys(turn: number): Keys;
  ours(keys: Keys): void;
  theirs(keys: Keys): void;
}

/**
 * Times both sides in turns; returns our time divided by theirs, turn by turn. Who
 * begins changes with each turn, so that nobody has a lasting advantage of it.
 */
export function fight<Keys>(
  { turns, keys, ours, theirs }: Duel<Keys>,
): number[] {
  const ratios: number[] = [];
  const warmUp = Math.ceil(turns * WARM_UP);
  for (let turn = 0; turn < warmUp + turns; turn++) {
    const [mine, yours] = [keys(turn), keys(turn)];
    const time = { ours: 0, theirs: 0 };
    const sides = [
      () => time.ours = timeOf(ours, mine),
      () => time.theirs = timeOf(theirs, yours),
    ];
    if (turn % 2 === 0) sides.reverse();
    for (const side of sides) side();
    if (turn >= warmUp) ratios.push(time.ours / time.theirs);
  }
  return ratios;
}

function timeOf<Keys>(work: (keys: Keys) => void, keys: Keys): number {
  const began = performance.now();
  work(keys);
  return performance.now() - began;
}
