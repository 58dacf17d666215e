/** The functions of BLAS and LAPACK that are used. */
export type NativeFunction = "gemm" | "syrk" | "trsm" | "potrf" | "syevd";

/** Which library to take. */
export interface NativeOptions {
  /**
   * Names or paths of the libraries: BLAS first, LAPACK after it where that is another file. By default
   * OpenBLAS, MKL, BLIS or FlexiBLAS where the system's loader finds them, and Accelerate on macOS.
   */
  readonly library?: string | readonly string[];
}

/** A symbol of one of several libraries. */
export interface NativeSymbol {
  /** The number of the library. */
  readonly library: number;
  readonly symbol: string;
}

/** What a thread needs to call the library: plain data, which a worker can be sent. */
export interface NativeRecipe {
  /** The path of koffi. */
  readonly koffi: string;
  /** The body of a function of `koffi`, `recipe` and `memory` that returns `NativeKernels`. */
  readonly source: string;
  /** Names or paths of the libraries. */
  readonly libraries: readonly string[];
  /** Symbols by function and type: `gemm_f32`. */
  readonly symbols: Readonly<Record<string, NativeSymbol>>;
  /** Functions that are called with 1 in every thread, so that a call keeps to its thread. */
  readonly threads: readonly NativeSymbol[];
}

/**
 * Functions on byte addresses of one WebAssembly memory, by name and type: `nativeGemm_f32`. Matrices are row-major,
 * with elements from one row to the next (`ld…`):
 *
 * | function | parameters | what it does |
 * | --- | --- | --- |
 * | `nativeGemm` | ta, tb, m, n, k, α, a, lda, b, ldb, β, c, ldc | C = α op(A) op(B) + βC |
 * | `nativeSyrk` | lower, t, n, k, α, a, lda, β, c, ldc | one triangle of C = αAA' + βC, or αA'A + βC with `t` |
 * | `nativeTrsm` | right, upper, t, m, n, a, lda, b, ldb | B = op(A)⁻¹B, or B op(A)⁻¹ with `right` |
 * | `nativePotrf` | n, a, lda | the lower triangle of A becomes L with LL' = A; 0, or where it fails |
 * | `nativeSyevd` | n, a, lda, w, work, length, iwork, length | rows of A become eigenvectors, w their values; 0 or where it fails |
 */
export type NativeKernels = Readonly<Record<string, (...args: number[]) => number | undefined>>;

/** A library that was found and gave right results. */
export interface NativeLibrary {
  /** Its name and version, and what it was built for: "OpenBLAS 0.3.29 (Cooperlake)". */
  readonly name: string;
  /** Where it was found: names or paths. */
  readonly libraries: readonly string[];
  /** What it has; LAPACK's functions may be missing. */
  readonly functions: readonly NativeFunction[];
  /** Whether several threads may call it at the same time. */
  readonly threadSafe: boolean;
  readonly recipe: NativeRecipe;
  /** The functions for a memory, in this thread. */
  bind(memory: WebAssembly.Memory): NativeKernels;
}
