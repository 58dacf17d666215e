import type { Dispatch, Kernel } from "../../wgsl/kernel.ts";
import { upTo } from "../../wgsl/layout.ts";
import { type Factor, finishLines, fourColumns, type Product } from "./factor.ts";
import { gridOf } from "./grid.ts";
import { type LanesForm, type Traits, threadsOf } from "./shape.ts";

/**
 * Returns a product by subgroups. Each lane has four columns, and holds the elements of a for one of the next terms,
 * which all lanes receive one after the other. There is no workgroup memory, and nothing waits.
 *
 * A subgroup must be a run of threads by their index in the workgroup. WGSL does not promise it; on all devices with subgroups of one size it
 * is so.
 */
export function lanesDispatch(
  kernel: Kernel,
  product: Product,
  traits: Traits,
  form: LanesForm,
  slices: number,
): Dispatch {
  const { a, b, finish } = product;
  const { lanes, rows } = form;
  const grid = gridOf(kernel, product, traits, form, slices, lanes);
  const [rowsInAll, columnsInAll] = [grid.rows.text, grid.columns.text];
  const each = upTo(rows);
  const rowAt = each.map((r) => `min(rowFirst + ${r}u, ${rowsInAll} - 1u)`);
  const body = [
    ...grid.lines,
    `let rowFirst = rowStart + (lane / ${lanes}u) * ${rows}u;`,
    `let own = lane % ${lanes}u;`,
    "let columnFrom = columnStart + 4u * own;",
    ...each.map((r) => `var s${r} = vec4<f32>(0.0);`),
    "var first = begin;",
    `for (; first + ${lanes}u <= last; first += ${lanes}u) {`,
    ...rowLoads(a, rows, rowsInAll, rowAt),
    ...columnLoads(b, lanes, columnsInAll, (turn, vector) =>
      each.map(
        (r) => `s${r} = fma(vec4<f32>(subgroupBroadcast(a${r}, ${turn}u)), ${vector}, s${r});`,
      ),
    ),
    "}",
    "for (; first < last; first++) {",
    `let vector = ${fourColumns(b, "first", columnsInAll)};`,
    ...each.map(
      (r) => `s${r} = fma(vec4<f32>(${a.load(rowAt[r] as string, "first")}), vector, s${r});`,
    ),
    "}",
    ...each.flatMap((r) => [
      "{",
      `let row = rowFirst + ${r}u;`,
      `if (row < ${rowsInAll}) {`,
      ...finishLines(finish, columnsInAll, "columnFrom", `s${r}`),
      "} }",
    ]),
  ];
  return kernel.build(body, grid.groups, threadsOf(form), true);
}

/** Returns statements that read the elements of a that a lane holds: one of each row. */
function rowLoads(a: Factor, rows: number, inAll: string, rowAt: readonly string[]): string[] {
  const { quad } = a;
  if (quad === null || a.alongSum) {
    return rowAt.map((row, r) => `let a${r} = ${a.load(row, "(first + own)")};`);
  }
  return upTo(rows / 4).flatMap((part) => [
    `let quad${part} = ${quad(`min(rowFirst + ${4 * part}u, ${inAll} - 4u)`, "(first + own)")};`,
    ...upTo(4).map((c) => `let a${4 * part + c} = quad${part}[${c}];`),
  ]);
}

/** Returns statements that read a lane's four columns at each of the next terms, and use them. */
function columnLoads(
  b: Factor,
  lanes: number,
  inAll: string,
  use: (turn: number, vector: string) => readonly string[],
): string[] {
  const { quad } = b;
  if (quad === null || !b.alongSum) {
    return upTo(lanes).flatMap((turn) => [
      "{",
      `let vector = ${fourColumns(b, `(first + ${turn}u)`, inAll)};`,
      ...use(turn, "vector"),
      "}",
    ]);
  }
  return upTo(lanes / 4).flatMap((part) => [
    "{",
    ...upTo(4).map((c) => {
      const column = `min(columnFrom + ${c}u, ${inAll} - 1u)`;
      return `let v${c} = ${quad(column, `(first + ${4 * part}u)`)};`;
    }),
    ...upTo(4).flatMap((t) => {
      const column = upTo(4).map((c) => `v${c}[${t}]`);
      return [
        "{",
        `let vector = vec4<f32>(${column.join(", ")});`,
        ...use(4 * part + t, "vector"),
        "}",
      ];
    }),
    "}",
  ]);
}
