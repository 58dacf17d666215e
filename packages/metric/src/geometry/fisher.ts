import { add, concat, matmul, mul, type Node, reshape } from "@metrigrad/graph";
import {
  type AnyLaw,
  type AnyModule,
  type Law,
  mapNodes,
  type NodeTree,
  nodesOf,
} from "@metrigrad/nn";
import type { Store, Tensor } from "@metrigrad/tensor";
import { rootWeighted } from "../blocks/rowWeights.ts";
import { checkBudget, checkModel, checkOptions } from "../core/arguments.ts";
import { type Batch, batchInput } from "./batch.ts";
import { byProducts } from "./byProducts.ts";
import { byRows, checkRows, some, type WholeRows } from "./byRows.ts";
import { checkStore } from "./checkStore.ts";
import { estimateOf, type FisherKind } from "./estimate.ts";
import { lazyProgram } from "./lazyProgram.ts";
import { checkLikelihood } from "./likelihood.ts";
import { type ModelMetric, modelMetric } from "./modelMetric.ts";
import { outputOf } from "./output.ts";
import { throughOutputs } from "./products.ts";
import { scoreRows } from "./scoreRows.ts";

/** What `fisher` needs beside model and batch. */
export interface FisherOptions {
  /** Holds the parameters; its backend computes. */
  readonly store: Store;
  /** p(y | o): the law of the model's output. */
  readonly likelihood: AnyLaw;
  /** How the expectation over y is taken; exactly by default. */
  readonly kind?: FisherKind;
  /**
   * Most bytes that the rows of the metric may take; 2 GiB by default. Above it the rows are not kept:
   * products, lengths, the trace and solving by conjugate gradients remain cheap.
   */
  readonly memoryBudget?: number;
}

/** The Fisher information of a whole model on a batch, a matrix [P, P] over all its parameters. */
export interface Fisher extends ModelMetric {
  /** "exact", "Monte-Carlo" or "empirical"; the last one is not the Fisher information. */
  readonly kind: string;
  /** Number of the rows that it is made of: samples times outcomes' directions, draws, or 1. */
  readonly rows: number;
  /**
   * The rows R [rows, P], those of a sample together, and g = weight·R'R. Of the Monte-Carlo and the
   * empirical kind they are the scores ∂ ln p(y | x_s)/∂Θ; of the exact one they are J_s'R_s with
   * R_sR_s' the law's Fisher information. Throws MetricError where they exceed the budget.
   */
  toRows(): Promise<{ readonly rows: Tensor; readonly weight: number }>;
}

/**
 * g(Θ) = (1/n) Σ_s E_{p(y | x_s, Θ)}[∂l ∂l'] (Sun and Nielsen 2017, section 2). By default exactly, as
 * (1/n) Σ_s J_s'F(o_s)J_s with the law's Fisher information F in its natural coordinates o; `kind` asks
 * for a Monte-Carlo estimate, or for the empirical matrix of the labels, which is no Fisher
 * information. The model is in inference mode. Programs are compiled when a value is first asked for,
 * and see the parameters as they are then. Throws ShapeError for a batch of another shape, MetricError
 * for a kind that it does not know, and without a store or a likelihood.
 */
export async function fisher(
  model: AnyModule,
  batch: Batch,
  options: FisherOptions,
): Promise<Fisher> {
  checkOptions("fisher", options, ["store", "likelihood", "kind", "memoryBudget"]);
  const { store, likelihood, kind = "exact", memoryBudget = 2 ** 31 } = options;
  checkModel("fisher", model);
  checkBudget("fisher", memoryBudget);
  checkStore("fisher", store);
  checkLikelihood("fisher", likelihood);
  const { x, y, weights, rows: samples, feeds: inputs } = batchInput("fisher", batch);
  const { output, variables, shapes, size } = outputOf("fisher", model, x);
  const law = givenLaw(likelihood, y);
  const estimate = estimateOf(kind, output, law, samples);
  const { name, weight, feeds: labels } = estimate;
  const groups = estimate.groups.map((group) => group.map((one) => rootWeighted(one, weights)));
  const perSample = groups.reduce((total, [first]) => total + (first?.shape[1] ?? 0), 0);
  const feeds = { ...inputs, ...labels };
  const rows: WholeRows = {
    samples,
    perSample,
    size,
    weight,
    of: (part) =>
      concat(
        groups.map((group) =>
          scoreRows(
            model,
            mapNodes(x, (leaf) => some(leaf, part)),
            group.map((one) => some(one, part)),
            variables,
          ),
        ),
        0,
      ),
    budget: memoryBudget,
  };
  const product = byProducts(
    "fisher",
    (vectors) =>
      throughOutputs(nodesOf(output), variables, vectors, (moved) => {
        const parts = groups.map((group) => throughGroup(group, moved));
        return moved.map((_, leaf) => {
          const all = parts.map((one) => one[leaf] as Node);
          return mul(
            all.reduce((a, b) => add(a, b)),
            weight,
          );
        });
      }),
    variables,
    store,
    feeds,
  );
  const whole = byRows("fisher", rows, product, store, feeds);
  const listed = lazyProgram(store, () => [rows.of(null)]);
  return Object.freeze({
    ...modelMetric("fisher", shapes, whole),
    kind: name,
    rows: samples * perSample,
    toRows: async () => {
      checkRows("fisher.toRows", rows, store);
      const [found] = await listed.run(feeds);
      return { rows: found as Tensor, weight };
    },
    close: async () => {
      await listed.close();
      await whole.close();
    },
  });
}

/** Σ_k c_k c_k'v for cotangents c [n, k, …] of the leaves of an output and tangents v of them, [n, …] each. */
function throughGroup(group: readonly Node[], moved: readonly Node[]): readonly Node[] {
  const flat = group.map((c) => reshape(c, [c.shape[0] as number, c.shape[1] as number, -1]));
  const along = flat
    .map((c, leaf) => matmul(c, reshape(moved[leaf] as Node, [c.shape[0] as number, -1, 1])))
    .reduce((a, b) => add(a, b));
  return flat.map((c, leaf) => {
    const back = matmul(c, along, { transposeA: true });
    return reshape(back, (moved[leaf] as Node).shape);
  });
}

/** A law with masks and weights of what was observed held fixed, where that is known. */
export function givenLaw(likelihood: AnyLaw, y: NodeTree | null): Law {
  const law = likelihood as Law;
  return y === null ? law : law.given(y as never);
}
