import { f32x4, ModuleBuilder } from "../wasm/index.ts";

/** Returns the smallest module that uses relaxed SIMD. */
function probe(): Uint8Array<ArrayBuffer> {
  const m = new ModuleBuilder({ shared: false });
  m.func("probe", { params: ["v128"], results: ["v128"] }, (f, x) => {
    f.result(f32x4.relaxed_madd(x, x, x));
  });
  return m.encode();
}

/**
 * Returns whether this engine has relaxed SIMD. Node 20 has it behind a flag, which is set first. Later versions and
 * browsers have it or not.
 */
export function hasRelaxedSimd(): boolean {
  const bytes = probe();
  if (WebAssembly.validate(bytes)) return true;
  // This is not an import, because bundlers for browsers would try to follow it.
  const v8 = globalThis.process?.getBuiltinModule?.("node:v8");
  if (!v8?.setFlagsFromString) return false;
  try {
    v8.setFlagsFromString("--experimental-wasm-relaxed-simd");
    return WebAssembly.validate(bytes);
  } catch {
    return false;
  }
}
