import { type Node, structuralOps, topological } from "@metrigrad/graph";
import { sizeOf } from "@metrigrad/tensor";

/**
 * About how many multiply-adds it takes to compute some values beside others that are there anyway: products of
 * matrices by their sizes, all else by the size of its result.
 */
export function workOf(outputs: readonly Node[], known: readonly Node[]): number {
  const done = new Set(topological(known));
  let work = 0;
  for (const node of topological(outputs)) {
    if (done.has(node) || node.inputs.length === 0) continue;
    const { op, shape, inputs } = node;
    const product = op === structuralOps.matmul || op === structuralOps.affine;
    work += sizeOf(shape) * (product ? ((inputs[0] as Node).shape.at(-1) as number) : 1);
  }
  return work;
}
