export { accumulate } from "./accumulate.ts";
export { type AdafactorSettings, adafactor } from "./adafactor.ts";
export { type AdagradSettings, adagrad } from "./adagrad.ts";
export { type AdamSettings, adam } from "./adam.ts";
export { type AdamwSettings, adamw } from "./adamw.ts";
export { type EmaSettings, ema } from "./averages/ema.ts";
export { type LookaheadSettings, lookahead } from "./averages/lookahead.ts";
export { type PolynomialAverageSettings, polynomialAverage } from "./averages/polynomialAverage.ts";
export { type ScheduleFreeSettings, scheduleFree } from "./averages/scheduleFree.ts";
export { chain } from "./chain.ts";
export { gradients, type ParameterGradient } from "./core/gradient.ts";
export type { Optimizer, OptimizerContext, Penalty, Phase, SlotOptions } from "./core/optimizer.ts";
export type { BlockReport, Quantity, StepReport } from "./core/report.ts";
export {
  constantSchedule,
  cosineSchedule,
  exponentialSchedule,
  linearSchedule,
  type OneCycleOptions,
  oneCycleSchedule,
  piecewiseSchedule,
  type Schedule,
  warmup,
} from "./core/schedule.ts";
export {
  type Bend,
  type ChainDirections,
  type ChainStep,
  type MetricBlock,
  mapDirections,
} from "./core/step.ts";
export type { Transform } from "./core/transform.ts";
export type { Curvature, Curved } from "./curvature/curvature.ts";
export { gaussNewtonCurvature } from "./curvature/gaussNewtonCurvature.ts";
export { metricCurvature } from "./curvature/metricCurvature.ts";
export { type EngdSettings, engd } from "./engd.ts";
export { groups, type OptimizerGroups, type ParameterChoice, takesOf } from "./groups.ts";
export { lamb } from "./lamb.ts";
export { type LbfgsSettings, lbfgs } from "./lbfgs.ts";
export { type LionSettings, lion } from "./lion.ts";
export { type MomentumSettings, momentum } from "./momentum.ts";
export { type MuonSettings, muon } from "./muon.ts";
export { type NadamSettings, nadam } from "./nadam.ts";
export { type NaturalGradientSettings, naturalGradient } from "./naturalGradient.ts";
export type { WolfeSettings } from "./quasiNewton/lineSearch.ts";
export { radam } from "./radam.ts";
export { type RmspropSettings, rmsprop } from "./rmsprop.ts";
export type { AdaptSettings } from "./rngd/adapt.ts";
export type { Adaptation } from "./rngd/adaptation.ts";
export type { LengthAdaptSettings } from "./rngd/adaptByLength.ts";
export type { BlockDamping } from "./rngd/blockDamping.ts";
export { precondition } from "./rngd/precondition.ts";
export { type Rngd, rngd } from "./rngd/rngd.ts";
export type { DampedBy, PreconditionSettings, RngdSettings } from "./rngd/settings.ts";
export { type SamSettings, sam } from "./sam.ts";
export { type SgdSettings, sgd } from "./sgd.ts";
export { type ShampooSettings, shampoo } from "./shampoo.ts";
export { type SoapSettings, soap } from "./soap.ts";
export { type SsbroydenSettings, ssbroyden } from "./ssbroyden.ts";
export {
  type ReconfigurationSettings,
  stochasticReconfiguration,
} from "./stochasticReconfiguration.ts";
export { type AccelerationSettings, acceleration } from "./transforms/acceleration.ts";
export { clipNorm } from "./transforms/clipNorm.ts";
export { dualGradient } from "./transforms/dualGradient.ts";
export { klClip } from "./transforms/klClip.ts";
export {
  type GridSearchSettings,
  type LineSearchSettings,
  lineSearch,
} from "./transforms/lineSearch.ts";
export { type MomentSettings, moments } from "./transforms/moments.ts";
export { type QuadraticStepSettings, quadraticStep } from "./transforms/quadraticStep.ts";
export { reject } from "./transforms/reject.ts";
export { scale } from "./transforms/scale.ts";
export { spring } from "./transforms/spring.ts";
export { weightDecay } from "./transforms/weightDecay.ts";
export type { WolfeSearchSettings } from "./transforms/wolfeSearch.ts";
