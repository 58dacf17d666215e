import { checkNames, DataError } from "@metrigrad/tensor";
import { type MatrixValues, matrixOf, pooled } from "../heat/matrices.ts";
import { type HeatScale, valueScale } from "../heat/scale.ts";
import type { Span } from "../plot/box.ts";
import { sheet } from "../plot/sheet.ts";
import { kindOf, refused } from "../refused.ts";
import { type Field, layFields, type PlanePoint } from "./fields.ts";

/**
 * One axis of a plane.
 *
 * @category Pictures
 */
export interface PlaneAxis {
  /** What the axis is, with its unit. */
  readonly title: string;
  /** The values at its ends. */
  readonly range: readonly [from: number, to: number];
}

/**
 * Values over a part of a plane, such as a cost over two parameters, and what moves there.
 *
 * @category Pictures
 */
export interface Landscape {
  /** The axis from left to right. */
  readonly x: PlaneAxis;
  /** The axis from bottom to top. */
  readonly y: PlaneAxis;
  /** The values, [rows, columns]: the first row is at the highest y, and each stands for the middle of its cell. */
  readonly values: MatrixValues;
  /** Paths by name, such as the steps of optimizers; none by default. */
  readonly paths?: Readonly<Record<string, readonly (readonly [x: number, y: number])[]>>;
  /** Places by name, such as a minimum; none by default. */
  readonly marks?: Readonly<Record<string, readonly [x: number, y: number]>>;
}

/**
 * Options of {@link landscape}.
 *
 * @category Pictures
 */
export interface LandscapeOptions {
  /** The line above the picture; none by default. */
  readonly title?: string;
  /** A sentence below the title; none by default. */
  readonly note?: string;
  /** What the values are, above the key; "value" by default. */
  readonly quantity?: string;
  /** How values become colours; `"linear"` by default. */
  readonly scale?: HeatScale;
  /** The values at the ends of the scale; by default those of the landscapes. */
  readonly range?: readonly [from: number, to: number];
  /** How many landscapes stand beside each other; at most 2 by default. */
  readonly columns?: number;
}

const names = [
  "title",
  "note",
  "quantity",
  "scale",
  "range",
  "columns",
] as const satisfies readonly (keyof LandscapeOptions)[];

/**
 * Draws values over a plane as colours, with paths and places on them.
 *
 * Landscapes by name stand beside each other and share a scale, such as one cost in two systems of coordinates. Paths and places
 * of one name have one style everywhere.
 *
 * {@includeCode ../../../../examples/api/view/landscape.ts#example}
 *
 * @param given - A landscape, or landscapes by name.
 * @param options - The title, the scale and the number of columns.
 * @returns The text of an SVG file, 830 pixels wide.
 * @throws {@link DataError} if values are no matrix of numbers, if an axis has no range, and for options that are not valid.
 * @category Pictures
 */
export function landscape(
  given: Landscape | Readonly<Record<string, Landscape>>,
  options: LandscapeOptions = {},
): string {
  checkNames("landscape", options, names, DataError);
  const fields = fieldsOf(given);
  const { title, note = "", quantity = "value", scale: kind = "linear", range } = options;
  const { columns = Math.min(2, fields.length) } = options;
  checkColumns("landscape", columns);
  const values = fields.flatMap(({ matrix }) => Array.from(matrix.values));
  const scale = valueScale("landscape", values, kind, range as Span | undefined);
  const cells = fields.map((field) => ({ ...field, matrix: pooled(field.matrix).matrix }));
  const shown = cells.map(({ name, x, y, paths, marks }) => {
    const inside = [...paths, ...marks].map(([own]) => own).join(", ");
    return `${name === "" ? "" : `${name}: `}${y.title} against ${x.title}${inside === "" ? "" : ` with ${inside}`}.`;
  });
  return sheet({
    heading: title,
    note,
    title: title ?? `${quantity} over a plane`,
    description: shown.join(" "),
    content: ({ top }) => layFields(cells, scale, quantity, columns, top),
  });
}

/** Throws DataError for a number of columns that is none. */
export function checkColumns(where: string, columns: number): void {
  if (Number.isInteger(columns) && columns >= 1 && columns <= 4) return;
  throw refused(where, "columns must be 1, 2, 3 or 4", String(columns), "pass { columns: 2 }");
}

function fieldsOf(given: Landscape | Readonly<Record<string, Landscape>>): Field[] {
  if (typeof given !== "object" || given === null) throw noLandscape("", kindOf(given));
  const isOne = "values" in given && "x" in given && "y" in given;
  const entries = isOne ? [["", given as Landscape] as const] : Object.entries(given);
  if (entries.length === 0) throw noLandscape("", "none");
  return entries.map(([name, one]) => {
    const where = name === "" ? "landscape" : `landscape, ${name}`;
    if (typeof one !== "object" || one === null) throw noLandscape(name, kindOf(one));
    const [x, y] = [axisOf(where, "x", one.x), axisOf(where, "y", one.y)];
    const matrix = matrixOf(where, one.values);
    const paths = Object.entries(one.paths ?? {}) as [string, readonly PlanePoint[]][];
    const marks = Object.entries(one.marks ?? {}) as [string, PlanePoint][];
    return { name, x, y, matrix, paths, marks };
  });
}

/** Returns an axis. Throws DataError for what is none. */
export function axisOf(where: string, name: string, axis: PlaneAxis): Field["x"] {
  const [from, to] = axis?.range ?? [];
  if (Number.isFinite(from) && Number.isFinite(to) && (from as number) < (to as number)) {
    return { title: axis.title ?? name, range: [from as number, to as number] };
  }
  throw refused(
    where,
    `${name} must have a range of two numbers, the lower one first`,
    axis?.range === undefined ? "none" : `[${axis.range.join(", ")}]`,
    `pass { ${name}: { title: "${name}", range: [-1, 1] } }`,
  );
}

function noLandscape(name: string, got: string) {
  return refused(
    name === "" ? "landscape" : `landscape, ${name}`,
    "a landscape must have x, y and values",
    got,
    'pass { x: { title: "μ", range: [-1, 1] }, y: …, values: [[…], …] }',
  );
}
