import type { KernelOptions } from "../options.ts";
import {
  type Floats,
  type Func,
  type I32,
  type I32Like,
  i32,
  type ModuleBuilder,
} from "../wasm/index.ts";
import { microKernel, type Sign } from "./micro.ts";
import { tileOf } from "./tile.ts";

const i = "i32" as const;

/** Writes a finished tile from scratch element by element: c = beta·base + tile. */
export function edgeKernel(m: ModuleBuilder, { type, bytes, num }: Floats): Func {
  return m.func(
    "edge",
    { params: [i, i, i, i, i, i, i, i, i, type] },
    (f, rows, cols, from, c, cRow, cCol, base, baseRow, baseCol, beta) => {
      const row = f.local("i32");
      const col = f.local("i32");
      const value = f.local(type);
      f.for(row, 0, rows, 1, () => {
        f.for(col, 0, cols, 1, () => {
          const at = (origin: I32, rowStride: I32Like, colStride: I32Like) =>
            i32.add(origin, i32.add(i32.mul(row, rowStride), i32.mul(col, colStride)));
          f.set(value, num.load(at(from, 32, bytes)));
          f.if(base, () => {
            const old = num.load(at(base, baseRow, baseCol));
            f.set(value, num.add(value, num.mul(beta, old)));
          });
          f.do(num.store(at(c, cRow, cCol), value));
        });
      });
    },
  );
}

/** The micro-kernels of tiles with one and two vectors of columns, by their rows. */
export type MicroKernels = readonly (readonly Func[])[];

/** Returns the micro-kernels of all sizes up to the full tile. There is none of 0 rows. */
export function microKernels(m: ModuleBuilder, sign: Sign, options: KernelOptions): MicroKernels {
  const { rows: most } = tileOf(options);
  return Array.from({ length: most + 1 }, (_, rows) =>
    rows === 0 ? [] : [1, 2].map((vectors) => microKernel(m, rows, vectors, sign, options)),
  );
}

/**
 * Computes one tile of C of any size up to the full one, with any strides.
 *
 * Parameters: rows, cols, a, aStep, b, bStep, terms, c, cRow, cCol, base, baseRow, baseCol, beta, scratch.
 */
export function tileKernel(
  m: ModuleBuilder,
  sign: Sign,
  kernels: MicroKernels,
  edge: Func,
  options: KernelOptions,
): Func {
  const full = tileOf(options);
  const { type, bytes, lanes } = options.floats;
  const params = [i, i, i, i, i, i, i, i, i, i, i, i, i, type, i] as const;
  return m.func(
    `tile_${sign}`,
    { params },
    (
      f,
      rows,
      cols,
      a,
      aStep,
      b,
      bStep,
      terms,
      c,
      cRow,
      cCol,
      base,
      baseRow,
      baseCol,
      beta,
      scratch,
    ) => {
      const choose = (vectors: number, to: I32, toRow: I32Like, old: I32Like, oldRow: I32Like) => {
        f.block((done) => {
          for (let count = full.rows; count >= 1; count--) {
            const kernel = kernels[count]?.[vectors - 1] as Func;
            f.if(i32.eq(rows, count), () => {
              f.call(kernel, a, aStep, b, bStep, terms, to, toRow, old, oldRow, beta);
              f.br(done);
            });
          }
        });
      };
      const near = i32.or(i32.eqz(base), i32.eq(baseCol, bytes));
      f.if(i32.and(i32.eq(cCol, bytes), near), () => {
        for (const vectors of [2, 1]) {
          f.if(i32.eq(cols, lanes * vectors), () => {
            choose(vectors, c, cRow, base, baseRow);
            f.return();
          });
        }
      });
      f.if(
        i32.gt_u(cols, lanes),
        () => choose(2, scratch, 32, 0, 0),
        () => choose(1, scratch, 32, 0, 0),
      );
      f.call(edge, rows, cols, scratch, c, cRow, cCol, base, baseRow, baseCol, beta);
    },
  );
}
