import type { Kernel } from "../../wgsl/kernel.ts";
import type { Extent, Product } from "./factor.ts";
import { type Form, groupsOf, spanOf, type Traits } from "./shape.ts";

/** How a product is dealt out to workgroups. */
export interface Grid {
  readonly rows: Extent;
  readonly columns: Extent;
  readonly sum: Extent;
  readonly groups: number;
  /**
   * Statements that find the part of a workgroup: its matrix `batch`, `slice`, the first row and column, and the terms
   * from `begin` to before `last`.
   */
  readonly lines: readonly string[];
}

/** Deals a product out; the slices of its sums begin at multiples of `depth` terms. */
export function gridOf(
  kernel: Kernel,
  { m, n, k, a, b, lower }: Product,
  traits: Traits,
  form: Form,
  slices: number,
  depth: number,
): Grid {
  const span = spanOf(form);
  const [high, wide] = [Math.ceil(m / span.rows), Math.ceil(n / span.columns)];
  const [rows, columns, sum] = [m, n, k].map((size): Extent => {
    return { size, text: kernel.param(size) };
  }) as [Extent, Extent, Extent];
  const [cuts, perBatch, perRow] = [slices, high * wide, wide].map((x) => kernel.param(x));
  const terms = kernel.param(Math.ceil(k / slices / depth) * depth);
  return {
    ...{ rows, columns, sum, groups: groupsOf(traits, form) * slices },
    lines: [
      `let slice = group % ${cuts};`,
      `let batch = (group / ${cuts}) / ${perBatch};`,
      `let inBatch = (group / ${cuts}) % ${perBatch};`,
      `let rowStart = (inBatch / ${perRow}) * ${span.rows}u;`,
      `let columnStart = (inBatch % ${perRow}) * ${span.columns}u;`,
      ...(lower ? [`if (columnStart >= rowStart + ${span.rows}u) { return; }`] : []),
      ...a.lines,
      ...b.lines,
      `let begin = slice * ${terms};`,
      `let last = min(${sum.text}, begin + ${terms});`,
    ],
  };
}
