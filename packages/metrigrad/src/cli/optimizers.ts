import {
  adam,
  constantSchedule,
  cosineSchedule,
  exponentialSchedule,
  type Optimizer,
  polynomialAverage,
  rngd,
  sgd,
} from "@metrigrad/optim";
import type { Tuned } from "./settings.ts";

/** The optimizers that the command knows, made from what is tuned of them. */
export const optimizers: Readonly<Record<string, (tuned: Tuned) => Optimizer>> = {
  sgd: (tuned) => sgd(settings(tuned)),
  adam: (tuned) => adam(settings(tuned)),
  "sgd-average": (tuned) => polynomialAverage(sgd(settings(tuned, cosineSchedule))),
  "adam-average": (tuned) => polynomialAverage(adam(settings(tuned, cosineSchedule))),
  "rngd-paper": (tuned) => rngd.paper(settings(tuned)),
  rngd: (tuned) => rngd(settings(tuned, cosineSchedule)),
};

/** Settings with γ that falls to a share of itself: by equal factors, or along half a cosine where points are averaged. */
function settings({ end, ...others }: Tuned, falling = exponentialSchedule) {
  return { ...others, schedule: end === 1 ? constantSchedule() : falling(end) };
}
