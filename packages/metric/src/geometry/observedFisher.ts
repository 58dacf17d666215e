import { grad, mean, type Node, neg, vjp } from "@metrigrad/graph";
import { type AnyLaw, type AnyModule, type Law, nodesOf } from "@metrigrad/nn";
import { MetricError, type Store } from "@metrigrad/tensor";
import { weighted } from "../blocks/rowWeights.ts";
import { checkModel, checkOptions } from "../core/arguments.ts";
import { type BatchOf, batchInput } from "./batch.ts";
import { byProducts, type Product } from "./byProducts.ts";
import { checkStore } from "./checkStore.ts";
import { checkLikelihood } from "./likelihood.ts";
import { type ModelMetric, modelMetric } from "./modelMetric.ts";
import { type ModelOutput, outputOf } from "./output.ts";
import { throughOutputs } from "./products.ts";

/** What a matrix of a model's curvature needs beside model and batch. */
export interface CurvatureOptions {
  /** Holds the parameters; its backend computes. */
  readonly store: Store;
  /** p(y | o): the law of the model's output. */
  readonly likelihood: AnyLaw;
}

/** A matrix known by its products, which are made from the loss −(1/n) Σ_s ln p(y_s | x_s). */
function curvature(
  where: string,
  model: AnyModule,
  batch: BatchOf,
  options: CurvatureOptions,
  productOf: (loss: Node, model: ModelOutput) => Product,
): ModelMetric {
  checkOptions(where, options, ["store", "likelihood"]);
  const { store, likelihood } = options;
  checkModel(where, model);
  checkStore(where, store);
  checkLikelihood(where, likelihood);
  const { x, y, weights, feeds } = batchInput(where, batch);
  if (y === null) throw unlabelled(where);
  const applied = outputOf(where, model, x);
  const law = likelihood as Law;
  const loss = neg(mean(weighted(law.logProb(y as never, applied.output as never), weights)));
  const product = productOf(loss, applied);
  return modelMetric(
    where,
    applied.shapes,
    byProducts(where, product, applied.variables, store, feeds),
  );
}

/**
 * The observed Fisher information −(1/n) Σ_s ∇² ln p(y_s | x_s, Θ) of a whole model, the Hessian of the
 * mean negative log-likelihood on labelled data (Sun and Nielsen 2017, section 2). It may be
 * indefinite. Products are Hessian–vector products; the model is in inference mode. Throws ShapeError
 * for a batch of another shape.
 */
export async function observedFisher(
  model: AnyModule,
  batch: BatchOf,
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
  model: AnyModule,
  batch: BatchOf,
  options: CurvatureOptions,
): Promise<ModelMetric> {
  return curvature("gaussNewton", model, batch, options, (loss, { output, variables }) => {
    const leaves = nodesOf(output);
    const slopes = grad(loss, leaves, { unused: "zero" });
    return (vectors) =>
      throughOutputs(leaves, variables, vectors, (moved) => vjp(slopes, leaves, moved));
  });
}

function unlabelled(where: string): MetricError {
  return new MetricError({
    where,
    must: "the batch must have targets",
    got: "inputs alone",
    todo: "pass { inputs, targets }, the targets as the likelihood's sample gives them",
  });
}
