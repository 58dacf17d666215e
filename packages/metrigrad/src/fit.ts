import type { Module } from "@metrigrad/nn";
import { type FitOptions as FitOnOptions, fit as fitOn, type Run } from "@metrigrad/train";
import { defaultBackend } from "./defaultBackend.ts";

/** How to train; the backend is the cpu's by default. */
export interface FitOptions extends Omit<FitOnOptions, "backend"> {
  readonly backend?: FitOnOptions["backend"];
}

/**
 * Trains a model: iterate over the run, one event per epoch. As `fit` of @metrigrad/train, on the
 * cpu backend by default. Throws GraphError, and while iterated DivergenceError and DataError.
 */
export function fit(model: Module, options: FitOptions): Run {
  return fitOn(model, { ...options, backend: options?.backend ?? defaultBackend });
}
