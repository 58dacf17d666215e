import type { KernelOptions } from "../options.ts";
import {
  callValue,
  type F32,
  type Func,
  type FunctionBuilder,
  f32,
  f32x4,
  type I32,
  i32,
  type Local,
  type ModuleBuilder,
  type V128,
  v128,
} from "../wasm/index.ts";
import { accumulate } from "./micro.ts";
import { solveRows as panelRows } from "./solve.ts";
import { productScratch } from "./tile.ts";

const i = "i32" as const;
/** Bytes from one row of a block to the next. */
export const blockRow = 4 * panelRows;
/** Bytes of a block. */
export const blockBytes = panelRows * blockRow;

/** Matrices up to this size are factored as one block, larger ones panel by panel. */
export const wholeSize = 127;

/** λ that a zero shift starts from, relative to the mean of the diagonal. */
const relativeStart = 1e-7;
const retries = 6;

/** Bytes from one row of the working copy to the next: whole vectors, no power of two. */
export function workingRow(size: number): number {
  const row = Math.ceil(size / 8) * 32;
  return row % 512 === 0 ? row + 64 : row;
}

/** Bytes that a factorisation needs. */
export function choleskyScratch(size: number): number {
  const work = Math.ceil((size * workingRow(size)) / 64) * 64;
  return blockBytes + work + productScratch(size, size, panelRows);
}

/** Rows that are factored together, in registers. */
const group = 4;

/** A matrix that is factored in place, rows and columns counted from its corner. */
interface Block {
  readonly base: Local<"i32">;
  readonly row: Local<"i32">;
  readonly size: Local<"i32">;
}

/** Returns 0 from the function unless the pivot is positive and finite. */
function checkPivot(f: FunctionBuilder, pivot: F32): void {
  const sound = i32.and(
    f32.gt(pivot, f32.const(0)),
    f32.lt(pivot, f32.const(Number.POSITIVE_INFINITY)),
  );
  f.if(i32.eqz(sound), () => f.return(i32.const(0)));
}

/**
 * Rows `first` to `first + rows` of some vectors of columns less what the rows above take from them:
 * a[r, c] − Σ_p u[p, r] u[p, c]. `at` is the address of the first row's first column.
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
  const line = f.let(at);
  const sums = Array.from({ length: rows }, (_, r) => {
    if (r > 0) f.increment(line, row);
    return Array.from({ length: vectors }, (_, v) => f.let(v128.load(line, 16 * v)));
  });
  const factors = f.let(i32.add(base, i32.shl(first, 2)));
  f.set(line, i32.sub(at, i32.mul(first, row)));
  const left = f.let(first);
  f.while(left, () => {
    const above = Array.from({ length: vectors }, (_, v) => f.let(v128.load(line, 16 * v)));
    sums.forEach((own, r) => {
      const factor = f.let(v128.load32_splat(factors, 4 * r));
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
 * Factors the upper triangle of a square matrix in place, A = U'U, four rows at a time. Parameters:
 * matrix, row stride (columns side by side, room for whole vectors), size. Returns whether all
 * pivots are positive and finite. What lies below the diagonal is overwritten.
 */
function blockFactor(m: ModuleBuilder, options: KernelOptions): Func {
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
  const at = f.let(i32.add(base, i32.add(i32.mul(first, row), i32.shl(first, 2))));
  const left = f.let(i32.sub(size, first));
  const store = (sums: readonly (readonly Local<"v128">[])[]) => {
    const line = f.let(at);
    sums.forEach((own, r) => {
      if (r > 0) f.increment(line, row);
      f.do(...own.map((lanes, v) => v128.store(line, lanes, 16 * v)));
    });
  };
  // The first four columns hold the small triangle.
  const corner = remainder(f, block, first, at, group, 1, options);
  const roots: Local<"v128">[] = [];
  const factors: Local<"v128">[][] = [];
  corner.forEach(([lanes], r) => {
    const own = lanes as Local<"v128">;
    const known = corner.slice(0, r).map(([above], p) => {
      const factor = f.let(f32x4.splat(f32x4.extract_lane(above as V128, r)));
      f.set(own, accumulate(options, "minus", factor, above as V128, own));
      return [p, factor] as const;
    });
    const pivot = f.let(f32x4.extract_lane(own, r));
    checkPivot(f, pivot);
    const root = f.let(f32x4.splat(f32.sqrt(pivot)));
    f.set(own, f32x4.div(own, root));
    roots.push(root);
    factors.push(known.map(([, factor]) => factor));
  });
  store(corner);
  const rest = (vectors: number) => {
    const sums = remainder(f, block, first, at, group, vectors, options);
    sums.forEach((own, r) => {
      own.forEach((lanes, v) => {
        factors[r]?.forEach((factor, p) => {
          f.set(lanes, accumulate(options, "minus", factor, sums[p]?.[v] as V128, lanes));
        });
        f.set(lanes, f32x4.div(lanes, roots[r] as V128));
      });
    });
    store(sums);
    f.increment(at, 16 * vectors);
    f.increment(left, -4 * vectors);
  };
  f.increment(at, 16);
  f.increment(left, -4);
  f.while(i32.gt_s(left, 4), () => rest(2));
  f.if(i32.gt_s(left, 0), () => rest(1));
}

function singleRow(
  f: FunctionBuilder,
  block: Block,
  r: Local<"i32">,
  options: KernelOptions,
): void {
  const { base, row, size } = block;
  const c = f.local("i32");
  const line = f.let(i32.add(base, i32.mul(r, row)));
  const [from, to] = [f.let(i32.shl(i32.and(r, -4), 2)), f.let(i32.shl(size, 2))];
  f.for(c, from, to, 16, () => {
    const at = f.let(i32.add(line, c));
    const [[sum]] = remainder(f, block, r, at, 1, 1, options) as [[Local<"v128">]];
    f.do(v128.store(at, sum));
  });
  const pivot = f.let(f32.load(i32.add(line, i32.shl(r, 2))));
  checkPivot(f, pivot);
  const root = f.let(f32x4.splat(f32.sqrt(pivot)));
  f.for(c, from, to, 16, () => {
    const at = i32.add(line, c);
    f.do(v128.store(at, f32x4.div(v128.load(at), root)));
  });
}

/** What a factorisation calls. */
export interface CholeskyPieces {
  readonly copy: Func;
  readonly panel: Func;
  readonly gemmUpperMinus: Func;
}

/**
 * Factors the upper triangle of a square working copy in place, A = U'U, right-looking by panels.
 * Parameters: matrix, row stride, size, scratch (a block, then a product's). Returns success.
 */
function upperFactor(m: ModuleBuilder, pieces: CholeskyPieces, factorBlock: Func): Func {
  const params = [i, i, i, i] as const;
  return m.func("factorUpper", { params, results: [i] }, (f, a, row, size, scratch) => {
    f.if(i32.le_u(size, wholeSize), () => f.return(callValue("i32", factorBlock, a, row, size)));
    const p = f.local("i32");
    const inner = f.let(i32.add(scratch, blockBytes));
    f.for(p, 0, size, panelRows, () => {
      const count = f.let(i32.sub(size, p));
      f.if(i32.gt_u(count, panelRows), () => f.set(count, i32.const(panelRows)));
      const corner = f.let(i32.add(a, i32.mul(p, i32.add(row, 4))));
      f.call(pieces.copy, scratch, blockRow, corner, row, 4, count, count);
      f.if(i32.eqz(callValue("i32", factorBlock, scratch, blockRow, count)), () =>
        f.return(i32.const(0)),
      );
      f.call(pieces.copy, corner, row, scratch, blockRow, 4, count, count);
      const rest = f.let(i32.sub(i32.sub(size, p), count));
      f.if(rest, () => {
        const right = f.let(i32.add(corner, i32.shl(count, 2)));
        // The working copy has room for whole vectors.
        const cols = i32.and(i32.add(rest, 3), -4);
        f.call(pieces.panel, scratch, 4, blockRow, right, row, count, cols);
        const below = f.let(i32.add(right, i32.mul(count, row)));
        f.call(
          pieces.gemmUpperMinus,
          ...[right, 4, row, right, row, 4, below, row, 4],
          ...[rest, rest, count, count, below, row, 4, 0],
          ...[f32.const(1), inner],
        );
      });
    });
    f.result(i32.const(1));
  });
}

interface Matrix {
  readonly base: Local<"i32">;
  readonly row: Local<"i32">;
  readonly col: Local<"i32">;
}

function element(a: Matrix, row: I32, col: I32): I32 {
  return i32.add(a.base, i32.add(i32.mul(row, a.row), i32.mul(col, a.col)));
}

/** λ of the first retry from 0. */
function startShift(f: FunctionBuilder, a: Matrix, size: Local<"i32">): F32 {
  const trace = f.let(f32.const(0));
  const k = f.local("i32");
  f.for(k, 0, size, 1, () => f.set(trace, f32.add(trace, f32.load(element(a, k, k)))));
  const start = f.let(f32.const(relativeStart));
  f.if(f32.gt(trace, f32.const(0)), () =>
    f.set(start, f32.mul(start, f32.div(trace, f32.convert_i32_u(size)))),
  );
  return start;
}

/**
 * out = L with LL' = a + λI, zeros above; the λ used is the result. Parameters: a with row and
 * column stride, out with its row stride (columns side by side), size, working row stride, first
 * λ, scratch.
 */
function wholeFactor(m: ModuleBuilder, load: Func, store: Func, factorUpper: Func): Func {
  const params = [i, i, i, i, i, i, i, "f32", i] as const;
  return m.func(
    "cholesky",
    { params, results: ["f32"], export: true },
    (f, base, aRow, aCol, out, outRow, size, workRow, shift, scratch) => {
      const a: Matrix = { base, row: aRow, col: aCol };
      const work = f.let(scratch);
      const workBytes = i32.and(i32.add(i32.mul(size, workRow), 63), -64);
      const inner = f.let(i32.add(scratch, workBytes));
      const [r, attempt] = [f.local("i32"), f.local("i32")];
      f.block((failed) => {
        f.loop((again) => {
          f.call(load, base, aRow, aCol, work, workRow, size, shift, 0, size);
          const success = callValue("i32", factorUpper, work, workRow, size, inner);
          f.if(success, () => {
            f.call(store, out, outRow, work, workRow, size, 0, size);
            f.return(shift);
          });
          f.brIf(failed, i32.ge_u(attempt, retries));
          f.increment(attempt, 1);
          f.if(
            f32.eq(shift, f32.const(0)),
            () => f.set(shift, startShift(f, a, size)),
            () => f.set(shift, f32.mul(shift, f32.const(10))),
          );
          f.br(again);
        });
      });
      f.for(r, 0, size, 1, () => {
        const c = f.local("i32");
        f.for(c, 0, size, 1, () => {
          const at = i32.add(i32.add(out, i32.mul(r, outRow)), i32.shl(c, 2));
          f.do(f32.store(at, f32.const(Number.NaN)));
        });
      });
      f.result(f32.const(Number.NaN));
    },
  );
}

/**
 * work[r, c] = a[c, r] for rows r, r ≤ c, λ added to the diagonal. Parameters: a with row and column
 * stride, work and its row stride, size, λ, the rows from and to.
 */
function upperLoader(m: ModuleBuilder, copy: Func): Func {
  const params = [i, i, i, i, i, i, "f32", i, i] as const;
  return m.func(
    "loadUpper",
    { params, export: true },
    (f, base, aRow, aCol, work, workRow, size, shift, from, to) => {
      const a: Matrix = { base, row: aRow, col: aCol };
      const r = f.local("i32");
      f.for(r, from, to, panelRows, () => {
        const rows = f.let(i32.sub(to, r));
        f.if(i32.gt_u(rows, panelRows), () => f.set(rows, i32.const(panelRows)));
        const corner = i32.add(work, i32.mul(r, i32.add(workRow, 4)));
        f.call(copy, corner, workRow, element(a, r, r), aCol, aRow, rows, i32.sub(size, r));
      });
      f.for(r, from, to, 1, () => {
        const at = f.let(i32.add(work, i32.mul(r, i32.add(workRow, 4))));
        f.do(f32.store(at, f32.add(f32.load(at), shift)));
      });
    },
  );
}

/**
 * out[r, c] = work[c, r] for rows r, c ≤ r, zeros beyond. Parameters: out and its row stride, work
 * and its row stride, size, the rows from and to.
 */
function lowerStorer(m: ModuleBuilder, copy: Func): Func {
  const params = [i, i, i, i, i, i, i] as const;
  return m.func(
    "storeLower",
    { params, export: true },
    (f, out, outRow, work, workRow, size, start, end) => {
      const [r, c] = [f.local("i32"), f.local("i32")];
      f.for(r, start, end, panelRows, () => {
        const rows = f.let(i32.sub(end, r));
        f.if(i32.gt_u(rows, panelRows), () => f.set(rows, i32.const(panelRows)));
        const line = i32.add(out, i32.mul(r, outRow));
        const from = i32.add(work, i32.shl(r, 2));
        f.call(copy, line, outRow, from, 4, workRow, rows, i32.add(r, rows));
      });
      f.for(r, start, end, 1, () => {
        f.for(c, i32.add(r, 1), size, 1, () => {
          const at = i32.add(i32.add(out, i32.mul(r, outRow)), i32.shl(c, 2));
          f.do(f32.store(at, f32.const(0)));
        });
      });
    },
  );
}

/** The whole factorisation and the pieces that threads share one with. */
export function choleskyKernels(m: ModuleBuilder, pieces: CholeskyPieces, options: KernelOptions) {
  const factorBlock = blockFactor(m, options);
  const loadUpper = upperLoader(m, pieces.copy);
  const storeLower = lowerStorer(m, pieces.copy);
  const factorUpper = upperFactor(m, pieces, factorBlock);
  const cholesky = wholeFactor(m, loadUpper, storeLower, factorUpper);
  return { cholesky, factorBlock, loadUpper, storeLower };
}
