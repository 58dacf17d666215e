import {
  callValue,
  type Func,
  type FunctionBuilder,
  f32,
  type I32,
  type I32Like,
  i32,
  type Local,
  type ModuleBuilder,
  select,
} from "../wasm/index.ts";

import { collect, type ReducePieces, tridiagonalise } from "./eighReduce.ts";
import { diagonalise } from "./eighSolve.ts";
import { at } from "./vector.ts";

const i = "i32" as const;

/** Bytes that decomposing one matrix needs: two matrices and four vectors. */
export function eighScratch(size: number): number {
  return 4 * (2 * size * size + 4 * size) + 64;
}

/** What a decomposition calls. */
export interface EighPieces extends ReducePieces {
  readonly copy: Func;
  readonly mirror: Func;
}

/**
 * Moves the eigenvectors, rows of z, to the rows of `to` in the order of ascending values, each with
 * its largest entry positive; `values` receives the values. Parameters: size, diagonal (destroyed),
 * z, to, values and their stride, factor of the values.
 */
function arrange(m: ModuleBuilder): Func {
  const params = [i, i, i, i, i, i, "f32"] as const;
  return m.func("arrange", { params }, (f, n, d, z, to, values, stride, factor) => {
    const [j, k, best] = [f.local("i32"), f.local("i32"), f.local("i32")];
    const row = f.let(i32.shl(n, 2));
    f.for(j, 0, n, 1, () => {
      const least = f.let(f32.const(Number.POSITIVE_INFINITY));
      f.for(k, 0, n, 1, () => {
        f.if(f32.lt(f32.load(at(d, k)), least), () => {
          f.set(least, f32.load(at(d, k)));
          f.set(best, k);
        });
      });
      f.do(f32.store(at(d, best), f32.const(Number.POSITIVE_INFINITY)));
      f.if(values, () => {
        f.do(f32.store(values, f32.mul(least, factor)));
        f.increment(values, stride);
      });
      const from = f.let(i32.add(z, i32.mul(best, row)));
      const largest = f.let(f32.const(0));
      f.for(k, 0, row, 4, () => {
        const entry = f.let(f32.load(i32.add(from, k)));
        f.if(f32.gt(f32.abs(entry), f32.abs(largest)), () => f.set(largest, entry));
      });
      const turn = f32.lt(largest, f32.const(0));
      const sign = f.let(select(turn, f32.const(-1), f32.const(1)));
      f.for(k, 0, row, 4, () => {
        const entry = f32.mul(sign, f32.load(i32.add(from, k)));
        f.do(f32.store(i32.add(to, k), entry));
      });
      f.increment(to, row);
    });
  });
}

/** Fills rows×cols elements with NaN. */
function fillNaN(f: FunctionBuilder, to: I32, row: I32Like, rows: I32, cols: I32, col: I32Like) {
  const [r, c] = [f.local("i32"), f.local("i32")];
  f.for(r, 0, rows, 1, () => {
    f.for(c, 0, cols, 1, () => {
      const place = i32.add(i32.add(to, i32.mul(r, row)), i32.mul(c, col));
      f.do(f32.store(place, f32.const(Number.NaN)));
    });
  });
}

/**
 * a = V diag(λ) V' of a symmetric matrix whose lower triangle is read. Parameters: a with row and
 * column stride, V and its row stride (columns side by side), λ (0: none) and its stride, size, scratch.
 */
export function eighKernel(m: ModuleBuilder, pieces: EighPieces): Func {
  const reduce = tridiagonalise(m, pieces);
  const rows = collect(m, pieces);
  const solve = diagonalise(m);
  const order = arrange(m);
  return m.func(
    "eigh",
    { params: [i, i, i, i, i, i, i, i, i], export: true },
    (f, a, aRow, aCol, out, outRow, values, stride, n, scratch) => {
      const row = f.let(i32.shl(n, 2));
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
      // Scaled to 1, squares neither overflow nor vanish.
      const k = f.local("i32");
      const [largest, odd] = [f.let(f32.const(0)), f.let(f32.const(0))];
      f.for(k, 0, square, 4, () => {
        const entry = f.let(f32.load(i32.add(work, k)));
        f.set(largest, f32.max(largest, f32.abs(entry)));
        f.set(odd, f32.add(odd, f32.mul(entry, f32.const(0))));
      });
      const success = f.let(i32.const(0));
      f.if(f32.eq(odd, f32.const(0)), () => {
        const none = f32.eq(largest, f32.const(0));
        const scale = f.let(select(none, f32.const(1), largest));
        f.for(k, 0, square, 4, () => {
          const place = i32.add(work, k);
          f.do(f32.store(place, f32.div(f32.load(place), scale)));
        });
        f.call(reduce, work, row, n, d, e, b, w);
        f.call(rows, work, row, n, b, z);
        f.set(success, callValue("i32", solve, n, d, e, z));
        f.if(success, () => {
          f.call(order, n, d, z, work, values, stride, scale);
          f.call(pieces.copy, out, outRow, work, 4, row, n, n);
        });
      });
      f.if(i32.eqz(success), () => {
        fillNaN(f, out, outRow, n, n, 4);
        f.if(values, () => fillNaN(f, values, stride, n, i32.const(1), 0));
      });
    },
  );
}
