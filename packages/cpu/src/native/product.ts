import { type Range, share, whole } from "../loop/nest.ts";
import type { FixedRegion } from "../loop/region.ts";
import { sharesWell } from "../step/batch.ts";
import type { StepContext } from "../step/context.ts";
import { productCost, shareable, sizeOf } from "../step/cost.ts";
import type { Finisher } from "../step/finish.ts";
import { axisShare, forEachIndex, leading, longest } from "../step/rows.ts";
import { type I32, i32 } from "../wasm/index.ts";
import { matrixOf, type Operand } from "./operand.ts";
import { worthProduct } from "./worth.ts";

/** Returns the bytes from an element to that of the next row, and to that of the next column. */
function stridesOf({ strides }: FixedRegion): readonly [number, number] {
  return strides.slice(-2) as [number, number];
}

/**
 * Lowers c = a·b to the native library as one phase, if there is one, c has rows, and it is faster; returns whether
 * it did.
 *
 * Parts share the batch, or else the rows or columns of c, and finish what they computed.
 */
export function lowerNativeProduct(
  a: FixedRegion,
  b: FixedRegion,
  c: FixedRegion,
  context: StepContext,
  finisher: Finisher | null = null,
): boolean {
  const { native } = context.library;
  const { type, bytes, num } = context.options.floats;
  if (native === null || [a, b, c].some(({ dtype }) => dtype !== type)) return false;
  const [m, k] = a.shape.slice(-2) as [number, number];
  const n = b.shape.at(-1) as number;
  if (!worthProduct(m, n, k)) return false;
  const operands = [a, b, c].map((region) => matrixOf(region, bytes));
  if (operands.includes(null) || operands[2]?.transposed !== 0) return false;
  const [left, right, out] = operands as [Operand, Operand, Operand];
  const axes = c.shape.length - 2;
  const batch = c.shape.slice(0, axes);
  const shareBatch = longest(batch) > 1 && sharesWell(batch, context.parts);
  const shareRows = !shareBatch && m >= n;
  const grains = shareBatch ? longest(batch) : Math.max(m, n);
  const product = sizeOf(batch) * productCost(m, n, k, context.options.floats);
  const cost = shareable(grains, product + (finisher?.cost ?? 0));
  context.phase(cost, (f, part, parts) => {
    const rows = shareRows ? share(f, m, 8, part, parts) : whole(m);
    const cols = !shareBatch && !shareRows ? share(f, n, 8, part, parts) : whole(n);
    const first = shareBatch ? axisShare(f, batch, part, parts) : null;
    const count = ({ from, to }: Range) =>
      typeof to === "number" ? i32.const(to) : i32.sub(to, from);
    const [height, width] = [f.let(count(rows)), f.let(count(cols))];
    const at = (base: I32, range: Range, stride: number) =>
      i32.add(base, i32.mul(range.from, stride));
    const regions = [a, b, c, ...(finisher?.regions ?? [])];
    const matrices = regions.map((matrix) => leading(matrix, axes));
    f.if(i32.and(i32.ne(height, 0), i32.ne(width, 0)), () =>
      forEachIndex(f, batch, matrices, first, ([a0, b0, c0, ...others]) => {
        const [cRow, cCol] = stridesOf(c);
        f.call(
          native.gemm,
          ...[left.transposed, right.transposed, height, width, k, num.const(1)],
          ...[at(a0 as I32, rows, stridesOf(a)[0]), left.lead],
          ...[at(b0 as I32, cols, stridesOf(b)[1]), right.lead, num.const(0)],
          ...[at(at(c0 as I32, rows, cRow), cols, cCol), out.lead],
        );
        finisher?.emit(f, others, rows, cols);
      }),
    );
  });
  return true;
}
