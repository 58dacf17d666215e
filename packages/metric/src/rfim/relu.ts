import { add, leakyRelu, logaddexp, mul, relu, sigmoid, square } from "@metrigrad/graph";
import { gaussian } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import type { UnitRow } from "./unitRow.ts";

/**
 * Options of {@link reluRow}.
 *
 * @category Metrics: tables
 */
export interface ReluRowOptions {
  /** The slope ι below 0, in [0, 1); 0 by default. */
  readonly leak?: number;
  /** The softness ω > 0 of the kink, in the metric only; 1 by default. */
  readonly omega?: number;
  /** The standard deviation σ of the response; 1 by default. */
  readonly sigma?: number;
}

/**
 * Makes the row of a relu neuron y ~ N(relu_ω(t), σ²) with relu_ω(t) = ω ln(e^(ιt/ω) + e^(t/ω)) (Sun and Nielsen
 * 2017, the relu neuron).
 *
 * Its metric has ν = σ⁻²[ι + (1 − ι) sigm((1 − ι)t/ω)]². Only the metric is smoothed. The network's relu stays hard.
 *
 * @param options - ι, ω and σ.
 * @returns The row of neurons.
 * @throws {@link MetricError} if a parameter is out of range.
 * @throws {@link ShapeError} if σ is not finite.
 * @category Metrics: tables
 */
export function reluRow(options: ReluRowOptions = {}): UnitRow {
  const { leak = 0, omega = 1, sigma = 1 } = options;
  if (!(leak >= 0 && leak < 1 && omega > 0 && sigma > 0)) {
    throw new MetricError({
      where: "reluRow",
      must: "leak must be in [0, 1), omega and sigma positive",
      got: `leak ${leak}, omega ${omega}, sigma ${sigma}`,
      todo: "pass { leak: 0, omega: 1, sigma: 1 }",
    });
  }
  return Object.freeze({
    name: `relu neuron (ι=${leak}, ω=${omega}, σ=${sigma})`,
    activation: leak === 0 ? relu : leakyRelu(leak),
    source: "Sun and Nielsen 2017: σ⁻²[ι + (1−ι)sigm((1−ι)t/ω)]²",
    law: gaussian({ sigma }),
    natural: (t) => mul(logaddexp(mul(t, leak / omega), mul(t, 1 / omega)), omega),
    nu: (t) => {
      const slope = add(mul(sigmoid(mul(t, (1 - leak) / omega)), 1 - leak), leak);
      return mul(square(slope), sigma ** -2);
    },
  } satisfies UnitRow);
}
