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
  reshape,
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

/** Whether anything is added. */
export function isDamped({ damping = {} }: { readonly damping?: Damping }): boolean {
  const { relative = 0, absolute = 0 } = damping;
  return relative !== 0 || absolute !== 0;
}

/** Least share of the mean trace that relative damping is taken of. */
const least = 1e-6;

/**
 * Throws MetricError for damping by other names, for numbers that are negative or not finite, and for none where it is
 * `needed`. Nodes are taken to be positive.
 */
export function checkDamping(where: string, damping: Damping, needed = false): void {
  checkOptions(where, damping, ["relative", "absolute"]);
  const { relative = 0, absolute = 0 } = damping;
  const fits = (value: unknown) =>
    isNode(value) || (typeof value === "number" && value >= 0 && value < Infinity);
  const text = (value: unknown) => (isNode(value) ? "a node" : String(value));
  const got = `relative ${text(relative)}, absolute ${text(absolute)}`;
  const todo = "pass { absolute: 0.5 } or { relative: 1e-4 }";
  if (!fits(relative) || !fits(absolute))
    throw new MetricError({ where, must: "damping must be finite and not negative", got, todo });
  if (isDamped({ damping }) || !needed) return;
  const must = "the metric of one batch is singular, so it must be damped";
  throw new MetricError({ where, must, got, todo });
}

/** λ for matrices of the given traces and order, of the traces' shape or []. Throws MetricError. */
export function shiftOf(damping: Damping, trace: () => Node, size: number): Node {
  checkDamping("damping", damping);
  const { relative = 0, absolute = 0 } = damping;
  const fixed = asNode(absolute);
  return relative === 0 ? fixed : add(mul(floored(trace(), size), relative), fixed);
}

/** Traces [matrices], none of which is 0; those of each of some copies apart. */
export function floored(traces: Node, size: number, copies = 1): Node {
  const own = reshape(traces, [copies, -1]);
  const typical = mean(own, { axis: 1, keepDims: true });
  const known = where(greater(typical, 0), maximum(own, mul(typical, least)), size);
  return reshape(broadcastTo(known, own.shape), traces.shape);
}

/** The same of numbers. */
export function flooredTraces(traces: readonly number[], size: number, copies = 1): number[] {
  const count = traces.length / copies;
  if (copies > 1) {
    const parts = Array.from({ length: copies }, (_, k) =>
      traces.slice(k * count, (k + 1) * count),
    );
    return parts.flatMap((own) => flooredTraces(own, size));
  }
  const typical = traces.reduce((sum, trace) => sum + trace, 0) / traces.length;
  return traces.map((trace) => (typical > 0 ? Math.max(trace, typical * least) : size));
}
