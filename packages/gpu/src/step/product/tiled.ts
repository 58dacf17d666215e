import type { Dispatch, Kernel } from "../../wgsl/kernel.ts";
import { upTo } from "../../wgsl/layout.ts";
import { finishLines, type Product } from "./factor.ts";
import { fetchOf, tilePlace } from "./fetch.ts";
import { gridOf } from "./grid.ts";
import { type TileForm, type Traits, threadsOf } from "./shape.ts";

/** The number of terms whose products are written out in a row. */
const unrolled = 4;

/** Returns a product in tiles: shared fetches, sums in registers, and then the finish for each element. */
export function tiledDispatch(
  kernel: Kernel,
  product: Product,
  traits: Traits,
  form: TileForm,
  slices: number,
): Dispatch {
  const { a, b, finish } = product;
  const { rows, columns, depth, down, across, ahead } = form;
  const threads = threadsOf(form);
  const grid = gridOf(kernel, product, traits, form, slices, depth);
  kernel.shared("aTile", "vec4<f32>", (rows / 4) * depth);
  kernel.shared("bTile", "vec4<f32>", (columns / 4) * depth);
  // Large tiles have a text of their own if they fit. Small ones have one text for all shapes.
  const own = down === 8 && product.k % depth === 0;
  const common = { sum: grid.sum, depth, threads, own };
  const fetches = [
    fetchOf({ ...common, name: "a", factor: a, outer: grid.rows, size: rows, start: "rowStart" }),
    fetchOf({
      ...{ ...common, name: "b", factor: b, outer: grid.columns },
      ...{ size: columns, start: "columnStart" },
    }),
  ];
  const [declare, load, store] = (["declare", "load", "store"] as const).map((part) =>
    fetches.flatMap((fetch) => fetch[part]),
  ) as [string[], string[], string[]];
  const sums = upTo(down).flatMap((r) => upTo(across / 4).map((c) => `s${r}_${c}`));
  const body = [
    ...grid.lines,
    `let threadRow = lane / ${columns / across}u;`,
    `let threadColumn = lane % ${columns / across}u;`,
    ...sums.map((name) => `var ${name} = vec4<f32>(0.0);`),
    ...(ahead ? [...declare, "{", "let first = begin;", ...load, "}"] : []),
    `for (var at = begin; at < last; at += ${depth}u) {`,
    ...(ahead ? store : ["let first = at;", ...declare, ...load, ...store]),
    "workgroupBarrier();",
    ...(ahead ? [`if (at + ${depth}u < last) {`, `let first = at + ${depth}u;`, ...load, "}"] : []),
    `for (var step = 0u; step < ${depth}u; step += ${unrolled}u) {`,
    ...upTo(unrolled).flatMap((turn) => termLines(product, form, turn)),
    "}",
    "workgroupBarrier();",
    "}",
    ...upTo(down).flatMap((r) => [
      "{",
      `let row = rowStart + ${rowOf(form, r)};`,
      `if (row < ${grid.rows.text}) {`,
      ...upTo(across / 4).flatMap((c) => {
        const first = `columnStart + ${(c * columns) / (across / 4)}u + 4u * threadColumn`;
        return finishLines(finish, grid.columns.text, first, `s${r}_${c}`);
      }),
      "} }",
    ]),
  ];
  return kernel.build(body, grid.groups, threads, true);
}

/** Returns the row of a tile in which a thread has its row `r`, as text. */
function rowOf({ rows, down }: TileForm, r: number): string {
  if (down < 4) return `${r}u + ${down}u * threadRow`;
  return `${(r >> 2) * (rows / (down / 4)) + (r & 3)}u + 4u * threadRow`;
}

/** Returns statements that add the products of one term, `turn` after `step`, to all sums of a thread. */
function termLines(
  product: Product,
  { rows, columns, down, across }: TileForm,
  turn: number,
): string[] {
  const take = (name: "a" | "b", size: number, thread: string, parts: number) =>
    upTo(parts).map((part) => {
      const q = `(${thread} + ${(part * size) / 4 / parts}u)`;
      const { alongSum } = product[name];
      return `let ${name}${part} = ${tilePlace({ name, size, alongSum }, "d", q)};`;
    });
  const fewRows = down < 4;
  const element = (r: number) =>
    fewRows ? `a0[${r}u + ((${down}u * threadRow) & 3u)]` : `a${r >> 2}[${r & 3}]`;
  return [
    "{",
    `let d = step + ${turn}u;`,
    ...(fewRows
      ? take("a", rows, `((${down}u * threadRow) >> 2u)`, 1)
      : take("a", rows, "threadRow", down / 4)),
    ...take("b", columns, "threadColumn", across / 4),
    ...upTo(down).flatMap((r) =>
      upTo(across / 4).map((c) => `s${r}_${c} = fma(vec4<f32>(${element(r)}), b${c}, s${r}_${c});`),
    ),
    "}",
  ];
}
