import {
  add,
  asNode,
  broadcastTo,
  greater,
  isNode,
  maximum,
  mean,
  mul,
  type Node,
  where,
} from "@metrigrad/graph";
import { MetricError } from "@metrigrad/tensor";
import { checkOptions } from "../core/arguments.ts";

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

/** Throws MetricError for numbers that are negative or not finite. */
export function checkDamping(where: string, relative: unknown, absolute: unknown): void {
  const fits = (value: unknown) => typeof value === "number" && value >= 0 && value < Infinity;
  if (fits(relative) && fits(absolute)) return;
  throw new MetricError({
    where,
    must: "damping must be finite and not negative",
    got: `relative ${relative}, absolute ${absolute}`,
    todo: "pass { relative: 1e-4 } or { absolute: 0.1 }",
  });
}

/** λ for matrices of the given traces and order, of the traces' shape or []. Throws MetricError. */
export function shiftOf(damping: Damping, trace: () => Node, size: number): Node {
  checkOptions("damping", damping, ["relative", "absolute"]);
  const { relative = 0, absolute = 0 } = damping;
  const known = (value: number | Node) => (isNode(value) ? 0 : value);
  checkDamping("damping", known(relative), known(absolute));
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
