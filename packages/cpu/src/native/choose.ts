import { eighScratch } from "../kernel/eigh.ts";
import type { FixedRegion } from "../loop/region.ts";
import type { StepContext } from "../step/context.ts";
import type { Func } from "../wasm/index.ts";
import { nativeSharedSize } from "./choleskyShared.ts";
import { nativeEighScratch } from "./eigh.ts";
import { matrixOf } from "./operand.ts";
import { worthEigh, worthFactor } from "./worth.ts";

/** Whether LAPACK can write to a region: rows of a size or more, one after the other. */
function hasRows(target: FixedRegion, context: StepContext): boolean {
  return matrixOf(target, context.options.floats.bytes)?.transposed === 0;
}

/** The kernel that factors matrices to a target: the native library's where it is worth it. */
export function choleskyFor(target: FixedRegion, context: StepContext): Func {
  const { native, cholesky } = context.library;
  const worth = worthFactor(target.shape.at(-1) as number) && hasRows(target, context);
  return (worth && native?.cholesky) || cholesky;
}

/** Whether the native library factors one matrix in parts; null where it does not factor matrices of this kind. */
export function sharesNative(target: FixedRegion, context: StepContext): boolean | null {
  if (choleskyFor(target, context) === context.library.cholesky) return null;
  return (target.shape.at(-1) as number) >= nativeSharedSize;
}

/** The kernel that finds eigenvectors of a size, and the bytes that it needs. */
export function eighFor(size: number, context: StepContext): { kernel: Func; scratch: number } {
  const { native, eigh } = context.library;
  const own = eighScratch(size);
  if (!native?.eigh || !worthEigh(size)) return { kernel: eigh, scratch: own };
  const scratch = nativeEighScratch(size, context.options.floats.bytes);
  return { kernel: native.eigh, scratch: Math.max(own, scratch) };
}
