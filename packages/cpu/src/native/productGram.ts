import type { GramStep } from "@metrigrad/tensor";
import { addressOf, sameBase } from "../loop/address.ts";
import type { FixedRegion } from "../loop/region.ts";
import type { StepContext } from "../step/context.ts";
import { productCost, shareable } from "../step/cost.ts";
import type { GramOperands } from "../step/productGram.ts";
import { triangleShare } from "../step/triangle.ts";
import { type FunctionBuilder, type I32, i32, v128 } from "../wasm/index.ts";
import { operandOf } from "./operand.ts";
import { worthGrams } from "./worth.ts";

/** The number of terms of a panel at a time. */
const blockTerms = 128;

/** Returns the bytes from one term of a panel to the next: whole vectors. */
const panelRow = (size: number, bytes: number) => Math.ceil((size * bytes) / 64) * 64;

/**
 * Lowers the upper triangles of grams for which `sharesRows` holds to the native library, if there is one and it is
 * faster; returns whether it did.
 *
 * Row r of all matrices is ν times a panel of products αxₖ[r]·xₖ[c], which is one product of matrices.
 */
export function lowerNativeGrams(
  { x, nu, base, output }: GramOperands,
  { alpha, beta }: GramStep,
  context: StepContext,
): boolean {
  const { native } = context.library;
  const { type, bytes, lanes, num, vec } = context.options.floats;
  const [matrices, size] = output.shape as [number, number];
  const terms = x.shape.at(-2) as number;
  const regions = [x, output, ...(nu ? [nu] : []), ...(base ? [base] : [])];
  if (native === null || nu === null || regions.some(({ dtype }) => dtype !== type)) return false;
  if (alpha === 0 || (base && beta === 0) || !worthGrams(matrices, size, terms)) return false;
  const place = ({ strides }: FixedRegion) => strides.join();
  const settled =
    base === null || (sameBase(base.base, output.base) && place(base) === place(output));
  const [nuMatrix, nuTerm] = nu.strides as [number, number];
  const weights = operandOf(matrices, terms, nuMatrix, nuTerm, bytes);
  const [outMatrix, outRow] = output.strides as [number, number];
  if (!settled || weights === null || outMatrix % bytes !== 0) return false;
  const row = panelRow(size, bytes);
  const work = productCost(matrices, (size * size) / 2, terms, context.options.floats);
  const cost = shareable(size / 8, work);
  const scratch = context.partScratch(row * Math.min(terms, blockTerms), context.parts, cost);
  const xRow = x.strides[1] as number;
  /** Computes panel[k, c] = α x[k, r] x[k, r + c]; the filling of the last vector is not read. */
  const fill = (f: FunctionBuilder, one: I32, panel: I32, count: I32, width: I32) => {
    const [from, to, left] = [f.let(one), f.let(panel), f.let(count)];
    const end = f.let(i32.mul(width, bytes));
    const c = f.local("i32");
    f.while(left, () => {
      const factor = f.let(vec.splat(num.mul(num.load(from), num.const(alpha))));
      f.for(c, 0, end, lanes * bytes, () =>
        f.do(v128.store(i32.add(to, c), vec.mul(v128.load(i32.add(from, c)), factor))),
      );
      f.increment(from, xRow);
      f.increment(to, row);
      f.increment(left, -1);
    });
  };
  context.phase(cost, (f, part, parts) => {
    const own = triangleShare(f, size, part, parts);
    const panel = f.let(i32.add(scratch.base, i32.mul(part, scratch.stride)));
    const [r, p0] = [f.local("i32"), f.local("i32")];
    // A row has as many elements above the diagonal as its column number counted from the other end.
    const [first, last] = [f.let(i32.sub(size, own.to)), f.let(i32.sub(size, own.from))];
    f.for(r, first, last, 1, () => {
      const width = f.let(i32.sub(i32.const(size), r));
      const across = f.let(i32.mul(r, bytes));
      const old = f.let(num.const(base ? beta : 0));
      f.for(p0, 0, terms, blockTerms, () => {
        const count = f.let(i32.sub(i32.const(terms), p0));
        f.if(i32.gt_u(count, blockTerms), () => f.set(count, i32.const(blockTerms)));
        const column = i32.add(i32.add(addressOf(x.base), i32.mul(p0, xRow)), across);
        fill(f, column, panel, count, width);
        const line = i32.add(i32.add(addressOf(output.base), i32.mul(r, outRow)), across);
        f.call(
          native.gemm,
          ...[weights.transposed, 0, matrices, width, count, num.const(1)],
          ...[i32.add(addressOf(nu.base), i32.mul(p0, nuTerm)), weights.lead],
          ...[panel, row / bytes, old, line, outMatrix / bytes],
        );
        f.set(old, num.const(1));
      });
    });
  });
  return true;
}
