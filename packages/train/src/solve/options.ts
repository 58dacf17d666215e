import type { Node } from "@metrigrad/graph";
import type { Optimizer } from "@metrigrad/optim";
import {
  type Backend,
  checkNames,
  type FloatType,
  GraphError,
  type Store,
} from "@metrigrad/tensor";
import { checkReport, type ReportOptions } from "../trainingStep.ts";
import type { SolveEvent } from "./events.ts";

/** How to solve. `U` is the model as functions of nodes. */
export interface SolvingOptions<U = never> {
  /** Steps of the whole run; those that the store has behind it count. */
  readonly steps: number;
  /** Ends the run with the step that begins after so many seconds; compilation and measures do not count. */
  readonly seconds?: number;
  /** Ends the run once the loss before a step is no more than that; looked at every `checkEvery` steps. */
  readonly tolerance?: number;
  /** By default `engd`, with solves in float64 where the backend has it. */
  readonly optimizer?: Optimizer;
  /** Seed of initial values and of points, an unsigned 32-bit integer. */
  readonly seed: number;
  /** Where to compute; a function, such as `reference`, is called. The run closes the store that it makes there. */
  readonly backend?: Backend | Promise<Backend> | (() => Backend | Promise<Backend>);
  /** Floats of the store that the run makes: "f64" by default where the backend has them. */
  readonly float?: FloatType;
  /** In place of a backend: a store that has the model, to go on from, such as that of another run. */
  readonly store?: Store;
  /** Whether the optimizer's state and the step count of the store go on; true by default. */
  readonly resume?: boolean;
  /** β of the L2 term ½β Σ‖W‖², biases left out; 0 by default. */
  readonly l2?: number;
  /** Steps between two looks at the loss, which are kept in `history`; 1 by default. A look waits for the device. */
  readonly checkEvery?: number;
  /** Own measures of the solution. */
  readonly evaluate?: Measures<U>;
  /** Ask the optimizer to report of its steps (λ, residual, length), which costs another pass. False by default. */
  readonly report?: boolean | ReportOptions;
  /** Called after each step that is looked at; the run waits for the promise that it may return. */
  readonly onStep?: (event: SolveEvent) => unknown;
  /** Ends the run before the next step; the state stays as it is. */
  readonly signal?: AbortSignal;
}

/** What is measured while a run goes on. */
export interface Measures<U> {
  /** Steps between measures; 100 by default. The step that ends the run is measured too. */
  readonly every?: number;
  /** Scalars of the solution by name, such as `{ relativeL2: (u) => relativeError(u, exact, points) }`. */
  readonly of: Readonly<Record<string, (u: U) => Node>>;
}

const known = [
  "steps",
  "seconds",
  "tolerance",
  "optimizer",
  "seed",
  "backend",
  "float",
  "store",
  "resume",
  "l2",
  "checkEvery",
  "evaluate",
  "report",
  "onStep",
  "signal",
] as const satisfies readonly (keyof SolvingOptions)[];

const refuse = (must: string, got: unknown, todo: string): never => {
  throw new GraphError({ where: "solve", must, got: String(got), todo });
};

/** Checks what can be checked before a graph is built. Throws GraphError. */
export function checkSolve(options: SolvingOptions): void {
  checkNames("solve", options, known, GraphError);
  const { steps, seconds, tolerance, optimizer, seed, backend, store, checkEvery = 1 } = options;
  whole("steps", steps, 500);
  whole("checkEvery", checkEvery, 10);
  for (const [name, value] of Object.entries({ seconds, tolerance })) {
    if (value === undefined || value > 0) continue;
    refuse(`${name} must be a positive number`, value, "leave it out");
  }
  if (optimizer !== undefined && typeof optimizer?.update !== "function") {
    refuse("optimizer must be a value like rngd()", typeof optimizer, "leave it out, or call it");
  }
  if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)) {
    refuse("seed must be an integer in 0 … 2³²−1", seed, "pass a number such as 1");
  }
  if ((backend === undefined) === (store === undefined)) {
    const got = store === undefined ? "neither" : "both";
    refuse("either backend or store must be given", got, "pass { backend: cpu } or { store }");
  }
  const { onStep, evaluate, float } = options;
  if (float !== undefined && float !== "f32" && float !== "f64") {
    refuse('float must be "f32" or "f64"', float, "leave it out");
  }
  if (onStep !== undefined && typeof onStep !== "function") {
    refuse("onStep must be a function", typeof onStep, "pass (event) => …");
  }
  checkReport("solve", options.report ?? false);
  if (evaluate === undefined) return;
  checkNames("solve, evaluate", evaluate, ["every", "of"], GraphError);
  whole("evaluate.every", evaluate.every ?? 100, 100);
  for (const [name, value] of Object.entries(evaluate.of ?? {})) {
    if (typeof value === "function") continue;
    refuse(`evaluate.of.${name} must be a function`, typeof value, "pass (u) => node");
  }
}

function whole(name: string, value: unknown, example: number): void {
  if (Number.isInteger(value) && (value as number) >= 1) return;
  refuse(`${name} must be a positive integer`, value, `pass a number such as ${example}`);
}
