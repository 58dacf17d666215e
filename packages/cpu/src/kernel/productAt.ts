import type { KernelOptions } from "../options.ts";
import {
  type Func,
  type I32,
  i32,
  type Local,
  type ModuleBuilder,
  select,
  v128,
} from "../wasm/index.ts";
import { isRun, times } from "./packAt.ts";
import { rowTermBytes, tileOf } from "./tile.ts";

const i = "i32" as const;

/**
 * The bytes from one panel's entry in the table of rows to the next. An entry has eight offsets, and the number of
 * its rows.
 */
export const rowEntry = 64;

/**
 * Computes tiles of C from packed panels of A and B. Tables give the places of the elements: C[i, j] is at c + row[i]
 * + col[j].
 *
 * Tiles whose columns lie side by side and whose rows are evenly apart are written at once. Other tiles are written
 * element by element.
 *
 * Parameters: packed A and B, terms; entries of the rows' panels, their number; offsets of the columns (whole panels
 * of them), their number; c; bytes between rows, or 0 if the table has them; whether the product is added to the old
 * values; scratch.
 */
export function tilesAt(m: ModuleBuilder, tile: Func, options: KernelOptions): Func {
  const { floats } = options;
  const { type, bytes, shift, lanes, num } = floats;
  const { cols: most } = tileOf(options);
  const aStep = rowTermBytes(options);
  // The bytes of the offsets of a vector.
  const offsets = 4 * lanes;
  return m.func(
    "tilesAt",
    { params: [i, i, i, i, i, i, i, i, i, i, i], export: true },
    (f, packedA, packedB, terms, rows, panels, cols, count, c, cRow, add, scratch) => {
      const [panelB, col, left, width] = [f.local(i), f.local(i), f.local(i), f.local(i)];
      const [height, target, direct] = [f.local(i), f.local(i), f.local(i)];
      const at = f.local(i);
      /** Writes the tile in scratch element by element. */
      const scatter = () => {
        const [r, j] = [f.local(i), f.local(i)];
        const value = f.local(type);
        f.for(r, 0, height, 1, () => {
          const line = f.let(i32.add(c, i32.load(offsetOf(rows, r))));
          f.for(j, 0, width, 1, () => {
            f.set(at, i32.add(line, i32.load(offsetOf(col, j))));
            f.set(value, num.load(i32.add(i32.add(scratch, i32.shl(j, shift)), i32.shl(r, 5))));
            f.if(add, () => f.set(value, num.add(value, num.load(at))));
            f.do(num.store(at, value));
          });
        });
      };
      /** Writes a whole tile that is not added to anything. */
      const scatterWhole = () => {
        const r = f.local(i);
        const columns = Array.from({ length: most }, (_, j) =>
          f.let(i32.add(c, i32.load(col, 4 * j))),
        );
        const from = f.let(scratch);
        f.for(r, 0, height, 1, () => {
          f.set(at, i32.load(offsetOf(rows, r)));
          for (const first of [0, lanes]) {
            const own = f.let(v128.load(from, bytes * first));
            columns.slice(first, first + lanes).forEach((column, lane) => {
              f.do(floats.storeLane(i32.add(column, at), own, lane));
            });
          }
          f.increment(from, 32);
        });
      };
      f.while(panels, () => {
        f.set(height, i32.load(rows, 32));
        f.set(panelB, packedB);
        f.set(col, cols);
        f.set(left, count);
        f.while(left, () => {
          f.set(width, select(i32.lt_u(left, most), left, i32.const(most)));
          f.set(
            direct,
            i32.and(
              i32.ne(cRow, 0),
              i32.and(i32.eqz(i32.and(width, lanes - 1)), isRun(floats, col, bytes)),
            ),
          );
          f.if(i32.and(direct, i32.gt_u(width, lanes)), () => {
            const near = i32.eq(i32.sub(i32.load(col, offsets), i32.load(col)), 16);
            f.set(direct, i32.and(near, isRun(floats, col, bytes, offsets)));
          });
          f.if(
            direct,
            () => {
              f.set(target, i32.add(i32.add(c, i32.load(rows)), i32.load(col)));
              const old = select(add, target, i32.const(0));
              f.call(
                tile,
                ...[height, width, packedA, aStep, panelB, 32, terms, target, cRow, bytes],
                ...[old, cRow, bytes, num.const(1), scratch],
              );
            },
            () => {
              const whole = select(i32.gt_u(width, lanes), i32.const(most), i32.const(lanes));
              f.call(
                tile,
                ...[height, whole, packedA, aStep, panelB, 32, terms, scratch, 32, bytes],
                ...[0, 0, 0, num.const(1), scratch],
              );
              f.if(i32.or(add, i32.ne(width, most)), scatter, scatterWhole);
            },
          );
          f.increment(col, 2 * offsets);
          f.increment(panelB, i32.shl(terms, 5));
          f.set(left, i32.sub(left, width));
        });
        f.increment(packedA, times(terms, aStep));
        f.increment(rows, rowEntry);
        f.increment(panels, -1);
      });
    },
  );
}

/** Returns the address of a number in a list of 32-bit numbers. */
function offsetOf(list: Local<"i32">, index: I32): I32 {
  return i32.add(list, i32.shl(index, 2));
}
