import {
  broadcastTo,
  constant,
  expandDims,
  grad,
  moveAxis,
  type Node,
  replaceNodes,
  reshape,
  rngState,
  stopGradient,
  sum,
} from "@metrigrad/graph";
import { type Law, mapNodes, type NodeTree, nodesOf, type ResponsePart } from "@metrigrad/nn";
import { MetricError, type Tensor, type Tree, tensor } from "@metrigrad/tensor";
import { bySample, fisherColumns, pulledBack } from "../core/propagate.ts";
import { type TensorFeeds, treeInput } from "./batch.ts";

/**
 * How the expectation over y in E_{p(y | x, Θ)}[∂l ∂l'] is taken.
 *
 * - `"exact"`: by the law's Fisher information in its natural coordinates.
 * - `{ samples, seed }`: by the mean over `samples` draws of y for each sample, which is unbiased. The seed is 0 by
 *   default.
 * - `{ labels }`: with the observed labels in the place of y. This "empirical Fisher" is not the Fisher information,
 *   because it is no expectation over the model's y.
 *
 * @category Geometry
 */
export type FisherKind =
  | "exact"
  | { readonly samples: number; readonly seed?: number }
  | { readonly labels: Tree<Tensor> };

/** Cotangents of the leaves of an output, [n, k, …] each, that belong together. */
export type Cotangents = readonly Node[];

/** The sum over samples and cotangents c of (J'c)(J'c)' times `weight`. */
export interface Estimate {
  /** What it is, in words. */
  readonly name: string;
  /** The cotangents of each independent response, or of all responses together. */
  readonly groups: readonly Cotangents[];
  readonly weight: number;
  readonly feeds: TensorFeeds;
}

/** Returns the cotangents of the leaves of an output whose squares make a kind of Fisher matrix. Throws MetricError. */
export function estimateOf(kind: FisherKind, output: NodeTree, law: Law, n: number): Estimate {
  const leaves = nodesOf(output);
  if (kind === "exact") {
    const groups = law.parts(output as never).map((part) => exactCotangents(part, leaves, n));
    return { name: "exact", groups, weight: 1 / n, feeds: {} };
  }
  if (typeof kind === "object" && "labels" in kind) {
    const { nodes: y, feeds } = treeInput("fisher, labels", "metric/labels", kind.labels, n);
    const own = scoresIn(output, y, law.given(y as never));
    const groups = [own.map((score) => expandDims(score, 1))];
    return { name: "empirical", groups, weight: 1 / n, feeds };
  }
  const { samples = 0, seed = 0 } = typeof kind === "object" ? kind : {};
  if (!Number.isInteger(samples) || samples < 1 || !Number.isInteger(seed)) throw unknown(kind);
  const natural = mapNodes(output, (leaf) => {
    const [rows = 0, ...rest] = leaf.shape;
    const all = broadcastTo(expandDims(leaf, 1), [rows, samples, ...rest]);
    return reshape(all, [rows * samples, ...rest]);
  });
  // The draws have their own state, so they are the same in all programs and do not disturb training.
  const state = constant(tensor(Uint32Array.of(seed, 0)));
  const own = new Map<Node, Node>([[rngState, state]]);
  const drawn = law.sample(natural as never, "metric/fisher") as NodeTree;
  const y = mapNodes(drawn, (one) => stopGradient(replaceNodes([one], own)[0] as Node));
  const groups = [
    scoresIn(natural, y, law).map((score) => reshape(score, [n, samples, ...score.shape.slice(1)])),
  ];
  return { name: "Monte-Carlo", groups, weight: 1 / (n * samples), feeds: {} };
}

/** Returns the law's information of one response as cotangents of the output's leaves, [n, k, …]. */
function exactCotangents(part: ResponsePart, leaves: readonly Node[], n: number): Cotangents {
  const columns = bySample(fisherColumns(part), n);
  return pulledBack(part.natural, columns, leaves).map((one) => moveAxis(one, 0, 1));
}

/** Returns ∂ ln p(y | o)/∂o for each leaf, in its shape. */
function scoresIn(output: NodeTree, y: NodeTree, law: Law): readonly Node[] {
  const logs = law.logProb(y as never, output as never);
  return grad(sum(logs), nodesOf(output), { unused: "zero" });
}

function unknown(got: unknown): MetricError {
  return new MetricError({
    where: "fisher",
    must: 'kind must be "exact", { samples: 1, 2, … } or { labels }',
    got: JSON.stringify(got),
    todo: "leave it out for the exact expectation",
  });
}
