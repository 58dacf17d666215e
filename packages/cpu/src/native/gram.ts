import { arg, call, type GramStep, primitiveFns } from "@metrigrad/tensor";
import { sameBase } from "../loop/address.ts";
import { contiguous, type FixedRegion } from "../loop/region.ts";
import { forEachBatch, forWholeBatch, sharesWell } from "../step/batch.ts";
import type { PartScratch, StepContext } from "../step/context.ts";
import { lowerCopy } from "../step/copy.ts";
import { productCost, shareable, sizeOf } from "../step/cost.ts";
import { lowerMap } from "../step/map.ts";
import type { GramOperands } from "../step/productGram.ts";
import { longest } from "../step/rows.ts";
import { triangleShare } from "../step/triangle.ts";
import { type FunctionBuilder, type I32, i32 } from "../wasm/index.ts";
import { matrixOf, type Operand } from "./operand.ts";
import { worthGram } from "./worth.ts";

/** The number of columns of a block if weights have both signs. */
const blockCols = 64;
/** The number of bytes that weighted rows may take. */
const mostBytes = 2 ** 26;

/** Computes √ν times the rows of x, for all matrices; NaN where ν is negative. */
function rootRows(
  x: FixedRegion,
  nu: FixedRegion,
  batch: readonly number[],
  context: StepContext,
): FixedRegion {
  const { type, bytes } = context.options.floats;
  const fresh = (shape: readonly number[]) =>
    contiguous(context.scratch(bytes * sizeOf(shape)), shape, type);
  const roots = fresh(nu.shape);
  const sqrt = call(primitiveFns.sqrt, arg(0));
  lowerMap(nu.shape, { inputs: [nu], exprs: [sqrt], outputs: [roots] }, context);
  const shape = [...batch, ...x.shape.slice(-2)];
  const rows = fresh(shape);
  const weights = { ...roots, shape, strides: [...roots.strides, 0] };
  const exprs = [call(primitiveFns.mul, arg(0), arg(1))];
  lowerMap(shape, { inputs: [x, weights], exprs, outputs: [rows] }, context);
  return rows;
}

/** The addresses of one matrix: its output, x, the rows to multiply, ν. */
interface Places {
  readonly out: I32;
  readonly x: I32;
  readonly rows: I32;
  readonly nu: I32;
}

/**
 * Lowers the upper triangles of output = αΣᵢνᵢxᵢxᵢ' + β base to the native library, if there is one and it is faster;
 * returns whether it did.
 *
 * They are the Gram matrix of the rows √νᵢxᵢ. If a weight is negative, they are products of x with weighted blocks of
 * its columns. Parts share the batch, or else the columns.
 */
export function lowerNativeGram(
  { x, nu, base, output }: GramOperands,
  { alpha, beta }: GramStep,
  context: StepContext,
): boolean {
  const { native } = context.library;
  const { floats } = context.options;
  const { type, bytes, num } = floats;
  const [n, d] = x.shape.slice(-2) as [number, number];
  const axes = output.shape.length - 2;
  const batch = output.shape.slice(0, axes);
  const regions = [x, output, ...(nu ? [nu] : []), ...(base ? [base] : [])];
  if (native === null || regions.some(({ dtype }) => dtype !== type)) return false;
  // BLAS takes 0·x for 0 even if x is not finite.
  if (alpha === 0 || (base && beta === 0) || !worthGram(d, n)) return false;
  if (nu && bytes * sizeOf(batch) * n * d > mostBytes) return false;
  const [plain, out] = [matrixOf(x, bytes), matrixOf(output, bytes)];
  if (plain === null || out?.transposed !== 0) return false;
  const weighted = nu ? rootRows(x, nu, batch, context) : x;
  const root = matrixOf(weighted, bytes) as Operand;
  const place = ({ strides }: FixedRegion) => strides.join();
  if (base && !(sameBase(base.base, output.base) && place(base) === place(output))) {
    lowerCopy(base, output, context);
  }
  const shareBatch = sharesWell(batch, context.parts);
  const work = (sizeOf(batch) * productCost(d, d, n, floats)) / 2;
  const cost = shareBatch ? shareable(longest(batch), work) : work;
  const scratch = nu
    ? context.partScratch(bytes * n * blockCols, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
    : null;
  const old = num.const(base ? beta : 0);
  const [line] = output.strides.slice(-2) as [number];
  const column = (region: FixedRegion) => region.strides.at(-1) as number;
  /** Computes columns from `from` to before `to` of the Gram matrix of the rows. */
  const gram = (f: FunctionBuilder, { out: c, rows }: Places, from: I32, to: I32) => {
    const width = f.let(i32.sub(to, from));
    const across = f.let(i32.add(rows, i32.mul(from, column(weighted))));
    const target = f.let(i32.add(c, i32.mul(from, bytes)));
    const turned = 1 - root.transposed;
    if (from.literal !== 0) {
      f.if(from, () =>
        f.call(
          native.gemm,
          ...[turned, root.transposed, from, width, n, num.const(alpha), rows, root.lead],
          ...[across, root.lead, old, target, out.lead],
        ),
      );
    }
    const corner = i32.add(target, i32.mul(from, line));
    f.call(
      native.syrk,
      ...[0, turned, width, n, num.const(alpha), across, root.lead, old, corner, out.lead],
    );
  };
  /** Computes the same columns for weights of both signs. */
  const blocks = (f: FunctionBuilder, places: Places, own: I32, from: I32, to: I32) => {
    const [xRow, xCol] = x.strides.slice(-2) as [number, number];
    const nuTerm = nu?.strides.at(-1) as number;
    const [j, k, q] = [f.local("i32"), f.local("i32"), f.local("i32")];
    f.for(j, from, to, blockCols, () => {
      const width = f.let(i32.sub(to, j));
      f.if(i32.gt_u(width, blockCols), () => f.set(width, i32.const(blockCols)));
      const [row, weight, cell] = [
        f.let(i32.add(places.x, i32.mul(j, xCol))),
        f.let(places.nu),
        f.let(own),
      ];
      f.for(k, 0, n, 1, () => {
        const [entry, to] = [f.let(row), f.let(cell)];
        f.for(q, 0, width, 1, () => {
          f.do(num.store(to, num.mul(num.load(entry), num.load(weight))));
          f.increment(entry, xCol);
          f.increment(to, bytes);
        });
        f.increment(row, xRow);
        f.increment(weight, nuTerm);
        f.increment(cell, blockCols * bytes);
      });
      f.call(
        native.gemm,
        ...[1 - plain.transposed, 0, i32.add(j, width), width, n, num.const(alpha)],
        ...[places.x, plain.lead, own, blockCols, old],
        ...[i32.add(places.out, i32.mul(j, bytes)), out.lead],
      );
    });
  };
  const columns = (
    f: FunctionBuilder,
    [out, from, rows, weights]: readonly I32[],
    own: I32,
    first: I32,
    last: I32,
  ) => {
    const places = { out, x: from, rows, nu: weights } as Places;
    if (nu === null || scratch === null) {
      gram(f, places, first, last);
      return;
    }
    const [negative, weight] = [f.let(i32.const(0)), f.let(places.nu)];
    f.for(f.local("i32"), 0, n, 1, () => {
      f.set(negative, i32.or(negative, num.lt(num.load(weight), num.const(0))));
      f.increment(weight, nu.strides.at(-1) as number);
    });
    f.if(
      negative,
      () => blocks(f, places, own, first, last),
      () => gram(f, places, first, last),
    );
  };
  const all = [output, x, weighted, nu ?? x];
  context.phase(cost, (f, part, parts) => {
    const own = ownScratch(f, scratch, part);
    if (shareBatch) {
      forEachBatch(f, axes, all, part, parts, (addresses) =>
        columns(f, addresses, own, i32.const(0), i32.const(d)),
      );
      return;
    }
    const mine = triangleShare(f, d, part, parts);
    f.if(i32.lt_u(mine.from, mine.to), () =>
      forWholeBatch(f, axes, all, (addresses) => columns(f, addresses, own, mine.from, mine.to)),
    );
  });
  return true;
}

/** Returns the memory of a part; 0 if there is none. */
function ownScratch(f: FunctionBuilder, scratch: PartScratch | null, part: I32): I32 {
  if (scratch === null) return i32.const(0);
  return f.let(i32.add(scratch.base, i32.mul(part, scratch.stride)));
}
