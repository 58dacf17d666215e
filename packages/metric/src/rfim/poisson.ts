import { exp } from "@metrigrad/graph";
import { poisson } from "@metrigrad/nn";
import type { UnitRow } from "./unitRow.ts";

/**
 * y ~ Poisson(e^t): ν = e^t, the score is (y − e^t)x̃. A neuron that counts; its activation is exp, the
 * rate.
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
