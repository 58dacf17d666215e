import type { VariableSpec } from "../backend/variable.ts";
import { type DType, type FloatType, storedType, type TypedArray } from "../dtype.ts";
import { convertElements } from "../elements.ts";
import { BackendError } from "../errors.ts";
import type { BufferSpec } from "../plan/plan.ts";
import { sameShape, showShape, sizeOf } from "../shape.ts";

/** A variable and its elements. */
export interface Variable {
  readonly spec: VariableSpec;
  readonly data: TypedArray;
}

/** The initial value of a variable. Throws BackendError where the initialiser's length is wrong. */
export function initialise(spec: VariableSpec, seed: number, float: FloatType): Variable {
  const { name: path, shape } = spec;
  const values = spec.init({ path, seed, shape });
  if (values.length !== sizeOf(shape)) {
    throw new BackendError({
      where: `variable ${path}`,
      must: `its initialiser must give ${sizeOf(shape)} values for shape ${showShape(shape)}`,
      got: String(values.length),
      todo: "return one value per element, row-major",
    });
  }
  return { spec, data: convertElements(values, storedType(spec.type, float)) };
}

/** Throws BackendError unless a variable that is there already has the shape and type asked for. */
export function checkSame(known: VariableSpec, asked: VariableSpec): void {
  if (known.type === asked.type && sameShape(known.shape, asked.shape)) return;
  throw new BackendError({
    where: `variable ${known.name}`,
    must: `it must stay ${known.type} ${showShape(known.shape)}`,
    got: `${asked.type} ${showShape(asked.shape)}`,
    todo: "use another name or another store",
  });
}

/** Throws BackendError unless a plan's buffer is of the variable's size and stored type. */
export function checkFits(known: VariableSpec, dtype: DType, buffer: BufferSpec): void {
  const size = sizeOf(known.shape);
  if (buffer.dtype === dtype && buffer.size === size) return;
  throw new BackendError({
    where: `variable ${known.name}`,
    must: `the plan must see it as ${dtype}[${size}]`,
    got: `${buffer.dtype}[${buffer.size}]`,
    todo: "compile with the variables of this store",
  });
}
