/** Which BLAS and LAPACK to take; see `openNative` of @metrigrad/native. */
export interface CpuNativeOptions {
  /** Names or paths of the libraries: BLAS first, LAPACK after it where that is another file. */
  readonly library?: string | readonly string[];
}

/** What threads bind a library by: plain data. */
export interface NativeRecipe {
  /** The path of koffi. */
  readonly koffi: string;
  /** The body of a function of `koffi`, `recipe` and `memory` that returns the functions. */
  readonly source: string;
}

/** The functions of a library on addresses of one memory: `nativeGemm_f32`. */
export type NativeFunctions = Readonly<Record<string, (...args: number[]) => number | undefined>>;

/** What is used of a library that @metrigrad/native opened. */
export interface NativeLibrary {
  readonly name: string;
  /** gemm, syrk, trsm, and potrf and syevd where it has LAPACK. */
  readonly functions: readonly string[];
  readonly threadSafe: boolean;
  readonly recipe: NativeRecipe;
  bind(memory: WebAssembly.Memory): NativeFunctions;
}

/** What is used of the package. */
export interface NativePackage {
  openNative(options: CpuNativeOptions, environment?: string): NativeLibrary;
}
