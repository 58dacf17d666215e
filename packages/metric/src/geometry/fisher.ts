import { matmul, mul, reshape } from "@metrigrad/graph";
import type { RowLaw as Law, Module } from "@metrigrad/nn";
import type { Store, Tensor } from "@metrigrad/tensor";
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
import { throughOutput } from "./products.ts";
import { scoreRows } from "./scoreRows.ts";

/** What `fisher` needs beside model and batch. */
export interface FisherOptions {
  /** Holds the parameters; its backend computes. */
  readonly store: Store;
  /** p(y | o): the law of the model's output. */
  readonly likelihood: Law;
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
export async function fisher(model: Module, batch: Batch, options: FisherOptions): Promise<Fisher> {
  checkOptions("fisher", options, ["store", "likelihood", "kind", "memoryBudget"]);
  const { store, likelihood, kind = "exact", memoryBudget = 2 ** 31 } = options;
  checkModel("fisher", model);
  checkBudget("fisher", memoryBudget);
  checkStore("fisher", store);
  checkLikelihood("fisher", likelihood);
  const { x, rows: samples, feeds: inputs } = batchInput("fisher", batch);
  const { output, variables, shapes, size } = outputOf("fisher", model, x);
  const { name, cotangents, weight, feeds: labels } = estimateOf(kind, output, likelihood);
  const [, perSample = 0] = cotangents.shape;
  const feeds = { ...inputs, ...labels };
  const rows: WholeRows = {
    samples,
    perSample,
    size,
    weight,
    of: (part) => scoreRows(model, some(x, part), some(cotangents, part), variables),
    budget: memoryBudget,
  };
  const product = byProducts(
    "fisher",
    (vectors) =>
      throughOutput(output, variables, vectors, (moved) => {
        const along = matmul(cotangents, reshape(moved, [...moved.shape, 1]));
        const back = matmul(cotangents, along, { transposeA: true });
        return mul(reshape(back, moved.shape), weight);
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
