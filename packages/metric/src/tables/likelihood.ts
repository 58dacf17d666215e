import {
  elementwiseDerivative,
  expandDims,
  mul,
  type Node,
  softmax,
  square,
} from "@metrigrad/graph";
import { type Activation, categorical, dense, type RowLaw as Law } from "@metrigrad/nn";
import type { Block } from "../blocks/block.ts";
import {
  factorGram,
  type GramBlockOptions,
  sharedGram,
  softmaxGram,
  unitGram,
} from "../blocks/gram.ts";
import { defMetric, type Metric } from "../core/defMetric.ts";
import { denseMetric, standardUnitRows, type UnitRows } from "./dense.ts";

/** Blocks of linear layers by the law of their response t, where there is a shorter one than R R'. */
const closedForms: ReadonlyMap<Law, (x: Node, t: Node, options: GramBlockOptions) => Block> =
  new Map([[categorical(), (x, t, options) => softmaxGram(x, softmax(t, { axis: 1 }), options)]]);

/**
 * The RFIM of a dense layer by the likelihood where that consumes its response, with its own law's
 * Fisher information F in the response h = f(t): f'(t)F f'(t) ⊗ x̃x̃'. That is the soft-max layer
 * (diag η − ηη') ⊗ x̃x̃' over all units at once for `categorical`, a matrix for every unit where responses
 * are independent, and one for all where F is constant (Sun and Nielsen 2017). Other layers have the
 * rows of `denseMetric`.
 */
export function likelihoodMetric(rows: UnitRows = standardUnitRows): Metric {
  const { block, responseModel, example } = denseMetric(rows);
  return defMetric(dense, {
    source: "Sun and Nielsen 2017: soft-max, linear or non-linear layer",
    block: (context) => {
      const { options, params, reference, preActivation, law } = context;
      if (law === null) return block(context);
      const own = lawBlock(law, options.activation, reference, preActivation);
      return [{ params: [params.w], block: own }];
    },
    responseModel: (context) => {
      const { law, response } = context;
      if (law !== null) return { law, natural: response };
      return (responseModel as NonNullable<typeof responseModel>)(context);
    },
    ...(example === null ? {} : { example }),
  });
}

/** The block of t = X̃W under a law of f(t). */
function lawBlock(law: Law, activation: Activation | null, x: Node, t: Node): Block {
  const outputs = { outputs: t };
  const h = activation === null ? t : activation(t);
  const slope = activation === null ? null : elementwiseDerivative(activation)(t);
  const { fisherDiagonal } = law;
  if (slope === null) {
    const closed = closedForms.get(law);
    if (closed !== undefined) return closed(x, t, outputs);
    if (typeof fisherDiagonal === "number")
      return sharedGram(x, t.shape[1] as number, { ...outputs, weight: fisherDiagonal });
  }
  if (fisherDiagonal !== null) {
    const diagonal = typeof fisherDiagonal === "number" ? fisherDiagonal : fisherDiagonal(h);
    return unitGram(x, mul(diagonal, slope === null ? 1 : square(slope)), outputs);
  }
  const root = law.fisherRoot(h);
  return factorGram(x, slope === null ? root : mul(root, expandDims(slope, 2)), outputs);
}
