import { mul, neg, sigmoid } from "@metrigrad/graph";
import { bernoulli } from "@metrigrad/nn";
import type { UnitRow } from "./unitRow.ts";

/**
 * Makes the row of a sigm neuron, y ∈ {0, 1} with P(y = 1) = sigm t: ν = sigm t (1 − sigm t) (Sun and Nielsen 2017,
 * the sigm neuron).
 *
 * The score is (y − sigm t)x̃.
 *
 * @returns The row of neurons.
 * @nothrow
 * @category Metrics: tables
 */
export function sigmoidRow(): UnitRow {
  return Object.freeze({
    name: "sigm neuron",
    activation: sigmoid,
    source: "Sun and Nielsen 2017: sigm t (1 − sigm t)",
    law: bernoulli(),
    natural: (t) => t,
    // 1 − sigm t loses all digits in float32 beyond t = 16.
    nu: (t) => mul(sigmoid(t), sigmoid(neg(t))),
  } satisfies UnitRow);
}
