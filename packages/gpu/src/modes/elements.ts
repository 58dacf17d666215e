import { type HostMemory, sizeOf, type TypedArray, type View } from "@metrigrad/tensor";

/** A shape with strides. */
type Strided = Pick<View, "shape" | "strides" | "offset">;

/** Visits the positions of a view's elements in row-major order. */
function eachPosition({ shape, strides, offset }: Strided, visit: (at: number) => void): void {
  const size = sizeOf(shape);
  const last = shape.length - 1;
  const inner = shape.length === 0 ? 1 : (shape[last] as number);
  const step = shape.length === 0 ? 0 : (strides[last] as number);
  for (let first = 0; first < size; first += inner) {
    let at = offset;
    let rest = first / inner;
    for (let axis = last - 1; axis >= 0; axis--) {
      const n = shape[axis] as number;
      at += (rest % n) * (strides[axis] as number);
      rest = Math.floor(rest / n);
    }
    for (let i = 0; i < inner; i++, at += step) visit(at);
  }
}

/** Returns the elements of a view in row-major order, as floats. */
export function gathered(memory: HostMemory, view: View): Float32Array {
  const source = memory.buffers[view.buffer] as TypedArray;
  const result = new Float32Array(sizeOf(view.shape));
  let i = 0;
  eachPosition(view, (at) => {
    result[i++] = source[at] as number;
  });
  return result;
}

/** Writes row-major elements to a view. */
export function scattered(memory: HostMemory, view: View, values: ArrayLike<number>): void {
  const target = memory.buffers[view.buffer] as TypedArray;
  let i = 0;
  eachPosition(view, (at) => {
    target[at] = values[i++] as number;
  });
}
