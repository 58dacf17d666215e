import { eluWith, exp, greaterEqual, minimum, mul, square, where } from "@metrigrad/graph";
import { gaussian } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import type { UnitRow } from "./unitRow.ts";

/**
 * Options of {@link eluRow}.
 *
 * @category Metrics: tables
 */
export interface EluRowOptions {
  /** The factor α > 0 of the activation below 0; 1 by default. */
  readonly alpha?: number;
  /** The standard deviation σ of the response; 1 by default. */
  readonly sigma?: number;
}

/**
 * Makes the row of an elu neuron y ~ N(elu(t), σ²): ν = σ⁻² if t ≥ 0, else σ⁻²(αeᵗ)² (Sun and Nielsen 2017, the elu
 * neuron).
 *
 * @param options - α and σ.
 * @returns The row of neurons.
 * @throws {@link MetricError} if α or σ is not positive.
 * @throws {@link ShapeError} if σ is not finite.
 * @category Metrics: tables
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
    // e^t must be finite even where it is not used, because its derivative there is 0 times e^t.
    nu: (t) => {
      const below = square(mul(exp(minimum(t, 0)), alpha));
      return mul(where(greaterEqual(t, 0), 1, below), sigma ** -2);
    },
  } satisfies UnitRow);
}
