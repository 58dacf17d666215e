import type { KernelOptions } from "../options.ts";
import { type Func, i32, type ModuleBuilder } from "../wasm/index.ts";
import { rowTermBytes, tileOf } from "./tile.ts";
import type { MicroKernels } from "./tileKernel.ts";

const i = "i32" as const;

/**
 * Adds the products of one panel of A with all panels of B to lines of C.
 *
 * Each line of C has the panels of B one after the other, two vectors wide, and at the end one of half the width if
 * `half` is set.
 *
 * Parameters: the packed panel of A and the packed B; terms; rows of the panel; lines; whole panels of columns in
 * each, whether half of one follows; c; bytes between lines and between rows.
 */
export function foldTiles(m: ModuleBuilder, kernels: MicroKernels, options: KernelOptions): Func {
  const { rows: most } = tileOf(options);
  const { num } = options.floats;
  const aStep = rowTermBytes(options);
  return m.func(
    "foldTiles",
    { params: [i, i, i, i, i, i, i, i, i, i], export: true },
    (f, a, b, terms, rows, lines, panels, half, c, cLine, cRow) => {
      const [left, at] = [f.local(i), f.local(i)];
      const bytes = f.let(i32.shl(terms, 5));
      const tile = (height: number, vectors: number) => {
        const kernel = kernels[height]?.[vectors - 1] as Func;
        f.call(kernel, a, aStep, b, 32, terms, at, cRow, at, cRow, num.const(1));
        f.increment(b, bytes);
        f.increment(at, 16 * vectors);
      };
      for (let height = 1; height <= most; height++) {
        f.if(i32.eq(rows, height), () => {
          f.while(lines, () => {
            f.set(at, c);
            f.set(left, panels);
            f.while(left, () => {
              tile(height, 2);
              f.increment(left, -1);
            });
            f.if(half, () => tile(height, 1));
            f.increment(c, cLine);
            f.increment(lines, -1);
          });
          f.return();
        });
      }
    },
  );
}
