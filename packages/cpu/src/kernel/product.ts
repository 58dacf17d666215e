import type { KernelOptions } from "../options.ts";
import {
  type Func,
  type FunctionBuilder,
  f32,
  type I32,
  type I32Like,
  i32,
  type Local,
  type ModuleBuilder,
  select,
  type Value,
} from "../wasm/index.ts";
import { microKernel } from "./micro.ts";
import { packPadded, packPanel } from "./pack.ts";
import { blockCols, blockRows, tileBytes, tileOf } from "./tile.ts";

/** What the loops of a product call. */
interface Pieces {
  readonly tile: Func;
  readonly packRows: Func;
  readonly packCols: Func;
}

const i = "i32" as const;

/** rows, cols, a, aStep, b, bStep, terms, c, cRow, cCol, base, baseRow, baseCol, alpha, beta, scratch. */
const tileParams = [i, i, i, i, i, i, i, i, i, i, i, i, i, "f32", "f32", i] as const;

/** One tile of C of any size up to the full one, with any strides. */
function tileKernel(m: ModuleBuilder, options: KernelOptions): Func {
  const full = tileOf(options);
  const kernels: Func[][] = [];
  for (let rows = 1; rows <= full.rows; rows++) {
    kernels[rows] = [1, 2].map((vectors) => microKernel(m, rows, vectors, options));
  }
  const edge = edgeKernel(m);
  return m.func(
    "tile",
    { params: tileParams },
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
      alpha,
      beta,
      scratch,
    ) => {
      const product = [a, aStep, b, bStep, terms] as const;
      const choose = (vectors: number, ...target: readonly (Value | number)[]) =>
        f.block((done) => {
          for (let count = full.rows; count >= 1; count--) {
            f.if(i32.eq(rows, count), () => {
              f.call(kernels[count]?.[vectors - 1] as Func, ...product, ...target);
              f.br(done);
            });
          }
        });
      const near = i32.or(i32.le_u(i32.add(base, 1), 1), i32.eq(baseCol, 4));
      f.if(i32.and(i32.eq(cCol, 4), near), () => {
        const target = [c, cRow, base, baseRow, alpha, beta] as const;
        f.if(i32.eq(cols, 8), () => {
          choose(2, ...target);
          f.return();
        });
        f.if(i32.eq(cols, 4), () => {
          choose(1, ...target);
          f.return();
        });
      });
      const target = [scratch, 32, -1, 0, alpha, beta] as const;
      f.if(
        i32.gt_u(cols, 4),
        () => choose(2, ...target),
        () => choose(1, ...target),
      );
      f.call(edge, rows, cols, scratch, c, cRow, cCol, base, baseRow, baseCol, alpha, beta);
    },
  );
}

/** Writes a finished tile from scratch element by element. */
function edgeKernel(m: ModuleBuilder): Func {
  return m.func(
    "edge",
    { params: [i, i, i, i, i, i, i, i, i, "f32", "f32"] },
    (f, rows, cols, from, c, cRow, cCol, base, baseRow, baseCol, alpha, beta) => {
      const row = f.local("i32");
      const col = f.local("i32");
      const value = f.local("f32");
      f.for(row, 0, rows, 1, () => {
        f.for(col, 0, cols, 1, () => {
          const at = (origin: I32, rowStride: I32Like, colStride: I32Like) =>
            i32.add(origin, i32.add(i32.mul(row, rowStride), i32.mul(col, colStride)));
          f.set(value, f32.load(at(from, 32, 4)));
          f.if(i32.ne(base, -1), () => {
            f.set(value, f32.mul(value, alpha));
            f.if(base, () => {
              const old = f32.load(at(base, baseRow, baseCol));
              f.set(value, f32.add(value, f32.mul(beta, old)));
            });
          });
          f.do(f32.store(at(c, cRow, cCol), value));
        });
      });
    },
  );
}

/** Rows of the next tile when `rows` are left: tiles of nearly equal height. */
function balanced(rows: I32, most: number): I32 {
  const tiles = i32.div_u(i32.add(rows, most - 1), most);
  return i32.div_u(i32.add(rows, i32.sub(tiles, 1)), tiles);
}

/** Packs rows of A as panels of the heights that the tiles will have. */
function rowPacker(m: ModuleBuilder, options: KernelOptions): Func {
  const { rows: most } = tileOf(options);
  const packs = Array.from({ length: most }, (_, at) => packPanel(m, at + 1));
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
        f.increment(to, i32.shl(i32.mul(terms, height), 2));
        f.set(rows, i32.sub(rows, height));
      });
    },
  );
}

/** Packs columns of B as panels of 8, the last one of 4 where that is enough. */
function colPacker(m: ModuleBuilder): Func {
  const pack8 = packPanel(m, 8);
  const pack4 = packPanel(m, 4);
  const padded = packPadded(m);
  return m.func("packCols", { params: [i, i, i, i, i, i] }, (f, b, row, col, terms, cols, to) => {
    f.while(cols, () => {
      f.block((done) => {
        const packs = [
          [8, pack8],
          [4, pack4],
        ] as const;
        for (const [width, pack] of packs) {
          const fits = width === 8 ? i32.ge_u(cols, 8) : i32.eq(cols, 4);
          f.if(fits, () => {
            f.call(pack, b, col, row, terms, to, 0);
            f.br(done);
          });
        }
        const width = select(i32.gt_u(cols, 4), i32.const(8), i32.const(4));
        f.call(padded, b, col, row, terms, to, cols, width);
      });
      f.if(i32.le_u(cols, 8), () => f.return());
      f.increment(b, i32.shl(col, 3));
      f.increment(to, i32.shl(terms, 5));
      f.increment(cols, -8);
    });
  });
}

/** a, aRow, aCol, b, bRow, bCol, c, cRow, cCol, m, n, k, blockTerms, base, baseRow, baseCol, factors, alpha, beta, scratch. */
export const productParams = [
  ...[i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i],
  ...(["f32", "f32"] as const),
  i,
] as const;

/** Parameters of a product by name. */
interface ProductArgs {
  readonly c: I32;
  readonly cRow: I32;
  readonly cCol: I32;
  readonly base: I32;
  readonly baseRow: I32;
  readonly baseCol: I32;
}

/** Offset of an element of a matrix. */
function at(origin: I32, row: I32, rowStride: I32, col: I32, colStride: I32): I32 {
  return i32.add(origin, i32.add(i32.mul(row, rowStride), i32.mul(col, colStride)));
}

/** The minimum of two unsigned numbers. */
function least(f: FunctionBuilder, x: I32, y: I32Like): Local<"i32"> {
  const result = f.let(x);
  f.if(i32.gt_u(result, y), () => f.set(result, typeof y === "number" ? i32.const(y) : y));
  return result;
}

/**
 * C = alpha A·diag(factors)·B + beta·base in blocks that fit the caches; with `upper` only the
 * tiles that meet the upper triangle of a square C are computed.
 *
 * base: −1 means C = A·diag(factors)·B as it is, 0 none, else its address.
 */
function productLoops(
  m: ModuleBuilder,
  name: string,
  upper: boolean,
  pieces: Pieces,
  options: KernelOptions,
): Func {
  const { rows: most } = tileOf(options);
  return m.func(
    name,
    { params: productParams, export: true },
    (
      f,
      a,
      aRow,
      aCol,
      b,
      bRow,
      bCol,
      c,
      cRow,
      cCol,
      rows,
      cols,
      terms,
      perBlock,
      base,
      baseRow,
      baseCol,
      factors,
      alpha,
      beta,
      scratch,
    ) => {
      const target: ProductArgs = { c, cRow, cCol, base, baseRow, baseCol };
      const [j0, p0, i0] = [f.local("i32"), f.local("i32"), f.local("i32")];
      const [jr, ir] = [f.local("i32"), f.local("i32")];
      const height = f.local("i32");
      const packedA = f.let(i32.add(scratch, tileBytes));
      const panelA = f.local("i32");
      const panelB = f.local("i32");
      const bottom = f.local("i32");
      f.for(j0, 0, cols, blockCols, () => {
        const width = least(f, i32.sub(cols, j0), blockCols);
        f.set(p0, i32.const(0));
        f.loop((nextTerms) => {
          const depth = least(f, i32.sub(terms, p0), perBlock);
          const height0 = least(f, rows, blockRows);
          const packedB = f.let(i32.add(packedA, i32.shl(i32.mul(height0, depth), 2)));
          f.set(packedB, i32.and(i32.add(packedB, 63), -64));
          f.call(pieces.packCols, at(b, p0, bRow, j0, bCol), bRow, bCol, depth, width, packedB);
          f.block((rowsDone) => {
            f.for(i0, 0, rows, blockRows, () => {
              const end = f.let(i32.add(i0, least(f, i32.sub(rows, i0), blockRows)));
              if (upper) f.brIf(rowsDone, i32.ge_u(i0, i32.add(j0, width)));
              const scale = f.local("i32");
              f.set(scale, i32.const(0));
              f.if(factors, () => f.set(scale, i32.add(factors, i32.shl(p0, 2))));
              f.call(
                pieces.packRows,
                at(a, i0, aRow, p0, aCol),
                aRow,
                aCol,
                i32.sub(end, i0),
                depth,
                packedA,
                scale,
              );
              f.set(panelB, packedB);
              f.for(jr, 0, width, 8, () => {
                const nr = least(f, i32.sub(width, jr), 8);
                const step = select(i32.gt_u(nr, 4), i32.const(32), i32.const(16));
                const col = f.let(i32.add(j0, jr));
                f.set(panelA, packedA);
                f.set(ir, i0);
                // Below the diagonal of a symmetric result there is nothing to do.
                f.set(bottom, end);
                if (upper) {
                  const reach = f.let(i32.add(col, nr));
                  f.if(i32.lt_u(reach, bottom), () => f.set(bottom, reach));
                }
                f.while(i32.lt_u(ir, bottom), () => {
                  f.set(height, balanced(i32.sub(end, ir), most));
                  const first = i32.eqz(p0);
                  const old = f.let(base);
                  const oldRow = f.let(baseRow);
                  const oldCol = f.let(baseCol);
                  const factor = f.let(beta);
                  f.if(
                    first,
                    () =>
                      f.if(i32.gt_u(i32.add(base, 1), 1), () =>
                        f.set(old, at(target.base, ir, target.baseRow, col, target.baseCol)),
                      ),
                    () => {
                      f.set(old, at(target.c, ir, target.cRow, col, target.cCol));
                      f.set(oldRow, cRow);
                      f.set(oldCol, cCol);
                      f.set(factor, f32.const(1));
                    },
                  );
                  f.call(
                    pieces.tile,
                    ...[height, nr, panelA, i32.shl(height, 2), panelB, step, depth],
                    ...[at(c, ir, cRow, col, cCol), cRow, cCol, old, oldRow, oldCol],
                    ...[alpha, factor, scratch],
                  );
                  f.increment(panelA, i32.shl(i32.mul(height, depth), 2));
                  f.increment(ir, height);
                });
                f.increment(panelB, i32.shl(depth, 5));
              });
            });
          });
          f.increment(p0, depth);
          f.brIf(nextTerms, i32.lt_u(p0, terms));
        });
      });
    },
  );
}

/** The products `gemm` (all of C) and `gemmUpper` (tiles on and above the diagonal). */
export function productKernels(m: ModuleBuilder, options: KernelOptions) {
  const pieces: Pieces = {
    tile: tileKernel(m, options),
    packRows: rowPacker(m, options),
    packCols: colPacker(m),
  };
  return {
    gemm: productLoops(m, "gemm", false, pieces, options),
    gemmUpper: productLoops(m, "gemmUpper", true, pieces, options),
  };
}
