import { tensor } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { scan } from "../loop/scan.ts";
import { abs, add, mul, sub } from "./arithmetic.ts";
import { sum } from "./broadcastTo.ts";
import { cast } from "./cast.ts";
import { greater, less } from "./comparison.ts";
import { constant } from "./constant.ts";
import { squareSize } from "./diagonal.ts";
import { expandDims } from "./expandDims.ts";
import { eye } from "./eye.ts";
import { linearSolve } from "./linearSolve.ts";
import { where } from "./logic.ts";
import { matmul } from "./matmul.ts";
import { matrixSize } from "./matrixPart.ts";
import { max, prod } from "./reduce.ts";
import { stopGradient } from "./stopGradient.ts";

/** The largest ‖a‖₁ for which the approximant is exact up to rounding (Higham 2005, table 2.3). */
const radius = 5.371920351148152;

/**
 * The coefficients of the numerator of degree 13, divided by the coefficient of the highest power.
 */
const pade = [
  64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000,
  10559470521600, 670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1,
] as const;

/** The largest number of squarings. It is enough for ‖a‖₁ up to 22,000. */
const squarings = 12;

// The matrix is halved once for every bound that ‖a‖₁ exceeds. A matrix beyond the last bound gives
// NaN.
const bounds = Array.from({ length: squarings + 1 }, (_, k) => radius * 2 ** k);
const halves = bounds.map((_, k) => (k < squarings ? 0.5 : Number.NaN));

/** Computes p(−a)⁻¹p(a), which is close to the exponential. */
function approximant(a: Node, identity: Node): Node {
  const a2 = matmul(a, a);
  const a4 = matmul(a2, a2);
  const a6 = matmul(a4, a2);
  const low = (k: number) => weighted([identity, a2, a4, a6], k);
  const high = (k: number) => matmul(a6, weighted([a2, a4, a6], k));
  const odd = matmul(a, add(high(9), low(1)));
  const even = add(high(8), low(0));
  return linearSolve(sub(even, odd), add(even, odd));
}

/** Sums the powers, weighted by every second coefficient from k on. */
function weighted(powers: readonly Node[], k: number): Node {
  return powers
    .map((power, i) => mul(pade[k + 2 * i] as number, power))
    .reduce((total, term) => add(total, term));
}

/**
 * Computes the matrix exponential Σ aᵏ/k! of square matrices.
 *
 * The method is scaling, a Padé approximant of degree 13, and squaring in a loop. The source is
 * Higham 2005, "The scaling and squaring method for the matrix exponential revisited", algorithm
 * 2.3. Derivatives of every order go through the loop. If ‖a‖₁ is above 22,000, the result is NaN.
 *
 * @param a - The square matrices, float, [b…, d, d].
 * @returns The exponentials, [b…, d, d].
 * @throws {@link ShapeError} if a is not square, not float, or empty.
 * @category Ops: linear algebra
 */
export function matrixExp(a: NodeLike): Node {
  const x = asNode(a);
  matrixSize("matrixExp", x);
  const identity = eye(squareSize("matrixExp", x));
  const norm = max(sum(abs(stopGradient(x)), { axis: -2 }), { axis: -1, keepDims: true });
  const exceeded = greater(norm, constant(tensor(bounds)));
  const halvings = where(exceeded, constant(tensor(halves)), 1);
  const scale = expandDims(prod(halvings, { axis: -1, keepDims: true }), -1);
  const count = expandDims(sum(cast(exceeded, "i32"), { axis: -1, keepDims: true }), -1);
  const { carry } = scan(
    (power, _, turn) => ({
      carry: where(less(turn, count), matmul(power, power), power),
      y: [],
    }),
    approximant(mul(x, scale), identity),
    null,
    { turns: squarings },
  );
  return carry;
}
