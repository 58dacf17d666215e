import { share } from "../loop/nest.ts";
import type { FixedRegion } from "../loop/region.ts";
import { forEachBatch, forWholeBatch, sharesWell } from "../step/batch.ts";
import type { StepContext } from "../step/context.ts";
import { productCost, shareable, sizeOf } from "../step/cost.ts";
import { longest } from "../step/rows.ts";
import { asI32, type FunctionBuilder, type I32, i32 } from "../wasm/index.ts";
import { matrixOf } from "./operand.ts";
import { sameParts } from "./parts.ts";
import { worthSolve } from "./worth.ts";

/**
 * x = L⁻¹x or L'⁻¹x in place by the native library, where there is one and it is worth it; says whether. Parts share the
 * batch, else the columns of x, whose rows are side by side.
 */
export function lowerNativeSolve(
  l: FixedRegion,
  x: FixedRegion,
  transpose: boolean,
  context: StepContext,
): boolean {
  const { native } = context.library;
  const { type, bytes } = context.options.floats;
  const [size, cols] = x.shape.slice(-2) as [number, number];
  if (native === null || l.dtype !== type || x.dtype !== type) return false;
  if (!worthSolve(size, cols)) return false;
  const [triangle, target] = [matrixOf(l, bytes), matrixOf(x, bytes)];
  if (triangle === null || target?.transposed !== 0) return false;
  const axes = x.shape.length - 2;
  const batch = x.shape.slice(0, axes);
  const shareBatch = longest(batch) > 1 && sharesWell(batch, context.parts);
  const grains = shareBatch ? longest(batch) : Math.ceil(cols / 8);
  const cost = shareable(grains, sizeOf(batch) * productCost(size, cols, size));
  // What lies in memory is L or, with its columns side by side, the upper triangle L'.
  const upper = triangle.transposed;
  const turned = Number(transpose) ^ upper;
  const solve = (f: FunctionBuilder, from: I32, to: I32, count: I32) =>
    f.call(native.trsm, 0, upper, turned, size, count, from, triangle.lead, to, target.lead);
  const body = sameParts(context, (f, part, parts) => {
    if (shareBatch) {
      forEachBatch(f, axes, [x, l], part, parts, ([to, from]) =>
        solve(f, from as I32, to as I32, i32.const(cols)),
      );
      return;
    }
    const mine = share(f, cols, 8, part, parts);
    const count = f.let(i32.sub(asI32(mine.to), mine.from));
    f.if(count, () =>
      forWholeBatch(f, axes, [x, l], ([to, from]) =>
        solve(f, from as I32, i32.add(to as I32, i32.mul(mine.from, bytes)), count),
      ),
    );
  });
  context.phase(cost, body);
  return true;
}
