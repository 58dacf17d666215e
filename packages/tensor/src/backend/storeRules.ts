import type { FloatType } from "../dtype.ts";
import { BackendError } from "../errors.ts";
import { sameShape, showShape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { NamedVariable, VariableSpec } from "./variable.ts";

/** What all backends check of a new store's options. Throws BackendError. */
export function checkStoreOptions(
  where: string,
  { seed, float }: { readonly seed: number; readonly float: FloatType },
  floats: readonly FloatType[],
): void {
  if (seed >>> 0 !== seed) {
    throw new BackendError({
      where: `${where}, backend.store`,
      must: "seed must be an unsigned 32-bit integer",
      got: String(seed),
      todo: "pass 0 … 2³²−1",
    });
  }
  if (floats.includes(float)) return;
  throw new BackendError({
    where: `${where}, backend.store`,
    must: `float must be ${floats.join(" or ")}`,
    got: String(float),
    todo: "choose one of these, or the reference backend for float64",
  });
}

/** Throws BackendError unless a plan has the store's float type. */
export function checkPlanFloat(where: string, plan: FloatType, store: FloatType): void {
  if (plan === store) return;
  throw new BackendError({
    where: `${where}, store.prepare`,
    must: `the plan's floats must be ${store}, as the store's`,
    got: plan,
    todo: "compile the graph for this store",
  });
}

/** The initial value of a variable. Throws BackendError where the initialiser's length is wrong. */
export function initialValue({ path, spec }: NamedVariable, seed: number): ArrayLike<number> {
  const { shape, init } = spec;
  const values = init({ path, seed, shape });
  if (values.length === sizeOf(shape)) return values;
  throw new BackendError({
    where: `store.add, ${path}`,
    must: `its initialiser must give ${sizeOf(shape)} values for shape ${showShape(shape)}`,
    got: String(values.length),
    todo: "return one value per element, row-major",
  });
}

/** Throws BackendError unless a value has the shape of its variable. */
export function checkWritten(path: string, { shape }: VariableSpec, value: Tensor): void {
  if (sameShape(shape, value.shape)) return;
  throw new BackendError({
    where: `store.write, ${path}`,
    must: `the value must have shape ${showShape(shape)}`,
    got: showShape(value.shape),
    todo: "write a tensor of the variable's shape",
  });
}

/** The error of using what has been closed: a backend, a store or a program. */
export function closedError(where: string, what: string): BackendError {
  return new BackendError({
    where,
    must: `the ${what} must be open`,
    got: "a closed one",
    todo: what === "program" ? "compile it again on an open store" : `make a new ${what}`,
  });
}

/** The error of a handle whose value is gone. */
export function staleError(closed: boolean): BackendError {
  return new BackendError({
    where: "handle.read",
    must: "an output must be read before its program runs again or closes",
    got: closed ? "a closed program" : "a value that a later run replaced",
    todo: "await read() first and keep the tensor",
  });
}
