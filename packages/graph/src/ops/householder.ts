import type { Node } from "../core/node.ts";
import { scan } from "../loop/scan.ts";
import { abs, add, div, mul, neg, sub } from "./arithmetic.ts";
import { sum } from "./broadcastTo.ts";
import { cast } from "./cast.ts";
import { equal, less } from "./comparison.ts";
import { fill } from "./fill.ts";
import { iota } from "./iota.ts";
import { where } from "./logic.ts";
import { matmul } from "./matmul.ts";
import { matrixPad, matrixPart, matrixSize } from "./matrixPart.ts";
import { moveAxis } from "./moveAxis.ts";
import { max } from "./reduce.ts";
import { reshape } from "./reshape.ts";
import { sqrt } from "./transcendental.ts";
import { transpose } from "./transpose.ts";

/** A factorization a = qr by reflections. */
export interface Householder {
  /** Orthonormal columns, [b…, m, n]. */
  readonly q: Node;
  /** Upper triangular with a diagonal ≥ 0, [b…, n, n]. */
  readonly r: Node;
  /** The sign ±1 of each column, [b…, 1, n]. For a square matrix their product is det q. */
  readonly signs: Node;
}

// Turn k reflects the first column x of the remaining matrix by H = I − βvv', where v = x + s‖x‖e₀
// and s is the sign of x₀. The reflection turns x into −s‖x‖e₀ (Golub and Van Loan 2013, section
// 5.1). The first row of the reflected matrix is a row of r, up to its sign. The rest moves one row
// up and one column to the left, and zeros fill the end. So the next turn begins at the same place,
// and no turn needs a mask.
/** Computes a QR factorization by reflections, in a loop over columns. */
export function householder(a: Node): Householder {
  const [m, n] = matrixSize("householder", a);
  const lead = a.shape.slice(0, -2);
  const { ys } = scan(
    (left) => {
      const column = matrixPart(left, null, [0, 1]);
      // Divide by the largest element: then squares neither overflow nor become 0.
      const largest = max(abs(column), { axis: [-2, -1], keepDims: true });
      const none = equal(largest, 0);
      const x = div(column, where(none, 1, largest));
      const first = matrixPart(x, [0, 1], null);
      const norm = sqrt(sum(mul(x, x), { axis: [-2, -1], keepDims: true }));
      const s = where(less(first, 0), -1, 1);
      const v = add(x, mul(mul(s, norm), corner(m, 1)));
      const beta = where(none, 0, div(1, where(none, 1, mul(norm, add(norm, abs(first))))));
      // A column of zeros is not reflected, so its sign does not change.
      const sign = where(none, 1, s);
      const flip = where(none, 1, neg(s));
      const w = mul(beta, matmul(v, left, { transposeA: true }));
      const reflected = (rows: readonly [number, number], columns: readonly [number, number]) =>
        sub(
          matrixPart(left, rows, columns),
          mul(matrixPart(v, rows, null), matrixPart(w, null, columns)),
        );
      const row = reflected([0, 1], [0, n]);
      const small = m === 1 || n === 1;
      const carry = small ? left : matrixPad(reflected([1, m], [1, n]), [0, 1], [0, 1]);
      return { carry, y: { row, v, beta, sign, flip } };
    },
    a,
    null,
    { turns: n },
  );
  // The factor −s makes the diagonal of r positive.
  const flips = stackedColumns(ys.flip);
  const rows = mul(reshape(moveAxis(ys.row, 0, -2), [...lead, n, n]), transpose(flips));
  const q = mul(product(ys.v, ys.beta, [...lead, m, n]), flips);
  return { q, r: skewed(rows, n), signs: stackedColumns(ys.sign) };
}

/**
 * Computes the product H₀H₁…H_{n−1} of reflections, applied to the first n columns, beginning with
 * the last reflection.
 */
function product(v: Node, beta: Node, shape: readonly number[]): Node {
  const [m = 0, n = 0] = shape.slice(-2);
  const { carry } = scan(
    (inner, one) => {
      const kept = matrixPart(inner, [0, m - 1], [0, n - 1]);
      const here = add(matrixPad(kept, [1, 0], [1, 0]), corner(m, n));
      const w = mul(one.beta, matmul(one.v, here, { transposeA: true }));
      return { carry: sub(here, mul(one.v, w)), y: [] };
    },
    fill(shape, 0),
    { v, beta },
    { reverse: true },
  );
  return carry;
}

/** Makes a matrix [m, n] with 1 at its first place and zeros elsewhere. */
function corner(m: number, n: number): Node {
  const row = reshape(iota(m), [m, 1]);
  return cast(equal(add(row, iota(n)), 0), "float");
}

/** Turns the values [n, b…, 1, 1] of all turns into rows [b…, 1, n]. */
function stackedColumns(values: Node): Node {
  const [n = 0, ...lead] = values.shape.slice(0, -2);
  return reshape(moveAxis(values, 0, -2), [...lead, 1, n]);
}

/** Moves row k of [b…, n, n] by k places to the right. The elements beyond n − k must be zero. */
function skewed(rows: Node, n: number): Node {
  const lead = rows.shape.slice(0, -2);
  const flat = reshape(matrixPad(rows, [0, 0], [0, 1]), [...lead, n * (n + 1)]);
  const cut = matrixPart(reshape(flat, [...lead, 1, n * (n + 1)]), null, [0, n * n]);
  return reshape(cut, [...lead, n, n]);
}
