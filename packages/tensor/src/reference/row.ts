import type { Strided } from "../walk.ts";

/** The row of a view at an index. An index beyond the ends of the first axis becomes the nearest row. */
export function clampedRow(
  view: Strided & { readonly shape: readonly number[] },
  index: number,
): Strided {
  const last = (view.shape[0] as number) - 1;
  const row = Math.min(Math.max(index, 0), last);
  return { stride: view.stride.slice(1), offset: view.offset + row * (view.stride[0] as number) };
}
