import { walk } from "../../walk.ts";
import type { Kernel } from "../kernel.ts";

/** Negative, zero or positive if x comes before, with or after y. NaN comes after every number. */
function compare(x: number, y: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
  return Number(x > y) - Number(x < y);
}

/** The positions along the last axis, in the order of their elements. */
export const sort: Kernel<"sort"> = ({ input, descending, output }, memory) => {
  const source = memory.view(input);
  const target = memory.view(output);
  const length = source.shape.at(-1) as number;
  const from = source.stride.at(-1) as number;
  const to = target.stride.at(-1) as number;
  const sign = descending ? -1 : 1;
  return () =>
    walk(source.shape.slice(0, -1), [source, target], ([first, into]) => {
      const at = (i: number) => source.data[(first as number) + i * from] as number;
      // Array.prototype.sort is stable.
      const order = Array.from({ length }, (_, i) => i).sort(
        (i, j) => sign * compare(at(i), at(j)),
      );
      order.forEach((position, i) => {
        target.data[(into as number) + i * to] = position;
      });
    });
};
