/** Text as it may stand in an SVG. */
export function escape(text: string): string {
  return text.replace(/[&<>"]/g, (it) => `&#${it.charCodeAt(0)};`);
}
