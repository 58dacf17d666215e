import { exp } from "@metrigrad/graph";
import { poisson } from "@metrigrad/nn";
import type { UnitRow } from "./unitRow.ts";

/**
 * Makes the row of a neuron that counts, y ~ Poisson(eᵗ): ν = eᵗ.
 *
 * The score is (y − eᵗ)x̃. The activation is exp, which gives the rate.
 *
 * @returns The row of neurons.
 * @nothrow
 * @category Metrics: tables
 */
export function poissonRow(): UnitRow {
  return Object.freeze({
    name: "Poisson neuron",
    activation: exp,
    source: "Poisson with rate e^t: e^t",
    law: poisson(),
    natural: (t) => t,
    nu: (t) => exp(t),
  } satisfies UnitRow);
}
