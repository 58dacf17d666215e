import {
  add,
  div,
  matmul,
  mul,
  type Node,
  reshape,
  sqrt,
  square,
  sum,
  transpose,
} from "@metrigrad/graph";
import { GraphError, showShape } from "@metrigrad/tensor";
import { mapDirections } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";

/** The coefficients of the quintic polynomial aX + bXX'X + c(XX')²X (Jordan 2024). */
const [a, b, c] = [3.4445, -4.775, 2.0315] as const;

/** The number that is added to the norm by which a matrix is first divided. */
const epsilon = 1e-7;

/**
 * Makes a transform that brings all singular values of a matrix near 1: u = USV' becomes √max(1, out/in) · US'V', by
 * Newton–Schulz steps. A tensor counts as the matrix of its first axis and the others.
 */
export function orthogonal(name: string, steps: number): Transform {
  return Object.freeze({
    name: "orthogonal",
    settings: { steps },
    transform: (step, { parameters }) => {
      const lacking = parameters.find(({ variable }) => variable.shape.length < 2);
      if (lacking !== undefined) throw noMatrix(name, lacking.path, lacking.variable.shape);
      return mapDirections(step, (u) => {
        const [rows = 1, ...rest] = u.shape;
        const columns = rest.reduce((x, y) => x * y, 1);
        const found = newtonSchulz(reshape(u, [rows, columns]), steps);
        return mul(reshape(found, u.shape), Math.sqrt(Math.max(1, columns / rows)));
      });
    },
  } satisfies Transform);
}

/** Returns roughly the nearest matrix with orthonormal rows or columns: singular values end between 0.7 and 1.2. */
function newtonSchulz(matrix: Node, steps: number): Node {
  const tall = (matrix.shape[0] as number) > (matrix.shape[1] as number);
  const wide = tall ? transpose(matrix) : matrix;
  let x = div(wide, add(sqrt(sum(square(wide))), epsilon));
  for (let at = 0; at < steps; at++) {
    const product = matmul(x, x, { transposeB: true });
    const polynomial = add(mul(product, b), mul(matmul(product, product), c));
    x = add(mul(x, a), matmul(polynomial, x));
  }
  return tall ? transpose(x) : x;
}

function noMatrix(where: string, path: string, shape: readonly number[]): GraphError {
  return new GraphError({
    where,
    must: "every parameter must be a matrix",
    got: `${showShape(shape)} for ${path}`,
    todo: `give the others to another optimizer: groups([[(path) => path.endsWith("/w"), ${where}()], [() => true, adamw()]])`,
  });
}
