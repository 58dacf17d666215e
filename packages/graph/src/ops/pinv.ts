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

/** Which singular values count as zero. */
export interface RankOptions {
  /** Those up to `rcond` times the largest one; 10⁻⁶ by default, which suits float32. */
  readonly rcond?: number;
}

const rankNames = ["rcond"] as const;

interface RankAttrs {
  readonly rcond: number;
}

const defaultRcond = 1e-6;

/** The attributes that options stand for. Throws GraphError. */
function rankAttrs(name: string, { rcond = defaultRcond }: RankOptions): RankAttrs {
  if (rcond >= 0 && rcond < 1) return { rcond };
  throw new GraphError({
    where: name,
    must: "rcond must be at least 0 and less than 1",
    got: String(rcond),
    todo: "pass a bound relative to the largest singular value, such as 1e-6",
  });
}

/** Which of the singular values [b…, k] count. */
function counted(s: Node, rcond: number): Node {
  return greater(s, mul(rcond, max(s, { axis: -1, keepDims: true })));
}

// dP = −P dA P + PP'dA'(I − AP) + (I − PA)dA'P'P while the rank stays (Golub and Pereyra 1973, equation 4.12): the vectors
// of equal singular values do not appear.
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
 * The Moore–Penrose pseudo-inverse [b…, n, m] of matrices [b…, m, n], by `svd`. Derivatives of every order exist as long as
 * the rank does not change, for equal and for zero singular values too.
 *
 * @param options - `rcond`, below which singular values count as zero.
 * @throws ShapeError for anything else than float matrices
 * @throws GraphError for an rcond outside of [0, 1)
 */
export function pinv(a: NodeLike, options: RankOptions = {}): Node {
  checkOptions("pinv", options, rankNames);
  return makeNode(pinvOp, [asNode(a)], rankAttrs("pinv", options));
}

/**
 * The number of singular values of matrices [b…, m, n] above `rcond` times the largest one, i32 [b…].
 * @throws ShapeError for anything else than float matrices
 * @throws GraphError for an rcond outside of [0, 1)
 */
export function matrixRank(a: NodeLike, options: RankOptions = {}): Node {
  checkOptions("matrixRank", options, rankNames);
  const { rcond } = rankAttrs("matrixRank", options);
  return sum(cast(counted(singularValues(a), rcond), "i32"), { axis: -1 });
}
