import type { NdArray } from "ndarray";

/** Positions in the data of a view's elements, row-major. */
export function* positions(view: Pick<NdArray, "shape" | "stride" | "offset">): Generator<number> {
  const { shape, stride } = view;
  const index = new Array<number>(shape.length).fill(0);
  let position = view.offset;
  if (shape.includes(0)) return;
  for (;;) {
    yield position;
    let axis = shape.length - 1;
    for (; axis >= 0; axis--) {
      position += stride[axis] as number;
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      position -= (index[axis] as number) * (stride[axis] as number);
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}
