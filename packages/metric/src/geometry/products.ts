import {
  expandDims,
  grad,
  jvp,
  matmul,
  mul,
  type Node,
  type NodeLike,
  squeeze,
  vjp,
} from "@metrigrad/graph";
import type { RowLaw } from "@metrigrad/nn";

/**
 * Multiplies vectors by the Fisher information of a model without forming the matrix: (1/n) Σ_s J_s'F(o_s)J_s v.
 *
 * It is a jvp, a product with the law's Fisher information F in the output, and a vjp.
 *
 * @param output - The model's output o, [n, m].
 * @param law - The law of the output.
 * @param wrt - The parameters.
 * @param vectors - The vector v: one value for each parameter, in its shape.
 * @returns The product: one value for each parameter.
 * @throws {@link ShapeError} if vectors and parameters differ in number or shape.
 * @category Geometry
 */
export function fisherVectorProduct(
  output: Node,
  law: RowLaw,
  wrt: readonly Node[],
  vectors: readonly NodeLike[],
): Node[] {
  return throughOutput(output, wrt, vectors, (moved) => {
    const product = squeeze(matmul(law.fisher(output), expandDims(moved, 2)), 2);
    return mul(product, 1 / (output.shape[0] as number));
  });
}

/**
 * Multiplies vectors by the generalised Gauss–Newton matrix of a loss without forming it: J'(∂²loss/∂o∂o')J v
 * (Schraudolph 2002).
 *
 * @param loss - The loss, a scalar that depends on the parameters through the output.
 * @param output - The model's output o.
 * @param wrt - The parameters.
 * @param vectors - The vector v: one value for each parameter, in its shape.
 * @returns The product: one value for each parameter.
 * @throws {@link ShapeError} if vectors and parameters differ in number or shape.
 * @throws {@link GraphError} if the loss does not depend on the output.
 * @category Geometry
 */
export function gaussNewtonVectorProduct(
  loss: Node,
  output: Node,
  wrt: readonly Node[],
  vectors: readonly NodeLike[],
): Node[] {
  const slope = grad(loss, output);
  return throughOutput(output, wrt, vectors, (moved) => vjp([slope], [output], [moved])[0] as Node);
}

/** Returns J'f(Jv) for a linear f of the tangents of several outputs. */
export function throughOutputs(
  outputs: readonly Node[],
  wrt: readonly Node[],
  vectors: readonly NodeLike[],
  f: (moved: readonly Node[]) => readonly Node[],
): Node[] {
  return vjp(outputs, wrt, f(jvp(outputs, wrt, vectors)));
}

/** Returns J'f(Jv) for a linear f of the output's tangent. */
function throughOutput(
  output: Node,
  wrt: readonly Node[],
  vectors: readonly NodeLike[],
  f: (moved: Node) => Node,
): Node[] {
  const [moved] = jvp([output], wrt, vectors) as [Node];
  return vjp([output], wrt, [f(moved)]);
}
