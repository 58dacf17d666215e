import type { Node } from "@metrigrad/graph";
import type { Module } from "@metrigrad/nn";
import type { Tensor, Tree } from "@metrigrad/tensor";
import { type FitOptions as FitOnOptions, fit as fitOn, type Run } from "@metrigrad/train";
import { defaultBackend } from "./defaultBackend.ts";

/** How to train; the backend is the cpu's by default. */
export type FitOptions<
  Out = Node,
  X extends Tree<Tensor> = Tensor,
  Y extends Tree<Tensor> = Tensor,
> = FitOnOptions<Out, X, Y>;

/**
 * Trains a model: iterate over the run, one event per epoch. As `fit` of @metrigrad/train, on the
 * cpu backend where neither a backend nor a store is given.
 * @param model - The module; the inputs of the data are its input.
 * @param options - Data, likelihood or loss, optimizer, and how to train.
 * @returns The run: iterate over it, or await `finish()`.
 * @throws GraphError for options that are unknown or out of range; while iterated DivergenceError, DataError and
 *   what the model throws
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
