import type { Func } from "../wasm/index.ts";

/** The functions of a native library, as steps call them. */
export interface NativeKernels {
  /** Parameters: ta, tb, m, n, k, α, a, lda, b, ldb, β, c, ldc. */
  readonly gemm: Func;
  /** Parameters: lower, t, n, k, α, a, lda, β, c, ldc. */
  readonly syrk: Func;
}
