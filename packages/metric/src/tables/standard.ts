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

/** Slopes of activations take the plain gradient where scales do. */
const plainSlopes = [plain(prelu), plain(swish)] as const;

/**
 * The default of `rngd`, `rfim` and `explain`: every use X̃W by the linear layer's form, one matrix
 * E[x̃x̃'] per layer; tables by counts; scales and offsets take the plain gradient. Each copy of
 * `repeat` is as its module alone; what acts in no known way there takes the plain gradient.
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
 * Every layer with its own form: linear layers share one matrix, non-linear ones have one per unit.
 * Scales and offsets take the plain gradient, as in the paper. Each copy of `repeat` is as its module alone; what acts
 * in no known way there takes the plain gradient.
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
 * Every parameter by its own form, nothing by the plain gradient: layers by their activation, the last
 * one by what is observed of the model (the soft-max layer's block over all classes for
 * `categorical`), scales and offsets by theirs, tables by counts. Each copy of `repeat` is as its module alone; what acts in no known way there goes by the response of all copies.
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
