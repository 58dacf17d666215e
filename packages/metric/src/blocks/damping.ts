import { add, asNode, mul, type Node } from "@metrigrad/graph";

/** λ = relative · trace + absolute, added to the diagonal of each matrix of a block. */
export interface Damping {
  /** ε_rel, times the full trace of the matrix; 0 by default. */
  readonly relative?: number;
  /** ε_abs; 0 by default. */
  readonly absolute?: number | Node;
}

/** λ for matrices of the given traces, of the traces' shape. */
export function shiftOf({ relative = 0, absolute = 0 }: Damping, trace: () => Node): Node {
  const fixed = asNode(absolute);
  return relative === 0 ? fixed : add(mul(trace(), relative), fixed);
}
