import type { KernelOptions } from "../options.ts";
import {
  type Floats,
  type Func,
  type I32,
  i32,
  type ModuleBuilder,
  select,
  v128,
} from "../wasm/index.ts";
import { balanced } from "./packBlocks.ts";
import { blockRows, termsPerBlock, tileBytes, tileOf } from "./tile.ts";

const i = "i32" as const;

/**
 * Packs a panel of products of columns: to[k, c] = alpha·x[k, j]·x[k, col + c].
 *
 * Parameters: addresses of x[0, j] and x[0, col], row stride, terms, to, alpha.
 */
function productPacker(m: ModuleBuilder, { type, num, vec }: Floats): Func {
  const params = [i, i, i, i, i, type] as const;
  return m.func("packProducts", { params }, (f, one, others, row, terms, to, alpha) => {
    f.while(terms, () => {
      const factor = f.let(vec.splat(num.mul(num.load(one), alpha)));
      for (const at of [0, 16]) {
        f.do(v128.store(to, vec.mul(v128.load(others, at), factor), at));
      }
      f.increment(one, row);
      f.increment(others, row);
      f.increment(to, 32);
      f.increment(terms, -1);
    });
  });
}

/** The bytes of packed panels at a time; at least one row is packed. */
const panelBytes = 2 ** 18;

/** Returns the bytes that `productGram` needs. */
export function productGramScratch(
  matrices: number,
  size: number,
  terms: number,
  options: KernelOptions,
): number {
  const depth = termsPerBlock(terms, options);
  const { cols } = tileOf(options);
  const rows = Math.min(matrices, blockRows);
  return (
    tileBytes +
    options.floats.bytes * depth * rows +
    64 +
    panelBytes +
    32 * depth * Math.ceil(size / cols)
  );
}

/**
 * Computes many weighted Gram matrices of the same rows, on and above the diagonal: out[i] = beta·base[i] + alpha Σₖ
 * ν[i, k] xₖxₖ'.
 *
 * This is ν times the products of any two columns of x (its face-splitting product with itself). So it is one product
 * of matrices whose right side is made when it is packed. Panels of columns are counted from the right, and their
 * part below the diagonal is computed as well. A tile is a few matrices high, and the loop follows the rows of these
 * matrices, as caches fetch ahead.
 *
 * Parameters: x, its row stride; ν, its strides by matrix and term; out and base (0 for none), each with its strides
 * by matrix and row; matrices, size (at least 8), terms, terms per block; the rows to compute, from and to; alpha,
 * beta, scratch. The columns of x, out and base lie side by side.
 */
export function productGram(
  m: ModuleBuilder,
  { tile, packRows }: { readonly tile: Func; readonly packRows: Func },
  options: KernelOptions,
): Func {
  const { rows: most, cols: wide } = tileOf(options);
  const { type, bytes, shift, num } = options.floats;
  const wideShift = Math.log2(wide);
  const packProducts = productPacker(m, options.floats);
  const params = [i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, type, type, i] as const;
  return m.func(
    "productGram",
    { params, export: true },
    (
      f,
      x,
      xRow,
      nu,
      nuMatrix,
      nuTerm,
      out,
      outMatrix,
      outRow,
      base,
      baseMatrix,
      baseRow,
      matrices,
      size,
      terms,
      perBlock,
      from,
      to,
      alpha,
      beta,
      scratch,
    ) => {
      const [p0, i0, i1, ir] = [f.local(i), f.local(i), f.local(i), f.local(i)];
      const [row, col, first, last] = [f.local(i), f.local(i), f.local(i), f.local(i)];
      const [height, panelA, panelB] = [f.local(i), f.local(i), f.local(i)];
      const [depth, count, width] = [f.local(i), f.local(i), f.local(i)];
      const packedA = f.let(i32.add(scratch, tileBytes));
      const least = (x: I32, y: I32) => select(i32.lt_u(x, y), x, y);
      /** Returns the address of the first element of the panel in matrix `ir`. */
      const at = (origin: I32, matrix: I32, line: I32) =>
        i32.add(
          i32.add(origin, i32.mul(ir, matrix)),
          i32.add(i32.mul(row, line), i32.shl(col, shift)),
        );
      /** Visits the panels of the rows from first to last, with the address where they are packed. */
      const eachPanel = (packedB: I32, body: () => void) => {
        f.set(panelB, packedB);
        const panel = (columns: I32) => {
          f.set(width, columns);
          body();
          f.increment(panelB, i32.shl(depth, 5));
          f.increment(col, width);
        };
        f.for(row, first, last, 1, () => {
          // Whole panels end at the last column; the rest of the columns is in front of them.
          f.set(col, i32.and(i32.sub(size, row), wide - 1));
          f.set(col, i32.sub(i32.add(row, col), i32.shl(i32.ne(col, 0), wideShift)));
          f.if(i32.lt_s(col, 0), () => {
            const own = f.let(i32.add(col, wide));
            f.set(col, i32.const(0));
            panel(own);
          });
          f.while(i32.lt_u(col, size), () => panel(i32.const(wide)));
        });
      };
      f.while(i32.lt_u(p0, terms), () => {
        f.set(depth, least(i32.sub(terms, p0), perBlock));
        f.for(i0, 0, matrices, blockRows, () => {
          f.set(count, least(i32.sub(matrices, i0), i32.const(blockRows)));
          const weights = i32.add(i32.mul(i0, nuMatrix), i32.mul(p0, nuTerm));
          f.call(packRows, i32.add(nu, weights), nuMatrix, nuTerm, count, depth, packedA, 0);
          const afterA = i32.add(packedA, i32.shl(i32.mul(count, depth), shift));
          const packedB = f.let(i32.and(i32.add(afterA, 63), -64));
          f.set(i1, i32.add(i0, count));
          f.set(first, from);
          f.while(i32.lt_u(first, to), () => {
            const panels = i32.shr_u(i32.add(i32.sub(size, first), wide - 1), wideShift);
            const fitting = i32.div_u(panelBytes, i32.mul(i32.shl(depth, 5), panels));
            f.set(last, least(i32.add(i32.add(first, fitting), 1), to));
            eachPanel(packedB, () => {
              const column = (at: I32) =>
                i32.add(i32.add(x, i32.mul(p0, xRow)), i32.shl(at, shift));
              f.call(packProducts, column(row), column(col), xRow, depth, panelB, alpha);
            });
            f.set(panelA, packedA);
            f.set(ir, i0);
            f.while(i32.lt_u(ir, i1), () => {
              f.set(height, balanced(i32.sub(i1, ir), most));
              eachPanel(packedB, () => {
                const old = f.let(i32.const(0));
                f.if(base, () => f.set(old, at(base, baseMatrix, baseRow)));
                f.call(
                  tile,
                  ...[height, width, panelA, i32.shl(height, shift), panelB, 32, depth],
                  ...[
                    at(out, outMatrix, outRow),
                    outMatrix,
                    bytes,
                    old,
                    baseMatrix,
                    bytes,
                    beta,
                    scratch,
                  ],
                );
              });
              f.increment(panelA, i32.shl(i32.mul(height, depth), shift));
              f.increment(ir, height);
            });
            f.set(first, last);
          });
        });
        // Further terms are added to the result of the first ones.
        f.increment(p0, depth);
        f.set(base, out);
        f.set(baseMatrix, outMatrix);
        f.set(baseRow, outRow);
        f.set(beta, num.const(1));
      });
    },
  );
}
