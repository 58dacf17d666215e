import { type Shape, sizeOf, type Tensor, tensor, uniformStream } from "@metrigrad/tensor";

/** Makes scattered numbers in [low, high), as a function of the seed. */
export function spread(shape: Shape, low = -2, high = 2, seed = 1): Tensor {
  const stream = uniformStream({ seed, path: "cases" });
  const draw = (_: unknown, i: number) => low + (high - low) * stream.uniform(i);
  return tensor(Float64Array.from({ length: sizeOf(shape) }, draw), { shape });
}

/** Makes scattered integers in [low, high) as i32, as a function of the seed. */
export function integers(shape: Shape, low: number, high: number, seed = 1): Tensor {
  const draws = spread(shape, low, high, seed).data();
  return tensor(Int32Array.from(draws, Math.floor), { shape });
}

/** Makes scattered booleans, as a function of the seed. */
export function flags(shape: Shape, seed = 1): Tensor {
  const draws = spread(shape, 0, 2, seed).data();
  return tensor(Uint8Array.from(draws, Math.floor), { shape, dtype: "bool" });
}

/** Makes an i32 tensor of a shape. */
export function i32(values: readonly number[], shape: Shape = [values.length]): Tensor {
  return tensor(Int32Array.from(values), { shape });
}

/** Makes a u32 tensor of a shape. */
export function u32(values: readonly number[], shape: Shape = [values.length]): Tensor {
  return tensor(Uint32Array.from(values), { shape });
}

/** Makes a u8 tensor of a shape. */
export function u8(values: readonly number[], shape: Shape = [values.length]): Tensor {
  return tensor(Uint8Array.from(values), { shape });
}

/** Makes an f16 tensor of a shape. Its numbers are rounded to half precision. */
export function f16(values: readonly number[], shape: Shape = [values.length]): Tensor {
  return tensor(Float64Array.from(values), { shape, dtype: "f16" });
}

/** Makes a float tensor whose element at an index is f(index). */
export function filled(shape: Shape, f: (index: readonly number[]) => number): Tensor {
  const index = shape.map(() => 0);
  const data = Float64Array.from({ length: sizeOf(shape) }, (_, position) => {
    let rest = position;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const n = shape[axis] as number;
      index[axis] = rest % n;
      rest = Math.floor(rest / n);
    }
    return f(index);
  });
  return tensor(data, { shape });
}

/** Applies f to tensors element by element. It broadcasts to a shape by a loop over every index. */
export function mapped(
  shape: Shape,
  f: (...xs: number[]) => number,
  ...tensors: readonly Tensor[]
): Tensor {
  return filled(shape, (index) => f(...tensors.map((value) => at(value, index))));
}

/** Returns the element at an index of a tensor that broadcasts. */
export function at(value: Tensor, index: readonly number[]): number {
  const own = index.slice(index.length - value.shape.length);
  return value.get(...own.map((i, axis) => (value.shape[axis] === 1 ? 0 : i)));
}

/** Makes symmetric positive definite matrices [b…, d, d]: XX' + I for scattered X. */
export function definite(batch: Shape, d: number, seed = 1): Tensor {
  const shape = [...batch, d, d];
  const x = spread(shape, -1, 1, seed).data();
  // Rows are counted through the whole stack. `row - i + j` is row j of the same matrix.
  const entry = (_: unknown, position: number) => {
    const [row, j] = [Math.floor(position / d), position % d];
    const i = row % d;
    let total = i === j ? 1 : 0;
    for (let k = 0; k < d; k++)
      total += (x[row * d + k] as number) * (x[(row - i + j) * d + k] as number);
    return total;
  };
  return tensor(Float64Array.from({ length: sizeOf(shape) }, entry), { shape });
}

/** Makes a float tensor of 0, 1, 2, … in row-major order. */
export function counted(shape: Shape): Tensor {
  let next = 0;
  return filled(shape, () => next++);
}
