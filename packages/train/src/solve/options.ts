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

/**
 * Options of {@link solve}. `U` is the type of the model as functions of nodes.
 *
 * @category Residuals and differential equations
 */
export interface SolvingOptions<U = never> {
  /** The number of steps of the whole run. Steps that were done before on the store count. */
  readonly steps: number;
  /**
   * Ends the run after the first step that begins after so many seconds. Compilation and measures do not count. No
   * limit by default.
   */
  readonly seconds?: number;
  /**
   * Ends the run when the loss before a step is not greater than this. The loss is read every `checkEvery` steps.
   * None by default.
   */
  readonly tolerance?: number;
  /** The optimizer. By default it is `engd`, which solves in float64 if the backend has it. */
  readonly optimizer?: Optimizer;
  /** The seed of initial values and of points, an unsigned 32-bit integer. */
  readonly seed: number;
  /**
   * The backend, a promise of one, or a function that makes one, such as `reference`. The run makes a store there.
   * `close` of the result closes it.
   */
  readonly backend?: Backend | Promise<Backend> | (() => Backend | Promise<Backend>);
  /** The float type of the store that the run makes; "f64" by default if the backend has it, and "f32" otherwise. */
  readonly float?: FloatType;
  /**
   * A store that has the model, in place of a backend. The run goes on from it. It may be the store of another run.
   */
  readonly store?: Store;
  /** Whether the run goes on from the optimizer's state and step count on the store; true by default. */
  readonly resume?: boolean;
  /** β of the L2 term ½β Σ‖W‖² over the weights, without biases; 0 by default. */
  readonly l2?: number;
  /**
   * The number of steps between two readings of the loss, which `history` keeps; 1 by default. A reading waits for
   * the device.
   */
  readonly checkEvery?: number;
  /** Your own measures of the solution; none by default. */
  readonly evaluate?: Measures<U>;
  /**
   * Whether the optimizer reports λ, residual and length of its steps, which takes another pass. False by default.
   */
  readonly report?: boolean | ReportOptions;
  /** A function that is called after each step whose loss is read. If it returns a promise, the run waits for it. */
  readonly onStep?: (event: SolveEvent) => unknown;
  /** A signal that ends the run before the next step. The state stays as it is. */
  readonly signal?: AbortSignal;
}

/**
 * Your own measures of the solution while {@link solve} runs.
 *
 * @category Residuals and differential equations
 */
export interface Measures<U> {
  /** The number of steps between two measures; 100 by default. The step that ends the run is measured too. */
  readonly every?: number;
  /**
   * The measures by name, each a scalar of the solution, such as
   * `{ relativeL2: (u) => relativeError(u, exact, points) }`.
   */
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
