import {
  adam,
  constantSchedule,
  exponentialSchedule,
  type Optimizer,
  polynomialAverage,
  rngd,
  sgd,
} from "@metrigrad/optim";
import type { paperOptimizers } from "./names.ts";
import type { Tuned } from "./settings.ts";

/** The optimizers of the paper's experiment, made from what is tuned of them. */
export const optimizers: Readonly<Record<string, (tuned: Tuned) => Optimizer>> = {
  sgd: (tuned) => sgd(settings(tuned)),
  adam: (tuned) => adam(settings(tuned)),
  "sgd-average": (tuned) => polynomialAverage(sgd(settings(tuned))),
  "adam-average": (tuned) => polynomialAverage(adam(settings(tuned))),
  "rngd-paper": (tuned) => rngd.paper(settings(tuned)),
  rngd: (tuned) => rngd(settings(tuned)),
} satisfies Readonly<Record<(typeof paperOptimizers)[number], (tuned: Tuned) => Optimizer>>;

function settings({ end, ...others }: Tuned) {
  return { ...others, schedule: end === 1 ? constantSchedule() : exponentialSchedule(end) };
}
