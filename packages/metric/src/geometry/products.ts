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
 * Products (1/n) Σ_s J_s'F(o_s)J_s v of the Fisher information of a model with output o [n, m] under a
 * law, for a vector v in the parameters `wrt`, without the matrix: jvp, the law's Fisher information F
 * in o, vjp. Throws ShapeError where vectors and `wrt` differ in number or shape.
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
 * Products J'(∂²loss/∂o∂o')J v of the generalised Gauss–Newton matrix of a loss that depends on the
 * parameters `wrt` through a model's output o, without the matrix (Schraudolph 2002). Throws
 * ShapeError where vectors and `wrt` differ in number or shape, GraphError where the loss does not
 * depend on o.
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

/** J'f(Jv) for a linear f of the tangents of several outputs. */
export function throughOutputs(
  outputs: readonly Node[],
  wrt: readonly Node[],
  vectors: readonly NodeLike[],
  f: (moved: readonly Node[]) => readonly Node[],
): Node[] {
  return vjp(outputs, wrt, f(jvp(outputs, wrt, vectors)));
}

/** J'f(Jv) for a linear f of the output's tangent. */
function throughOutput(
  output: Node,
  wrt: readonly Node[],
  vectors: readonly NodeLike[],
  f: (moved: Node) => Node,
): Node[] {
  const [moved] = jvp([output], wrt, vectors) as [Node];
  return vjp([output], wrt, [f(moved)]);
}
