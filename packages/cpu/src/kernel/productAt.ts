import {
  type Func,
  f32,
  type I32,
  i32,
  type Local,
  type ModuleBuilder,
  select,
  v128,
} from "../wasm/index.ts";
import { isRun } from "./packAt.ts";

const i = "i32" as const;

/** Bytes from one panel's entry in the table of rows to the next: eight offsets, and how many rows it has. */
export const rowEntry = 64;

/**
 * Tiles of C from packed panels of A and B, where the elements of C are found by tables: C[i, j] is at
 * c + row[i] + col[j]. Tiles whose columns lie side by side and whose rows are evenly apart are written at
 * once, others element by element.
 *
 * Parameters: packed A and B (panels of eight), terms; entries of the rows' panels, their number; offsets of
 * the columns (a multiple of eight of them), their number; c; bytes between rows, 0 where the table says it;
 * whether the product is added to what is there; scratch.
 */
export function tilesAt(m: ModuleBuilder, tile: Func): Func {
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
        const value = f.local("f32");
        f.for(r, 0, height, 1, () => {
          const line = f.let(i32.add(c, i32.load(offsetOf(rows, r))));
          f.for(j, 0, width, 1, () => {
            f.set(at, i32.add(line, i32.load(offsetOf(col, j))));
            f.set(value, f32.load(i32.add(offsetOf(scratch, j), i32.shl(r, 5))));
            f.if(add, () => f.set(value, f32.add(value, f32.load(at))));
            f.do(f32.store(at, value));
          });
        });
      };
      /** The same for a whole tile that is not added to anything. */
      const scatterWhole = () => {
        const r = f.local(i);
        const columns = Array.from({ length: 8 }, (_, j) =>
          f.let(i32.add(c, i32.load(col, 4 * j))),
        );
        const from = f.let(scratch);
        f.for(r, 0, height, 1, () => {
          f.set(at, i32.load(offsetOf(rows, r)));
          for (const half of [0, 4]) {
            const lanes = f.let(v128.load(from, 4 * half));
            columns.slice(half, half + 4).forEach((column, lane) => {
              f.do(v128.store32_lane(i32.add(column, at), lanes, lane));
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
          f.set(width, select(i32.lt_u(left, 8), left, i32.const(8)));
          f.set(
            direct,
            i32.and(i32.ne(cRow, 0), i32.and(i32.eqz(i32.and(width, 3)), isRun(col, 4))),
          );
          f.if(i32.and(direct, i32.gt_u(width, 4)), () => {
            const near = i32.eq(i32.sub(i32.load(col, 16), i32.load(col)), 16);
            f.set(direct, i32.and(near, isRun(col, 4, 16)));
          });
          f.if(
            direct,
            () => {
              f.set(target, i32.add(i32.add(c, i32.load(rows)), i32.load(col)));
              const old = select(add, target, i32.const(0));
              f.call(
                tile,
                ...[height, width, packedA, 32, panelB, 32, terms, target, cRow, 4],
                ...[old, cRow, 4, f32.const(1), scratch],
              );
            },
            () => {
              const whole = select(i32.gt_u(width, 4), i32.const(8), i32.const(4));
              f.call(
                tile,
                ...[height, whole, packedA, 32, panelB, 32, terms, scratch, 32, 4],
                ...[0, 0, 0, f32.const(1), scratch],
              );
              f.if(i32.or(add, i32.ne(width, 8)), scatter, scatterWhole);
            },
          );
          f.increment(col, 32);
          f.increment(panelB, i32.shl(terms, 5));
          f.set(left, i32.sub(left, width));
        });
        f.increment(packedA, i32.shl(terms, 5));
        f.increment(rows, rowEntry);
        f.increment(panels, -1);
      });
    },
  );
}

/** The address of a number in a list of 32-bit ones. */
function offsetOf(list: Local<"i32">, index: I32): I32 {
  return i32.add(list, i32.shl(index, 2));
}
