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

/**
 * The damping λ = relative · trace + absolute, which is added to the diagonal of each matrix of a block.
 *
 * @category Metrics: blocks
 */
export interface Damping {
  /**
   * The factor of the full trace of the matrix, which is not divided by its size; 0 by default.
   *
   * A trace counts as at least a millionth of the block's mean trace. So a unit that no row reaches is damped too. If
   * all traces are 0, they count as the trace of the identity.
   */
  readonly relative?: number | Node;
  /** The part of λ that does not depend on the metric; 0 by default. */
  readonly absolute?: number | Node;
}

/** Whether the damping adds anything. */
export function isDamped({ damping = {} }: { readonly damping?: Damping }): boolean {
  const { relative = 0, absolute = 0 } = damping;
  return relative !== 0 || absolute !== 0;
}

/** The least share of the mean trace that a trace counts as in relative damping. */
const least = 1e-6;

/**
 * Checks a damping that a user gave. Nodes are taken to be positive.
 *
 * @param where - The name of the calling function, for the error.
 * @param damping - The damping.
 * @param needed - Whether λ must not be 0; false by default.
 * @throws {@link MetricError} for unknown names, for numbers that are negative or not finite, and for λ = 0 if
 *   damping is needed.
 * @category Metrics: blocks
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

/** Returns λ for matrices of the given traces and order, in the traces' shape or []. Throws MetricError. */
export function shiftOf(damping: Damping, trace: () => Node, size: number): Node {
  checkDamping("damping", damping);
  const { relative = 0, absolute = 0 } = damping;
  const fixed = asNode(absolute);
  return relative === 0 ? fixed : add(mul(floored(trace(), size), relative), fixed);
}

/** Raises traces [matrices] so that none of them is 0. The traces of each copy have their own mean. */
export function floored(traces: Node, size: number, copies = 1): Node {
  const own = reshape(traces, [copies, -1]);
  const typical = mean(own, { axis: 1, keepDims: true });
  const known = where(greater(typical, 0), maximum(own, mul(typical, least)), size);
  return reshape(broadcastTo(known, own.shape), traces.shape);
}

/** Does the same as `floored` with numbers. */
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
