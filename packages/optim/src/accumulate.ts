import { add, div, floor, mul, type Node, type Update, zerosLike } from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import { gradients } from "./core/gradient.ts";
import type { Optimizer, Phase } from "./core/optimizer.ts";

/** The slot of the sums. */
const name = "accumulated";

/**
 * Makes an optimizer that acts once every k steps, on the mean gradient of k batches.
 *
 * What the optimizer sees of a batch apart from the gradient, such as the metric of {@link rngd}, comes from the last
 * of the k batches.
 *
 * @param k - The number of batches for one step of the optimizer, a positive integer.
 * @param optimizer - The optimizer that makes the step.
 * @returns The optimizer.
 * @throws {@link GraphError} if k is not a positive integer.
 * @category Optimizers: combining
 */
export function accumulate(k: number, optimizer: Optimizer): Optimizer {
  if (!(Number.isInteger(k) && k >= 1)) {
    throw new GraphError({
      where: "accumulate",
      must: "the number of batches must be a positive integer",
      got: String(k),
      todo: "call accumulate(4, adam())",
    });
  }
  if (typeof optimizer?.update !== "function") {
    throw new GraphError({
      where: "accumulate",
      must: "its second argument must be an optimizer",
      got: typeof optimizer,
      todo: "call accumulate(4, adam())",
    });
  }
  return Object.freeze({
    name: optimizer.name,
    settings: { ...optimizer.settings, accumulate: k },
    metric: optimizer.metric ?? null,
    averages: optimizer.averages ?? null,
    fixedLoss: optimizer.fixedLoss ?? false,
    update: (context) => {
      if (k === 1) return optimizer.update(context);
      const { slot } = context;
      const own = gradients(context);
      const sums = own.map(({ variable }) => slot(variable, name));
      const now = own.map(({ gradient }, index) => add(sums[index] as Node, gradient));
      const inner = optimizer.update({
        ...context,
        gradients: now.map((sum) => mul(sum, 1 / k)),
        // An accumulate inside of this one keeps its sums in slots of its own.
        slot: (parameter, key, options) =>
          slot(parameter, key.startsWith(name) ? `${name}/${key}` : key, options),
        step: floor(div(context.step, k)),
      });
      const phases = inner.map((phase): Phase => {
        const { every, offset = 0, from = 0 } = phase;
        return { ...phase, every: every * k, offset: offset * k + k - 1, from: from * k };
      });
      const kept = sums.map((sum, index): Update => [sum, now[index] as Node]);
      const cleared = sums.map((sum): Update => [sum, zerosLike(sum)]);
      return [...apart(k, kept), ...phases, { every: k, offset: k - 1, updates: cleared }];
    },
  } satisfies Optimizer);
}

/** Returns phases that are due at all steps but the last of every k. */
function apart(k: number, updates: readonly Update[]): Phase[] {
  return Array.from({ length: k - 1 }, (_, offset) => ({ every: k, offset, updates }));
}
