import {
  add,
  div,
  greater,
  isFinite,
  less,
  logicalAnd,
  logicalNot,
  logicalOr,
  maximum,
  minimum,
  mul,
  type Node,
  type Variable,
  where,
} from "@metrigrad/graph";
import type { AppliedParameter } from "@metrigrad/nn";
import type { FloatType } from "@metrigrad/tensor";
import { acceptedOf } from "../core/accepted.ts";
import { lossChange } from "../core/lossChange.ts";
import type { OptimizerContext } from "../core/optimizer.ts";
import { checkKnown, checkSettings, checkWhole } from "../core/settings.ts";
import type { ChainStep } from "../core/step.ts";
import { type Curvature, checkCurvature } from "../curvature/curvature.ts";
import { gaussNewtonCurvature } from "../curvature/gaussNewtonCurvature.ts";
import { predictedChange, quadraticModel } from "../curvature/quadraticModel.ts";

/**
 * Settings of damping that follows the reduction ratio of the loss, after Levenberg and Marquardt; each has a
 * default.
 *
 * @category Optimizers: natural gradients
 */
export interface AdaptSettings {
  /** The measure that the damping follows: the reduction ratio, `"ratio"` by default. */
  readonly by?: "ratio";
  /** The number T₁ of steps from one look at the reduction ratio to the next; 5 by default. */
  readonly every?: number;
  /** The number ω₁ in (0, 1): the factor moves by ω₁^T₁; 19/20 by default. */
  readonly omega?: number;
  /**
   * The curvature of the quadratic model that predicts: {@link gaussNewtonCurvature} by default, or {@link
   * metricCurvature}.
   */
  readonly curvature?: Curvature;
  /** The least factor of all damping, at most 1; 1e-4 by default. The factor begins with 1. */
  readonly least?: number;
  /** The largest factor of all damping, at least 1; 1e4 by default. */
  readonly most?: number;
}

/** The reduction ratios below which the damping rises, and above which it falls. */
const [low, high] = [0.25, 0.75] as const;

const ones = () => [1];

/** Returns the factor s: all damping is s times what the settings say. */
export function dampingFactor(context: OptimizerContext): Variable {
  return kept(context, "damping/factor");
}

/** Returns the value of s after the step. It is kept beside s, so that one s holds throughout a step. */
export function nextFactor(context: OptimizerContext): Variable {
  return kept(context, "damping/next");
}

/** Returns a scalar that belongs to all parameters of a step; it is a slot of the first one. */
function kept({ slot, parameters }: OptimizerContext, name: string): Variable {
  return slot((parameters[0] as AppliedParameter).variable, name, { shape: [], init: ones });
}

/** Returns the settings with their defaults, checked. Throws GraphError. */
export function fullAdapt(where: string, settings: AdaptSettings): Required<AdaptSettings> {
  checkKnown(`${where}, adapt`, settings, ["by", "every", "omega", "curvature", "least", "most"]);
  const { every = 5, omega = 19 / 20, curvature = gaussNewtonCurvature } = settings;
  const { least = 1e-4, most = 1e4 } = settings;
  checkSettings(
    `${where}, adapt`,
    { every, omega, least, most },
    {
      every: [1, Number.MAX_SAFE_INTEGER],
      omega: [Number.EPSILON, 1 - Number.EPSILON],
      least: [Number.MIN_VALUE, 1],
      most: [1, Number.MAX_VALUE],
    },
  );
  checkWhole(`${where}, adapt`, { every });
  checkCurvature(`${where}, adapt`, curvature);
  return { by: "ratio", every, omega, curvature, least, most };
}

/** Returns the settings as plain data for records. */
export function ratioRecord(settings: AdaptSettings): Record<string, unknown> {
  const { curvature, ...numbers } = fullAdapt("adapt", settings);
  return { ...numbers, curvature: curvature.name };
}

/** Returns the factor after a rise. */
export function higherByRatio(settings: Required<AdaptSettings>, context: OptimizerContext): Node {
  return moves(settings, context).higher;
}

/** Returns the factor s after a fall, and after a rise. */
function moves(settings: Required<AdaptSettings>, context: OptimizerContext) {
  const [least, most] = finiteBounds(settings, context.float);
  const share = settings.omega ** settings.every;
  const factor = dampingFactor(context);
  return {
    lower: maximum(mul(factor, share), least),
    higher: minimum(div(factor, share), most),
  };
}

/**
 * Adapts the damping as Levenberg and Marquardt do (Martens 2010, section 4.1; Martens and Grosse 2015, section 6.5).
 *
 * Every T₁ steps the change of the batch's loss by the step is compared with that of the undamped quadratic model, ρ
 * = (L(θ+δ) − L(θ))/(M(δ) − M(0)). s falls to ω₁^T₁ s if ρ > ¾, and rises to s/ω₁^T₁ if ρ < ¼. A step of which the
 * model expects a higher loss, as momentum may take, tells nothing. s also rises after a step that is not finite,
 * such as after a matrix that could not be factored. It rises at once after a step that is rejected, because the same
 * step would follow otherwise.
 */
export function adaptDamping(settings: Required<AdaptSettings>, context: OptimizerContext) {
  const { every, curvature } = settings;
  return (step: ChainStep): ChainStep => {
    const model = quadraticModel("adapt", { curvature, damped: false }, step, context);
    const predicted = predictedChange(model(step.straight ?? step.directions));
    const actual = lossChange(context, step.directions);
    const ratio = div(actual, predicted);
    const [factor, following] = [dampingFactor(context), nextFactor(context)];
    const { lower, higher } = moves(settings, context);
    const descends = less(predicted, 0);
    const falls = logicalAnd(descends, greater(ratio, high));
    const rises = logicalOr(
      logicalNot(isFinite(add(predicted, actual))),
      logicalAnd(descends, less(ratio, low)),
    );
    const next = where(rises, higher, where(falls, lower, factor));
    const accepted = acceptedOf(step);
    const after = accepted === null ? following : where(accepted, following, higher);
    const quantities = [
      { name: "dampingFactor", value: () => add(factor, 0), costly: false },
      { name: "reductionRatio", value: () => ratio, costly: true },
    ];
    return {
      ...step,
      before: [...step.before, { every, updates: [[following, next]] }],
      always: [
        ...step.always,
        [factor, after],
        ...(accepted === null ? [] : [[following, after] as const]),
      ],
      report: { ...step.report, quantities: [...step.report.quantities, ...quantities] },
    };
  };
}

/**
 * Returns the bounds of s. On a store of 32 bits they stay within the range in which such floats have all their
 * digits.
 */
function finiteBounds(
  { least, most }: Required<AdaptSettings>,
  float: FloatType,
): readonly [least: number, most: number] {
  return float === "f64" ? [least, most] : [Math.max(least, 2 ** -126), Math.min(most, 2 ** 127)];
}
