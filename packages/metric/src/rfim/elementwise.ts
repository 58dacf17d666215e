import { elementwiseDerivative, mul, square } from "@metrigrad/graph";
import { type Activation, gaussian } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import type { UnitRow } from "./unitRow.ts";

/** Parameters of the row of any activation. */
export interface ElementwiseRowOptions {
  /** σ, standard deviation of the response; 1 by default. */
  readonly sigma?: number;
}

/**
 * y ~ N(f(t), σ²) for any element-wise f: ν = f'(t)²/σ², by the symbolic derivative of f. So an
 * activation that was defined by a formula has its RFIM from that formula.
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
