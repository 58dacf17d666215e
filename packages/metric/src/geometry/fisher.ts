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

/**
 * Options of {@link fisher}.
 *
 * @category Geometry
 */
export interface FisherOptions {
  /** The store that holds the parameters. Its backend computes. */
  readonly store: Store;
  /** The law p(y | o) of the model's output o. */
  readonly likelihood: AnyLaw;
  /** How the expectation over y is taken; `"exact"` by default. */
  readonly kind?: FisherKind;
  /**
   * The most bytes that the rows of the metric may take; 2 GiB by default.
   *
   * Rows that take more are not kept. Products, lengths, the trace and solving by conjugate gradients stay cheap
   * then.
   */
  readonly memoryBudget?: number;
}

/**
 * The Fisher information of a whole model on a batch, a matrix [P, P] over all its parameters.
 *
 * @category Geometry
 */
export interface Fisher extends ModelMetric {
  /** Its kind: "exact", "Monte-Carlo" or "empirical". The last one is not the Fisher information. */
  readonly kind: string;
  /**
   * The number of rows that it is made of. Each sample has one for each direction of its output, one for each draw,
   * or one for its label.
   */
  readonly rows: number;
  /**
   * Returns the rows R with g = weight·R'R, those of a sample together. Throws {@link MetricError} if they exceed the
   * budget.
   *
   * For draws and labels the rows are the scores ∂ ln p(y | x_s)/∂Θ. For the exact kind they are J_s'R_s, where
   * R_sR_s' is the law's Fisher information.
   *
   * @returns The rows, [rows, P], and their weight.
   */
  toRows(): Promise<{ readonly rows: Tensor; readonly weight: number }>;
}

/**
 * Computes the Fisher information of a whole model: g(Θ) = (1/n) Σ_s E[∂l ∂l'] with y drawn by the model (Sun and
 * Nielsen 2017, section 2).
 *
 * By default it is exact: (1/n) Σ_s J_s'F(o_s)J_s with the law's Fisher information F in the output o. `kind` asks
 * for an estimate by draws, or for the empirical matrix of labels, which is no Fisher information. The model is in
 * inference mode. A program is compiled when its value is first needed, and reads the parameters of that time.
 *
 * {@includeCode ../../../../examples/api/metric/fisher.ts#example}
 *
 * @param model - The model.
 * @param batch - The inputs [n, …], or an object with `inputs`.
 * @param options - The store, the likelihood, the kind and the memory budget.
 * @returns Resolves to the matrix with its operations. Close it when you are done.
 * @throws {@link ShapeError} if the batch does not fit, or if the law's response is not [rows, m].
 * @throws {@link MetricError} for unknown options, for an unknown kind, and without a model, a store or a likelihood.
 * @category Geometry
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

/** Returns Σ_k c_k c_k'v for cotangents c [n, k, …] of the leaves of an output and tangents v of them, [n, …] each. */
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

/** Returns a law that holds the masks and weights of the observed values fixed, if these values are known. */
export function givenLaw(likelihood: AnyLaw, y: NodeTree | null): Law {
  const law = likelihood as Law;
  return y === null ? law : law.given(y as never);
}
