import {
  type FunctionsOf,
  type Problem,
  type Solvable,
  type Solved,
  type SolvingOptions,
  solve as solveOn,
} from "@metrigrad/train";
import { defaultBackend } from "./defaultBackend.ts";

/**
 * Solves a problem of responses, such as a differential equation with its boundary values.
 *
 * Without a backend and a store it runs on {@link defaultBackend}.
 *
 * {@includeCode ../../../examples/api/metrigrad/solve.ts#example}
 *
 * @param model - A module, or a record of modules such as `{ u, k }`. The function `of` of each part gets them as functions of nodes.
 * @param problem - The problem, from {@link responses}.
 * @param options - The steps, the seed, and how to solve.
 * @returns Resolves to the run after its last step: `at(points)`, `losses()`, `history`, `store`, `close()`.
 * @throws {@link GraphError} if an option is unknown or out of range, and what the model throws.
 * @category Residuals and differential equations
 */
export async function solve<const M extends Solvable>(
  model: M,
  problem: Problem<FunctionsOf<M>>,
  options: SolvingOptions<FunctionsOf<M>>,
): Promise<Solved<FunctionsOf<M>>> {
  const { backend, store } = options ?? {};
  if (options === undefined || backend !== undefined || store !== undefined)
    return solveOn(model, problem, options);
  return solveOn(model, problem, { ...options, backend: defaultBackend });
}
