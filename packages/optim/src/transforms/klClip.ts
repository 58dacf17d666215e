import { div, maximum, minimum, mul, type Node, sqrt } from "@metrigrad/graph";
import { inner } from "../core/inner.ts";
import { checkSettings } from "../core/settings.ts";
import { type ChainStep, mapDirections, valuesOf } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";
import { metricOf } from "../curvature/metricCurvature.ts";

/** Returns √(u'gu), the length of a step in √nats over all parameters that have a metric, a scalar. */
export function stepLength(where: string, step: ChainStep): Node {
  const parts = metricOf(where, step).map(({ params, pack, apply }) => {
    const u = pack(valuesOf(step.directions, params));
    return [u, apply(u)] as const;
  });
  const square = inner(
    parts.map(([u]) => u),
    parts.map(([, image]) => image),
  );
  return sqrt(maximum(square, 0));
}

/**
 * Makes a link of a {@link chain} that bounds the length of the step in the metric: u ← u · min(1, κ/√(u'gu)).
 *
 * g is the metric without damping. At this place of the chain the step is at most κ √nats long, so that KL ≈ ½u'gu ≤
 * ½κ² nats. Put it last to bound the whole step.
 *
 * @param bound - The largest length κ > 0, in √nats.
 * @returns The transform.
 * @throws {@link GraphError} if the bound is not a finite number above 0. When a step is built: if no metric is
 *   before it in the chain.
 * @category Optimizers: natural gradients
 */
export function klClip(bound: number): Transform {
  checkSettings("klClip", { bound }, { bound: [Number.MIN_VALUE, Number.MAX_VALUE] });
  return Object.freeze({
    name: "klClip",
    settings: { bound },
    transform: (step) => {
      const factor = minimum(div(bound, stepLength("klClip", step)), 1);
      return mapDirections(step, (u) => mul(factor, u));
    },
  } satisfies Transform);
}
