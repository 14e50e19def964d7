/**
 * Types that check a layout: what they find wrong is the type, and `None` refuses it. Nothing here
 * exists at run time.
 *
 * @module
 */

/** Offsets of fields, in words, by name. */
export type Fields = Readonly<Record<string, number>>;

/** Words that fields take, where it is not one. */
export type Widths = Readonly<Record<string, number>>;

/** Refuses whatever was found: the message names it. */
export type None<Found extends never> = Found;

/** A tuple of a length, to count with. */
type Tuple<Length extends number, T extends 0[] = []> = T["length"] extends
  Length ? T : Tuple<Length, [...T, 0]>;

/** `Count` numbers from `From` on, as far apart as `Step` is long. */
export type Range<
  From extends number,
  Count extends number,
  Step extends 0[] = [0],
  Done extends 0[] = [],
  At extends 0[] = Tuple<From>,
  Found = never,
> = Done["length"] extends Count ? Found
  : Range<
    From,
    Count,
    Step,
    [...Done, 0],
    [...At, ...Step],
    Found | At["length"]
  >;

/** The words of a field. */
type WordsOf<F extends Fields, W extends Widths, Name extends keyof F> = Range<
  F[Name],
  Name extends keyof W ? W[Name] : 1
>;

/** Fields that have a word in common. */
export type Overlaps<F extends Fields, W extends Widths> = {
  [A in keyof F & string]: {
    [B in Exclude<keyof F & string, A>]:
      [WordsOf<F, W, A> & WordsOf<F, W, B>] extends [never] ? never
        : `${A} overlaps ${B}`;
  }[Exclude<keyof F & string, A>];
}[keyof F & string];

/** Fields that are not whole within the first words. */
export type Outside<F extends Fields, W extends Widths, Words extends number> =
  {
    [Name in keyof F & string]:
      [Exclude<WordsOf<F, W, Name>, Range<0, Words>>] extends [never] ? never
        : `${Name} ends behind its record`;
  }[keyof F & string];

/** Words of a cache line. */
type LineWords = 16;
type Line = Tuple<LineWords>;

/** What is wrong about the fields that begin on the cache line from `First` on. */
export type OnLine<F extends Fields, First extends number, Wanted> =
  | Exclude<FieldsIn<F, Range<First, LineWords>>, Wanted>
  | Exclude<Wanted, FieldsIn<F, Range<First, LineWords>>>;

type FieldsIn<F extends Fields, Words> = {
  [Name in keyof F & string]: F[Name] extends Words ? Name : never;
}[keyof F & string];

/** Which of these words do not begin a cache line, of the first 32 lines. */
export type NotOnLine<Word extends number> = Exclude<
  Word,
  Range<0, 32, Line>
>;

/** Which of these words a f64 cannot begin at. */
export type Odd<Word extends number> = Word extends Word
  ? `${Word}` extends `${string}${0 | 2 | 4 | 6 | 8}` ? never : Word
  : never;

/** What is wrong if two types differ. */
export type Differ<A, B> = Exclude<A, B> | Exclude<B, A>;
