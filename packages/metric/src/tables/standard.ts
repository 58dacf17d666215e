import { prelu, repeat, swish } from "@metrigrad/nn";
import { autoMetric } from "../core/autoMetric.ts";
import { plain } from "../core/defMetric.ts";
import { remaining } from "../core/remaining.ts";
import { type MetricTable, metricTable } from "../core/table.ts";
import { scaleUses } from "../core/useKinds.ts";
import { filmRows, hyperDenseRows } from "./conditioned.ts";
import { fourierRows } from "./fourier.ts";
import { groupedRows } from "./grouped.ts";
import { likelihoodRows } from "./likelihood.ts";
import { linearRows } from "./linear.ts";
import { lookupRows } from "./lookup.ts";
import { mixtureRows } from "./mixture.ts";
import { neuronRows } from "./neuron.ts";
import { spectralNormRows, weightNormRows } from "./normRows.ts";
import { radialBasisRows } from "./radialBasis.ts";
import { scaleRows } from "./scale.ts";
import { preluRows, swishRows } from "./slopes.ts";

/** Slopes of activations take the plain gradient in the tables where scales do. */
const plainSlopes = [plain(prelu), plain(swish)] as const;

/**
 * The default table of `rngd`, {@link rfim} and {@link explain}: one matrix E[x̃x̃'] for every use X̃W, as for a
 * linear layer.
 *
 * Tables that are looked up have their counts. Scales and offsets take the plain gradient. Each copy of `repeat` is
 * as its module alone. What acts in no known way there takes the plain gradient.
 *
 * @category Metrics: tables
 */
export const linearMetrics: MetricTable = metricTable(
  "linear",
  linearRows(),
  groupedRows({ at: "linear" }),
  lookupRows(),
  plain(scaleUses),
  remaining(plain(repeat as never)),
  radialBasisRows(),
  spectralNormRows({ at: "linear" }),
  weightNormRows({ at: "linear" }),
  ...plainSlopes,
);

/**
 * The table in which every layer has its own form: linear layers share one matrix, non-linear layers have one per
 * unit.
 *
 * Scales and offsets take the plain gradient, as in the paper. Each copy of `repeat` is as its module alone. What
 * acts in no known way there takes the plain gradient.
 *
 * @category Metrics: tables
 */
export const standardMetrics: MetricTable = metricTable(
  "standard",
  neuronRows(),
  groupedRows(),
  lookupRows(),
  plain(scaleUses),
  remaining(plain(repeat as never)),
  radialBasisRows(),
  spectralNormRows(),
  weightNormRows(),
  ...plainSlopes,
);

/**
 * The table in which every parameter has its own form, and nothing takes the plain gradient.
 *
 * Layers go by their activation. The last layer goes by what is observed of the model; for `categorical` it has the
 * soft-max layer's block over all classes. Scales and offsets have their own form, and tables that are looked up have
 * their counts. Each copy of `repeat` is as its module alone. What acts in no known way there goes by the response of
 * all copies.
 *
 * @category Metrics: tables
 */
export const fullMetrics: MetricTable = metricTable(
  "full",
  likelihoodRows(),
  groupedRows(),
  scaleRows(),
  lookupRows(),
  remaining(autoMetric(repeat as never)),
  filmRows(),
  fourierRows(),
  hyperDenseRows(),
  mixtureRows(),
  preluRows(),
  radialBasisRows(),
  spectralNormRows(),
  swishRows(),
  weightNormRows(),
);
