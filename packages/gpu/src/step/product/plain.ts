import type { Dispatch, Kernel } from "../../wgsl/kernel.ts";
import { finishLines, fourColumns, type Product } from "./factor.ts";
import { gridOf } from "./grid.ts";
import { type PlainForm, type Traits, threadsOf } from "./shape.ts";

/** Returns a product in which each thread computes four columns of one row. The text is short, so it is compiled soon. */
export function plainDispatch(
  kernel: Kernel,
  product: Product,
  traits: Traits,
  form: PlainForm,
  slices: number,
): Dispatch {
  const { a, b, finish } = product;
  const grid = gridOf(kernel, product, traits, form, slices, 1);
  const perRow = form.columns / 4;
  const [rows, columns] = [grid.rows.text, grid.columns.text];
  const body = [
    ...grid.lines,
    `let row = rowStart + lane / ${perRow}u;`,
    `let columnFrom = columnStart + 4u * (lane % ${perRow}u);`,
    `if (row >= ${rows}) { return; }`,
    "var sum = vec4<f32>(0.0);",
    "for (var term = begin; term < last; term++) {",
    `let vector = ${fourColumns(b, "term", columns)};`,
    `sum = fma(vec4<f32>(${a.load("row", "term")}), vector, sum);`,
    "}",
    ...finishLines(finish, columns, "columnFrom", "sum"),
  ];
  return kernel.build(body, grid.groups, threadsOf(form), false);
}
