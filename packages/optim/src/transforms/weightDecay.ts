import { add, mul, type Node, type Variable } from "@metrigrad/graph";
import { type AppliedParameter, zeroLastRow } from "@metrigrad/nn";
import { checkSettings } from "../core/settings.ts";
import { mapDirections } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";

/**
 * u ← u + ωθ over the parts of the parameters that decay, biases left out: decay that no metric and no
 * moments act on (Loshchilov and Hutter 2019). Throws GraphError for ω out of [0, 1].
 */
export function weightDecay(omega: number): Transform {
  checkSettings("weightDecay", { weightDecay: omega }, { weightDecay: [0, 1] });
  return Object.freeze({
    name: "weightDecay",
    settings: { weightDecay: omega },
    transform: (step, { parameters }) =>
      mapDirections(step, (u, variable) => {
        const decaying = decayingPart(variable, parameters);
        return decaying === null ? u : add(u, mul(decaying, omega));
      }),
  } satisfies Transform);
}

/** The parameter with zeros where it does not decay; null where nothing does. */
function decayingPart(variable: Variable, parameters: readonly AppliedParameter[]): Node | null {
  const decay = parameters.find((one) => one.variable === variable)?.decay ?? "none";
  if (decay === "none") return null;
  if (decay === "all") return variable;
  return zeroLastRow(variable);
}
