import { hvp, meanOverRanks, mul, type Node, oneRank, sub, type Variable } from "@metrigrad/graph";
import { inner } from "../core/inner.ts";
import type { OptimizerContext, Penalty } from "../core/optimizer.ts";
import { type ChainDirections, type ChainStep, valuesOf } from "../core/step.ts";
import type { Curvature } from "./curvature.ts";

/** A direction a, with what a quadratic model needs to know of it. */
export interface Probe {
  /** The slope ∇L·a, a scalar. */
  readonly slope: Node;
  /** Returns a'Cb for the probe of b, a scalar: with the penalty's own curvature, and with λ if the model is damped. */
  with(other: Probe): Node;
  /** The direction and its image, part by part. */
  readonly parts: { readonly along: readonly Node[]; readonly image: readonly Node[] };
}

/**
 * Returns a function that makes probes of directions in M(δ) = L + δ'∇L + ½δ'(C + P)δ. P is the exact second
 * derivative of the penalty. With `damped` the step's λI is added for every parameter that has a metric.
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
      // A product over rows is a mean over them. What is the same on all ranks is its own mean.
      with: (other) =>
        meanOverRanks(inner(parts.along, other.parts.image), context.ranks ?? oneRank),
    };
  };
}

/** Returns M(−u) − M(0) for the probe of u. */
export function predictedChange(probe: Probe): Node {
  return sub(mul(probe.with(probe), 0.5), probe.slope);
}

/** Whether the L2 term covers a parameter, or a part of it. */
function decays(variable: Variable, { parameters }: OptimizerContext): boolean {
  return parameters.some((one) => one.variable === variable && one.decay !== "none");
}

/** Returns the penalty's second derivative times directions. */
function hvpOf(penalty: Penalty | null, directions: ChainDirections): Node[] {
  if (penalty === null || directions.length === 0) return [];
  const variables = directions.map(([variable]) => variable);
  return hvp(
    penalty.value,
    variables,
    directions.map(([, value]) => value),
  );
}
