/**
 * Compiles the kernel: the functions that `assembly/entry.ts` names, from the very files that run
 * as TypeScript elsewhere.
 *
 * ```sh
 * deno task kernel    # writes src/segment/kernel_binary.ts
 * ```
 *
 * The compiler is AssemblyScript's, which reads a strict TypeScript. What it does not know is
 * rewritten on the way: `number` becomes a 32-bit integer, rotations and operations on strings get
 * names, constants are imported by name, and the two modules that touch the memory are replaced by
 * those in `assembly/`, where an access is one instruction; so is that of eviction rules, which are
 * functions elsewhere.
 *
 * @module
 */

import asc from "assemblyscript/asc";
import { flatten } from "./optimize.ts";
import { withTextUnits } from "./text_units.ts";

const HERE = import.meta.url;
const SOURCES = new URL("../", HERE);
const ENTRY = "kernel/assembly/entry.ts";
/** Modules, and the files that take their place. */
type StandIns = Readonly<Record<string, string>>;
const STAND_INS: StandIns = {
  "segment/atomics.ts": "kernel/assembly/atomics.ts",
  "segment/intrinsics.ts": "kernel/assembly/intrinsics.ts",
  "table/eviction_rule.ts": "kernel/assembly/eviction_rule.ts",
};
/**
 * What the optimizer does not inline by itself: it has a loop, or a string among its parameters, or
 * is called from several places.
 */
const INLINED =
  /^(?:export )?function (?:findText|findPacked|copyOut|packAndHash|packWide|findOptimistically|seemsOfKey|probe|newVersion|currentLink|replace|announce|account|popBlock|isLatest|countDown|warmCell)\(/gm;
const TEXTUAL = /\btext\.(length|charCodeAt)\b/;
const STRINGS = `import { unitAt, unitsIn } from "../segment/intrinsics.ts";\n`;
/** Types of these modules are needed; those of others only by functions that are not compiled. */
const TYPED = /\/(atomics|intrinsics|eviction_rule)\.ts"/;

const OPTIONS = [
  "--optimizeLevel=3",
  "--noAssert",
  "--runtime=stub",
  "--importMemory",
  "--sharedMemory",
  "--initialMemory=1",
  "--maximumMemory=65536",
  "--enable=threads,reference-types",
  "--outFile=kernel.wasm",
];

/** Compiles the kernel; with other stand-ins, another one. */
export async function compile(
  standIns: StandIns = STAND_INS,
): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main([ENTRY, ...OPTIONS], {
    readFile: (name) => readSource(name, standIns),
    writeFile: (name, contents) => {
      if (name === "kernel.wasm") binary = contents as Uint8Array;
    },
    listFiles: () => [],
  });
  if (error !== null || binary === undefined) {
    throw new Error(`Cannot compile the kernel: ${error?.message}\n${stderr}`);
  }
  return flatten(withTextUnits(binary));
}

function readSource(name: string, standIns: StandIns): string | null {
  if (!name.endsWith(".ts")) return null;
  const path = standIns[name] ?? name;
  try {
    return adapt(Deno.readTextFileSync(new URL(path, SOURCES)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null; // the compiler tries several names
    throw error;
  }
}

/** From the TypeScript of this project to that of the compiler. */
function adapt(source: string): string {
  const modules = new Map<string, string>();
  return (TEXTUAL.test(source) ? STRINGS : "") + source
    .replaceAll(
      /^import \* as (\w+) from ("[^"]+");$/gm,
      (line, name, from) => {
        modules.set(name, from);
        return line;
      },
    )
    .replaceAll(/^const (\{[^}]*\}) =\s+(\w+);$/gm, (line, names, name) => {
      const from = modules.get(name);
      return from === undefined ? line : `import ${names} from ${from};`;
    })
    .replaceAll(
      /^import type (.*);$/gm,
      (line, what) => TYPED.test(line) ? `import ${what};` : "",
    )
    .replaceAll(/^export const \w+ = \[[^\]]*\] as const;$/gm, "")
    .replaceAll(/\((\w+) << (\d+)\) \| \(\1 >>> \d+\)/g, "rotl<i32>($1, $2)")
    .replaceAll(INLINED, "@inline\n$&")
    .replaceAll("text.length", "unitsIn(text)")
    .replaceAll("text.charCodeAt(", "unitAt(text, ")
    .replaceAll(/\bnumber\b/g, "i32");
}

/** Writes what was compiled as a module that exports it by a name. */
export function writeBinary(path: URL, name: string, binary: Uint8Array): void {
  const lines = binary.toBase64().match(/.{1,76}/g)!;
  const text = lines.map((line) => `  "${line}",\n`).join("");
  Deno.writeTextFileSync(
    path,
    `// Made by \`deno task kernel\`.\nexport const ${name}: string = [\n${text}].join("");\n`,
  );
  console.log(`The kernel takes ${binary.length} bytes: ${path.pathname}`);
}

if (import.meta.main) {
  writeBinary(
    new URL("segment/kernel_binary.ts", SOURCES),
    "KERNEL",
    await compile(),
  );
}
