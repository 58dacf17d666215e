import type { Dispatch, Kernel } from "../../wgsl/kernel.ts";
import { type Extent, finishLines, type Product, upTo } from "./factor.ts";
import { fetchOf, placeIn } from "./fetch.ts";
import { groupsOf, type TileForm, type Traits, threadsOf } from "./shape.ts";

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
  const { m, n, k, a, b, lower, finish } = product;
  const { rows, columns, depth, down, across, ahead } = form;
  const threads = threadsOf(form);
  const [high, wide] = [Math.ceil(m / rows), Math.ceil(n / columns)];
  const terms = kernel.param(Math.ceil(k / slices / depth) * depth);
  const [rowsInAll, columnsInAll, sum] = [m, n, k].map((size): Extent => {
    return { size, text: kernel.param(size) };
  }) as [Extent, Extent, Extent];
  const [cuts, perBatch, perRow] = [slices, high * wide, wide].map((x) => kernel.param(x));
  kernel.shared("aTile", "vec4<f32>", (rows / 4) * depth);
  kernel.shared("bTile", "vec4<f32>", (columns / 4) * depth);
  // Large tiles have a text of their own if they fit. Small ones have one text for all shapes.
  const own = down === 8 && k % depth === 0;
  const common = { sum, depth, threads, own };
  const fetches = [
    fetchOf({ ...common, name: "a", factor: a, outer: rowsInAll, size: rows, start: "rowStart" }),
    fetchOf({
      ...{ ...common, name: "b", factor: b, outer: columnsInAll },
      ...{ size: columns, start: "columnStart" },
    }),
  ];
  const [declare, load, store] = (["declare", "load", "store"] as const).map((part) =>
    fetches.flatMap((fetch) => fetch[part]),
  ) as [string[], string[], string[]];
  const sums = upTo(down).flatMap((r) => upTo(across / 4).map((c) => `s${r}_${c}`));
  const body = [
    `let slice = group % ${cuts};`,
    `let batch = (group / ${cuts}) / ${perBatch};`,
    `let inBatch = (group / ${cuts}) % ${perBatch};`,
    `let rowStart = (inBatch / ${perRow}) * ${rows}u;`,
    `let columnStart = (inBatch % ${perRow}) * ${columns}u;`,
    ...(lower ? [`if (columnStart >= rowStart + ${rows}u) { return; }`] : []),
    `let threadRow = lane / ${columns / across}u;`,
    `let threadColumn = lane % ${columns / across}u;`,
    ...a.lines,
    ...b.lines,
    ...sums.map((name) => `var ${name} = vec4<f32>(0.0);`),
    `let last = min(${sum.text}, (slice + 1u) * ${terms});`,
    ...(ahead ? [...declare, "{", `let first = slice * ${terms};`, ...load, "}"] : []),
    `for (var begin = slice * ${terms}; begin < last; begin += ${depth}u) {`,
    ...(ahead ? store : ["let first = begin;", ...declare, ...load, ...store]),
    "workgroupBarrier();",
    ...(ahead
      ? [`if (begin + ${depth}u < last) {`, `let first = begin + ${depth}u;`, ...load, "}"]
      : []),
    `for (var step = 0u; step < ${depth}u; step += ${unrolled}u) {`,
    ...upTo(unrolled).flatMap((turn) => termLines(product, form, turn)),
    "}",
    "workgroupBarrier();",
    "}",
    ...upTo(down).flatMap((r) => [
      "{",
      `let row = rowStart + ${rowOf(form, r)};`,
      `if (row < ${rowsInAll.text}) {`,
      ...upTo(across / 4).flatMap((c) => {
        const first = `columnStart + ${(c * columns) / (across / 4)}u + 4u * threadColumn`;
        return finishLines(finish, columnsInAll.text, first, `s${r}_${c}`);
      }),
      "} }",
    ]),
  ];
  return kernel.build(body, groupsOf(traits, form) * slices, threads, true);
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
      return `let ${name}${part} = ${placeIn({ name, size, alongSum }, "d", q)};`;
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
