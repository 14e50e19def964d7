import { assert, assertEquals } from "@std/assert";
import { walk } from "@std/fs";
import { load, type Words } from "../../src/segment/atomics.ts";

// The language lets a plain read be made later than it is written, and V8 does so:
// see `src/segment/atomics.ts`.

const WATCHED = 32;
const FAR = 4096;
const WORDS = 2 ** 22;
/** Until the loop is compiled by the compiler that moves reads. */
const WARM_UP = 2_000_000;
/** Changes between two calls, none within one: a read was moved over those after it. */
const ENOUGH = 20_000;

/** What changes between two loads, with reads in between that take their time. */
function change(words: Words, at: number): number {
  const before = load(words, WATCHED);
  const seen = words[at] ^ words[at + 99_991] ^ words[at + 199_999] ^
    words[at + 299_993] ^ words[at + 399_989] ^ words[at + 499_979] ^
    words[at + 599_999] ^ words[at + 699_967];
  const after = load(words, WATCHED);
  return seen === 12_345 ? 0 : after - before;
}

/**
 * Calls it again and again, until a change is seen, `most` times or until enough changes
 * were missed.
 */
function seesChange(words: Words, most: number): boolean {
  let at = FAR;
  let last = load(words, WATCHED);
  for (let call = 0, missed = 0; call < most && missed < ENOUGH; call++) {
    at = FAR + ((Math.imul(at, 1_103_515_245) + 12_345) & 0x1fffff);
    if (change(words, at) !== 0) return true;
    const now = load(words, WATCHED);
    if (now !== last) missed++;
    last = now;
  }
  return false;
}

const WRITER = `self.onmessage = ({ data: words }) => {
  self.postMessage("begun");
  for (;;) Atomics.add(words, ${WATCHED}, 2);
}`;

Deno.test("load() is made where it is written: two of them see what changes in between", async () => {
  const words = new Int32Array(new SharedArrayBuffer(4 * WORDS));
  assertEquals(seesChange(words, WARM_UP), false);
  const url = URL.createObjectURL(
    new Blob([WRITER], { type: "text/javascript" }),
  );
  const worker = new Worker(url, { type: "module" });
  try {
    await new Promise((resolve) => {
      worker.onmessage = resolve;
      worker.postMessage(words);
    });
    assert(seesChange(words, Infinity));
  } finally {
    worker.terminate();
    URL.revokeObjectURL(url);
  }
});

/**
 * Words that others change, and whose order with other reads matters: those that a scan or a
 * probe begins with, and those that say what others are at.
 */
const ORDERED = [
  "H_CEILING",
  "H_CLOCK",
  "H_ERA",
  "H_LONG_KEY",
  "H_PARTICIPANTS",
  "H_ROOT",
  "H_SNAPSHOTS",
  "H_WATCHED",
  "P_HORIZON",
  "P_REGISTRY_MARK",
  "P_STATE",
  "T_NEXT",
  "T_REAPER",
  "T_PERMITS",
  "T_ROOT_SINCE",
  "T_SWEPT",
  "V_STAMP",
];
/** Plain reads of them, in which that is as good. */
const EXCEPTIONS = [
  "persist/epoch_scan.ts: words[ref * 4 + V_STAMP]", // the scan settled it
  "reclamation/pin.ts: hint(words, H_ERA)", // a stale pin holds back more
  "table/chain.ts: fixed(words, ref * 4 + V_STAMP)", // settled before it was replaced
  "table/chain.ts: fixed(words, ref * 4 + V_STAMP)", // settled before it was replaced
  "table/chain.ts: fixed(words, wanted * 4 + V_STAMP)", // settled before it was replaced
  "table/cursor.ts: hint(words, at + V_STAMP)", // read again where it matters
  "table/fast_path.ts: hint(words, H_ROOT)", // only to bring it into the cache
  "table/migration.ts: hint(this.#words, hint(this.#words, H_ROOT) * 4 + T_NEXT)", // only a hint
  "table/resizer.ts: hint(words, tombstone * 4 + V_STAMP)", // it is read again before it is dropped
  "table/prune.ts: fixed(words, old * 4 + V_STAMP)", // settled before it was replaced
  "table/prune.ts: fixed(words, ref * 4 + V_STAMP)", // settled by the caller
  "table/tombstone.ts: fixed(words, at + V_STAMP)", // settled by the caller
  "table/tombstone.ts: fixed(words, tombstone * 4 + V_STAMP)", // settled by the caller
];
/** Where nothing is believed before it is confirmed, so that all reads must be in order. */
const UNPINNED = ["table/optimistic_read.ts", "table/fast_lookup.ts"];
const SRC = new URL("../../src/", import.meta.url);

/** The code of every file in the rooms that know shared words, without comments. */
async function sources(): Promise<{ file: string; code: string }[]> {
  const found: { file: string; code: string }[] = [];
  for await (const { path } of walk(SRC, { exts: [".ts"] })) {
    const file = path.slice(SRC.pathname.length);
    if (!/^(segment|reclamation|table|map|persist)\//.test(file)) continue;
    if (file === "persist/worker_code.ts") continue; // made of the others
    const code = Deno.readTextFileSync(path)
      .replaceAll(/\/\*[^]*?\*\//g, "")
      .replaceAll(/(^|\s)\/\/.*$/gm, "");
    found.push({ file, code });
  }
  assert(found.length > 50);
  return found;
}

Deno.test("no word whose order matters is read plainly", async () => {
  const names = ORDERED.join("|");
  const plain = new RegExp(
    `\\b(?:hint|own|fixed)\\((?:[^()]|\\([^()]*\\))*\\b(?:${names})\\b[^()]*\\)|` +
      `\\bwords\\[[^\\]]*\\b(?:${names})\\b[^\\]]*\\](?! =[^=])`,
    "g",
  );
  const met = (await sources()).flatMap(({ file, code }) =>
    [...code.replaceAll(/\bload\([^()]*\)/g, "loaded").matchAll(plain)].map((
      [read],
    ) => `${file}: ${read}`)
  );
  assertEquals(met.toSorted(), EXCEPTIONS.toSorted());
});

Deno.test("what is read without a pin is read in order", async () => {
  for (const { file, code } of await sources()) {
    if (!UNPINNED.includes(file)) continue;
    assertEquals(code.match(/\b(?:hint|own|fixed|readHash)\(/g), null, file);
    // The participant's own record is written there.
    const reads = code
      .matchAll(/\b(?:words|floats)\[([^\]]*)\](?! =[^=])/g);
    for (const [, index] of reads) {
      assert(/^H_SEED/.test(index), `${file} reads ${index} plainly`);
    }
  }
});
