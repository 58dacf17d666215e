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

/**
 * Options of {@link observedFisher} and {@link gaussNewton}.
 *
 * @category Geometry
 */
export interface CurvatureOptions {
  /** The store that holds the parameters. Its backend computes. */
  readonly store: Store;
  /** The law p(y | o) of the model's output o. */
  readonly likelihood: AnyLaw;
}

/** Makes a matrix that is known by its products, which come from the loss −(1/n) Σ_s ln p(y_s | x_s). */
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
 * Computes the observed Fisher information of a whole model: −(1/n) Σ_s ∇² ln p(y_s | x_s, Θ) (Sun and Nielsen 2017,
 * section 2).
 *
 * That is the Hessian of the mean negative log-likelihood on labelled data. It may be indefinite. Products are
 * Hessian–vector products. The model is in inference mode.
 *
 * @param model - The model.
 * @param batch - The inputs and the targets.
 * @param options - The store and the likelihood.
 * @returns Resolves to the matrix with its operations. Close it when you are done.
 * @throws {@link ShapeError} if the batch does not fit.
 * @throws {@link MetricError} for unknown options, and without a model, a store, a likelihood or targets.
 * @category Geometry
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
 * Computes the generalised Gauss–Newton matrix of a whole model on labelled data: (1/n) Σ_s J_s'H_sJ_s (Schraudolph
 * 2002).
 *
 * H is the Hessian of −ln p(y | o) in the output o. For an exponential family in natural coordinates H does not
 * depend on y, and the matrix is the exact Fisher information. The soft-max, Bernoulli and Poisson laws are such
 * families, and the Gaussian law with a known scale.
 *
 * @param model - The model.
 * @param batch - The inputs and the targets.
 * @param options - The store and the likelihood.
 * @returns Resolves to the matrix with its operations. Close it when you are done.
 * @throws {@link ShapeError} if the batch does not fit.
 * @throws {@link MetricError} for unknown options, and without a model, a store, a likelihood or targets.
 * @category Geometry
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
