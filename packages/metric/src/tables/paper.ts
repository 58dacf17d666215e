import type { Variable } from "@metrigrad/graph";
import { gaussian, type RowLaw } from "@metrigrad/nn";
import type { Assigned, MetricTable } from "../core/table.ts";
import { type Layer, layersOf } from "./affine.ts";
import { linearBlock } from "./linear.ts";
import { addedBlock } from "./merged.ts";
import { standardMetrics } from "./standard.ts";

/**
 * The table of the paper's experiment (Sun and Nielsen 2017).
 *
 * The first and the last layer have the linear layer's form. The layers between have one matrix per unit, by the row
 * of their activation.
 *
 * @category Metrics: tables
 */
export const paperMetrics: MetricTable = standardMetrics.choosing("paper", (applications) => {
  const layers = layersOf(applications, "own");
  const ends = new Set(
    [layers.at(0), layers.at(-1)].flatMap((one) => one?.use.parameters[0] ?? []),
  );
  return [...ends].map((w): Assigned => {
    const own = layers.filter(({ use }) => use.parameters[0] === w) as [Layer, ...Layer[]];
    const [{ use }] = own;
    return {
      params: use.parameters as readonly Variable[],
      source: "Sun and Nielsen 2017: linear layer",
      block: () => addedBlock(own, (layer) => linearBlock(layer, 1, "expand")),
      responses: () =>
        own.map(({ t }) => ({ law: gaussian() as RowLaw, natural: t, weights: null })),
    };
  });
});
