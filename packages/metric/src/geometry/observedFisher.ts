import { grad, mean, type Node, neg, vjp } from "@metrigrad/graph";
import type { RowLaw as Law, Module } from "@metrigrad/nn";
import type { Store } from "@metrigrad/tensor";
import { checkModel, checkOptions } from "../core/arguments.ts";
import { batchInput } from "./batch.ts";
import { byProducts, type Product } from "./byProducts.ts";
import { checkStore } from "./checkStore.ts";
import { type LabelledBatch, labelInput } from "./labels.ts";
import { checkLikelihood } from "./likelihood.ts";
import { type ModelMetric, modelMetric } from "./modelMetric.ts";
import { type ModelOutput, outputOf } from "./output.ts";
import { gaussNewtonVectorProduct } from "./products.ts";

/** What a matrix of a model's curvature needs beside model and batch. */
export interface CurvatureOptions {
  /** Holds the parameters; its backend computes. */
  readonly store: Store;
  /** p(y | o): the law of the model's output. */
  readonly likelihood: Law;
}

/** A matrix known by its products, which are made from the loss −(1/n) Σ_s ln p(y_s | x_s). */
function curvature(
  where: string,
  model: Module,
  batch: LabelledBatch,
  options: CurvatureOptions,
  productOf: (loss: Node, model: ModelOutput) => Product,
): ModelMetric {
  checkOptions(where, options, ["store", "likelihood"]);
  const { store, likelihood } = options;
  checkModel(where, model);
  checkStore(where, store);
  checkLikelihood(where, likelihood);
  const { x, rows, feeds } = batchInput(where, batch);
  const applied = outputOf(where, model, x);
  const { y, feeds: labels } = labelInput(where, batch.labels, rows);
  const loss = neg(mean(likelihood.logProb(y, applied.output)));
  const product = productOf(loss, applied);
  const all = { ...feeds, ...labels };
  return modelMetric(
    where,
    applied.shapes,
    byProducts(where, product, applied.variables, store, all),
  );
}

/**
 * The observed Fisher information −(1/n) Σ_s ∇² ln p(y_s | x_s, Θ) of a whole model, the Hessian of the
 * mean negative log-likelihood on labelled data (Sun and Nielsen 2017, section 2). It may be
 * indefinite. Products are Hessian–vector products; the model is in inference mode. Throws ShapeError
 * for a batch of another shape.
 */
export async function observedFisher(
  model: Module,
  batch: LabelledBatch,
  options: CurvatureOptions,
): Promise<ModelMetric> {
  return curvature("observedFisher", model, batch, options, (loss, { variables }) => {
    const slopes = grad(loss, variables, { unused: "zero" });
    return (vectors) => vjp(slopes, variables, vectors);
  });
}

/**
 * The generalised Gauss–Newton matrix (1/n) Σ_s J_s'H_sJ_s of a whole model on labelled data, H the
 * Hessian of −ln p(y | o) in the output o (Schraudolph 2002). Where the law is an exponential family in
 * its natural coordinates (soft-max, Bernoulli, Poisson, Gaussian with a known scale) H does not depend
 * on y, and this is the exact Fisher information. Throws ShapeError for a batch of another shape.
 */
export async function gaussNewton(
  model: Module,
  batch: LabelledBatch,
  options: CurvatureOptions,
): Promise<ModelMetric> {
  return curvature(
    "gaussNewton",
    model,
    batch,
    options,
    (loss, { output, variables }) =>
      (vectors) =>
        gaussNewtonVectorProduct(loss, output, variables, vectors),
  );
}
