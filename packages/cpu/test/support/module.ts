import type { ModuleBuilder } from "../../src/wasm/index.ts";

/** An exported function of numbers. */
export type Numbers = (...args: number[]) => number;

/** Instantiates a module over a memory of its own; `base` is what addresses from a base are counted from. */
export function instance(m: ModuleBuilder, shared = false, base = 0) {
  const memory = new WebAssembly.Memory({ initial: 4, maximum: 65536, shared });
  const module = new WebAssembly.Module(m.encode(base));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { exports, memory };
}
