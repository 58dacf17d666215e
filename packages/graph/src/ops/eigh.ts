import { ShapeError, showShape } from "@metrigrad/tensor";
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

/** Number of the further output that holds the eigenvalues. */
const valuesIndex = 1;

/** V diag(x) V' of symmetric matrices, or V X V'. */
function around(vectors: Node, inner: Node): Node {
  return matmul(inner, vectors, { transposeB: true });
}

// dV = V(F∘(V'dA V)) with F_ij = 1/(λ_j − λ_i) off the diagonal (Magnus 1985); equal eigenvalues
// have no derivative of their vectors, and count as 0.
const vectorsOp: Op<null> = {
  name: "eigh",
  infer: ([a]) => {
    const { shape, type } = a as Node;
    squareSize("eigh", a as Node);
    if (type === "float") return { shape, type };
    throw new ShapeError({
      where: "eigh",
      must: "the matrix must be float",
      got: `${type} ${showShape(shape)}`,
      todo: 'cast(x, "float") first',
    });
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

// dλ_i = v_i'dA v_i; the vectors move too, which the second derivative sees.
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

function valuesOf(vectors: Node): Node {
  return makeNode(valuesOp, [vectors, vectors.inputs[0] as Node], null);
}

/** Eigenvalues and eigenvectors of symmetric matrices. */
export interface Eigenpairs {
  /** λ [b…, d], ascending. */
  readonly values: Node;
  /** V [b…, d, d]: orthonormal columns, in each the entry of the largest magnitude is positive. */
  readonly vectors: Node;
}

/**
 * a = V diag(λ) V' of symmetric matrices a [b…, d, d], of which the lower triangle is read. The
 * derivative is that among symmetric matrices; that of the vectors exists where the eigenvalues
 * differ, and pairs of equal ones contribute 0 to it. A matrix that is not finite gives NaN. Throws
 * ShapeError.
 */
export function eigh(a: NodeLike): Eigenpairs {
  const vectors = makeNode(vectorsOp, [asNode(a)], null);
  return Object.freeze({ values: valuesOf(vectors), vectors });
}
