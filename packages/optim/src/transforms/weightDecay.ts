import { add, mul, type Node, type Variable } from "@metrigrad/graph";
import { type AppliedParameter, zeroLastRow } from "@metrigrad/nn";
import { checkFlag, checkKnown, checkSettings } from "../core/settings.ts";
import { mapDirections } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";

/**
 * u ← u + ωθ: decay that no metric and no moments act on (Loshchilov and Hutter 2019).
 * @param omega - ω, in [0, 1].
 * @param options - `biases`: whether all of every parameter decays; by default only what L2 covers, biases left out.
 * @returns a link of a chain
 * @throws GraphError for ω out of range
 */
export function weightDecay(omega: number, options: { readonly biases?: boolean } = {}): Transform {
  checkSettings("weightDecay", { weightDecay: omega }, { weightDecay: [0, 1] });
  checkKnown("weightDecay", options, ["biases"]);
  const { biases = false } = options;
  checkFlag("weightDecay", "biases", biases);
  return Object.freeze({
    name: "weightDecay",
    settings: { weightDecay: omega, biases },
    transform: (step, { parameters }) =>
      mapDirections(step, (u, variable) => {
        const decaying = biases ? variable : decayingPart(variable, parameters);
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
