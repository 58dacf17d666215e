import type { Node } from "@metrigrad/graph";
import type { Application } from "@metrigrad/nn";
import { sizeOf } from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import { withRowBytes } from "../blocks/rowBytes.ts";
import { type MetricChoice, tableFor } from "../core/choice.ts";
import { type LayerUse, layerRows, layersOf } from "./layers.ts";
import { outputFactors, type ResponseOptions } from "./outputFactors.ts";
import { standardMetrics } from "./standard.ts";

/** What the tables of approximations may be told. */
export interface ApproximationOptions extends ResponseOptions {
  /** Rows of what is no dense layer, and laws of last responses; `standardMetrics` by default. */
  readonly metrics?: MetricChoice;
}

/**
 * A table by which every dense layer has an approximation of its block of the whole model's Fisher
 * information, E[x̃x̃' ⊗ FF'] with FF' = E[δδ'] in its outputs t.
 */
export function approximation(
  name: string,
  source: string,
  options: ApproximationOptions,
  blockOf: (layer: LayerUse, factors: Node) => Block,
): MetricChoice {
  const choose = (applications: readonly Application[]) => {
    const base = tableFor(options.metrics ?? standardMetrics, applications);
    const layers = layersOf(applications);
    const { factors, responses } = outputFactors(applications, layers, base, options);
    const ofFactors = (layer: LayerUse, own: Node) =>
      withRowBytes(blockOf(layer, own), 4 * sizeOf(own.shape));
    const rows = layerRows(layers, { source, responseModel: null }, (layer) => ({
      block: ofFactors(layer, factors.get(layer) as Node),
      responses: () => responses,
    }));
    return base.replacing(...rows);
  };
  return Object.defineProperty(choose, "name", { value: name });
}
