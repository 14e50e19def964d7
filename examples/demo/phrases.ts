/**
 * What is counted: every run of 1 to `longest` words that stand in one line.
 *
 * @module
 */

const WORD = /\p{L}+(?:['’]\p{L}+)*/gu;

/**
 * How often each phrase occurs in a text. The order of the entries depends on
 * nothing but the text, so a worker that counts a piece again goes the same way.
 */
export function countPhrases(
  text: string,
  longest: number,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of linesOf(text.toLowerCase())) {
    for (const phrase of phrasesOf(line, longest)) {
      counts.set(phrase, (counts.get(phrase) ?? 0) + 1);
    }
  }
  return counts;
}

/** All phrases of a line, the repeated ones too. */
export function phrasesOf(line: string, longest: number): string[] {
  const words = line.match(WORD) ?? [];
  const phrases: string[] = [];
  words.forEach((word, first) => {
    phrases.push(word);
    const end = Math.min(words.length, first + longest);
    for (let next = first + 1, phrase = word; next < end; next++) {
      phrases.push(phrase += " " + words[next]);
    }
  });
  return phrases;
}

/** The lines of a text that are not empty. */
export function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line.length > 0);
}
