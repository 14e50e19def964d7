/** What stands under a key: a text that says where it belongs, a number, or nothing. */
export type Value = string | number | undefined;

/** A text that no other key and no other version has. */
export function textOf(key: string, version: number, length: number): string {
  const unit = `${key}:${version}:${length};`;
  return unit.repeat(Math.ceil(length / unit.length)).slice(0, length) + unit;
}

/** Whether a text was made for a key. */
export function belongsTo(key: string, text: string): boolean {
  const [, version, length] = text.slice(
    text.lastIndexOf(":", text.lastIndexOf(":") - 1),
  ).slice(0, -1).split(":");
  return text === textOf(key, Number(version), Number(length));
}
