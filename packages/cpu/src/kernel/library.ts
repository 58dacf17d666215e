import type { Pieces } from "@metrigrad/tensor";
import type { NativeKernels } from "../native/functions.ts";
import type { KernelOptions } from "../options.ts";
import { type Func, ModuleBuilder } from "../wasm/index.ts";
import { choleskyKernels } from "./cholesky.ts";
import { copyKernel, mirrorKernel } from "./copy.ts";
import { eighKernel } from "./eigh.ts";
import { productKernels } from "./product.ts";
import { panelSolver, triangularSolver } from "./solve.ts";
import { sortKernel } from "./sort.ts";
import { threefryKernel } from "./threefry.ts";
import { dotKernel, subtractKernel } from "./vector.ts";
import { vectorSolvers } from "./vectorSolve.ts";

/** Adds every kernel that plans call to a module that is being built, a few in each piece. */
function* addKernels(m: ModuleBuilder, options: KernelOptions) {
  const { floats } = options;
  const copy2d = copyKernel(m, floats);
  const products = productKernels(m, options);
  yield;
  const panel = panelSolver(m, options);
  const mirror = mirrorKernel(m, copy2d, floats);
  const dot = dotKernel(m, options);
  const subtract = subtractKernel(m, floats);
  const triangularSolve = triangularSolver(m, panel, products.gemmMinus, options);
  const solvers = vectorSolvers(m, dot, subtract, options);
  yield;
  const { gemmUpperMinus } = products;
  const factors = choleskyKernels(m, { copy: copy2d, panel, gemmUpperMinus }, options);
  yield;
  return {
    copy2d,
    mirror,
    ...products,
    triangularSolve,
    ...solvers,
    solvePanel: panel,
    ...factors,
    eigh: eighKernel(m, { copy: copy2d, mirror, dot, subtract }, floats),
    sortWords: sortKernel(m),
    threefry: threefryKernel(m),
  };
}

/** The kernels by name, as functions of one module. */
export type Kernels =
  ReturnType<typeof addKernels> extends Generator<void, infer K> ? Readonly<K> : never;

/** The functions that plans call. */
export interface Library extends Kernels {
  /** The functions of a native library; null if there is none. */
  readonly native: NativeKernels | null;
}

/** The library as a module, and a function that imports it into another. */
export interface LibraryModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly importInto: (m: ModuleBuilder) => Library;
}

/** Generates the kernels of one float type, once per backend; their names end in the type. */
export function* buildLibrary(options: KernelOptions): Pieces<LibraryModule> {
  const m = new ModuleBuilder(options, `_${options.floats.type}`);
  const library = yield* addKernels(m, options);
  yield;
  const bytes = m.encode();
  return {
    bytes,
    importInto: (other) => {
      const imported = Object.entries(library).map(([name, func]): [string, Func] => [
        name,
        other.import(func.name, func.type),
      ]);
      return { ...(Object.fromEntries(imported) as unknown as Kernels), native: null };
    },
  };
}
