import { GraphError } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { sum } from "./broadcastTo.ts";
import { cast } from "./cast.ts";
import { greater } from "./comparison.ts";
import { expandDims } from "./expandDims.ts";
import { where } from "./logic.ts";
import { matmul } from "./matmul.ts";
import { matrixSize } from "./matrixPart.ts";
import { max } from "./reduce.ts";
import { singularValues, svd } from "./svd.ts";
import { transpose } from "./transpose.ts";

/**
 * Options of {@link pinv}, {@link matrixRank} and {@link lstsq}.
 *
 * @category Ops: linear algebra
 */
export interface RankOptions {
  /**
   * Singular values up to `rcond` times the largest one count as zero. 1e-6 by default, which suits
   * float32; `lstsq` has no default.
   */
  readonly rcond?: number;
}

const rankNames = ["rcond"] as const;

/** Attributes: the bound below which singular values count as zero. */
interface RankAttrs {
  readonly rcond: number;
}

const defaultRcond = 1e-6;

/** Returns the attributes for some options. Throws GraphError. */
function rankAttrs(name: string, { rcond = defaultRcond }: RankOptions): RankAttrs {
  if (rcond >= 0 && rcond < 1) return { rcond };
  throw new GraphError({
    where: name,
    must: "rcond must be at least 0 and less than 1",
    got: String(rcond),
    todo: "pass a bound relative to the largest singular value, such as 1e-6",
  });
}

/** Tells which of the singular values [b…, k] do not count as zero. */
function counted(s: Node, rcond: number): Node {
  return greater(s, mul(rcond, max(s, { axis: -1, keepDims: true })));
}

// dP = −P dA P + PP'dA'(I − AP) + (I − PA)dA'P'P as long as the rank does not change (Golub and
// Pereyra 1973, equation 4.12). The vectors of equal singular values are not in the formula.
const pinvOp: Op<RankAttrs> = {
  name: "pinv",
  infer: ([a]) => {
    const { shape } = a as Node;
    const [m, n] = matrixSize("pinv", a as Node);
    return { shape: [...shape.slice(0, -2), n, m], type: "float" };
  },
  vjp: (p, bar) => {
    const [a] = p.inputs as [Node];
    const [turned, back] = [transpose(p), transpose(bar)];
    const around = matmul(matmul(turned, bar), turned);
    const left = matmul(matmul(back, p), turned);
    const right = matmul(matmul(turned, p), back);
    return [
      sub(
        add(sub(left, matmul(a, matmul(p, left))), sub(right, matmul(matmul(right, p), a))),
        around,
      ),
    ];
  },
  batch: ({ attrs }, [a]) => makeNode(pinvOp, [a as Node], attrs),
  lower: () => undefined,
  rewrite: ({ inputs: [a], attrs: { rcond } }) => {
    const { u, s, v } = svd(a as Node);
    const kept = counted(s, rcond);
    const inverses = where(kept, div(1, where(kept, s, 1)), 0);
    return matmul(mul(v, expandDims(inverses, -2)), u, { transposeB: true });
  },
};

/**
 * Computes the Moore–Penrose pseudo-inverse of matrices, by {@link svd}.
 *
 * Derivatives of every order exist as long as the rank does not change. That holds also for equal
 * and for zero singular values.
 *
 * @param a - The matrices, float, [b…, m, n].
 * @param options - `rcond`: singular values up to `rcond` times the largest one count as zero.
 * @returns The pseudo-inverses, [b…, n, m].
 * @throws {@link ShapeError} if a has fewer than two axes, is not float, or is empty.
 * @throws {@link GraphError} if `rcond` is not in [0, 1), or if an option is unknown.
 * @category Ops: linear algebra
 */
export function pinv(a: NodeLike, options: RankOptions = {}): Node {
  checkOptions("pinv", options, rankNames);
  return makeNode(pinvOp, [asNode(a)], rankAttrs("pinv", options));
}

/**
 * Counts the singular values of matrices that are above `rcond` times the largest one.
 *
 * @param a - The matrices, float, [b…, m, n].
 * @param options - `rcond`, the bound relative to the largest singular value.
 * @returns The ranks as i32, [b…].
 * @throws {@link ShapeError} if a has fewer than two axes, is not float, or is empty.
 * @throws {@link GraphError} if `rcond` is not in [0, 1), or if an option is unknown.
 * @category Ops: linear algebra
 */
export function matrixRank(a: NodeLike, options: RankOptions = {}): Node {
  checkOptions("matrixRank", options, rankNames);
  const { rcond } = rankAttrs("matrixRank", options);
  return sum(cast(counted(singularValues(a), rcond), "i32"), { axis: -1 });
}
