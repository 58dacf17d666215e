import { insideLoop, type Node, structuralOps, topological } from "@metrigrad/graph";
import { sizeOf } from "@metrigrad/tensor";

/**
 * Estimates the multiply-adds that some values take beside others that are computed anyway.
 *
 * Products of matrices count by their sizes, all other nodes by the size of their result.
 */
export function workOf(outputs: readonly Node[], known: readonly Node[]): number {
  const done = new Set(topological(known));
  return workIn(topological(outputs).filter((node) => !done.has(node)));
}

function workIn(nodes: readonly Node[]): number {
  const loops = new Set<string>();
  let work = 0;
  for (const node of nodes) {
    if (node.inputs.length === 0) continue;
    const loop = insideLoop(node);
    if (loop !== null) {
      if (!loops.has(loop.key)) work += loop.turns * workIn(topological(loop.roots));
      loops.add(loop.key);
      continue;
    }
    const { op, shape, inputs } = node;
    const product = op === structuralOps.matmul || op === structuralOps.affine;
    work += sizeOf(shape) * (product ? ((inputs[0] as Node).shape.at(-1) as number) : 1);
  }
  return work;
}
