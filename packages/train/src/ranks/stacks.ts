import { type Node, topological } from "@metrigrad/graph";
import type { Region } from "./regions.ts";

/** A region of independent matrices along the first axis. */
export interface Stacks {
  /** The number of matrices. */
  readonly count: number;
  /** The values from outside that have a part for each matrix. */
  readonly sliced: readonly Node[];
}

/** The number of axes of each operand that has one matrix, or one row of weights, for each matrix of a stack; by the name of the op. */
const operandAxes: Readonly<Record<string, (node: Node) => readonly number[]>> = {
  cholesky: () => [3, 1],
  triangularSolve: () => [3, 3],
  matmul: () => [3, 3],
  eigh: () => [3],
  gram: ({ attrs }) => ((attrs as { readonly weighted: boolean }).weighted ? [3, 2, 3] : [3, 3]),
};

/**
 * Returns how a region can be shared out by its matrices; null if it cannot. All of its values must be stacks of as many matrices, by
 * ops that treat matrices one by one. What is the same for all matrices must not follow from single ones.
 */
export function inStacks({ nodes, results }: Region): Stacks | null {
  const [count = 1] = (results[0] as Node).shape;
  const own = new Set(nodes);
  const sliced = new Set<Node>();
  const whole = new Set<Node>();
  for (const node of nodes) {
    const { op, shape, inputs } = node;
    if (shape[0] !== count) return null;
    if (op.claims !== undefined) continue;
    const axes = operandAxes[op.name]?.(node);
    if (axes === undefined || shape.length !== 3) return null;
    for (const [at, input] of inputs.entries()) {
      if (own.has(input)) continue;
      const expected = axes[at] ?? 0;
      if (input.shape.length > expected) return null;
      const alike = input.shape.length < expected || input.shape[0] === 1;
      if (!alike && input.shape[0] !== count) return null;
      (alike ? whole : sliced).add(input);
    }
  }
  const single = topological([...whole]).some((node) => own.has(node) || sliced.has(node));
  return count < 2 || single ? null : { count, sliced: [...sliced] };
}
