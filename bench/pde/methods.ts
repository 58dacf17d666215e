import {
  adam,
  chain,
  engd,
  exponentialSchedule,
  kfacMetrics,
  lbfgs,
  lineSearch,
  type Optimizer,
  observedMetrics,
  precondition,
  quadraticStep,
  reject,
  soap,
  ssbroyden,
} from "metrigrad";

/** A way to train, and what of it is tuned. */
export interface Method {
  readonly name: string;
  /** Optimizers by what is set, as many for every method that has something to set. */
  readonly settings: Readonly<Record<string, () => Optimizer>>;
  /** Whether γ falls over the run, whose steps must then be counted before. */
  readonly scheduled?: true;
}

/** γ falls by equal factors to a hundredth over the run. */
const schedule = exponentialSchedule(0.01);

/** Optimizers for each of some values. */
const over = <T>(
  values: readonly T[],
  label: (value: T) => string,
  make: (value: T) => Optimizer,
) => Object.fromEntries(values.map((value) => [label(value), () => make(value)]));

const rate = (value: number) => `γ ${value}`;
const damping = (value: number) => `λ ${value.toExponential(0)}`;
const dampings = [1e-5, 1e-3, 1e-1, 10];

/** The methods that are compared. λ is a part of the mean of the metric's diagonal, and what a run begins with. */
export const methods: readonly Method[] = [
  {
    name: "ADAM",
    scheduled: true,
    settings: over([0.003, 0.01, 0.03, 0.1], rate, (learningRate) =>
      adam({ learningRate, schedule }),
    ),
  },
  {
    name: "SOAP",
    scheduled: true,
    settings: over([0.003, 0.01, 0.03, 0.1], rate, (learningRate) =>
      soap({ learningRate, schedule }),
    ),
  },
  {
    name: "L-BFGS",
    settings: over(
      [10, 30, 100, 300],
      (memory) => `memory ${memory}`,
      (memory) => lbfgs({ memory }),
    ),
  },
  {
    name: "self-scaled Broyden",
    settings: over(
      [0.1, 0.5, 0.9, 0.99],
      (c2) => `c₂ ${c2}`,
      (curvature) => ssbroyden({ lineSearch: { curvature } }),
    ),
  },
  {
    name: "natural gradient, diagonal",
    settings: over(dampings, damping, (relative) =>
      engd({ metrics: observedMetrics("element"), relative }),
    ),
  },
  {
    name: "natural gradient, K-FAC",
    settings: over([1e-7, 1e-6, 1e-5, 1e-4], damping, (relative) =>
      chain(
        precondition({ metrics: kfacMetrics(), relative, absolute: 0 }),
        quadraticStep({ damped: false }),
        lineSearch({ trials: 10, longest: 2 }),
        reject(),
      ),
    ),
  },
  {
    name: "natural gradient, per layer",
    settings: over(dampings, damping, (relative) =>
      engd({ metrics: observedMetrics("module"), relative }),
    ),
  },
  {
    name: "natural gradient",
    settings: over(dampings, damping, (relative) => engd({ relative })),
  },
];
