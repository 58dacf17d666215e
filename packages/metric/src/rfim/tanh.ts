import { square, sub, tanh } from "@metrigrad/graph";
import { bernoulli } from "@metrigrad/nn";
import type { UnitRow } from "./unitRow.ts";

/**
 * y ∈ {−1, 1} with P(y = 1) = (1 + tanh t)/2: ν = sech² t = 1 − tanh² t, the score is (y − tanh t)x̃
 * (Sun and Nielsen 2017, the tanh neuron).
 */
export function tanhRow(): UnitRow {
  return Object.freeze({
    name: "tanh neuron",
    activation: tanh,
    source: "Sun and Nielsen 2017: sech² t",
    law: bernoulli({ values: [-1, 1] }),
    natural: (t) => t,
    nu: (t) => sub(1, square(tanh(t))),
  } satisfies UnitRow);
}
