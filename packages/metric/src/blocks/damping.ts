import {
  add,
  asNode,
  broadcastTo,
  greater,
  maximum,
  mean,
  mul,
  type Node,
  where,
} from "@metrigrad/graph";

/** λ = relative · trace + absolute, added to the diagonal of each matrix of a block. */
export interface Damping {
  /**
   * ε_rel, times the full trace of the matrix; 0 by default. A trace counts as at least a millionth
   * of the block's mean one, so that a unit that no row reaches is damped too, and where all are 0
   * as that of the identity.
   */
  readonly relative?: number | Node;
  /** ε_abs; 0 by default. */
  readonly absolute?: number | Node;
}

/** Least share of the mean trace that relative damping is taken of. */
const least = 1e-6;

/** λ for matrices of the given traces and order, of the traces' shape or []. */
export function shiftOf(
  { relative = 0, absolute = 0 }: Damping,
  trace: () => Node,
  size: number,
): Node {
  const fixed = asNode(absolute);
  return relative === 0 ? fixed : add(mul(floored(trace(), size), relative), fixed);
}

/** Traces [matrices], none of which is 0. */
export function floored(traces: Node, size: number): Node {
  const typical = mean(traces);
  const known = where(greater(typical, 0), maximum(traces, mul(typical, least)), size);
  return broadcastTo(known, traces.shape);
}

/** The same of numbers. */
export function flooredTraces(traces: readonly number[], size: number): number[] {
  const typical = traces.reduce((sum, trace) => sum + trace, 0) / traces.length;
  return traces.map((trace) => (typical > 0 ? Math.max(trace, typical * least) : size));
}
