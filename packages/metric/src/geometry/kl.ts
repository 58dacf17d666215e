import { add, input, mean, type Node, replaceNodes, type Variable } from "@metrigrad/graph";
import { type AnyLaw, type AnyModule, mapNodes, type NodeTree } from "@metrigrad/nn";
import { MetricError, type Store, type Tensor } from "@metrigrad/tensor";
import { weighted } from "../blocks/rowWeights.ts";
import { checkModel, checkOptions } from "../core/arguments.ts";
import { type Batch, batchInput } from "./batch.ts";
import { checkStore } from "./checkStore.ts";
import { checkDirections, type Directions } from "./directions.ts";
import { givenLaw } from "./fisher.ts";
import { lazyProgram } from "./lazyProgram.ts";
import { checkLikelihood } from "./likelihood.ts";
import { outputOf } from "./output.ts";

/**
 * Options of {@link kl}. Exactly one of `to` and `delta` must be given.
 *
 * @category Geometry
 */
export interface KlOptions {
  /** The store that holds the parameters. Its backend computes. */
  readonly store: Store;
  /** The law p(y | o) of the model's output o. */
  readonly likelihood: AnyLaw;
  /** The first parameters θ by name. Names that are left out are as in the store. */
  readonly from?: Directions;
  /** The second parameters by name. Names that are left out are as in θ. */
  readonly to?: Directions;
  /** The step δ by name, if the second parameters are θ + δ. Names that are left out do not move. */
  readonly delta?: Directions;
}

/**
 * Computes the mean KL divergence of a model on a batch between two parameters, in nats: (1/n) Σ_s KL(p(y | x_s, θ) ‖
 * p(y | x_s, θ')).
 *
 * It uses the closed form of the likelihood, with the model in inference mode. For θ' = θ + δ it is about ½δ'gδ with
 * the Fisher information g of θ.
 *
 * {@includeCode ../../../../examples/api/metric/kl.ts#example}
 *
 * @param model - The model.
 * @param batch - The inputs [n, …], or an object with `inputs`.
 * @param options - The store, the likelihood and the two parameters.
 * @returns Resolves to the divergence in nats.
 * @throws {@link ShapeError} if the batch or a value has another shape.
 * @throws {@link MetricError} for unknown names, for a likelihood without a closed form, and unless exactly one of
 *   `to` and `delta` is given.
 * @category Geometry
 */
export async function kl(model: AnyModule, batch: Batch, options: KlOptions): Promise<number> {
  checkOptions("kl", options, ["store", "likelihood", "from", "to", "delta"]);
  checkModel("kl", model);
  const { store, likelihood, from = {}, to, delta } = options;
  checkStore("kl", store);
  checkLikelihood("kl", likelihood);
  if ((to === undefined) === (delta === undefined)) throw aimless(to !== undefined);
  const { x, y, weights, feeds: inputs } = batchInput("kl", batch);
  const { output, variables, shapes, pathOf } = outputOf("kl", model, x);
  const law = givenLaw(likelihood, y);
  if (law.kl === null) throw open(law);
  const covered = { shapes, plain: [] };
  const feeds: Record<string, Tensor> = { ...inputs };
  /** Makes inputs for values by name. */
  const nodesOf = (what: string, values: Directions): ReadonlyMap<string, Node> => {
    checkDirections(`kl, ${what}`, values, covered);
    const nodes = Object.entries(values).map(([name, value]) => {
      feeds[`metric/${what}/${name}`] = value;
      return [name, input(`metric/${what}/${name}`, value.shape)] as const;
    });
    return new Map(nodes);
  };
  const moved = (change: (variable: Variable) => Node): NodeTree => {
    const next = new Map(variables.map((one) => [one as Node, change(one)]));
    return mapNodes(output, (leaf) => replaceNodes([leaf], next)[0] as Node);
  };
  const first = nodesOf("from", from);
  const here = (variable: Variable): Node => first.get(pathOf(variable)) ?? variable;
  const second = to === undefined ? nodesOf("delta", delta ?? {}) : nodesOf("to", to);
  const there = (variable: Variable): Node => {
    const given = second.get(pathOf(variable));
    if (given === undefined) return here(variable);
    return to === undefined ? add(here(variable), given) : given;
  };
  const divergence = law.kl(moved(here) as never, moved(there) as never);
  const program = lazyProgram(store, () => [mean(weighted(divergence, weights))]);
  try {
    const [value] = await program.run(feeds);
    return (value as Tensor).item();
  } finally {
    await program.close();
  }
}

function open({ name }: AnyLaw): MetricError {
  return new MetricError({
    where: "kl",
    must: "the likelihood must have a closed form of its divergence",
    got: `${name} without \`kl\``,
    todo: "give the law kl: (h, other) => …, or use ½δ'gδ of fisher(…)",
  });
}

function aimless(both: boolean): MetricError {
  return new MetricError({
    where: "kl",
    must: "either `to` or `delta` must be given",
    got: both ? "both" : "none",
    todo: "pass { store, likelihood, delta: { … } }",
  });
}
