/**
 * The optimizers that race, by task, with their settings as text: the page shows and copies what the worker runs. This file has no
 * import, since the page needs the names alone.
 */

/** A task of the race. */
export type TaskName = "poisson" | "digits";

/** An optimizer in the race. */
export interface Racer {
  readonly name: string;
  /** Its numbered colour and dash. */
  readonly style: number;
  /** The call that makes it, as the page shows it. */
  readonly code: string;
  /** What it is, in a few words. */
  readonly about: string;
}

/** Settings for Poisson's equation: those that docs/experiment-pde.md found best; sgd is tuned by race/tune.ts. */
const poisson: readonly Racer[] = [
  { name: "sgd", style: 7, code: "sgd({ learningRate: 0.03 })", about: "the plain gradient" },
  {
    name: "adam",
    style: 1,
    code: "adam({ learningRate: 0.03, schedule: exponentialSchedule(0.01) })",
    about: "the gradient, scaled for each weight",
  },
  {
    name: "soap",
    style: 4,
    code: "soap({ learningRate: 0.01, schedule: exponentialSchedule(0.01) })",
    about: "ADAM in the eigenbasis of Shampoo",
  },
  {
    name: "lbfgs",
    style: 3,
    code: "lbfgs({ memory: 100 })",
    about: "quasi-Newton, with a line search",
  },
  {
    name: "ssbroyden",
    style: 6,
    code: "ssbroyden({ lineSearch: { curvature: 0.99 } })",
    about: "quasi-Newton with a dense inverse Hessian",
  },
  {
    name: "diagonal",
    style: 5,
    code: 'engd({ metrics: observedMetrics("element"), relative: 1e-3 })',
    about: "natural gradient by the diagonal of the metric",
  },
  {
    name: "kfac",
    style: 2,
    code: "chain(precondition({ metrics: kfacMetrics(), relative: 1e-6, absolute: 0 }), quadraticStep({ damped: false }), lineSearch({ trials: 10, longest: 2 }), reject())",
    about: "natural gradient by Kronecker factors",
  },
  {
    name: "layers",
    style: 8,
    code: 'engd({ metrics: observedMetrics("module"), relative: 1e-5 })',
    about: "natural gradient by a block per layer",
  },
  {
    name: "engd",
    style: 0,
    code: "engd({ relative: 0.1 })",
    about: "natural gradient by the whole metric",
  },
];

/** Settings for digits, all tuned by race/tune.ts: the same number of tries each. */
const digits: readonly Racer[] = [
  {
    name: "sgd",
    style: 7,
    code: "sgd({ learningRate: 0.4, schedule: exponentialSchedule(0.1) })",
    about: "the plain gradient",
  },
  {
    name: "adam",
    style: 1,
    code: "adam({ learningRate: 0.004, schedule: exponentialSchedule(0.1) })",
    about: "the gradient, scaled for each weight",
  },
  {
    name: "muon",
    style: 6,
    code: 'groups({ "dense3/**": adam({ learningRate: 0.004, schedule: exponentialSchedule(0.1) }), others: muon({ learningRate: 0.03, schedule: exponentialSchedule(0.1) }) })',
    about: "orthogonal steps for matrices, ADAM for the last layer",
  },
  { name: "rngd", style: 0, code: "rngd()", about: "relative natural gradient, linear rows" },
  {
    name: "kfac",
    style: 2,
    code: "rngd({ metrics: kfacMetrics({ split: true }), over: { every: 10 }, learningRate: 0.02, absolute: 0.1 })",
    about: "natural gradient by Kronecker factors of every tenth batch",
  },
];

export const racers: Readonly<Record<TaskName, readonly Racer[]>> = { poisson, digits };
