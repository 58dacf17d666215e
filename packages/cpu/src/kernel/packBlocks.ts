import type { KernelOptions } from "../options.ts";
import { type Func, type I32, i32, type ModuleBuilder, select } from "../wasm/index.ts";
import { packPadded, packPanel } from "./pack.ts";
import { tileOf } from "./tile.ts";

const i = "i32" as const;

/** Returns the rows of the next tile when `rows` are left, so that tiles have nearly equal height. */
export function balanced(rows: I32, most: number): I32 {
  const tiles = i32.div_u(i32.add(rows, most - 1), most);
  return i32.div_u(i32.add(rows, i32.sub(tiles, 1)), tiles);
}

/**
 * Packs rows of A as panels of the heights that the tiles will have.
 *
 * Parameters: a, row and column stride, rows, terms, to, factors along the terms (0 for none).
 */
export function rowPacker(m: ModuleBuilder, options: KernelOptions): Func {
  const { rows: most } = tileOf(options);
  const { floats } = options;
  const packs = Array.from({ length: most }, (_, at) => packPanel(m, at + 1, floats));
  return m.func(
    "packRows",
    { params: [i, i, i, i, i, i, i] },
    (f, a, row, col, rows, terms, to, factors) => {
      const height = f.local("i32");
      f.while(rows, () => {
        f.set(height, balanced(rows, most));
        packs.forEach((pack, at) => {
          f.if(i32.eq(height, at + 1), () => f.call(pack, a, row, col, terms, to, factors));
        });
        f.increment(a, i32.mul(row, height));
        f.increment(to, i32.shl(i32.mul(terms, height), floats.shift));
        f.set(rows, i32.sub(rows, height));
      });
    },
  );
}

/**
 * Packs columns of B as panels of two vectors; the last one has one vector if that is enough.
 *
 * Parameters: b, row and column stride, terms, columns, to.
 */
export function colPacker(m: ModuleBuilder, { floats }: KernelOptions): Func {
  const { lanes } = floats;
  const most = 2 * lanes;
  const pack = packPanel(m, most, floats);
  const packHalf = packPanel(m, lanes, floats);
  const padded = packPadded(m, floats);
  return m.func("packCols", { params: [i, i, i, i, i, i] }, (f, b, row, col, terms, cols, to) => {
    f.while(cols, () => {
      f.block((done) => {
        const packs = [
          [i32.ge_u(cols, most), pack],
          [i32.eq(cols, lanes), packHalf],
        ] as const;
        for (const [fits, own] of packs) {
          f.if(fits, () => {
            f.call(own, b, col, row, terms, to, 0);
            f.br(done);
          });
        }
        const width = select(i32.gt_u(cols, lanes), i32.const(most), i32.const(lanes));
        f.call(padded, b, col, row, terms, to, cols, width);
      });
      f.if(i32.le_u(cols, most), () => f.return());
      f.increment(b, i32.shl(col, Math.log2(most)));
      f.increment(to, i32.shl(terms, 5));
      f.increment(cols, -most);
    });
  });
}
