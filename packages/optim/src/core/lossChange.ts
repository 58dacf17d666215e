import { add, finiteDifference, meanOverRanks, type Node, oneRank, sub } from "@metrigrad/graph";
import type { OptimizerContext } from "./optimizer.ts";
import type { ChainDirections } from "./step.ts";

/** Returns the loss of the batch with its penalty, a scalar. */
export function wholeLoss({ loss, penalty }: OptimizerContext): Node {
  return penalty === null ? loss : add(loss, penalty.value);
}

/**
 * Returns L(θ − u) − L(θ) for the loss with its penalty, on the same batch and with the same random draws, a scalar.
 *
 * It is the mean of the changes of single samples, and not a difference of two means. So a constant term, such as ½
 * ln 2π of each Gaussian response, adds no rounding error.
 */
export function lossChange(context: OptimizerContext, directions: ChainDirections): Node {
  const moved = new Map<Node, Node>(
    directions.map(([variable, u]) => [variable, sub(variable, u)] as const),
  );
  const change = finiteDifference([wholeLoss(context)], moved)[0] as Node;
  return meanOverRanks(change, context.ranks ?? oneRank);
}
