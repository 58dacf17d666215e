import { add, type Node } from "@metrigrad/graph";
import { type Backend, type FloatType, GraphError, type Store } from "@metrigrad/tensor";
import { claimStore, storeOf } from "../host/openStore.ts";
import { partLoss } from "../responses/partLoss.ts";
import type { Problem } from "../responses/responses.ts";
import type { StepContext } from "../step/context.ts";
import { type TrainingStep, trainingStep } from "../trainingStep.ts";
import { defaultOptimizer } from "./defaultOptimizer.ts";
import { measurer } from "./measurer.ts";
import { type Apply, type FunctionsOf, functionsOf, modulesOf, type Solvable } from "./model.ts";
import { checkSolve, type SolvingOptions } from "./options.ts";
import { type ResidentPoints, residentPoints } from "./residentPoints.ts";
import { runSteps } from "./runSteps.ts";
import { type Solved, solvedBy } from "./solved.ts";

const where = "solve";

/**
 * Solves a problem of responses: moves the parameters of a model so that its residuals become small in the sense of
 * least squares.
 *
 * The residuals may be those of a differential equation with its boundary values (Raissi, Perdikaris and Karniadakis
 * 2019). By default the optimizer is the energy natural gradient (Müller and Zeinhofer 2023, arXiv 2302.13163). Its
 * metric is J'J, where J is the Jacobian of all residuals, derivatives by the inputs included. Points are drawn and
 * kept on the device. The store has float64 if the backend has it.
 *
 * The run is a function of model, problem, options and backend alone, except for its times.
 *
 * @param model - A module, or a record of modules such as `{ u, k }`. The `of` of each part gets it as functions of
 *   nodes.
 * @param problem - The problem that {@link responses} made.
 * @param options - `steps`, `seed`, where to compute, and how.
 * @returns A promise of the run after its last step: `at(points)`, `losses()`, `history`, `store`, `close()`.
 * @throws {@link GraphError} if an option is unknown or out of range, if a response does not depend on the model, or
 *   if no steps are left on the store. It rejects with what the model throws, too.
 * @throws {@link ShapeError} if a response does not fit its points.
 * @throws {@link DivergenceError} if a loss or an update is not finite.
 * @example
 * ```ts
 * const run = await solve(model, problem, { steps: 300, seed: 1, backend: cpu });
 * console.log(await run.losses(), await run.at([[0.5, 0.5]]));
 * await run.close();
 * ```
 * @category Residuals and differential equations
 */
export async function solve<const M extends Solvable>(
  model: M,
  problem: Problem<FunctionsOf<M>>,
  options: SolvingOptions<FunctionsOf<M>>,
): Promise<Solved<FunctionsOf<M>>> {
  const modules = modulesOf(where, model);
  checkProblem(problem);
  checkSolve(options as SolvingOptions);
  const store = await storeOf(where, modules, { ...options, float: floatsBy(options.float) });
  const opened: (() => Promise<void> | void)[] = [];
  const ownStore = options.store === undefined;
  try {
    opened.push(claimStore(where, store));
    const resident = await residentPoints(where, store, model, problem as never, options.seed);
    opened.push(resident.stop);
    try {
      const step = await stepOf(store, model, resident, options as SolvingOptions);
      opened.push(step.close);
      const measures = await measurer(store, model, (options as SolvingOptions).evaluate);
      opened.push(measures.close);
      const run = await runSteps(where, step, resident, measures, options as SolvingOptions);
      return solvedBy({ where, store, ownStore, model, resident, ...run });
    } catch (error) {
      await resident.close();
      throw error;
    }
  } catch (error) {
    if (ownStore) opened.unshift(() => store.close());
    throw error;
  } finally {
    for (const close of opened.reverse()) await close();
  }
}

/** Returns the float type of a new store: the chosen one, or the most precise one that the backend has. */
function floatsBy(chosen: FloatType | undefined): (backend: Backend) => FloatType {
  return ({ floats }) => chosen ?? (floats.includes("f64") ? "f64" : "f32");
}

/** Returns the training step of a problem. */
function stepOf(
  store: Store,
  model: Solvable,
  { parts }: ResidentPoints,
  options: SolvingOptions,
): Promise<TrainingStep> {
  const { optimizer = defaultOptimizer(store), steps, l2, report, resume, checkEvery } = options;
  const given = { l2, report, resume, checkEvery };
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return trainingStep(store, {
    optimizer,
    steps,
    feeds: {},
    loss: (_feeds, { apply, observe }: StepContext) => {
      const u = functionsOf(model, apply as unknown as Apply);
      const outputs = parts.map((one) => [one.name, partLoss(where, one, u, observe)] as const);
      const loss = outputs.map(([, node]) => node).reduce((sum, node) => add(sum, node));
      return { loss, outputs: Object.fromEntries(outputs) as Record<string, Node> };
    },
    ...Object.fromEntries(set),
  });
}

function checkProblem(problem: unknown): void {
  if (typeof problem === "object" && problem !== null && "parts" in problem) return;
  throw new GraphError({
    where,
    must: "its second argument must be a problem",
    got: typeof problem,
    todo: "make it by responses({ interior: { at, of } })",
  });
}
