/**
 * From the text of a compiled kernel to a module that can be run.
 *
 * @module
 */

/** With an option that TypeScript does not know yet. */
type ModuleConstructor = new (
  binary: BufferSource,
  options: { builtins: string[] },
) => WebAssembly.Module;

/**
 * The module of a kernel, from its binary in base 64. It reads strings by the engine's own
 * functions, which are compiled in.
 */
export function moduleOf(text: string): WebAssembly.Module {
  const Module = WebAssembly.Module as ModuleConstructor;
  return new Module(Uint8Array.fromBase64(text), { builtins: ["js-string"] });
}
