import { moveAlike, type Shape, sizeOf, stridesOf, type View } from "@metrigrad/tensor";

/** A view that covers a whole contiguous buffer. */
export function contiguousView(buffer: number, shape: Shape): View {
  return { buffer, shape, strides: stridesOf(shape), offset: 0 };
}

/** Whether two views are the same elements in the same order. */
export function sameView(a: View, b: View): boolean {
  if (a.buffer !== b.buffer || a.offset !== b.offset || a.shape.length !== b.shape.length)
    return false;
  return (
    moveAlike(a, b) &&
    a.shape.every((n, axis) => {
      return n === b.shape[axis] && (n === 1 || a.strides[axis] === b.strides[axis]);
    })
  );
}

/** Whether two views are the same contiguous elements of a buffer. Their shapes may differ. */
export function sameRun(a: View, b: View): boolean {
  if (sameView(a, b)) return true;
  if (a.buffer !== b.buffer || a.offset !== b.offset || sizeOf(a.shape) !== sizeOf(b.shape))
    return false;
  return moveAlike(a, b) && isContiguous(a) && isContiguous(b);
}

function isContiguous(view: View): boolean {
  return sameView(view, { ...view, strides: stridesOf(view.shape) });
}

/** A view broadcast to a larger shape by NumPy's rules. New axes have stride 0. */
export function broadcastView(view: View, shape: Shape): View {
  const lead = shape.length - view.shape.length;
  const strides = shape.map((n, axis) => {
    const own = view.shape[axis - lead];
    return axis < lead || (own === 1 && n !== 1) ? 0 : (view.strides[axis - lead] as number);
  });
  return { ...view, shape, strides };
}

/** The same elements in another shape, or null if strides cannot express it. */
export function reshapeView(view: View, shape: Shape): View | null {
  const { merged, strides } = mergeAxes(view);
  const result = new Array<number>(shape.length).fill(0);
  let axis = shape.length - 1;
  for (let run = merged.length - 1; run >= 0; run--) {
    let left = merged[run] as number;
    let stride = strides[run] as number;
    while (left > 1) {
      const n = shape[axis];
      if (n === undefined || left % n !== 0 || n === 0) return null;
      result[axis--] = stride;
      stride *= n;
      left /= n;
    }
  }
  return shape.includes(0)
    ? { ...view, shape, strides: stridesOf(shape) }
    : { ...view, shape, strides: result };
}

/** The axes of a view, where neighbouring axes that are contiguous become one. Axes of size 1 are left out. */
function mergeAxes(view: View): { merged: number[]; strides: number[] } {
  const merged: number[] = [];
  const strides: number[] = [];
  view.shape.forEach((n, axis) => {
    if (n === 1) return;
    const stride = view.strides[axis] as number;
    const last = merged.length - 1;
    if (last >= 0 && strides[last] === stride * n) {
      merged[last] = (merged[last] as number) * n;
      strides[last] = stride;
    } else {
      merged.push(n);
      strides.push(stride);
    }
  });
  return { merged, strides };
}
