import { choleskyKernels } from "../kernel/cholesky.ts";
import type { LibraryModule } from "../kernel/library.ts";
import { triangularSolver } from "../kernel/solve.ts";
import type { KernelOptions } from "../options.ts";
import { ModuleBuilder } from "../wasm/index.ts";
import { nativeEigh } from "./eigh.ts";
import type { NativeKernels } from "./functions.ts";
import { nativeMinus, nativeUpperMinus } from "./minus.ts";

const i = "i32" as const;

/**
 * The functions that plans import, and a module whose functions replace the library's own functions of the same
 * names.
 */
export interface NativeModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly importInto: (m: ModuleBuilder) => NativeKernels;
}

/**
 * Generates the kernels of one float type around a native library that has some functions.
 *
 * Factors and solves are our own algorithms with the library's products: small blocks are faster in our kernels, and
 * LAPACK's of OpenBLAS take up to twice as long. The caller instantiates the module after the library, and gives
 * plans these functions.
 */
export function buildNative(
  options: KernelOptions,
  library: LibraryModule,
  functions: readonly string[],
): NativeModule {
  const { type } = options.floats;
  const m = new ModuleBuilder(options, `_${type}`);
  const imported = (to: ModuleBuilder): NativeKernels => ({
    gemm: to.import(`nativeGemm_${type}`, {
      params: [i, i, i, i, i, type, i, i, i, i, type, i, i],
      results: [],
    }),
    syrk: to.import(`nativeSyrk_${type}`, {
      params: [i, i, i, i, type, i, i, type, i, i],
      results: [],
    }),
  });
  const native = imported(m);
  const syevd = functions.includes("syevd")
    ? m.import(`nativeSyevd_${type}`, { params: [i, i, i, i, i, i, i, i], results: [i] })
    : null;
  const { copy2d: copy, solvePanel: panel, ...own } = library.importInto(m);
  const gemmMinus = nativeMinus(m, own.gemmMinus, native.gemm, options);
  const gemmUpperMinus = nativeUpperMinus(m, own.gemmUpperMinus, native.syrk, options);
  triangularSolver(m, panel, gemmMinus, options);
  choleskyKernels(m, { copy, panel, gemmUpperMinus }, options);
  if (syevd) nativeEigh(m, { copy2d: copy, eigh: own.eigh }, syevd, options);
  return { bytes: m.encode(), importInto: imported };
}
