import { hvp, mul, type Node, sub, type Variable } from "@metrigrad/graph";
import { inner } from "../core/inner.ts";
import type { OptimizerContext, Penalty } from "../core/optimizer.ts";
import { type ChainDirections, type ChainStep, valuesOf } from "../core/step.ts";
import type { Curvature } from "./curvature.ts";

/** What a quadratic model needs to know of a direction. */
export interface Probe {
  /** ∇L·a, a scalar. */
  readonly slope: Node;
  /** a'Cb with the penalty's own curvature, and λ where damped, for a probe of b; a scalar. */
  with(other: Probe): Node;
  readonly parts: { readonly along: readonly Node[]; readonly image: readonly Node[] };
}

/**
 * Probes of directions in M(δ) = L + δ'∇L + ½δ'(C + P)δ, where P is the exact second derivative of the
 * penalty; with `damped` the step's λI is added for every parameter that has a metric.
 */
export function quadraticModel(
  where: string,
  options: { readonly curvature: Curvature; readonly damped: boolean },
  step: ChainStep,
  context: OptimizerContext,
): (directions: ChainDirections) => Probe {
  const curved = options.curvature.of(where, step, context);
  const slopes = step.gradients.map(([, gradient]) => gradient);
  const { penalty } = context;
  return (directions) => {
    const values = directions.map(([, value]) => value);
    const { along, image } = curved(directions);
    const covered = directions.filter(
      ([variable]) => penalty !== null && decays(variable, context),
    );
    const bent = hvpOf(penalty, covered);
    const damped = options.damped
      ? (step.metric ?? []).map(({ params, pack, lambda }) => {
          const own = pack(valuesOf(directions, params));
          return { along: own, image: mul(own, lambda()) };
        })
      : [];
    const parts = {
      along: [...along, ...covered.map(([, value]) => value), ...damped.map((one) => one.along)],
      image: [...image, ...bent, ...damped.map((one) => one.image)],
    };
    return {
      slope: inner(values, slopes),
      parts,
      with: (other) => inner(parts.along, other.parts.image),
    };
  };
}

/** M(−u) − M(0) of a probe of u. */
export function predictedChange(probe: Probe): Node {
  return sub(mul(probe.with(probe), 0.5), probe.slope);
}

function decays(variable: Variable, { parameters }: OptimizerContext): boolean {
  return parameters.some((one) => one.variable === variable && one.decay !== "none");
}

/** The penalty's second derivative times directions. */
function hvpOf(penalty: Penalty | null, directions: ChainDirections): Node[] {
  if (penalty === null || directions.length === 0) return [];
  const variables = directions.map(([variable]) => variable);
  return hvp(
    penalty.value,
    variables,
    directions.map(([, value]) => value),
  );
}
