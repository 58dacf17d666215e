import { type DType, type FloatType, storedType } from "../dtype.ts";
import { BackendError, DataError } from "../errors.ts";
import { roundHalf } from "../half.ts";
import { checkNames } from "../names.ts";
import { sameShape, showShape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { StoreOptions } from "./backend.ts";
import type { NamedVariable, VariableSpec } from "./variable.ts";

/**
 * Checks the options of a new store, by the rules that all backends share.
 *
 * @param where - The backend's name, for messages.
 * @param options - The options, with defaults filled in.
 * @param floats - The float types that the backend can store.
 * @throws {@link BackendError} if an option is unknown, if the seed is no unsigned 32-bit integer, or if the float type is not
 *   one of `floats`.
 * @category For authors of backends
 */
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

/**
 * Checks that a plan has the float type of the store.
 *
 * @param where - The backend's name, for messages.
 * @param plan - The plan's float type.
 * @param store - The store's float type.
 * @throws {@link BackendError} if they differ.
 * @category For authors of backends
 */
export function checkPlanFloat(where: string, plan: FloatType, store: FloatType): void {
  if (plan === store) return;
  throw new BackendError({
    where: `${where}, store.prepare`,
    must: `the plan's floats must be ${store}, as the store's`,
    got: plan,
    todo: "compile the graph for this store",
  });
}

/**
 * Returns the initial value of a variable.
 *
 * @param variable - The variable and its path.
 * @param seed - The store's seed.
 * @returns The elements in row-major order, as numbers.
 * @throws {@link BackendError} if the initialiser does not return one number per element.
 * @category For authors of backends
 */
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

/** The float types that cannot hold all finite numbers: how a number becomes one of theirs, and what a message says. */
const limits: ReadonlyMap<
  DType,
  { readonly round: (x: number) => number; readonly must: string; readonly todo: string }
> = new Map([
  [
    "f32",
    {
      round: Math.fround,
      must: "floats of 32 bits hold numbers up to 3.4e38",
      todo: 'scale it, or use a store of 64 bits: backend.store(model, { float: "f64" })',
    },
  ],
  [
    "f16",
    {
      round: roundHalf,
      must: "floats of 16 bits (f16) hold numbers below 65520",
      todo: 'scale it, or use a variable of type "float"',
    },
  ],
]);

/**
 * Checks that floats of 16 or 32 bits can hold the numbers of a tensor. A number above 65504 or 3.4e38 would become infinite.
 *
 * Infinities in the tensor are allowed. Other types pass without a check, and so do types of which all numbers fit.
 *
 * @param where - The function that the message names.
 * @param value - The tensor.
 * @param dtype - The element type that will hold it.
 * @throws {@link DataError} if a finite number would become infinite.
 * @category For authors of backends
 */
export function checkHolds(where: string, value: Tensor, dtype: DType): void {
  const limit = limits.get(dtype);
  if (limit === undefined || value.dtype === dtype) return;
  if (dtype === "f32" && value.dtype !== "f64") return;
  const { round, must, todo } = limit;
  const data = value.data();
  const at = data.findIndex((x: number) => Number.isFinite(x) && !Number.isFinite(round(x)));
  if (at < 0) return;
  throw new DataError({ where, must, got: `${data[at]} as element ${at}`, todo });
}

/**
 * Checks a tensor before it becomes the value of a variable.
 *
 * @param path - The variable's path, for messages.
 * @param spec - The variable.
 * @param value - The new value.
 * @param float - The store's float type.
 * @throws {@link BackendError} if the value does not have the variable's shape.
 * @throws {@link DataError} if the store's floats cannot hold a number of the value.
 * @category For authors of backends
 */
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

/**
 * Returns the error of using a backend, a store or a program after it was closed.
 *
 * @param where - The function that the message names.
 * @param what - What was closed: "backend", "store" or "program".
 * @returns The error, to be thrown.
 * @nothrow
 * @category For authors of backends
 */
export function closedError(where: string, what: string): BackendError {
  return new BackendError({
    where,
    must: `the ${what} must be open`,
    got: "a closed one",
    todo: what === "program" ? "compile it again on an open store" : `make a new ${what}`,
  });
}

/**
 * Returns the error of reading an output whose value is gone.
 *
 * @param closed - Whether the program was closed. Otherwise it ran again.
 * @returns The error, to be thrown.
 * @nothrow
 * @category For authors of backends
 */
export function staleError(closed: boolean): BackendError {
  return new BackendError({
    where: "handle.read",
    must: "an output must be read before its program runs again or closes",
    got: closed ? "a closed program" : "a value that a later run replaced",
    todo: "await read() first and keep the tensor",
  });
}
