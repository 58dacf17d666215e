import {
  concat,
  constant,
  eye,
  gather,
  mul,
  type Node,
  reshape,
  slice,
  stack,
} from "@metrigrad/graph";
import { tensor } from "@metrigrad/tensor";

/** Finds the columns [d, m] of each copy in the columns [copies·d, m] of stacked parameters. */
export interface CopyRows {
  /** Returns the columns of each copy. */
  readonly apart: (v: Node) => readonly Node[];
  /** Puts the columns of the copies together again. */
  readonly together: (values: readonly Node[]) => Node;
  /** Puts the matrices [dm, dm] of the copies on the diagonal of one matrix over all of them, with zeros elsewhere. */
  readonly spread: (matrices: readonly Node[], m: number) => Node;
}

/**
 * Describes stacked parameters [copies, …] that stand one after the other. `rows` counts the rows of each parameter
 * in one copy.
 */
export function copyRows(copies: number, rows: readonly number[]): CopyRows {
  const begins = rows.map((_, at) => rows.slice(0, at).reduce((sum, count) => sum + count, 0));
  const numbers = Array.from({ length: copies }, (_, copy) => copy);
  const one = (parts: readonly Node[]) =>
    parts.length === 1 ? (parts[0] as Node) : concat(parts, 0);
  const apart = (v: Node) =>
    numbers.map((copy) =>
      one(
        rows.map((count, at) => {
          const begin = copies * (begins[at] as number) + copy * count;
          return slice(v, [[begin, begin + count]]);
        }),
      ),
    );
  const together = (values: readonly Node[]) => {
    const parts = rows.flatMap((count, at) => {
      const begin = begins[at] as number;
      return rows.length === 1 ? values : values.map((v) => slice(v, [[begin, begin + count]]));
    });
    return one(parts);
  };
  const spread = (matrices: readonly Node[], m: number) => {
    const [size = 0] = matrices[0]?.shape ?? [];
    const units = reshape(eye(copies), [copies, 1, copies, 1]);
    const apart = mul(reshape(stack(matrices), [copies, size, 1, size]), units);
    const whole = reshape(apart, [copies * size, copies * size]);
    if (rows.length === 1) return whole;
    // The elements of each copy, in the order in which the columns hold them.
    const order = rows.flatMap((count, at) =>
      numbers.flatMap((copy) => {
        const begin = copy * size + (begins[at] as number) * m;
        return Array.from({ length: count * m }, (_, k) => begin + k);
      }),
    );
    const indices = constant(tensor(Int32Array.from(order)));
    return gather(gather(whole, indices), indices, { axis: 1 });
  };
  return { apart, together, spread };
}
