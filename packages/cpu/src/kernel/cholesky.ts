import type { KernelOptions } from "../options.ts";
import {
  callValue,
  type Floats,
  type Func,
  type FunctionBuilder,
  type I32,
  i32,
  type Local,
  type ModuleBuilder,
  type Num,
  v128,
} from "../wasm/index.ts";
import { blockFactor } from "./choleskyBlock.ts";
import { solveRows as panelRows } from "./solve.ts";
import { productScratch } from "./tile.ts";

const i = "i32" as const;
/** Returns the number of bytes from one row of a block to the next. */
export function blockRow({ bytes }: Floats): number {
  return bytes * panelRows;
}

/** Returns the number of bytes of a block. */
export function blockBytes(floats: Floats): number {
  return panelRows * blockRow(floats);
}

/** Matrices up to this size are factored as one block, larger ones panel by panel. */
export const wholeSize = 127;

/** The first λ after a zero shift, relative to the mean of the diagonal. */
const relativeStarts = { f32: 1e-7, f64: 1e-14 } as const;
const retries = 6;

/** Returns the bytes from one row of the working copy to the next: whole vectors, and not a power of two. */
export function workingRow(size: number, { lanes }: Floats): number {
  const row = Math.ceil(size / (2 * lanes)) * 32;
  return row % 512 === 0 ? row + 64 : row;
}

/** Returns a number of columns rounded up to whole vectors, as working copies have them. */
function wholeVectors(columns: I32, { lanes }: Floats): I32 {
  return i32.and(i32.add(columns, lanes - 1), -lanes);
}

/** Returns the bytes that a factorisation needs. */
export function choleskyScratch(size: number, options: KernelOptions): number {
  const { floats } = options;
  const work = Math.ceil((size * workingRow(size, floats)) / 64) * 64;
  return blockBytes(floats) + work + productScratch(size, size, panelRows, options);
}

/** The functions that a factorisation calls. */
export interface CholeskyPieces {
  readonly copy: Func;
  readonly panel: Func;
  readonly gemmUpperMinus: Func;
}

/**
 * Factors the upper triangle of a square working copy in place, A = U'U, right-looking by panels.
 *
 * Parameters: matrix, row stride, size, scratch (first a block, then a product's). The function returns whether it
 * succeeded.
 */
function upperFactor(
  m: ModuleBuilder,
  pieces: CholeskyPieces,
  factorBlock: Func,
  floats: Floats,
): Func {
  const { bytes, shift, num } = floats;
  const line = blockRow(floats);
  const params = [i, i, i, i] as const;
  return m.func("factorUpper", { params, results: [i] }, (f, a, row, size, scratch) => {
    f.if(i32.le_u(size, wholeSize), () => f.return(callValue("i32", factorBlock, a, row, size)));
    const p = f.local("i32");
    const inner = f.let(i32.add(scratch, blockBytes(floats)));
    f.for(p, 0, size, panelRows, () => {
      const count = f.let(i32.sub(size, p));
      f.if(i32.gt_u(count, panelRows), () => f.set(count, i32.const(panelRows)));
      const corner = f.let(i32.add(a, i32.mul(p, i32.add(row, bytes))));
      f.call(pieces.copy, scratch, line, corner, row, bytes, count, wholeVectors(count, floats));
      f.if(i32.eqz(callValue("i32", factorBlock, scratch, line, count)), () =>
        f.return(i32.const(0)),
      );
      f.call(pieces.copy, corner, row, scratch, line, bytes, count, count);
      const rest = f.let(i32.sub(i32.sub(size, p), count));
      f.if(rest, () => {
        const right = f.let(i32.add(corner, i32.shl(count, shift)));
        f.call(pieces.panel, scratch, bytes, line, right, row, count, wholeVectors(rest, floats));
        const below = f.let(i32.add(right, i32.mul(count, row)));
        f.call(
          pieces.gemmUpperMinus,
          ...[right, bytes, row, right, row, bytes, below, row, bytes],
          ...[rest, rest, count, count, below, row, bytes, 0],
          ...[num.const(1), inner],
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

/** Returns the λ of the first retry after 0. */
function startShift(f: FunctionBuilder, { type, num }: Floats, a: Matrix, size: Local<"i32">): Num {
  const trace = f.let(num.const(0));
  const k = f.local("i32");
  f.for(k, 0, size, 1, () => f.set(trace, num.add(trace, num.load(element(a, k, k)))));
  const start = f.let(num.const(relativeStarts[type]));
  f.if(num.gt(trace, num.const(0)), () =>
    f.set(start, num.mul(start, num.div(trace, num.convert_i32_u(size)))),
  );
  return start;
}

/**
 * Computes out = L with LL' = a + λI and zeros above, and returns the λ that it used.
 *
 * Parameters: a with row and column stride, out with its row stride (columns side by side), size, working row stride,
 * first λ, scratch.
 */
function wholeFactor(
  m: ModuleBuilder,
  load: Func,
  store: Func,
  factorUpper: Func,
  floats: Floats,
): Func {
  const { type, shift: log, num } = floats;
  const params = [i, i, i, i, i, i, i, type, i] as const;
  return m.func(
    "cholesky",
    { params, results: [type], export: true },
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
            num.eq(shift, num.const(0)),
            () => f.set(shift, startShift(f, floats, a, size)),
            () => f.set(shift, num.mul(shift, num.const(10))),
          );
          f.br(again);
        });
      });
      f.for(r, 0, size, 1, () => {
        const c = f.local("i32");
        f.for(c, 0, size, 1, () => {
          const at = i32.add(i32.add(out, i32.mul(r, outRow)), i32.shl(c, log));
          f.do(num.store(at, num.const(Number.NaN)));
        });
      });
      f.result(num.const(Number.NaN));
    },
  );
}

/**
 * Computes work[r, c] = a[c, r] for rows r and r ≤ c, adds λ to the diagonal, and fills up to whole vectors with
 * zeros.
 *
 * Parameters: a with row and column stride, work and its row stride, size, λ, the rows from and to.
 */
function upperLoader(m: ModuleBuilder, copy: Func, floats: Floats): Func {
  const { type, bytes, shift: log, lanes, num } = floats;
  const params = [i, i, i, i, i, i, type, i, i] as const;
  return m.func(
    "loadUpper",
    { params, export: true },
    (f, base, aRow, aCol, work, workRow, size, shift, from, to) => {
      const a: Matrix = { base, row: aRow, col: aCol };
      const r = f.local("i32");
      // The filling of the last vectors of rows takes part in the arithmetic. Old contents could turn into denormals
      // there, which cost some processors hundreds of cycles each.
      f.if(i32.and(size, lanes - 1), () => {
        const last = i32.add(work, i32.shl(i32.and(size, -lanes), log));
        f.for(r, from, to, 1, () =>
          f.do(v128.store(i32.add(last, i32.mul(r, workRow)), v128.zero())),
        );
      });
      f.for(r, from, to, panelRows, () => {
        const rows = f.let(i32.sub(to, r));
        f.if(i32.gt_u(rows, panelRows), () => f.set(rows, i32.const(panelRows)));
        const corner = i32.add(work, i32.mul(r, i32.add(workRow, bytes)));
        f.call(copy, corner, workRow, element(a, r, r), aCol, aRow, rows, i32.sub(size, r));
      });
      f.for(r, from, to, 1, () => {
        const at = f.let(i32.add(work, i32.mul(r, i32.add(workRow, bytes))));
        f.do(num.store(at, num.add(num.load(at), shift)));
      });
    },
  );
}

/**
 * Computes out[r, c] = work[c, r] for rows r and c ≤ r, and zeros beyond.
 *
 * Parameters: out and its row stride, work and its row stride, size, the rows from and to.
 */
function lowerStorer(m: ModuleBuilder, copy: Func, { bytes, shift: log, num }: Floats): Func {
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
        const from = i32.add(work, i32.shl(r, log));
        f.call(copy, line, outRow, from, bytes, workRow, rows, i32.add(r, rows));
      });
      f.for(r, start, end, 1, () => {
        f.for(c, i32.add(r, 1), size, 1, () => {
          const at = i32.add(i32.add(out, i32.mul(r, outRow)), i32.shl(c, log));
          f.do(num.store(at, num.const(0)));
        });
      });
    },
  );
}

/** Adds the whole factorisation, and the pieces of one that threads share. */
export function choleskyKernels(m: ModuleBuilder, pieces: CholeskyPieces, options: KernelOptions) {
  const { floats } = options;
  const factorBlock = blockFactor(m, options);
  const loadUpper = upperLoader(m, pieces.copy, floats);
  const storeLower = lowerStorer(m, pieces.copy, floats);
  const factorUpper = upperFactor(m, pieces, factorBlock, floats);
  const cholesky = wholeFactor(m, loadUpper, storeLower, factorUpper, floats);
  return { cholesky, factorBlock, loadUpper, storeLower };
}
