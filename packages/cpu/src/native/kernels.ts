import type { LibraryModule } from "../kernel/library.ts";
import type { KernelOptions } from "../options.ts";
import { type Func, ModuleBuilder } from "../wasm/index.ts";
import { nativeCholesky } from "./cholesky.ts";
import { nativeEigh } from "./eigh.ts";
import type { NativeKernels } from "./functions.ts";

const i = "i32" as const;

/** What plans import, and the module that has the larger ones of them. */
export interface NativeModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly importInto: (m: ModuleBuilder) => NativeKernels;
}

/** Generates the kernels of one float type around a library that has some functions. */
export function buildNative(
  options: KernelOptions,
  library: LibraryModule,
  functions: readonly string[],
): NativeModule {
  const { type } = options.floats;
  const m = new ModuleBuilder(options, `_${type}`);
  const has = (name: string) => functions.includes(name);
  const potrf = has("potrf")
    ? m.import(`nativePotrf_${type}`, { params: [i, i, i], results: [i] })
    : null;
  const syevd = has("syevd")
    ? m.import(`nativeSyevd_${type}`, { params: [i, i, i, i, i, i, i, i], results: [i] })
    : null;
  const kernels = library.importInto(m);
  const cholesky = potrf && nativeCholesky(m, kernels, potrf, options);
  const eigh = syevd && nativeEigh(m, kernels, syevd, options);
  const results = [] as const;
  return {
    bytes: m.encode(),
    importInto: (other) => {
      const take = (func: Func | null) => func && other.import(func.name, func.type);
      return {
        gemm: other.import(`nativeGemm_${type}`, {
          params: [i, i, i, i, i, type, i, i, i, i, type, i, i],
          results,
        }),
        syrk: other.import(`nativeSyrk_${type}`, {
          params: [i, i, i, i, type, i, i, type, i, i],
          results,
        }),
        trsm: other.import(`nativeTrsm_${type}`, { params: [i, i, i, i, i, i, i, i, i], results }),
        potrf: take(potrf),
        cholesky: take(cholesky),
        eigh: take(eigh),
      };
    },
  };
}
