import type { Node } from "@metrigrad/graph";
import type { Module } from "@metrigrad/nn";
import type { Tensor, Tree } from "@metrigrad/tensor";
import { type FitOptions as FitOnOptions, fit as fitOn, type Run } from "@metrigrad/train";
import { defaultBackend } from "./defaultBackend.ts";

/**
 * Options of {@link fit}. The backend is a cpu backend by default.
 *
 * @category Train
 */
export type FitOptions<
  Out = Node,
  X extends Tree<Tensor> = Tensor,
  Y extends Tree<Tensor> = Tensor,
> = FitOnOptions<Out, X, Y>;

/**
 * Trains a model.
 *
 * The loss is the batch mean of −ln p of the likelihood, or of a loss of your own, plus ½β Σ‖W‖² over the weights. Rows are
 * shuffled by the seed. The data live on the backend while the run trains, and a step is one program.
 *
 * Iterate over the run: each epoch gives one event. Without a backend and a store it runs on {@link defaultBackend}.
 *
 * {@includeCode ../../../examples/api/metrigrad/fit.ts#example}
 *
 * @param model - The module. The inputs of the data are its input.
 * @param options - Data, likelihood or loss, optimizer, and how to train.
 * @returns The run. Iterate over it, or await `finish()`.
 * @throws {@link GraphError} if an option is unknown or out of range. While you iterate: {@link DivergenceError} if a step is not finite,
 *   {@link DataError} if the data do not fit, and what the model throws.
 * @category Train
 */
export function fit<In, Out, X extends Tree<Tensor> = Tensor, Y extends Tree<Tensor> = Tensor>(
  model: Module<In, Out>,
  options: FitOptions<Out, X, Y>,
): Run {
  const { backend, store } = options ?? {};
  if (options === undefined || backend !== undefined || store !== undefined)
    return fitOn(model, options);
  return fitOn(model, { ...options, backend: defaultBackend });
}
