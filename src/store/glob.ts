/**
 * Glob patterns: `*`, `?`, `[abc]`, `[^a-z]`, and `\` before a character that stands for itself.
 *
 * @module
 */

/** Whether one character fits. */
type One = (code: number) => boolean;

/** A part of a pattern: one character, or any number of them. */
type Part = One | "any number";

/** The matcher of a pattern. It takes O(pattern × text) at most. */
export function globMatcher(pattern: string): (text: string) => boolean {
  const parts = partsOf(pattern);
  return (text) => matches(parts, text);
}

function partsOf(pattern: string): Part[] {
  const parts: Part[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i];
    if (char === "*") parts.push("any number");
    else if (char === "?") parts.push(() => true);
    else if (char === "[") {
      const [one, end] = classAt(pattern, i + 1);
      parts.push(one);
      i = end;
    } else {
      if (char === "\\" && i + 1 < pattern.length) i++;
      parts.push(isCode(pattern.charCodeAt(i)));
    }
  }
  return parts;
}

function isCode(wanted: number): One {
  return (code) => code === wanted;
}

/** The class that begins at an index, and the index of its last character. */
function classAt(pattern: string, start: number): [One, number] {
  const isNegated = pattern[start] === "^";
  const ones: One[] = [];
  let i = isNegated ? start + 1 : start;
  for (; i < pattern.length && pattern[i] !== "]"; i++) {
    if (pattern[i] === "\\" && i + 1 < pattern.length) {
      ones.push(isCode(pattern.charCodeAt(++i)));
    } else if (pattern[i + 1] === "-" && i + 2 < pattern.length) {
      ones.push(isBetween(pattern.charCodeAt(i), pattern.charCodeAt(i + 2)));
      i += 2;
    } else ones.push(isCode(pattern.charCodeAt(i)));
  }
  return [(code) => ones.some((one) => one(code)) !== isNegated, i];
}

function isBetween(a: number, b: number): One {
  const least = Math.min(a, b);
  const most = Math.max(a, b);
  return (code) => code >= least && code <= most;
}

/** Only the last `*` is tried with more characters: what is before it fits as it does. */
function matches(parts: readonly Part[], text: string): boolean {
  let part = 0;
  let star = -1;
  let from = 0;
  for (let i = 0; i < text.length;) {
    const wanted = parts[part];
    if (wanted === "any number") {
      star = part++;
      from = i;
    } else if (wanted?.(text.charCodeAt(i))) {
      part++;
      i++;
    } else if (star < 0) return false;
    else {
      part = star + 1;
      i = ++from;
    }
  }
  while (parts[part] === "any number") part++;
  return part === parts.length;
}
