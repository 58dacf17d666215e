import { add, finiteDifference, type Node, sub } from "@metrigrad/graph";
import type { OptimizerContext } from "./optimizer.ts";
import type { ChainDirections } from "./step.ts";

/**
 * L(θ − u) − L(θ) of the loss with its penalty, on the same batch with the same draws, a scalar. It is the mean of the
 * samples' changes and not a difference of means: what does not change, such as ½ ln 2π per Gaussian response, does not
 * round it.
 */
export function lossChange({ loss, penalty }: OptimizerContext, directions: ChainDirections): Node {
  const whole = penalty === null ? loss : add(loss, penalty.value);
  const moved = new Map<Node, Node>(
    directions.map(([variable, u]) => [variable, sub(variable, u)] as const),
  );
  return finiteDifference([whole], moved)[0] as Node;
}
