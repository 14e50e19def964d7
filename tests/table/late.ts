import type { Words } from "../../src/segment/atomics.ts";

/** Words of which one is read as it was a while ago, by one who is late in writing. */
export function late(words: Words, at: number, value: number): Words {
  return new Proxy(words, {
    get: (target, name) => name === `${at}` ? value : Reflect.get(target, name),
    set: (target, name, value) => Reflect.set(target, name, value),
  });
}
