import { add, mul, type Node, type Variable } from "@metrigrad/graph";
import { type AppliedParameter, zeroLastRow } from "@metrigrad/nn";
import { checkFlag, checkKnown, checkSettings } from "../core/settings.ts";
import { mapDirections } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";

/**
 * Makes a link of a {@link chain} that adds a share of the parameters to the step: u ← u + ωθ.
 *
 * No metric and no moments act on this decay (Loshchilov and Hutter 2019).
 *
 * @param omega - The share ω, in [0, 1].
 * @param options - Whether every parameter decays as a whole (`biases`); by default only what L2 covers, without
 *   biases.
 * @returns The transform.
 * @throws {@link GraphError} if ω is not in [0, 1], or if an option is unknown or not a boolean.
 * @category Optimizers: combining
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

/** Returns the parameter with zeros where it does not decay; null if nothing of it decays. */
function decayingPart(variable: Variable, parameters: readonly AppliedParameter[]): Node | null {
  const decay = parameters.find((one) => one.variable === variable)?.decay ?? "none";
  if (decay === "none") return null;
  if (decay === "all") return variable;
  return zeroLastRow(variable);
}
