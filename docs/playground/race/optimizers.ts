import {
  adam,
  chain,
  engd,
  exponentialSchedule,
  groups,
  kfacMetrics,
  lbfgs,
  lineSearch,
  muon,
  type Optimizer,
  observedMetrics,
  precondition,
  quadraticStep,
  reject,
  rngd,
  sgd,
  soap,
  ssbroyden,
} from "metrigrad";
import type { TaskName } from "./racers.ts";

const to = (end: number) => exponentialSchedule(end);

/** The optimizers that race, made as the texts in racers.ts say. test/playground compares the two. */
export const optimizers: Readonly<Record<TaskName, Readonly<Record<string, () => Optimizer>>>> = {
  poisson: {
    sgd: () => sgd({ learningRate: 0.03 }),
    adam: () => adam({ learningRate: 0.03, schedule: to(0.01) }),
    soap: () => soap({ learningRate: 0.01, schedule: to(0.01) }),
    lbfgs: () => lbfgs({ memory: 100 }),
    ssbroyden: () => ssbroyden({ lineSearch: { curvature: 0.99 } }),
    diagonal: () => engd({ metrics: observedMetrics("element"), relative: 1e-3 }),
    kfac: () =>
      chain(
        precondition({ metrics: kfacMetrics(), relative: 1e-6, absolute: 0 }),
        quadraticStep({ damped: false }),
        lineSearch({ trials: 10, longest: 2 }),
        reject(),
      ),
    layers: () => engd({ metrics: observedMetrics("module"), relative: 1e-5 }),
    engd: () => engd({ relative: 0.1 }),
  },
  digits: {
    sgd: () => sgd({ learningRate: 0.4, schedule: to(0.1) }),
    adam: () => adam({ learningRate: 0.004, schedule: to(0.1) }),
    muon: () =>
      groups({
        "dense3/**": adam({ learningRate: 0.004, schedule: to(0.1) }),
        others: muon({ learningRate: 0.03, schedule: to(0.1) }),
      }),
    rngd: () => rngd(),
    kfac: () =>
      rngd({
        ...{ metrics: kfacMetrics({ split: true }), over: { every: 10 } },
        ...{ learningRate: 0.02, absolute: 0.1 },
      }),
  },
};
