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
 * Solves a problem of responses, such as a differential equation with its boundary values. As `solve` of @metrigrad/train, on
 * the cpu backend where neither a backend nor a store is given.
 * @param model - A module, or a record of modules: `{ u, k }`; `of` of each part gets it as functions of nodes.
 * @param problem - What `responses` made.
 * @param options - `steps`, `seed`, and how.
 * @returns The run after its last step: `at(points)`, `losses()`, `history`, `store`, `close()`.
 * @throws GraphError for options that are unknown or out of range, and what `solve` of @metrigrad/train throws
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
