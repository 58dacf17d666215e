export { type AdamSettings, adam } from "./adam.ts";
export { gradients, type ParameterGradient } from "./core/gradient.ts";
export type { Optimizer, OptimizerContext, Penalty, Phase } from "./core/optimizer.ts";
export {
  constantSchedule,
  cosineSchedule,
  exponentialSchedule,
  linearSchedule,
  type Schedule,
} from "./core/schedule.ts";
export { slot } from "./core/slot.ts";
export { type MomentumSettings, momentum } from "./momentum.ts";
export { type Rngd, rngd } from "./rngd/rngd.ts";
export type { AverageSettings, RngdSettings } from "./rngd/settings.ts";
export { type SgdSettings, sgd } from "./sgd.ts";
