import { mul, neg, sigmoid, tanh } from "@metrigrad/graph";
import { bernoulli } from "@metrigrad/nn";
import type { UnitRow } from "./unitRow.ts";

/**
 * Makes the row of a tanh neuron, y ∈ {−1, 1} with P(y = 1) = (1 + tanh t)/2: ν = sech² t (Sun and Nielsen 2017, the
 * tanh neuron).
 *
 * It is computed as 4 sigm(2t) sigm(−2t). The score is (y − tanh t)x̃.
 *
 * @returns The row of neurons.
 * @nothrow
 * @category Metrics: tables
 */
export function tanhRow(): UnitRow {
  return Object.freeze({
    name: "tanh neuron",
    activation: tanh,
    source: "Sun and Nielsen 2017: sech² t",
    law: bernoulli({ values: [-1, 1] }),
    natural: (t) => t,
    // 1 − tanh² t loses all digits in float32 beyond |t| = 8.
    nu: (t) => {
      const twice = mul(t, 2);
      return mul(mul(sigmoid(twice), sigmoid(neg(twice))), 4);
    },
  } satisfies UnitRow);
}
