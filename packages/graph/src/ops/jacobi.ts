import type { Node } from "../core/node.ts";
import { scan } from "../loop/scan.ts";
import { abs, add, div, mul, sub } from "./arithmetic.ts";
import { broadcastTo, sum } from "./broadcastTo.ts";
import { cast } from "./cast.ts";
import { equal, greater, less, lessEqual } from "./comparison.ts";
import { concat } from "./concat.ts";
import { expandDims } from "./expandDims.ts";
import { eye } from "./eye.ts";
import { iota } from "./iota.ts";
import { logicalAnd, logicalOr, where } from "./logic.ts";
import { matmul } from "./matmul.ts";
import { matrixPad, matrixPart, matrixSize } from "./matrixPart.ts";
import { max } from "./reduce.ts";
import { rsqrt, sqrt, square } from "./transcendental.ts";
import { transpose } from "./transpose.ts";

/** The rotated columns of matrices, the longest first. */
export interface Rotated {
  /** The transposed columns (XV)', [b…, n, m]: orthogonal rows. */
  readonly rows: Node;
  /** The lengths of the rows, [b…, n], in descending order. They are the singular values. */
  readonly lengths: Node;
  /** The transposed rotation V', [b…, n, n]. */
  readonly rotations: Node;
}

/**
 * How often each pair of columns is rotated. Convergence is quadratic once the columns are nearly
 * orthogonal.
 */
const sweeps = 12;

/** The first partners of all pairs, and the second partners. */
type Halves = { readonly top: Node; readonly bottom: Node };

/**
 * One-sided Jacobi (Hestenes 1958): pairs of columns of X are rotated until all columns are
 * orthogonal. Each turn rotates n/2 pairs at once, and n − 1 turns rotate every pair, in the order
 * of a chess tournament (Brent and Luk 1985). The product X'X is never computed. Therefore small
 * singular values keep their digits where columns differ in scale (Demmel and Veselić 1992).
 */
export function jacobi(x: Node): Rotated {
  const [, n] = matrixSize("jacobi", x);
  const lead = x.shape.slice(0, -2);
  const largest = max(abs(x), { axis: [-2, -1], keepDims: true });
  const scale = where(greater(largest, 0), largest, 1);
  const even = n + (n % 2);
  const all = matrixPad(transpose(div(x, scale)), [0, even - n], [0, 0]);
  const pairs = even / 2;
  const halves = (value: Node): Halves => ({
    top: matrixPart(value, [0, pairs], null),
    bottom: matrixPart(value, [pairs, even], null),
  });
  const { carry } = scan(
    ({ x, v }) => {
      const [s, half] = rotation(x);
      const turned = ({ top, bottom }: Halves) => {
        // This form is close to the identity. It loses fewer digits than products with c and s
        // (Rutishauser 1966).
        const rotated = {
          top: sub(top, mul(s, add(bottom, mul(half, top)))),
          bottom: add(bottom, mul(s, sub(top, mul(half, bottom)))),
        };
        return seated(rotated, pairs);
      };
      return { carry: { x: turned(x), v: turned(v) }, y: [] };
    },
    { x: halves(all), v: halves(broadcastTo(eye(even), [...lead, even, even])) },
    null,
    { turns: sweeps * (even - 1) },
  );
  // After whole sweeps every column is back in its place. If n was odd, the last column is the
  // zeros that were added.
  const whole = ({ top, bottom }: Halves) => matrixPart(concat([top, bottom], -2), [0, n], null);
  const rows = whole(carry.x);
  const lengths = sqrt(sum(square(rows), { axis: -1 }));
  const order = descending(lengths);
  return {
    rows: matmul(order, rows),
    lengths: mul(rowOf(scale), sum(mul(order, expandDims(lengths, -2)), { axis: -1 })),
    rotations: matmul(order, matrixPart(whole(carry.v), null, [0, n])),
  };
}

/**
 * Returns sin θ and tan ½θ, each [b…, h, 1], of the angles up to 45° that make pairs of rows
 * orthogonal.
 */
function rotation({ top, bottom }: Halves): readonly [Node, Node] {
  const dot = (a: Node, b: Node) => sum(mul(a, b), { axis: -1, keepDims: true });
  const twice = mul(2, dot(top, bottom));
  const gap = sub(dot(bottom, bottom), dot(top, top));
  const none = equal(twice, 0);
  const wide = lessEqual(abs(twice), abs(gap));
  // tan θ is computed from the smaller of the two numbers divided by the larger one, so that no
  // square overflows.
  const ratio = div(where(wide, twice, gap), where(none, 1, where(wide, gap, twice)));
  const root = sqrt(add(1, square(ratio)));
  const up = where(less(ratio, 0), -1, 1);
  const tangent = where(wide, div(ratio, add(1, root)), div(up, add(abs(ratio), root)));
  const t = where(none, 0, tangent);
  const c = rsqrt(add(1, square(t)));
  const s = mul(c, t);
  return [s, div(s, add(1, c))];
}

/**
 * Returns the seats of the next turn: the first partner stays, and all others move on by one seat
 * around the table.
 */
function seated({ top, bottom }: Halves, half: number): Halves {
  if (half === 1) return { top, bottom };
  const part = (value: Node, from: number, to: number) => matrixPart(value, [from, to], null);
  return {
    top: concat([part(top, 0, 1), part(bottom, 0, 1), part(top, 1, half - 1)], -2),
    bottom: concat([part(bottom, 1, half), part(top, half - 1, half)], -2),
  };
}

/**
 * Returns the permutation matrix, [b…, n, n], that sorts values [b…, n] in descending order. Equal
 * values keep their order.
 */
function descending(values: Node): Node {
  const n = values.shape.at(-1) as number;
  const [own, other] = [expandDims(values, -1), expandDims(values, -2)];
  const index = iota(n);
  const earlier = logicalAnd(equal(other, own), less(index, expandDims(index, -1)));
  const before = cast(logicalOr(greater(other, own), earlier), "i32");
  const place = sum(before, { axis: -1 });
  return cast(equal(expandDims(place, -2), expandDims(index, -1)), "float");
}

/** Turns one value per matrix, [b…, 1, 1], into [b…, 1]. */
function rowOf(value: Node): Node {
  return sum(value, { axis: -1 });
}
