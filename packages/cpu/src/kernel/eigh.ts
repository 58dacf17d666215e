import {
  callValue,
  type Floats,
  type Func,
  type FunctionBuilder,
  type I32,
  type I32Like,
  i32,
  type Local,
  type ModuleBuilder,
  select,
} from "../wasm/index.ts";

import { collect, type ReducePieces, tridiagonalise } from "./eighReduce.ts";
import { diagonalise } from "./eighSolve.ts";
import { elementOf } from "./vector.ts";

const i = "i32" as const;

/** Returns the bytes that the decomposition of one matrix needs: two matrices and four vectors. */
export function eighScratch(size: number, { bytes }: Floats): number {
  return bytes * (2 * size * size + 4 * size) + 64;
}

/** The functions that a decomposition calls. */
export interface EighPieces extends ReducePieces {
  readonly copy: Func;
  readonly mirror: Func;
}

/**
 * Moves the eigenvectors, rows of z, to the rows of `to` in the order of ascending values. Each gets a positive
 * largest entry. `values` receives the values.
 *
 * Parameters: size, diagonal (destroyed), z, to, values and their stride, factor of the values.
 */
function arrange(m: ModuleBuilder, floats: Floats): Func {
  const { type, bytes, shift, num } = floats;
  const at = elementOf(floats);
  const params = [i, i, i, i, i, i, type] as const;
  return m.func("arrange", { params }, (f, n, d, z, to, values, stride, factor) => {
    const [j, k, best] = [f.local("i32"), f.local("i32"), f.local("i32")];
    const row = f.let(i32.shl(n, shift));
    f.for(j, 0, n, 1, () => {
      const least = f.let(num.const(Number.POSITIVE_INFINITY));
      f.for(k, 0, n, 1, () => {
        f.if(num.lt(num.load(at(d, k)), least), () => {
          f.set(least, num.load(at(d, k)));
          f.set(best, k);
        });
      });
      f.do(num.store(at(d, best), num.const(Number.POSITIVE_INFINITY)));
      f.if(values, () => {
        f.do(num.store(values, num.mul(least, factor)));
        f.increment(values, stride);
      });
      const from = f.let(i32.add(z, i32.mul(best, row)));
      const largest = f.let(num.const(0));
      f.for(k, 0, row, bytes, () => {
        const entry = f.let(num.load(i32.add(from, k)));
        f.if(num.gt(num.abs(entry), num.abs(largest)), () => f.set(largest, entry));
      });
      const turn = num.lt(largest, num.const(0));
      const sign = f.let(select(turn, num.const(-1), num.const(1)));
      f.for(k, 0, row, bytes, () => {
        const entry = num.mul(sign, num.load(i32.add(from, k)));
        f.do(num.store(i32.add(to, k), entry));
      });
      f.increment(to, row);
    });
  });
}

/** Fills rows×cols elements with NaN. */
function fillNaN(
  f: FunctionBuilder,
  { num }: Floats,
  to: I32,
  row: I32Like,
  rows: I32,
  cols: I32,
  col: I32Like,
) {
  const [r, c] = [f.local("i32"), f.local("i32")];
  f.for(r, 0, rows, 1, () => {
    f.for(c, 0, cols, 1, () => {
      const place = i32.add(i32.add(to, i32.mul(r, row)), i32.mul(c, col));
      f.do(num.store(place, num.const(Number.NaN)));
    });
  });
}

/**
 * Decomposes a symmetric matrix, a = V diag(λ) V', of which it reads the lower triangle.
 *
 * Parameters: a with row and column stride, V and its row stride (columns side by side), λ (0: none) and its stride,
 * size, scratch.
 */
export function eighKernel(m: ModuleBuilder, pieces: EighPieces, floats: Floats): Func {
  const { bytes, shift, num } = floats;
  const reduce = tridiagonalise(m, pieces, floats);
  const rows = collect(m, pieces, floats);
  const solve = diagonalise(m, floats);
  const order = arrange(m, floats);
  return m.func(
    "eigh",
    { params: [i, i, i, i, i, i, i, i, i], export: true },
    (f, a, aRow, aCol, out, outRow, values, stride, n, scratch) => {
      const row = f.let(i32.shl(n, shift));
      const square = f.let(i32.mul(row, n));
      const work = f.let(scratch);
      const z = f.let(i32.add(work, square));
      const d = f.let(i32.add(z, square));
      const [e, b, w] = [1, 2, 3].map((turn) => f.let(i32.add(d, i32.mul(row, turn)))) as [
        Local<"i32">,
        Local<"i32">,
        Local<"i32">,
      ];
      f.call(pieces.copy, work, row, a, aCol, aRow, n, n);
      f.call(pieces.mirror, work, row, 0, n);
      // After scaling to 1, squares neither overflow nor vanish.
      const k = f.local("i32");
      const [largest, odd] = [f.let(num.const(0)), f.let(num.const(0))];
      f.for(k, 0, square, bytes, () => {
        const entry = f.let(num.load(i32.add(work, k)));
        f.set(largest, num.max(largest, num.abs(entry)));
        f.set(odd, num.add(odd, num.mul(entry, num.const(0))));
      });
      const success = f.let(i32.const(0));
      f.if(num.eq(odd, num.const(0)), () => {
        const none = num.eq(largest, num.const(0));
        const scale = f.let(select(none, num.const(1), largest));
        f.for(k, 0, square, bytes, () => {
          const place = i32.add(work, k);
          f.do(num.store(place, num.div(num.load(place), scale)));
        });
        f.call(reduce, work, row, n, d, e, b, w);
        f.call(rows, work, row, n, b, z);
        f.set(success, callValue("i32", solve, n, d, e, z));
        f.if(success, () => {
          f.call(order, n, d, z, work, values, stride, scale);
          f.call(pieces.copy, out, outRow, work, bytes, row, n, n);
        });
      });
      f.if(i32.eqz(success), () => {
        fillNaN(f, floats, out, outRow, n, n, bytes);
        f.if(values, () => fillNaN(f, floats, values, stride, n, i32.const(1), 0));
      });
    },
  );
}
