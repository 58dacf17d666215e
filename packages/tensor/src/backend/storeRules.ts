import { type DType, type FloatType, storedType } from "../dtype.ts";
import { BackendError, DataError } from "../errors.ts";
import { checkNames } from "../names.ts";
import { sameShape, showShape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { StoreOptions } from "./backend.ts";
import type { NamedVariable, VariableSpec } from "./variable.ts";

/** What all backends check of a new store's options. Throws BackendError. */
export function checkStoreOptions(
  where: string,
  options: StoreOptions & Required<Pick<StoreOptions, "seed" | "float">>,
  floats: readonly FloatType[],
): void {
  checkNames(`${where}, backend.store`, options, ["seed", "float", "name"], BackendError);
  const { seed, float } = options;
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
    must: `float must be ${floats.map((one) => JSON.stringify(one)).join(" or ")}`,
    got: JSON.stringify(float) ?? String(float),
    todo: floats.includes("f64")
      ? "choose one of these, or leave it out"
      : "leave it out, or take a backend of 64 bits too: cpu(), or reference()",
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

/**
 * Throws DataError for a number of 64 bits that one of 32 cannot hold: it would become infinite. Infinities are taken
 * as they are.
 */
export function checkHolds(where: string, value: Tensor, dtype: DType): void {
  if (dtype !== "f32" || value.dtype !== "f64") return;
  const data = value.data();
  const at = data.findIndex((x: number) => Number.isFinite(x) && !Number.isFinite(Math.fround(x)));
  if (at < 0) return;
  throw new DataError({
    where,
    must: "floats of 32 bits hold numbers up to 3.4e38",
    got: `${data[at]} as element ${at}`,
    todo: 'scale it, or use a store of 64 bits: backend.store(model, { float: "f64" })',
  });
}

/** Throws BackendError unless a value has the shape of its variable, and DataError where its floats cannot hold it. */
export function checkWritten(
  path: string,
  { shape, type }: VariableSpec,
  value: Tensor,
  float: FloatType,
): void {
  if (sameShape(shape, value.shape)) {
    checkHolds(`store.write, ${path}`, value, storedType(type, float));
    return;
  }
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
