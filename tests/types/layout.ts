/**
 * What the types in `src/segment/layout_types.ts` refuse: `deno check` fails if one of them does
 * not.
 *
 * @module
 */
import type {
  Differ,
  None,
  NotOnLine,
  Odd,
  OnLine,
  Outside,
  Overlaps,
  Range,
} from "../../src/segment/layout_types.ts";

type Sound = { A: 0; B: 2; C: 16 };
type Wide = { A: 2; C: 3 };
type Single = Record<never, number>;

export type Accepted = [
  None<Differ<Range<3, 4>, 3 | 4 | 5 | 6>>,
  None<Overlaps<Sound, Wide>>,
  None<Outside<Sound, Wide, 19>>,
  None<OnLine<Sound, 0, "A" | "B">>,
  None<NotOnLine<0 | 48 | 496>>,
  None<Odd<0 | 8 | 232>>,
];

export type Refused = [
  // @ts-expect-error: two fields begin at one word
  None<Overlaps<{ A: 7; B: 7 }, Single>>,
  // @ts-expect-error: the words of a field reach into another
  None<Overlaps<Sound, { A: 3 }>>,
  // @ts-expect-error: a field begins behind its record
  None<Outside<Sound, Single, 16>>,
  // @ts-expect-error: a field ends behind its record
  None<Outside<Sound, Wide, 18>>,
  // @ts-expect-error: another field is on the line, too
  None<OnLine<Sound, 0, "A">>,
  // @ts-expect-error: a field is not on the line
  None<OnLine<Sound, 16, "B" | "C">>,
  // @ts-expect-error: no cache line begins there
  None<NotOnLine<24>>,
  // @ts-expect-error: not at a multiple of 8 bytes
  None<Odd<13>>,
];
