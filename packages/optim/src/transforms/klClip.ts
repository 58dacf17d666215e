import { div, maximum, minimum, mul, type Node, sqrt } from "@metrigrad/graph";
import { inner } from "../core/inner.ts";
import { checkSettings } from "../core/settings.ts";
import { type ChainStep, mapDirections, valuesOf } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";
import { metricOf } from "../curvature/metricCurvature.ts";

/** √(u'gu), the length in √nats of where a step goes, over all parameters that have a metric; a scalar. */
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
 * u ← u · min(1, κ/√(u'gu)): where it is put in a chain, a step is at most κ long in the metric without
 * damping, so that KL ≈ ½u'gu ≤ ½κ² nats. Put it last to bound the whole step. Throws GraphError for a
 * bound that is not positive, and in a chain without a metric before it.
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
