import { add, grad, type Node, type Variable } from "@metrigrad/graph";
import type { OptimizerContext } from "./optimizer.ts";

/** A parameter beside ∂(loss + penalty)/∂parameter. */
export interface ParameterGradient {
  readonly variable: Variable;
  readonly gradient: Node;
}

/**
 * Gradients of the whole loss, in the order of the parameters. Throws GraphError for a parameter
 * that no differentiable path connects to the data term.
 */
export function gradients(context: OptimizerContext): ParameterGradient[] {
  const { loss, penalty, parameters } = context;
  const variables = parameters.map(({ variable }) => variable);
  const ofLoss = grad(loss, variables);
  const ofPenalty = penalty === null ? null : grad(penalty.value, variables, { unused: "zero" });
  return variables.map((variable, index) => {
    const gradient = ofLoss[index] as Node;
    return {
      variable,
      gradient: ofPenalty === null ? gradient : add(gradient, ofPenalty[index] as Node),
    };
  });
}
