import {
  add,
  div,
  greater,
  greaterEqual,
  less,
  logicalAnd,
  logicalNot,
  maximum,
  minimum,
  mul,
  type Node,
  sub,
  type Variable,
  where,
} from "@metrigrad/graph";
import type { AppliedParameter } from "@metrigrad/nn";
import { lossAfter, wholeLoss } from "../core/lossAfter.ts";
import type { OptimizerContext } from "../core/optimizer.ts";
import { checkKnown, checkSettings } from "../core/settings.ts";
import type { ChainStep } from "../core/step.ts";
import { type Curvature, checkCurvature } from "../curvature/curvature.ts";
import { gaussNewtonCurvature } from "../curvature/gaussNewtonCurvature.ts";
import { predictedChange, quadraticModel } from "../curvature/quadraticModel.ts";

/** How the damping is adapted; each has a default. */
export interface AdaptSettings {
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
function nextFactor(context: OptimizerContext): Variable {
  return kept(context, "damping/next");
}

/** A scalar of all parameters of a step, a slot of the first. */
function kept({ slot, parameters }: OptimizerContext, name: string): Variable {
  return slot((parameters[0] as AppliedParameter).variable, name, { shape: [], init: ones });
}

/** Settings with nothing left open, checked. Throws GraphError. */
export function fullAdapt(where: string, settings: AdaptSettings): Required<AdaptSettings> {
  checkKnown(`${where}, adapt`, settings, ["every", "omega", "curvature", "least", "most"]);
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
  return { every: Math.round(every), omega, curvature, least, most };
}

/** The settings as plain data, for records. */
export function adaptRecord(settings: AdaptSettings): Record<string, unknown> {
  const { curvature, ...numbers } = fullAdapt("adapt", settings);
  return { ...numbers, curvature: curvature.name };
}

/**
 * Levenberg–Marquardt: every T₁ steps the change of the batch's loss by the step is compared with what
 * the undamped quadratic model says, ρ = (L(θ+δ) − L(θ))/(M(δ) − M(0)); s falls to ω₁^T₁ s where ρ > ¾ and
 * rises to s/ω₁^T₁ where ρ < ¼ or the loss is NaN (Martens 2010, section 4.1; Martens and Grosse 2015,
 * section 6.5). A step that the model expects to raise the loss, as momentum may take, tells nothing.
 */
export function adaptDamping(settings: Required<AdaptSettings>, context: OptimizerContext) {
  const { every, omega, curvature, least, most } = settings;
  return (step: ChainStep): ChainStep => {
    const model = quadraticModel("adapt", { curvature, damped: false }, step, context);
    const predicted = predictedChange(model(step.directions));
    const ratio = reductionRatio(step, context, predicted);
    const falls = logicalAnd(less(predicted, 0), greater(ratio, high));
    const rises = logicalAnd(less(predicted, 0), logicalNot(greaterEqual(ratio, low)));
    const share = omega ** every;
    const [factor, following] = [dampingFactor(context), nextFactor(context)];
    const moved = where(falls, mul(factor, share), where(rises, div(factor, share), factor));
    const next = maximum(minimum(moved, most), least);
    const quantities = [
      { name: "dampingFactor", value: () => add(factor, 0), costly: false },
      { name: "reductionRatio", value: () => ratio, costly: true },
    ];
    return {
      ...step,
      before: [...step.before, { every, updates: [[following, next]] }],
      always: [...step.always, [factor, following]],
      report: { ...step.report, quantities: [...step.report.quantities, ...quantities] },
    };
  };
}

function reductionRatio(step: ChainStep, context: OptimizerContext, predicted: Node): Node {
  const actual = sub(lossAfter(context, step.directions), wholeLoss(context));
  return div(actual, predicted);
}
