import type { KernelOptions } from "../options.ts";
import {
  type Floats,
  type Func,
  type FunctionBuilder,
  type I32,
  i32,
  type Local,
  type ModuleBuilder,
  type V128,
  v128,
} from "../wasm/index.ts";
import { accumulate } from "./micro.ts";
import { blockTerms, productScratch } from "./tile.ts";

/** The number of rows that are solved between products. */
export const solveRows = 48;

/** Returns the bytes that solving for `cols` columns needs. Its products take up to `blockTerms` rows at a time. */
export function solveScratch(size: number, cols: number, options: KernelOptions): number {
  return productScratch(size, cols, Math.min(size, blockTerms(options)), options);
}

const i = "i32" as const;

/** The number of columns that one call handles: vectors, or one element. */
interface Width {
  readonly columns: number;
  readonly load: (address: Local<"i32">, vector: number) => V128;
  readonly store: (f: FunctionBuilder, address: Local<"i32">, vector: number, value: V128) => void;
}

const vectors = ({ lanes }: Floats, count: number): Width => ({
  columns: lanes * count,
  load: (address, vector) => v128.load(address, 16 * vector),
  store: (f, address, vector, value) => f.do(v128.store(address, value, 16 * vector)),
});

const element = ({ loadSplat, storeLane }: Floats): Width => ({
  columns: 1,
  load: (address) => loadSplat(address),
  store: (f, address, _vector, value) => f.do(storeLane(address, value, 0)),
});

/**
 * Computes x = L⁻¹ x for a few columns of x, `group` rows at a time in registers: first the product with the rows
 * above, then the small triangle.
 *
 * Parameters: l, lRow, lCol, x, xRow, first row, rows.
 */
function columnSolver(m: ModuleBuilder, width: Width, group: number, options: KernelOptions): Func {
  const { lanes, vec, loadSplat } = options.floats;
  const count = Math.max(1, width.columns / lanes);
  return m.func(
    `solve${group}x${width.columns}`,
    { params: [i, i, i, i, i, i] },
    (f, l, lRow, lCol, x, xRow, above) => {
      const sums = Array.from({ length: group * count }, () => f.local("v128", v128.zero()));
      const lines = Array.from({ length: group }, (_, r) => {
        const row = i32.add(l, i32.mul(i32.add(above, r), lRow));
        return f.let(row);
      });
      const left = f.let(above);
      f.while(left, () => {
        const row = Array.from({ length: count }, (_, v) => f.let(width.load(x, v)));
        lines.forEach((line, r) => {
          const factor = f.let(loadSplat(line));
          row.forEach((own, v) => {
            const sum = sums[r * count + v] as Local<"v128">;
            f.set(sum, accumulate(options, "plus", factor, own, sum));
          });
          f.increment(line, lCol);
        });
        f.increment(x, xRow);
        f.increment(left, -1);
      });
      // Now x points to the group's first row, and every line points to its own row's first column there.
      const solved: Local<"v128">[][] = [];
      lines.forEach((line, r) => {
        const values = Array.from({ length: count }, (_, v) =>
          f.let(vec.sub(width.load(x, v), sums[r * count + v] as V128)),
        );
        solved.forEach((known) => {
          const factor = f.let(loadSplat(line));
          values.forEach((value, v) => {
            f.set(value, vec.sub(value, vec.mul(factor, known[v] as V128)));
          });
          f.increment(line, lCol);
        });
        const diagonal = f.let(loadSplat(line));
        values.forEach((value, v) => {
          f.set(value, vec.div(value, diagonal));
          width.store(f, x, v, value);
        });
        solved.push(values);
        f.increment(x, xRow);
      });
    },
  );
}

/**
 * Computes x = L⁻¹ x for a small L.
 *
 * Parameters: l, lRow, lCol, x, xRow (columns side by side), rows, cols. Negative strides solve with an upper
 * triangle, from the last row up.
 */
export function panelSolver(m: ModuleBuilder, options: KernelOptions): Func {
  const { floats } = options;
  const widths = [vectors(floats, 2), vectors(floats, 1), element(floats)].map((width) => ({
    columns: width.columns,
    four: columnSolver(m, width, 4, options),
    one: columnSolver(m, width, 1, options),
  }));
  return m.func(
    "solvePanel",
    { params: [i, i, i, i, i, i, i], export: true },
    (f, l, lRow, lCol, x, xRow, rows, cols) => {
      for (const { columns, four, one } of widths) {
        f.while(i32.ge_u(cols, columns), () => {
          const row = f.let(i32.const(0));
          f.while(i32.le_u(i32.add(row, 4), rows), () => {
            f.call(four, l, lRow, lCol, x, xRow, row);
            f.increment(row, 4);
          });
          f.while(i32.lt_u(row, rows), () => {
            f.call(one, l, lRow, lCol, x, xRow, row);
            f.increment(row, 1);
          });
          f.increment(x, floats.bytes * columns);
          f.increment(cols, -columns);
        });
      }
    },
  );
}

/**
 * Computes x = L⁻¹ x by halves.
 *
 * As soon as the first half of any aligned run of 1, 2, 4, 8 … panels of `solveRows` is solved, one product subtracts
 * it from the second half. So most of the work is few large products. The parameters are those of `panelSolver`, then
 * scratch.
 */
export function triangularSolver(
  m: ModuleBuilder,
  panel: Func,
  gemmMinus: Func,
  options: KernelOptions,
): Func {
  const { bytes, num } = options.floats;
  return m.func(
    "triangularSolve",
    { params: [i, i, i, i, i, i, i, i], export: true },
    (f, l, lRow, lCol, x, xRow, rows, cols, scratch) => {
      const row = f.local("i32");
      const least = (count: I32, most: I32) => {
        const result = f.let(count);
        f.if(i32.gt_u(result, most), () => f.set(result, most));
        return result;
      };
      f.for(row, 0, rows, solveRows, () => {
        const count = least(i32.sub(rows, row), i32.const(solveRows));
        const line = f.let(i32.add(l, i32.mul(row, lRow)));
        const target = f.let(i32.add(x, i32.mul(row, xRow)));
        f.call(panel, i32.add(line, i32.mul(row, lCol)), lRow, lCol, target, xRow, count, cols);
        const next = f.let(i32.add(row, solveRows));
        f.if(i32.lt_u(next, rows), () => {
          const solved = f.let(i32.div_u(next, solveRows));
          // The largest power of two that divides the number of panels so far.
          const half = f.let(i32.mul(i32.and(solved, i32.sub(0, solved)), solveRows));
          const first = f.let(i32.sub(next, half));
          const below = f.let(i32.add(x, i32.mul(next, xRow)));
          const corner = i32.add(l, i32.add(i32.mul(next, lRow), i32.mul(first, lCol)));
          f.call(
            gemmMinus,
            ...[corner, lRow, lCol, i32.add(x, i32.mul(first, xRow)), xRow, bytes],
            ...[below, xRow, bytes, least(half, i32.sub(rows, next)), cols, half],
            ...[blockTerms(options), below, xRow, bytes, 0, num.const(1), scratch],
          );
        });
      });
    },
  );
}
