/**
 * Colours, where a person looks and has not said no (`NO_COLOR`).
 *
 * @module
 */

const isOn = Deno.stdout.isTerminal() && !Deno.noColor;

function paint(code: number): (text: string) => string {
  return (text) => isOn ? `\x1b[${code}m${text}\x1b[0m` : text;
}

export const bold = paint(1);
export const dim = paint(2);
export const red = paint(31);
export const green = paint(32);
export const cyan = paint(36);
