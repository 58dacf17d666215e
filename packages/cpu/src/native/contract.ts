/**
 * The BLAS and LAPACK that the cpu backend uses; see `openNative` of @metrigrad/native.
 *
 * @category Backends
 */
export interface CpuNativeOptions {
  /**
   * The names or paths of the libraries: first BLAS, then LAPACK if that is another file. By default the backend
   * searches for one.
   */
  readonly library?: string | readonly string[];
}

/** What a thread needs to bind a library, as plain data. */
export interface NativeRecipe {
  /** The path of koffi. */
  readonly koffi: string;
  /** The body of a function of `koffi`, `recipe` and `memory` that returns the functions. */
  readonly source: string;
}

/** The functions of a library on addresses of one memory, by name: `nativeGemm_f32`. */
export type NativeFunctions = Readonly<Record<string, (...args: number[]) => number | undefined>>;

/** The part of a library that @metrigrad/native opened which this package uses. */
export interface NativeLibrary {
  readonly name: string;
  /** The functions that it has: gemm, syrk, trsm, and with LAPACK potrf and syevd. */
  readonly functions: readonly string[];
  readonly threadSafe: boolean;
  readonly recipe: NativeRecipe;
  bind(memory: WebAssembly.Memory): NativeFunctions;
}

/** The part of the package @metrigrad/native that this package uses. */
export interface NativePackage {
  openNative(options: CpuNativeOptions, environment?: string): NativeLibrary;
}
