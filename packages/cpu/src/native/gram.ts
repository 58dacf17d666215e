import { arg, call, type GramStep, literal, primitiveFns } from "@metrigrad/tensor";
import { sameBase } from "../loop/address.ts";
import { contiguous, type FixedRegion } from "../loop/region.ts";
import { forEachBatch, forWholeBatch, sharesWell } from "../step/batch.ts";
import type { StepContext } from "../step/context.ts";
import { lowerCopy } from "../step/copy.ts";
import { productCost, shareable, sizeOf } from "../step/cost.ts";
import { lowerMap } from "../step/map.ts";
import type { GramOperands } from "../step/productGram.ts";
import { longest } from "../step/rows.ts";
import { triangleShare } from "../step/triangle.ts";
import { type FunctionBuilder, type I32, i32 } from "../wasm/index.ts";
import { matrixOf, type Operand } from "./operand.ts";
import { sameParts } from "./parts.ts";
import { worthGram } from "./worth.ts";

/** Columns of a block: what it has below the diagonal is computed for nothing. */
const blockCols = 96;
/** Bytes that weighted rows may take. */
const mostBytes = 2 ** 26;

/** αν times the rows of x, for all matrices. */
function weightedRows(
  x: FixedRegion,
  nu: FixedRegion,
  batch: readonly number[],
  alpha: number,
  context: StepContext,
): FixedRegion {
  const { type, bytes } = context.options.floats;
  const shape = [...batch, ...x.shape.slice(-2)];
  const rows = contiguous(context.scratch(bytes * sizeOf(shape)), shape, type);
  const weights = { ...nu, shape, strides: [...nu.strides, 0] };
  const weight = alpha === 1 ? arg(1) : call(primitiveFns.mul, arg(1), literal(alpha));
  const exprs = [call(primitiveFns.mul, arg(0), weight)];
  lowerMap(shape, { inputs: [x, weights], exprs, outputs: [rows] }, context);
  return rows;
}

/**
 * The upper triangles of output = αΣᵢνᵢxᵢxᵢ' + β base by the native library, where there is one and it is worth it; says
 * whether. Without ν a triangle is one `syrk`; weights of any sign are products with weighted rows, in blocks of
 * columns. Parts share the batch, else the columns.
 */
export function lowerNativeGram(
  { x, nu, base, output }: GramOperands,
  { alpha, beta }: GramStep,
  context: StepContext,
): boolean {
  const { native } = context.library;
  const { type, bytes, num } = context.options.floats;
  const [n, d] = x.shape.slice(-2) as [number, number];
  const axes = output.shape.length - 2;
  const batch = output.shape.slice(0, axes);
  const regions = [x, output, ...(nu ? [nu] : []), ...(base ? [base] : [])];
  if (native === null || regions.some(({ dtype }) => dtype !== type) || !worthGram(d, n))
    return false;
  // BLAS takes 0·x for 0 where x is not finite.
  if (alpha === 0 || (base && beta === 0)) return false;
  if (nu && bytes * sizeOf(batch) * n * d > mostBytes) return false;
  const [rows, out] = [matrixOf(x, bytes), matrixOf(output, bytes)];
  if (rows === null || out?.transposed !== 0) return false;
  const right = nu ? weightedRows(x, nu, batch, alpha, context) : x;
  const others = matrixOf(right, bytes) as Operand;
  const place = ({ strides }: FixedRegion) => strides.join();
  if (base && !(sameBase(base.base, output.base) && place(base) === place(output))) {
    lowerCopy(base, output, context);
  }
  const shareBatch = sharesWell(batch, context.parts);
  const work = (sizeOf(batch) * productCost(d, d, n)) / 2;
  const cost = shareBatch ? shareable(longest(batch), work) : work;
  const old = num.const(base ? beta : 0);
  const column = (region: FixedRegion) => region.strides.at(-1) as number;
  const [line] = output.strides.slice(-2) as [number];
  /** Columns from `from` on, in rows up to `height`. */
  const product = (
    f: FunctionBuilder,
    [c, a, b]: readonly I32[],
    height: I32,
    from: I32,
    width: I32,
  ) =>
    f.call(
      native.gemm,
      ...[1 - rows.transposed, others.transposed, height, width, n, num.const(nu ? 1 : alpha)],
      ...[a as I32, rows.lead, i32.add(b as I32, i32.mul(from, column(right))), others.lead, old],
      ...[i32.add(c as I32, i32.mul(from, bytes)), out.lead],
    );
  const columns = (f: FunctionBuilder, addresses: readonly I32[], from: I32, to: I32) => {
    if (nu) {
      const j = f.local("i32");
      f.for(j, from, to, blockCols, () => {
        const width = f.let(i32.sub(to, j));
        f.if(i32.gt_u(width, blockCols), () => f.set(width, i32.const(blockCols)));
        product(f, addresses, i32.add(j, width), j, width);
      });
      return;
    }
    const width = f.let(i32.sub(to, from));
    const [c, a] = addresses as [I32, I32];
    if (from.literal !== 0) f.if(from, () => product(f, addresses, from, from, width));
    f.call(
      native.syrk,
      ...[0, 1 - rows.transposed, width, n, num.const(alpha)],
      ...[i32.add(a, i32.mul(from, column(x))), rows.lead, old],
      ...[i32.add(c, i32.mul(from, line + bytes)), out.lead],
    );
  };
  const all = [output, x, right];
  const body = sameParts(context, (f, part, parts) => {
    if (shareBatch) {
      forEachBatch(f, axes, all, part, parts, (addresses) =>
        columns(f, addresses, i32.const(0), i32.const(d)),
      );
      return;
    }
    const mine = triangleShare(f, d, part, parts);
    f.if(i32.lt_u(mine.from, mine.to), () =>
      forWholeBatch(f, axes, all, (addresses) => columns(f, addresses, mine.from, mine.to)),
    );
  });
  context.phase(cost, body);
  return true;
}
