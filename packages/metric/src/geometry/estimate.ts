import {
  broadcastTo,
  constant,
  expandDims,
  grad,
  type Node,
  replaceNodes,
  reshape,
  rngState,
  stopGradient,
  sum,
  transpose,
} from "@metrigrad/graph";
import type { RowLaw as Law } from "@metrigrad/nn";
import { MetricError, type Tensor, tensor } from "@metrigrad/tensor";
import { labelInput } from "./labels.ts";

/**
 * How the expectation E_{p(y | x, Θ)}[∂l ∂l'] is taken.
 * - `"exact"`: by the law's Fisher information in its natural coordinates.
 * - `{ samples, seed }`: the mean over `samples` draws of y for each row; unbiased.
 * - `{ labels }`: with the observed labels in the place of y. This "empirical Fisher" is not the Fisher
 *   information: it is no expectation over the model's y.
 */
export type FisherKind =
  | "exact"
  | { readonly samples: number; readonly seed?: number }
  | { readonly labels: Tensor };

/** Σ over rows and cotangents c of (J'c)(J'c)' times `weight`. */
export interface Estimate {
  /** What it is, in words. */
  readonly name: string;
  /** Cotangents of the outputs, [n, k, m]. */
  readonly cotangents: Node;
  readonly weight: number;
  readonly feeds: Readonly<Record<string, Tensor>>;
}

/** The cotangents of outputs o [n, m] whose squares make a kind of Fisher matrix. Throws MetricError. */
export function estimateOf(kind: FisherKind, output: Node, law: Law): Estimate {
  const [n = 0, m = 0] = output.shape;
  if (kind === "exact") {
    const cotangents = transpose(law.fisherRoot(output));
    return { name: "exact", cotangents, weight: 1 / n, feeds: {} };
  }
  if (typeof kind === "object" && "labels" in kind) {
    const { y, feeds } = labelInput("fisher, kind", kind.labels, n);
    const cotangents = expandDims(scoresIn(output, y, law), 1);
    return { name: "empirical", cotangents, weight: 1 / n, feeds };
  }
  const { samples = 0, seed = 0 } = typeof kind === "object" ? kind : {};
  if (!Number.isInteger(samples) || samples < 1 || !Number.isInteger(seed)) throw unknown(kind);
  const all = broadcastTo(expandDims(output, 1), [n, samples, m]);
  const natural = reshape(all, [n * samples, m]);
  // A state of their own: the draws are the same in all programs, and training's are left alone.
  const state = constant(tensor(Uint32Array.of(seed, 0)));
  const [y] = replaceNodes(
    [law.sample(natural, "metric/fisher")],
    new Map<Node, Node>([[rngState, state]]),
  );
  const cotangents = reshape(scoresIn(natural, stopGradient(y as Node), law), [n, samples, m]);
  return { name: "Monte-Carlo", cotangents, weight: 1 / (n * samples), feeds: {} };
}

/** ∂ ln p(y | o)/∂o, [n, m]. */
function scoresIn(output: Node, y: Node, law: Law): Node {
  return grad(sum(law.logProb(y, output)), output);
}

function unknown(got: unknown): MetricError {
  return new MetricError({
    where: "fisher",
    must: 'kind must be "exact", { samples: 1, 2, … } or { labels }',
    got: JSON.stringify(got),
    todo: "leave it out for the exact expectation",
  });
}
