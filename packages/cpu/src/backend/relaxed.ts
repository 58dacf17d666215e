import { f32x4, ModuleBuilder } from "../wasm/index.ts";

/** The smallest module that uses relaxed SIMD. */
function probe(): Uint8Array<ArrayBuffer> {
  const m = new ModuleBuilder({ shared: false });
  m.func("probe", { params: ["v128"], results: ["v128"] }, (f, x) => {
    f.result(f32x4.relaxed_madd(x, x, x));
  });
  return m.encode();
}

/**
 * Whether this engine has relaxed SIMD. Node 20 has it behind a flag, which is set first; later
 * versions and browsers have it or not.
 */
export async function hasRelaxedSimd(): Promise<boolean> {
  const bytes = probe();
  if (WebAssembly.validate(bytes)) return true;
  if (typeof process === "undefined" || !process.versions?.node) return false;
  try {
    const v8 = await import("node:v8");
    v8.setFlagsFromString("--experimental-wasm-relaxed-simd");
    return WebAssembly.validate(bytes);
  } catch {
    return false;
  }
}
