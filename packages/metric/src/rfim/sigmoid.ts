import { mul, neg, sigmoid } from "@metrigrad/graph";
import { bernoulli } from "@metrigrad/nn";
import type { UnitRow } from "./unitRow.ts";

/**
 * y ∈ {0, 1} with P(y = 1) = sigm t: ν = sigm t (1 − sigm t), the score is (y − sigm t)x̃ (Sun and
 * Nielsen 2017, the sigm neuron).
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
