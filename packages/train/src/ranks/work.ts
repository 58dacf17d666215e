import { insideLoop, type Node, topological } from "@metrigrad/graph";
import { sizeOf } from "@metrigrad/tensor";

/** Multiply-adds for each element of the result, by the name of the op; d is the order of the matrix. */
const perElement: Readonly<Record<string, (node: Node) => number>> = {
  matmul: inner,
  affine: inner,
  gram: (node) => ((node.inputs[0] as Node).shape.at(-2) ?? 0) / 2,
  cholesky: (node) => order(node) / 6,
  triangularSolve: (node) => order(node) / 2,
  linearSolve: (node) => order(node),
  qr: (node) => 2 * order(node),
  eigh: (node) => 5 * order(node),
  svd: (node) => 10 * order(node),
};

/**
 * Estimates the multiply-adds of a node; 0 for nodes with about as many as their result has elements. A loop counts with all its turns.
 */
export function workOf(node: Node): number {
  const loop = insideLoop(node);
  if (loop !== null) return loop.turns * totalWork(topological(loop.roots));
  const by = perElement[node.op.name];
  return by === undefined ? 0 : sizeOf(node.shape) * by(node);
}

/** The work of nodes. Results of one loop count once. */
function totalWork(nodes: readonly Node[]): number {
  const loops = new Set<string>();
  let work = 0;
  for (const node of nodes) {
    const key = loopOf(node);
    if (key !== null && loops.has(key)) continue;
    if (key !== null) loops.add(key);
    work += workOf(node);
  }
  return work;
}

/** A text that is equal for results of the same loop; null for other nodes. */
export function loopOf(node: Node): string | null {
  return insideLoop(node)?.key ?? null;
}

/** The length of the sums of a product. */
function inner({ inputs, attrs }: Node): number {
  const { transposeA = false } = (attrs ?? {}) as { readonly transposeA?: boolean };
  return (inputs[0] as Node).shape.at(transposeA ? -2 : -1) ?? 1;
}

/** The order of the matrix that a node takes. */
function order({ inputs }: Node): number {
  return (inputs[0] as Node).shape.at(-1) ?? 1;
}
