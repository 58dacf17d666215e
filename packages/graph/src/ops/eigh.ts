import { ShapeError } from "@metrigrad/tensor";
import { checkFloats } from "../core/checkElements.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { div, mul, sub } from "./arithmetic.ts";
import { equal } from "./comparison.ts";
import { squareSize } from "./diagonal.ts";
import { expandDims } from "./expandDims.ts";
import { where } from "./logic.ts";
import { matmul } from "./matmul.ts";
import { placeExtra } from "./pick.ts";
import { symmetrize } from "./symmetrize.ts";

/** The index of the further output that holds the eigenvalues. */
const valuesIndex = 1;

/** Computes inner·V'. For V diag(x) or V X this gives V diag(x) V' or V X V'. */
function around(vectors: Node, inner: Node): Node {
  return matmul(inner, vectors, { transposeB: true });
}

// dV = V(F∘(V'dA V)) with F_ij = 1/(λ_j − λ_i) off the diagonal (Magnus 1985). The vectors of equal
// eigenvalues have no derivative; these F_ij are set to 0.
const vectorsOp: Op<null> = {
  name: "eigh",
  infer: ([a]) => {
    squareSize("eigh", a as Node);
    checkFloats("eigh", a);
    return { shape: (a as Node).shape, type: "float" };
  },
  vjp: (node, cotangent) => {
    const values = valuesOf(node);
    const gaps = sub(expandDims(values, -2), expandDims(values, -1));
    const none = equal(gaps, 0);
    const factors = where(none, 0, div(1, where(none, 1, gaps)));
    const inner = mul(matmul(node, cotangent, { transposeA: true }), factors);
    return [symmetrize(around(node, matmul(node, inner)))];
  },
  batch: (_, [a]) => makeNode(vectorsOp, [a as Node], null),
  lower: (node, context) => {
    const output = context.result(node);
    context.emit({
      kind: "eigh",
      label: context.label(node),
      a: context.view(node.inputs[0] as Node),
      output,
      values: context.extra(node, valuesIndex),
    });
  },
};

// dλ_i = v_i'dA v_i. The result depends on the vectors too, which second derivatives need.
const valuesOp: Op<null> = {
  name: "eighValues",
  infer: ([vectors]) => ({ shape: (vectors as Node).shape.slice(0, -1), type: "float" }),
  claims: (node) => ({ node: node.inputs[0] as Node, index: valuesIndex }),
  vjp: (node, cotangent) => {
    const [vectors] = node.inputs as [Node];
    return [null, around(vectors, mul(vectors, expandDims(cotangent, -2)))];
  },
  batch: (_, [vectors, a]) => makeNode(valuesOp, [vectors as Node, a as Node], null),
  lower: (node, context) => placeExtra(node, node.inputs[0] as Node, valuesIndex, context),
};

/** Returns the node of the eigenvalues that belong to a node of eigenvectors. */
function valuesOf(vectors: Node): Node {
  return makeNode(valuesOp, [vectors, vectors.inputs[0] as Node], null);
}

/**
 * The eigenvalues and eigenvectors of symmetric matrices; the result of {@link eigh}.
 *
 * @category Ops: linear algebra
 */
export interface Eigenpairs {
  /** The eigenvalues λ, [b…, d], in ascending order. */
  readonly values: Node;
  /**
   * The eigenvectors V, [b…, d, d]: orthonormal columns. In each column the entry with the largest
   * magnitude is positive.
   */
  readonly vectors: Node;
}

/**
 * Computes the eigenvalues and eigenvectors of symmetric matrices: a = V diag(λ) V'.
 *
 * Only the lower triangle of a is read. A matrix that is not finite gives NaN. The derivative is
 * taken among symmetric matrices. The derivative of the vectors exists where the eigenvalues
 * differ; a pair of equal eigenvalues adds 0 to it.
 *
 * {@includeCode ../../../../examples/api/graph/eigh.ts#example}
 *
 * @param a - Symmetric matrices, float, [b…, d, d].
 * @returns The eigenvalues, [b…, d], and the eigenvectors, [b…, d, d].
 * @throws {@link ShapeError} if a is not square or not float.
 * @category Ops: linear algebra
 */
export function eigh(a: NodeLike): Eigenpairs {
  const vectors = makeNode(vectorsOp, [asNode(a)], null);
  return Object.freeze({ values: valuesOf(vectors), vectors });
}
