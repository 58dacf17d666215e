import type { KernelOptions } from "../options.ts";
import {
  type Floats,
  type Func,
  type FunctionBuilder,
  i32,
  type Local,
  type ModuleBuilder,
  type Num,
  type V128,
  v128,
} from "../wasm/index.ts";
import { accumulate } from "./micro.ts";

const i = "i32" as const;

/** The number of rows that are factored together, in registers. */
const group = 4;

/** A matrix that is factored in place. Rows and columns are counted from its corner. */
interface Block {
  readonly base: Local<"i32">;
  readonly row: Local<"i32">;
  readonly size: Local<"i32">;
}

/** Returns 0 from the function unless the pivot is positive and finite. */
function checkPivot(f: FunctionBuilder, { num }: Floats, pivot: Num): void {
  const sound = i32.and(
    num.gt(pivot, num.const(0)),
    num.lt(pivot, num.const(Number.POSITIVE_INFINITY)),
  );
  f.if(i32.eqz(sound), () => f.return(i32.const(0)));
}

/**
 * Returns rows `first` to `first + rows` of some vectors of columns minus the share of the rows above: a[r, c] − Σ_p
 * u[p, r] u[p, c].
 *
 * `at` is the address of the first row's first column.
 */
function remainder(
  f: FunctionBuilder,
  { base, row }: Block,
  first: Local<"i32">,
  at: Local<"i32">,
  rows: number,
  vectors: number,
  options: KernelOptions,
): Local<"v128">[][] {
  const { bytes, shift, loadSplat } = options.floats;
  const line = f.let(at);
  const sums = Array.from({ length: rows }, (_, r) => {
    if (r > 0) f.increment(line, row);
    return Array.from({ length: vectors }, (_, v) => f.let(v128.load(line, 16 * v)));
  });
  const factors = f.let(i32.add(base, i32.shl(first, shift)));
  f.set(line, i32.sub(at, i32.mul(first, row)));
  const left = f.let(first);
  f.while(left, () => {
    const above = Array.from({ length: vectors }, (_, v) => f.let(v128.load(line, 16 * v)));
    sums.forEach((own, r) => {
      const factor = f.let(loadSplat(factors, bytes * r));
      own.forEach((sum, v) => {
        f.set(sum, accumulate(options, "minus", factor, above[v] as V128, sum));
      });
    });
    f.increment(factors, row);
    f.increment(line, row);
    f.increment(left, -1);
  });
  return sums;
}

/**
 * Factors the upper triangle of a square matrix in place, A = U'U, four rows at a time.
 *
 * Parameters: matrix, row stride (columns side by side, zeros up to whole vectors), size. The function returns
 * whether all pivots are positive and finite. It overwrites the part below the diagonal.
 */
export function blockFactor(m: ModuleBuilder, options: KernelOptions): Func {
  const params = [i, i, i] as const;
  return m.func("factorBlock", { params, results: [i], export: true }, (f, base, row, size) => {
    const block: Block = { base, row, size };
    const r = f.local("i32");
    f.while(i32.le_u(i32.add(r, group), size), () => {
      groupRows(f, block, r, options);
      f.increment(r, group);
    });
    f.while(i32.lt_u(r, size), () => {
      singleRow(f, block, r, options);
      f.increment(r, 1);
    });
    f.result(i32.const(1));
  });
}

function groupRows(
  f: FunctionBuilder,
  block: Block,
  first: Local<"i32">,
  options: KernelOptions,
): void {
  const { base, row, size } = block;
  const { shift, lanes, num, vec } = options.floats;
  const at = f.let(i32.add(base, i32.add(i32.mul(first, row), i32.shl(first, shift))));
  const left = f.let(i32.sub(size, first));
  const store = (sums: readonly (readonly Local<"v128">[])[]) => {
    const line = f.let(at);
    sums.forEach((own, r) => {
      if (r > 0) f.increment(line, row);
      f.do(...own.map((values, v) => v128.store(line, values, 16 * v)));
    });
  };
  // The first four columns hold the small triangle.
  const vectors = group / lanes;
  const corner = remainder(f, block, first, at, group, vectors, options);
  const roots: Local<"v128">[] = [];
  const factors: Local<"v128">[][] = [];
  corner.forEach((own, r) => {
    const [vector, lane] = [Math.floor(r / lanes), r % lanes];
    const known = corner.slice(0, r).map((above) => {
      const factor = f.let(vec.splat(vec.extract_lane(above[vector] as V128, lane)));
      own.forEach((values, v) => {
        f.set(values, accumulate(options, "minus", factor, above[v] as V128, values));
      });
      return factor;
    });
    const pivot = f.let(vec.extract_lane(own[vector] as V128, lane));
    checkPivot(f, options.floats, pivot);
    const root = f.let(vec.splat(num.sqrt(pivot)));
    for (const values of own) f.set(values, vec.div(values, root));
    roots.push(root);
    factors.push(known);
  });
  store(corner);
  const rest = (count: number) => {
    const sums = remainder(f, block, first, at, group, count, options);
    sums.forEach((own, r) => {
      own.forEach((values, v) => {
        factors[r]?.forEach((factor, p) => {
          f.set(values, accumulate(options, "minus", factor, sums[p]?.[v] as V128, values));
        });
        f.set(values, vec.div(values, roots[r] as V128));
      });
    });
    store(sums);
    f.increment(at, 16 * count);
    f.increment(left, -lanes * count);
  };
  f.increment(at, 16 * vectors);
  f.increment(left, -group);
  f.while(i32.gt_s(left, lanes), () => rest(2));
  f.if(i32.gt_s(left, 0), () => rest(1));
}

function singleRow(
  f: FunctionBuilder,
  block: Block,
  r: Local<"i32">,
  options: KernelOptions,
): void {
  const { base, row, size } = block;
  const { shift, lanes, num, vec } = options.floats;
  const c = f.local("i32");
  const line = f.let(i32.add(base, i32.mul(r, row)));
  const [from, to] = [f.let(i32.shl(i32.and(r, -lanes), shift)), f.let(i32.shl(size, shift))];
  f.for(c, from, to, 16, () => {
    const at = f.let(i32.add(line, c));
    const [[sum]] = remainder(f, block, r, at, 1, 1, options) as [[Local<"v128">]];
    f.do(v128.store(at, sum));
  });
  const pivot = f.let(num.load(i32.add(line, i32.shl(r, shift))));
  checkPivot(f, options.floats, pivot);
  const root = f.let(vec.splat(num.sqrt(pivot)));
  f.for(c, from, to, 16, () => {
    const at = i32.add(line, c);
    f.do(v128.store(at, vec.div(v128.load(at), root)));
  });
}
