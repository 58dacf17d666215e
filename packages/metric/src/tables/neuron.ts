import { leakOf, type Node, softplus, unaryOf } from "@metrigrad/graph";
import {
  type Activation,
  type AffineUse,
  type Application,
  dense,
  gaussian,
  outputRows,
  type ResponsePart,
  type RowLaw,
} from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import { unitGram } from "../blocks/gram.ts";
import type { Metric, MetricContext } from "../core/defMetric.ts";
import { behindLayout } from "../core/members.ts";
import { affineUses } from "../core/useKinds.ts";
import { elementwiseRow } from "../rfim/elementwise.ts";
import { eluRow } from "../rfim/elu.ts";
import { reluRow } from "../rfim/relu.ts";
import { sigmoidRow } from "../rfim/sigmoid.ts";
import { tanhRow } from "../rfim/tanh.ts";
import type { UnitRow } from "../rfim/unitRow.ts";
import { asAffine, blockOfUse, gramOptions, type Layer, layerOf } from "./affine.ts";
import { denseExample, linearBlock } from "./linear.ts";

/**
 * A list of rows of neurons. The first one whose activation fits is taken.
 *
 * @category Metrics: tables
 */
export type UnitRows = readonly UnitRow[];

/**
 * The rows of neurons of the paper: tanh, sigm, relu (ι = 0, ω = 1, σ = 1) and elu (α = 1, σ = 1) (Sun and Nielsen
 * 2017).
 *
 * @category Metrics: tables
 */
export const standardUnitRows: UnitRows = Object.freeze([
  tanhRow(),
  sigmoidRow(),
  reluRow(),
  eluRow(),
]);

/**
 * Returns the row of neurons that an activation takes.
 *
 * It is the given row of that activation, else the paper's relu row for a leaky relu, else {@link elementwiseRow}.
 *
 * @param activation - The activation.
 * @param rows - The given rows; {@link standardUnitRows} by default.
 * @returns The row of neurons.
 * @throws {@link MetricError} if the activation is not an element-wise op.
 * @category Metrics: own metrics
 */
export function unitRowOf(activation: Activation, rows: UnitRows = standardUnitRows): UnitRow {
  const found = rows.find((row) => row.activation.op === activation.op);
  if (found !== undefined) return found;
  const leak = leakOf(activation);
  return leak !== null && leak >= 0 && leak < 1 ? reluRow({ leak }) : elementwiseRow(activation);
}

/**
 * Returns the activation f of h = f(T) for a use in an application; null if the response is T, or another function of
 * it.
 */
export function activationOfUse(
  { response }: Pick<Application, "response">,
  use: Pick<AffineUse, "outputs">,
): Activation | null {
  const t = behindLayout(use.outputs);
  const node = behindLayout(response as Node);
  const unary = node.op === undefined ? null : unaryOf(node);
  return unary !== null && behindLayout(node.inputs[0] as Node) === t ? unary : null;
}

/**
 * Makes the row of every use T = X̃W by its units: one matrix E[ν(t)x̃x̃'] per unit if the module's response is f(T),
 * whatever the module.
 *
 * If it is linear, one matrix E[x̃x̃'] serves all units (Sun and Nielsen 2017, the non-linear and the linear layer).
 * σ is 1.
 *
 * @param rows - The rows of neurons by activation; {@link standardUnitRows} by default.
 * @returns A row for a table.
 * @throws {@link MetricError} if the value is no list of rows of neurons.
 * @category Metrics: tables
 */
export function neuronRows(rows: UnitRows = standardUnitRows): Metric {
  checkUnitRows(rows);
  return Object.freeze({
    of: affineUses,
    source: "Sun and Nielsen 2017: linear or non-linear layer",
    block: (context, use) => {
      const own = asAffine(use);
      return [blockOfUse(own, neuronBlock(layerOf(context, own), rows))];
    },
    response: (context, use) => neuronResponse(context, asAffine(use), rows),
    example: () => [
      denseExample(),
      ...rows.map(({ activation }) => ({ ...denseExample(), module: dense(2, 2, { activation }) })),
      { ...denseExample(), module: dense(2, 2, { activation: softplus }) },
    ],
  } satisfies Metric);
}

/** Makes the block of a layer by its activation. */
export function neuronBlock(layer: Layer, rows: UnitRows) {
  const activation = activationOfUse(layer.application, layer.use);
  if (activation === null) return linearBlock(layer, 1, "expand");
  return unitGram(layer.x, unitRowOf(activation, rows).nu(layer.t), gramOptions(layer));
}

/** Returns the response that the block is about. */
export function neuronResponse(
  { application }: MetricContext,
  use: AffineUse,
  rows: UnitRows,
): ResponsePart {
  const t = outputRows(use);
  const activation = activationOfUse(application, use);
  if (activation === null) return { law: gaussian() as RowLaw, natural: t, weights: null };
  const { law, natural } = unitRowOf(activation, rows);
  return { law: law as RowLaw, natural: natural(t), weights: null };
}

/** Throws MetricError unless the value is a list of rows of neurons. */
export function checkUnitRows(rows: UnitRows): void {
  if (Array.isArray(rows) && rows.every((row) => typeof row?.nu === "function")) return;
  throw new MetricError({
    where: "neuronRows",
    must: "it must be a list of rows of neurons",
    got: Array.isArray(rows) ? "a list of others" : String(rows),
    todo: "pass [tanhRow(), reluRow({ leak: 0.1 })], or leave it out",
  });
}
