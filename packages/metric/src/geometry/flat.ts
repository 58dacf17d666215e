import { sizeOf, type Tensor, tensor } from "@metrigrad/tensor";
import type { Directions } from "./directions.ts";

/** Parameters one after the other in one vector, each row-major. */
export interface Flat {
  readonly size: number;
  /** The place of each parameter. */
  readonly ranges: ReadonlyMap<string, readonly [begin: number, end: number]>;
  /** Returns a column [size, 1]; parameters that are left out are zero. */
  join(values: Directions): Tensor;
  /** Returns the parameters of a column. */
  split(column: Tensor): Record<string, Tensor>;
}

/** Makes the layout of parameters of given shapes, in that order. */
export function flatOf(shapes: ReadonlyMap<string, readonly number[]>): Flat {
  const ranges = new Map<string, readonly [number, number]>();
  let size = 0;
  for (const [name, shape] of shapes) {
    const end = size + sizeOf(shape);
    ranges.set(name, [size, end]);
    size = end;
  }
  return {
    size,
    ranges,
    join: (values) => {
      const column = new Float64Array(size);
      for (const [name, [begin]] of ranges) {
        const value = values[name];
        if (value !== undefined) column.set(value.data(), begin);
      }
      return tensor(column, { shape: [size, 1] });
    },
    split: (column) => {
      const data = column.data();
      const entries = [...ranges].map(([name, [begin, end]]) => {
        const shape = shapes.get(name) as readonly number[];
        return [name, tensor(data.slice(begin, end), { shape })] as const;
      });
      return Object.fromEntries(entries);
    },
  };
}
