import { add, div, floor, mul, type Node, type Update, zerosLike } from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import { gradients } from "./core/gradient.ts";
import type { Optimizer, Phase } from "./core/optimizer.ts";

/** The slot of the sums. */
const name = "accumulated";

/**
 * An optimizer that acts once every k steps on the mean gradient of k batches, as if they were one. What
 * it is given of a batch beside the gradient, such as the metric of `rngd`, is of the last one of them.
 * @param k batches to a step of the optimizer
 * @param optimizer the optimizer
 * @returns an optimizer
 * @throws GraphError for a k that is no positive integer
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
  return Object.freeze({
    name: optimizer.name,
    settings: { ...optimizer.settings, accumulate: k },
    metric: optimizer.metric ?? null,
    averages: optimizer.averages ?? null,
    update: (context) => {
      if (k === 1) return optimizer.update(context);
      const { slot } = context;
      const own = gradients(context);
      const sums = own.map(({ variable }) => slot(variable, name));
      const now = own.map(({ gradient }, index) => add(sums[index] as Node, gradient));
      const inner = optimizer.update({
        ...context,
        gradients: now.map((sum) => mul(sum, 1 / k)),
        // What accumulates inside keeps sums of its own.
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

/** A phase that is due at all steps but the last of every k. */
function apart(k: number, updates: readonly Update[]): Phase[] {
  return Array.from({ length: k - 1 }, (_, offset) => ({ every: k, offset, updates }));
}
