import type { Node } from "@metrigrad/graph";
import type { Application, Module } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import { factorGram } from "../blocks/gram.ts";
import { type MetricChoice, tableFor } from "../core/choice.ts";
import type { ResponseModel } from "../core/defMetric.ts";
import { factorsOf, fisherColumns, pulledBack } from "../core/propagate.ts";
import { modelResponses, reaches, useOf } from "../core/uses.ts";
import { fullMetrics } from "./full.ts";
import { type LayerUse, layerRows, layersOf } from "./layers.ts";

/** What `stackedMetrics` may be told. */
export interface StackedOptions {
  /** Layers of a subsystem: 2 by default, Infinity for the response of the model. */
  readonly layers?: number;
  /** Modules whose responses end a subsystem, such as the last one of a generator. */
  readonly ends?: readonly Module[];
  /** Rows of the last layers and of what is no dense layer; `fullMetrics` by default. */
  readonly metrics?: MetricChoice;
}

/**
 * Dense layers by the response of a layer further on: g^y(W_l) = E[J'F_rJ ⊗ x̃x̃'] with J = ∂r/∂t_l. For
 * two layers with h = f(t) and o = C'h̃ that is (D C G_o C' D) ⊗ x̃x̃', D = diag f'(t); for more of them,
 * counted among those that read the response, in the order of use, the metric is propagated back, g^y(h_{l−1}) = (∂h_l/∂h_{l−1})' g^y(h_l) (∂h_l/∂h_{l−1}). The parameters of the
 * later layers are held fixed. With `layers: Infinity` each block is that of the whole model's Fisher
 * information. Rows of a batch must not mix: batch normalisation between the layers is exact in
 * inference mode. Throws MetricError for `layers` below 1.
 */
export function stackedMetrics(options: StackedOptions = {}): MetricChoice {
  const { layers: depth = 2, ends = [], metrics = fullMetrics } = options;
  if (!(depth === Number.POSITIVE_INFINITY || (Number.isInteger(depth) && depth >= 1))) {
    throw new MetricError({
      where: "stackedMetrics",
      must: "a subsystem must have at least one layer, a whole number or Infinity",
      got: String(depth),
      todo: "pass { layers: 2 }, or Infinity for the response of the model",
    });
  }
  const choose = (applications: readonly Application[]) => {
    const base = tableFor(metrics, applications);
    const layers = layersOf(applications);
    checkEnds(ends, layers);
    const responses = new Map<LayerUse, readonly ResponseModel[]>();
    for (const layer of layers) {
      const chain = chainOf(layer, layers, ends);
      const end = chain[Math.min(depth, chain.length) - 1] as LayerUse;
      const whole = depth === Number.POSITIVE_INFINITY && !ends.includes(end.application.module);
      const found = whole
        ? modelResponses(applications, base).filter(({ natural }) => reaches(layer.t, natural))
        : [useOf(end.application, base).responseModel()];
      const own =
        end === layer && (!whole || layer.application.response === layer.application.model.output);
      // The last layers of subsystems have rows of their own.
      if (!own) responses.set(layer, found);
    }
    const row = { source: "J'F_rJ ⊗ x̃x̃' by metric back-propagation", responseModel: null };
    const rows = layerRows([...responses.keys()], row, (layer) => {
      const own = responses.get(layer) ?? [];
      const block = factorGram(layer.x, factorsAt(layer.t, own), { outputs: layer.t });
      return { block, responses: () => own };
    });
    return base.replacing(...rows);
  };
  return Object.defineProperty(choose, "name", { value: `stacked ${depth} layers` });
}

function checkEnds(ends: readonly Module[], layers: readonly LayerUse[]): void {
  for (const end of ends) {
    if (layers.some(({ application }) => application.module === end)) continue;
    throw new MetricError({
      where: "stackedMetrics, ends",
      must: "they must be dense layers of the model",
      got: end.definition.spec.name,
      todo: "pass modules as they stand in the model",
    });
  }
}

/** F [n, m, r] with FF' = J'F_rJ in a value [n, m], for the responses that it leads to. */
function factorsAt(at: Node, responses: readonly ResponseModel[]): Node {
  const columns = responses.map((one) => pulledBack(one.natural, fisherColumns(one), [at])[0]);
  return factorsOf(columns as Node[]);
}

/** A layer and those after it that read its response, up to one that ends a subsystem. */
function chainOf(
  layer: LayerUse,
  layers: readonly LayerUse[],
  ends: readonly Module[],
): readonly LayerUse[] {
  const after = layers.filter(
    (other) => other !== layer && reaches(layer.application.response, other.t),
  );
  const chain = [layer, ...after];
  const end = chain.findIndex(({ application }) => ends.includes(application.module));
  return end < 0 ? chain : chain.slice(0, end + 1);
}
