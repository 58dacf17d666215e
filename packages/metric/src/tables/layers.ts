import type { Node } from "@metrigrad/graph";
import { type Application, dense } from "@metrigrad/nn";
import type { BlockOf, Metric } from "../core/defMetric.ts";

/** What is known of one use of a dense layer: t = X̃W with one parameter W. */
export interface LayerUse {
  readonly application: Application;
  /** x [n, d − 1]. */
  readonly x: Node;
  /** t [n, m]. */
  readonly t: Node;
}

/** The uses of dense layers in a model, in order. */
export function layersOf(applications: readonly Application[]): LayerUse[] {
  return applications
    .filter(({ definition }) => definition === (dense as unknown))
    .map((application) => ({
      application,
      x: application.reference,
      t: application.preActivation,
    }));
}

/**
 * Rows for the modules of layers, each by its own uses: `make` gives what one use has. They are for
 * the model that the layers were applied in.
 */
export function layerRows(
  layers: readonly LayerUse[],
  row: Pick<Metric, "source" | "responseModel">,
  make: (layer: LayerUse) => Omit<BlockOf, "params">,
): Metric[] {
  const modules = new Set(layers.map(({ application }) => application.module));
  return [...modules].map((of): Metric => {
    const block: Metric["block"] = ({ params, response, preActivation }) => {
      const layer = layers.find(
        ({ application, t }) =>
          application.module === of && application.response === response && t === preActivation,
      );
      return layer === undefined ? [] : [{ params: Object.values(params), ...make(layer) }];
    };
    return Object.freeze({ ...row, of, law: null, block, example: null });
  });
}
