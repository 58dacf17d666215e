import type { FloatType } from "@metrigrad/tensor";
import type { KernelOptions } from "../options.ts";
import {
  type Func,
  type FunctionBuilder,
  type I32,
  type I32Like,
  i32,
  type Local,
  type ModuleBuilder,
  select,
} from "../wasm/index.ts";
import { foldTiles } from "./foldTiles.ts";
import { packersAt } from "./packAt.ts";
import { balanced, colPacker, rowPacker } from "./packBlocks.ts";
import { tilesAt } from "./productAt.ts";
import { productGram } from "./productGram.ts";
import { blockCols, blockRows, tileBytes, tileOf } from "./tile.ts";
import { edgeKernel, microKernels, tileKernel } from "./tileKernel.ts";

/** The functions that the loops of a product call. */
interface Pieces {
  readonly tile: Func;
  readonly packRows: Func;
  readonly packCols: Func;
}

const i = "i32" as const;

/**
 * The parameters: a, aRow, aCol, b, bRow, bCol, c, cRow, cCol, rows, cols, terms, terms per block, base, baseRow,
 * baseCol, factors (addresses, or 0 for none), beta, scratch.
 */
const paramsOf = <T extends FloatType>(type: T) =>
  [i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, type, i] as const;

/** Returns the address of an element of a matrix. */
function at(origin: I32, row: I32, rowStride: I32, col: I32, colStride: I32): I32 {
  return i32.add(origin, i32.add(i32.mul(row, rowStride), i32.mul(col, colStride)));
}

/** Returns the smaller of two unsigned numbers, as a new local. */
function least(f: FunctionBuilder, x: I32, y: I32Like): Local<"i32"> {
  const result = f.let(x);
  f.if(i32.gt_u(result, y), () => f.set(result, typeof y === "number" ? i32.const(y) : y));
  return result;
}

/** Returns the size of the last of `total` things in groups of `group`. */
function last(total: I32, group: number): I32 {
  return i32.add(i32.rem_u(i32.sub(total, 1), group), 1);
}

/**
 * Computes C = beta·base ± A·diag(factors)·B in blocks that fit the caches.
 *
 * With `upper` only the tiles that meet the upper triangle of a square C are computed. Columns that fill no panel
 * come last. With `upper` they come first, because the fewest rows belong to them there.
 */
function productLoops(
  m: ModuleBuilder,
  name: string,
  upper: boolean,
  pieces: Pieces,
  options: KernelOptions,
): Func {
  const { rows: most, cols: wide } = tileOf(options);
  const { type, shift, lanes, num } = options.floats;
  return m.func(
    name,
    { params: paramsOf(type), export: true },
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
      beta,
      scratch,
    ) => {
      const [j0, p0, i0] = [f.local("i32"), f.local("i32"), f.local("i32")];
      const [jr, ir] = [f.local("i32"), f.local("i32")];
      const [height, panelA, panelB, scale] = [
        f.local("i32"),
        f.local("i32"),
        f.local("i32"),
        f.local("i32"),
      ];
      const end = f.local("i32");
      // The value that is added: base for the first block of terms, and C itself for the others.
      const [old, oldRow, oldCol] = [f.local("i32"), f.local("i32"), f.local("i32")];
      const packedA = f.let(i32.add(scratch, tileBytes));
      /** The tile of rows `ir` and columns `col`. */
      const tile = (col: I32, width: I32, depth: I32) => {
        const step = select(i32.gt_u(width, lanes), i32.const(32), i32.const(16));
        const target = f.let(at(c, ir, cRow, col, cCol));
        f.set(old, target);
        f.if(i32.eqz(p0), () => {
          f.set(old, i32.const(0));
          f.if(base, () => f.set(old, at(base, ir, baseRow, col, baseCol)));
        });
        f.call(
          pieces.tile,
          ...[height, width, panelA, i32.shl(height, shift), panelB, step, depth],
          ...[target, cRow, cCol, old, oldRow, oldCol, beta, scratch],
        );
      };
      const block = (width: I32, ragged: I32, depth: I32, packedB: I32) => {
        f.set(scale, i32.const(0));
        f.if(factors, () => f.set(scale, i32.add(factors, i32.shl(p0, shift))));
        const from = at(a, i0, aRow, p0, aCol);
        f.call(pieces.packRows, from, aRow, aCol, i32.sub(end, i0), depth, packedA, scale);
        f.set(panelA, packedA);
        f.set(ir, i0);
        // Rows are the outer loop, so C is read and written along its lines, which caches fetch ahead.
        f.while(i32.lt_u(ir, end), () => {
          f.set(height, balanced(i32.sub(end, ir), most));
          f.set(panelB, packedB);
          f.set(jr, i32.const(0));
          f.while(i32.lt_u(jr, width), () => {
            const own = least(f, i32.sub(width, jr), wide);
            if (upper) f.if(i32.eqz(jr), () => f.set(own, ragged));
            const col = f.let(i32.add(j0, jr));
            // The part below the diagonal of a symmetric result is not computed.
            if (upper) f.if(i32.lt_u(ir, i32.add(col, own)), () => tile(col, own, depth));
            else tile(col, own, depth);
            f.increment(panelB, i32.shl(depth, 5));
            f.increment(jr, own);
          });
          f.increment(panelA, i32.shl(i32.mul(height, depth), shift));
          f.increment(ir, height);
        });
      };
      f.while(i32.lt_u(j0, cols), () => {
        const width = least(f, i32.sub(cols, j0), blockCols);
        if (upper) f.if(i32.eqz(j0), () => f.set(width, last(cols, blockCols)));
        const ragged = upper ? f.let(last(width, wide)) : width;
        f.set(p0, i32.const(0));
        f.set(oldRow, baseRow);
        f.set(oldCol, baseCol);
        const factor = f.let(beta);
        f.loop((nextTerms) => {
          const depth = least(f, i32.sub(terms, p0), perBlock);
          const most = least(f, rows, blockRows);
          const afterA = i32.add(packedA, i32.shl(i32.mul(most, depth), shift));
          const packedB = f.let(i32.and(i32.add(afterA, 63), -64));
          const pack = (first: I32, count: I32, to: I32) =>
            f.call(pieces.packCols, at(b, p0, bRow, first, bCol), bRow, bCol, depth, count, to);
          pack(j0, ragged, packedB);
          if (upper) {
            const panel = i32.add(packedB, i32.shl(depth, 5));
            pack(i32.add(j0, ragged), i32.sub(width, ragged), panel);
          }
          const limit = upper ? least(f, i32.add(j0, width), rows) : rows;
          f.for(i0, 0, limit, blockRows, () => {
            f.set(end, i32.add(i0, least(f, i32.sub(rows, i0), blockRows)));
            block(width, ragged, depth, packedB);
          });
          f.increment(p0, depth);
          f.set(oldRow, cRow);
          f.set(oldCol, cCol);
          f.set(beta, num.const(1));
          f.brIf(nextTerms, i32.lt_u(p0, terms));
        });
        f.set(beta, factor);
        f.increment(j0, width);
      });
    },
  );
}

/**
 * Adds the products.
 *
 * `gemm` and `gemmMinus` compute all of C, and the others its tiles on and above the diagonal; `…Minus` subtracts
 * from beta·base. `productGram` is a kernel of its own. `packRowsAt`, `packColsAt` and `tilesAt` are the parts of a
 * product whose elements are found by tables. `foldTiles` adds products of panels to lines.
 */
export function productKernels(m: ModuleBuilder, options: KernelOptions) {
  const packRows = rowPacker(m, options);
  const packCols = colPacker(m, options);
  const edge = edgeKernel(m, options.floats);
  const [adding, subtracting] = [
    microKernels(m, "plus", options),
    microKernels(m, "minus", options),
  ];
  const plus = { tile: tileKernel(m, "plus", adding, edge, options), packRows, packCols };
  const minus = { tile: tileKernel(m, "minus", subtracting, edge, options), packRows, packCols };
  return {
    gemm: productLoops(m, "gemm", false, plus, options),
    gemmUpper: productLoops(m, "gemmUpper", true, plus, options),
    gemmMinus: productLoops(m, "gemmMinus", false, minus, options),
    gemmUpperMinus: productLoops(m, "gemmUpperMinus", true, minus, options),
    productGram: productGram(m, plus, options),
    ...packersAt(m, options),
    tilesAt: tilesAt(m, plus.tile, options),
    foldTiles: foldTiles(m, adding, options),
  };
}
