import type { Func } from "../wasm/index.ts";

/** Functions of a native library, as plans call them. */
export interface NativeKernels {
  /** Parameters: ta, tb, m, n, k, α, a, lda, b, ldb, β, c, ldc. */
  readonly gemm: Func;
  /** Parameters: lower, t, n, k, α, a, lda, β, c, ldc. */
  readonly syrk: Func;
  /** Parameters: right, upper, t, m, n, a, lda, b, ldb. */
  readonly trsm: Func;
  /** Parameters: n, a, lda; null without LAPACK, as what follows. */
  readonly potrf: Func | null;
  /** Parameters as of the library's own. */
  readonly cholesky: Func | null;
  readonly eigh: Func | null;
}
