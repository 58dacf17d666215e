import {
  elementwiseDerivative,
  expandDims,
  isLinearIn,
  isVariable,
  mul,
  type Node,
  reshape,
  softmax,
  square,
} from "@metrigrad/graph";
import { type Activation, categorical, type ResponsePart, type RowLaw } from "@metrigrad/nn";
import type { Block } from "../blocks/block.ts";
import {
  factorGram,
  type GramBlockOptions,
  sharedGram,
  softmaxGram,
  unitGram,
} from "../blocks/gram.ts";
import type { Metric } from "../core/defMetric.ts";
import { behindReshapes, observedResponses } from "../core/members.ts";
import { exactColumns, factorsOf, pulledBack } from "../core/propagate.ts";
import { affineUses } from "../core/useKinds.ts";
import { asAffine, blockOfUse, gramOptions, type Layer, layerOf } from "./affine.ts";
import {
  activationOfUse,
  checkUnitRows,
  neuronBlock,
  neuronResponse,
  neuronRows,
  standardUnitRows,
  type UnitRows,
} from "./neuron.ts";

/** The blocks of linear layers by the law of their response t, where there is a shorter form than RR'. */
const closedForms: ReadonlyMap<RowLaw, (x: Node, t: Node, options: GramBlockOptions) => Block> =
  new Map([
    [categorical() as RowLaw, (x, t, options) => softmaxGram(x, softmax(t, { axis: 1 }), options)],
  ]);

/**
 * Makes the row of every use T = X̃W by what is observed of the model, if that is T, f(T), or a fixed linear map of
 * them.
 *
 * The metric is f'(t)F f'(t) ⊗ x̃x̃' with the law's own Fisher information F in the response h = f(t) (Sun and
 * Nielsen 2017). For `categorical` it is the soft-max layer's (diag η − ηη') ⊗ x̃x̃' over all units at once. For
 * independent responses it is a matrix for every unit, and one for all units if F is constant. Other uses have the
 * form of {@link neuronRows}.
 *
 * @param rows - The rows of neurons by activation, for the other uses; {@link standardUnitRows} by default.
 * @returns A row for a table.
 * @throws {@link MetricError} if the value is no list of rows of neurons.
 * @category Metrics: tables
 */
export function likelihoodRows(rows: UnitRows = standardUnitRows): Metric {
  checkUnitRows(rows);
  return Object.freeze({
    of: affineUses,
    source: "Sun and Nielsen 2017: soft-max, linear or non-linear layer",
    block: (context, use) => {
      const own = asAffine(use);
      const layer = layerOf(context, own);
      const parts = consumersOf(layer);
      if (parts.length === 0) return [blockOfUse(own, neuronBlock(layer, rows))];
      const made = blockOfUse(own, observedBlock(layer, parts));
      return [{ ...made, responses: () => parts }];
    },
    response: (context, use) => {
      const own = asAffine(use);
      const parts = consumersOf(layerOf(context, own));
      return parts.length > 0 ? parts : neuronResponse(context, own, rows);
    },
    example: neuronRows(rows).example,
  } satisfies Metric);
}

/** Returns the observed responses that are the layer's own, f(T), or a fixed linear map of it. */
function consumersOf({ application, use }: Layer): readonly ResponsePart[] {
  const last = behindReshapes(application.response as Node);
  const t = behindReshapes(use.outputs);
  const starts = activationOfUse(application, use) === null ? [t] : [t, last];
  return (observedResponses([application]) ?? []).filter(({ natural }) =>
    starts.some((start) => isLinearIn(natural, start, (node) => !isTrained(node))),
  );
}

function isTrained(node: Node): boolean {
  return isVariable(node) && node.attrs.role === "parameter";
}

/** Makes the block of a layer under laws of what is observed of it. */
function observedBlock(layer: Layer, parts: readonly ResponsePart[]): Block {
  const [part, ...others] = parts as readonly [ResponsePart];
  const activation = activationOfUse(layer.application, layer.use);
  const natural = behindReshapes(part.natural);
  const h = activation === null ? layer.use.outputs : (layer.application.response as Node);
  const direct = others.length === 0 && natural === behindReshapes(h) && sameRows(part, layer);
  if (direct) return lawBlock(part, activation, layer);
  const columns = parts.map((one) => {
    const fewer = "metrics.kfac({ samples: 1 })";
    const own = exactColumns("metrics by the likelihood", one, layer.samples, fewer);
    return pulledBack(one.natural, own, [layer.use.outputs])[0] as Node;
  });
  const [rows = 0, m = 0] = layer.t.shape;
  const factors = columns.map((one) => reshape(one, [one.shape[0] as number, rows, m]));
  return factorGram(layer.x, factorsOf(factors), gramOptions({ ...layer, weights: null }));
}

function sameRows({ natural }: ResponsePart, { t }: Layer): boolean {
  return natural.shape.length === 2 && natural.shape.every((n, axis) => n === t.shape[axis]);
}

/** Makes the block of t = X̃W under a law of f(t), row by row. */
function lawBlock(
  { law, weights }: ResponsePart,
  activation: Activation | null,
  layer: Layer,
): Block {
  const { x, t, m } = layer;
  // The weights of samples are included in those of the response.
  const options = { ...gramOptions(layer), weights };
  const h = activation === null ? t : activation(t);
  const slope = activation === null ? null : elementwiseDerivative(activation)(t);
  const { fisherDiagonal } = law;
  if (slope === null) {
    const closed = closedForms.get(law);
    if (closed !== undefined) return closed(x, t, options);
    if (typeof fisherDiagonal === "number")
      return sharedGram(x, m, { ...options, weight: fisherDiagonal });
  }
  if (fisherDiagonal !== null) {
    const diagonal = typeof fisherDiagonal === "number" ? fisherDiagonal : fisherDiagonal(h);
    return unitGram(x, mul(diagonal, slope === null ? 1 : square(slope)), options);
  }
  const root = law.fisherRoot(h);
  return factorGram(x, slope === null ? root : mul(root, expandDims(slope, 2)), options);
}
