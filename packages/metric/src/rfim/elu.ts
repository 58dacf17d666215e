import { eluWith, exp, greaterEqual, minimum, mul, square, where } from "@metrigrad/graph";
import { gaussian } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import type { UnitRow } from "./unitRow.ts";

/** Parameters of the elu row. */
export interface EluRowOptions {
  /** α > 0; 1 by default. */
  readonly alpha?: number;
  /** σ, standard deviation of the response; 1 by default. */
  readonly sigma?: number;
}

/**
 * y ~ N(elu(t), σ²): ν = σ⁻² where t ≥ 0, σ⁻²(αeᵗ)² below (Sun and Nielsen 2017, the elu neuron).
 * Throws MetricError for parameters that are not positive.
 */
export function eluRow(options: EluRowOptions = {}): UnitRow {
  const { alpha = 1, sigma = 1 } = options;
  if (!(alpha > 0 && sigma > 0)) {
    throw new MetricError({
      where: "eluRow",
      must: "alpha and sigma must be positive",
      got: `alpha ${alpha}, sigma ${sigma}`,
      todo: "pass { alpha: 1, sigma: 1 }",
    });
  }
  const activation = eluWith(alpha);
  return Object.freeze({
    name: `elu neuron (α=${alpha}, σ=${sigma})`,
    activation,
    source: "Sun and Nielsen 2017: σ⁻²(t ≥ 0 ? 1 : (αeᵗ)²)",
    law: gaussian({ sigma }),
    natural: (t) => activation(t),
    // Where e^t is not taken it must be finite all the same: its derivative there is 0 times it.
    nu: (t) => {
      const below = square(mul(exp(minimum(t, 0)), alpha));
      return mul(where(greaterEqual(t, 0), 1, below), sigma ** -2);
    },
  } satisfies UnitRow);
}
