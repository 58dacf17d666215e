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
import { checkKnown, checkSettings } from "../core/settings.ts";
import type { ChainStep } from "../core/step.ts";
import { type Curvature, checkCurvature } from "../curvature/curvature.ts";
import { gaussNewtonCurvature } from "../curvature/gaussNewtonCurvature.ts";
import { predictedChange, quadraticModel } from "../curvature/quadraticModel.ts";

/** How the damping is adapted; each has a default. */
export interface AdaptSettings {
  /** What is looked at; the reduction ratio by default. */
  readonly by?: "ratio";
  /** T₁, steps between two looks at the reduction ratio; 5 by default. */
  readonly every?: number;
  /** ω₁ in (0, 1): the factor moves by ω₁^T₁; 19/20 by default. */
  readonly omega?: number;
  /** Of the quadratic model that predicts; `gaussNewtonCurvature` by default, or `metricCurvature`. */
  readonly curvature?: Curvature;
  /** Bounds of the factor of all damping, which begins with 1; 1e-4 and 1e4 by default. */
  readonly least?: number;
  readonly most?: number;
}

/** The reduction ratio above which the damping falls, and below which it rises. */
const [low, high] = [0.25, 0.75] as const;

const ones = () => [1];

/** s: all damping is this times what the settings say. */
export function dampingFactor(context: OptimizerContext): Variable {
  return kept(context, "damping/factor");
}

/** What s is after the step: beside s itself, so that a step is made with one s throughout. */
export function nextFactor(context: OptimizerContext): Variable {
  return kept(context, "damping/next");
}

/** A scalar of all parameters of a step, a slot of the first. */
function kept({ slot, parameters }: OptimizerContext, name: string): Variable {
  return slot((parameters[0] as AppliedParameter).variable, name, { shape: [], init: ones });
}

/** Settings with nothing left open, checked. Throws GraphError. */
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
  checkCurvature(`${where}, adapt`, curvature);
  return { by: "ratio", every: Math.round(every), omega, curvature, least, most };
}

/** The settings as plain data, for records. */
export function ratioRecord(settings: AdaptSettings): Record<string, unknown> {
  const { curvature, ...numbers } = fullAdapt("adapt", settings);
  return { ...numbers, curvature: curvature.name };
}

/** The factor where it rises. */
export function higherByRatio(settings: Required<AdaptSettings>, context: OptimizerContext): Node {
  return moves(settings, context).higher;
}

/** What s becomes where it falls, and where it rises. */
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
 * Levenberg–Marquardt: every T₁ steps the change of the batch's loss by the step is compared with what
 * the undamped quadratic model says, ρ = (L(θ+δ) − L(θ))/(M(δ) − M(0)); s falls to ω₁^T₁ s where ρ > ¾ and
 * rises to s/ω₁^T₁ where ρ < ¼ (Martens 2010, section 4.1; Martens and Grosse 2015, section 6.5). A step that the
 * model expects to raise the loss, as momentum may take, tells nothing. s rises too after a step that is not finite, as
 * where a matrix could not be factored, and at once after any that is rejected, which would be made again otherwise.
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

/** The bounds of s, within what floats of 32 bits hold with as many digits as others where the store has these. */
function finiteBounds(
  { least, most }: Required<AdaptSettings>,
  float: FloatType,
): readonly [least: number, most: number] {
  return float === "f64" ? [least, most] : [Math.max(least, 2 ** -126), Math.min(most, 2 ** 127)];
}
