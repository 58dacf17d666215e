import { GraphError } from "@metrigrad/tensor";
import { type ChainStep, valuesOf } from "../core/step.ts";
import type { Curvature } from "./curvature.ts";

/**
 * The block-diagonal metric C = g that the chain preconditions with.
 *
 * A parameter that takes the plain gradient has no curvature. A product takes one product with the metric per
 * direction.
 *
 * @category Optimizers: natural gradients
 */
export const metricCurvature: Curvature = Object.freeze({
  name: "metric",
  of: (where, step) => {
    const blocks = metricOf(where, step);
    return (directions) => {
      const pairs = blocks.map(({ params, pack, apply }) => {
        const along = pack(valuesOf(directions, params));
        return { along, image: apply(along) };
      });
      return { along: pairs.map(({ along }) => along), image: pairs.map(({ image }) => image) };
    };
  },
} satisfies Curvature);

/** Returns the metric of a step. Throws GraphError if the chain has none. */
export function metricOf(where: string, { metric }: ChainStep) {
  if (metric !== null) return metric;
  throw new GraphError({
    where,
    must: "a metric must come before it in the chain",
    got: "none",
    todo: "put precondition({ … }) first",
  });
}
