/**
 * The functions of BLAS and LAPACK that the cpu backend uses.
 *
 * @category For authors of backends
 */
export type NativeFunction = "gemm" | "syrk" | "trsm" | "potrf" | "syevd";

/**
 * Options of {@link openNative}.
 *
 * @category For authors of backends
 */
export interface NativeOptions {
  /**
   * The names or paths of the libraries: first BLAS, then LAPACK if that is another file.
   *
   * By default these are OpenBLAS, MKL, BLIS or FlexiBLAS, if the system's loader finds them, and Accelerate on
   * macOS.
   */
  readonly library?: string | readonly string[];
}

/**
 * A symbol of one of several libraries.
 *
 * @category For authors of backends
 */
export interface NativeSymbol {
  /** The number of the library, from 0. */
  readonly library: number;
  /** The name of the symbol. */
  readonly symbol: string;
}

/**
 * The plain data that a thread needs to call the library, and that a worker can be sent.
 *
 * @category For authors of backends
 */
export interface NativeRecipe {
  /** The path of koffi. */
  readonly koffi: string;
  /** The body of a function of `koffi`, `recipe` and `memory` that returns {@link NativeKernels}. */
  readonly source: string;
  /** The names or paths of the libraries. */
  readonly libraries: readonly string[];
  /** The symbols by function and type, such as `gemm_f32`. */
  readonly symbols: Readonly<Record<string, NativeSymbol>>;
  /** Functions that every thread calls with 1, so that a call stays on its thread. */
  readonly threads: readonly NativeSymbol[];
}

/**
 * Functions on byte addresses of one WebAssembly memory, by name and type, such as `nativeGemm_f32`.
 *
 * Matrices are row-major; `ld…` is the number of elements from one row to the next.
 *
 * | function | parameters | what it does |
 * | --- | --- | --- |
 * | `nativeGemm` | ta, tb, m, n, k, α, a, lda, b, ldb, β, c, ldc | C = α op(A) op(B) + βC |
 * | `nativeSyrk` | lower, t, n, k, α, a, lda, β, c, ldc | one triangle of C = αAA' + βC, or αA'A + βC with `t` |
 * | `nativeTrsm` | right, upper, t, m, n, a, lda, b, ldb | B = op(A)⁻¹B, or B op(A)⁻¹ with `right` |
 * | `nativePotrf` | n, a, lda | the lower triangle of A becomes L with LL' = A; returns 0, or the place of the failure |
 * | `nativeSyevd` | n, a, lda, w, work, length, iwork, length | rows of A become eigenvectors, w their values; returns 0, or the place of the failure |
 *
 * @category For authors of backends
 */
export type NativeKernels = Readonly<Record<string, (...args: number[]) => number | undefined>>;

/**
 * A library that was found and gave right results.
 *
 * @category For authors of backends
 */
export interface NativeLibrary {
  /** Its name and version, and the processor that it was built for: "OpenBLAS 0.3.29 (Cooperlake)". */
  readonly name: string;
  /** The names or paths under which it was found. */
  readonly libraries: readonly string[];
  /** The functions that it has. Those of LAPACK may be missing. */
  readonly functions: readonly NativeFunction[];
  /** Whether several threads may call it at the same time. */
  readonly threadSafe: boolean;
  /** The data by which another thread calls it. */
  readonly recipe: NativeRecipe;
  /**
   * Returns the functions for a memory, in this thread.
   *
   * @param memory - The WebAssembly memory with the operands.
   * @returns The functions, by name and type.
   */
  bind(memory: WebAssembly.Memory): NativeKernels;
}
