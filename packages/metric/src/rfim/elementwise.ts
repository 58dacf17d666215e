import { elementwiseDerivative, mul, square } from "@metrigrad/graph";
import { type Activation, gaussian } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import type { UnitRow } from "./unitRow.ts";

/**
 * Options of {@link elementwiseRow}.
 *
 * @category Metrics: tables
 */
export interface ElementwiseRowOptions {
  /** The standard deviation σ of the response; 1 by default. */
  readonly sigma?: number;
}

/**
 * Makes the row of a neuron y ~ N(f(t), σ²) with any element-wise activation f: ν = f'(t)²/σ².
 *
 * The derivative f' is symbolic. So an activation that is defined by a formula has its metric from that formula.
 *
 * @param activation - The activation f.
 * @param options - The standard deviation σ.
 * @returns The row of neurons.
 * @throws {@link MetricError} if the activation is not an element-wise op.
 * @throws {@link ShapeError} if σ is not a positive number.
 * @category Metrics: tables
 */
export function elementwiseRow(
  activation: Activation,
  options: ElementwiseRowOptions = {},
): UnitRow {
  const { sigma = 1 } = options;
  if (activation?.op === undefined) throw noActivation(activation);
  const slope = elementwiseDerivative(activation);
  return Object.freeze({
    name: `${activation.op.name} neuron (σ=${sigma})`,
    activation,
    source: "f'(t)²/σ²",
    law: gaussian({ sigma }),
    natural: (t) => activation(t),
    nu: (t) => mul(square(slope(t)), sigma ** -2),
  } satisfies UnitRow);
}

function noActivation(got: unknown): MetricError {
  return new MetricError({
    where: "elementwiseRow",
    must: "the activation must be an element-wise op",
    got: typeof got === "function" ? "a function" : String(got),
    todo: "pass one such as softplus, or what defElementwise({ name, f }) gives",
  });
}
