import { add, mul, type Node, square, sum } from "@metrigrad/graph";
import { type AppliedParameter, withoutLastRow } from "@metrigrad/nn";
import type { Penalty } from "@metrigrad/optim";

/**
 * Returns the L2 term of the loss: ½β Σ‖W‖²_F over the parts of the parameters that decay, without biases. Null if β
 * is 0 or if nothing decays.
 */
export function l2Penalty(parameters: readonly AppliedParameter[], beta: number): Penalty | null {
  const parts = parameters.flatMap(({ variable, decay }): Node[] => {
    if (decay === "none") return [];
    return [decay === "all" ? variable : withoutLastRow(variable)];
  });
  const [first, ...rest] = parts.map((part) => sum(square(part)));
  if (beta === 0 || first === undefined) return null;
  return {
    beta,
    value: mul(
      rest.reduce((a, b) => add(a, b), first),
      beta / 2,
    ),
  };
}
