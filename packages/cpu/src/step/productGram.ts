import type { GramStep } from "@metrigrad/tensor";
import { productGramScratch } from "../kernel/productGram.ts";
import { termsPerBlock } from "../kernel/tile.ts";
import { addressOf } from "../loop/address.ts";
import type { FixedRegion } from "../loop/region.ts";
import { type Floats, i32 } from "../wasm/index.ts";
import type { StepContext } from "./context.ts";
import { productCost, shareable } from "./cost.ts";
import { triangleShare } from "./triangle.ts";

/** The operands of a gram, whose output has rows side by side. */
export interface GramOperands {
  readonly x: FixedRegion;
  readonly nu: FixedRegion | null;
  readonly base: FixedRegion | null;
  readonly output: FixedRegion;
}

/** The number of matrices from which the products of columns of the rows are made once for all of them. */
const fewest = 12;

/** Returns whether many matrices differ only in the weights of the same rows. */
export function sharesRows({ x, nu, base, output }: GramOperands, { bytes }: Floats): boolean {
  const [matrices, size] = output.shape as [number, number];
  if (nu === null || output.shape.length !== 3 || matrices < fewest || size < 8) return false;
  const lines = [x, output, ...(base === null ? [] : [base])];
  const sideBySide = lines.every(({ strides }) => strides.at(-1) === bytes);
  return sideBySide && x.strides[0] === 0 && nu.strides[0] !== 0 && nu.shape[1] !== 0;
}

/** Lowers the upper triangles of grams for which `sharesRows` holds; parts share their rows. */
export function lowerProductGram(
  { x, nu, base, output }: GramOperands,
  { alpha, beta }: GramStep,
  context: StepContext,
): void {
  const { options, library } = context;
  const { num } = options.floats;
  const [matrices, size] = output.shape as [number, number];
  const terms = x.shape.at(-2) as number;
  const strides = ({ strides }: FixedRegion) => strides.slice(0, 2) as [number, number];
  const work = productCost(matrices, (size * (size + 8)) / 2, terms, options.floats);
  const cost = shareable(size / 8, work);
  // The shares of a triangle are not in the order of parts: any part may have work.
  const bytes = productGramScratch(matrices, size, terms, options);
  const scratch = context.partScratch(bytes, context.parts, cost);
  context.phase(cost, (f, part, parts) => {
    const own = triangleShare(f, size, part, parts);
    f.call(
      library.productGram,
      ...[addressOf(x.base), x.strides[1] as number],
      ...[addressOf((nu as FixedRegion).base), ...strides(nu as FixedRegion)],
      ...[addressOf(output.base), ...strides(output)],
      ...(base === null ? [0, 0, 0] : [addressOf(base.base), ...strides(base)]),
      ...[matrices, size, terms, termsPerBlock(terms, options)],
      // A row has as many elements above the diagonal as its column number counted from the other end.
      ...[i32.sub(size, own.to), i32.sub(size, own.from)],
      ...[num.const(alpha), num.const(beta)],
      i32.add(scratch.base, i32.mul(part, scratch.stride)),
    );
  });
}
