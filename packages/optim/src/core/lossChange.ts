import { add, finiteDifference, type Node, sub } from "@metrigrad/graph";
import type { OptimizerContext } from "./optimizer.ts";
import type { ChainDirections } from "./step.ts";

/** Loss and penalty of the batch, a scalar. */
export function wholeLoss({ loss, penalty }: OptimizerContext): Node {
  return penalty === null ? loss : add(loss, penalty.value);
}

/**
 * L(θ − u) − L(θ) of the loss with its penalty, on the same batch with the same draws, a scalar. It is the mean of the
 * samples' changes and not a difference of means: what does not change, such as ½ ln 2π per Gaussian response, does not
 * round it.
 */
export function lossChange(context: OptimizerContext, directions: ChainDirections): Node {
  const moved = new Map<Node, Node>(
    directions.map(([variable, u]) => [variable, sub(variable, u)] as const),
  );
  return finiteDifference([wholeLoss(context)], moved)[0] as Node;
}
