import type { ExplainedModule, ExplainRow, Explanation } from "@metrigrad/metric";
import { shortNumber } from "../plot/number.ts";
import { type Ink, quiet, seriesInks, strong } from "../svg/ink.ts";
import { shortened, textSize } from "../text/label.ts";
import { textWidth } from "../text/widths.ts";

/** One line of text in a box. */
export interface BoxLine {
  readonly text: string;
  readonly ink: Ink;
  readonly bold: boolean;
  /** The colour of the swatch before the text; null for none. */
  readonly swatch: Ink | null;
  /** Whether the line is about the response, below a rule. */
  readonly response: boolean;
}

/** A box of the graph with its text. */
export interface GraphBox {
  /** The path of the module; "in" and "out" in brackets for the ends of the model. */
  readonly id: string;
  readonly lines: readonly BoxLine[];
  readonly width: number;
  readonly height: number;
  /** Whether it is an input or an output, which has no frame, or a join, which is small and round. */
  readonly form: "module" | "end" | "join";
}

/** The identifiers of the ends, which no path can be. */
export const [inputId, outputId] = ["(input)", "(output)"];
export const [lineHeight, padding, swatchWidth] = [17, 10, 18];
const widest = 330;

const plainLine = { ink: strong, bold: false, swatch: null, response: false };

/** Returns the boxes of an explanation: the input, the modules and the output. */
export function boxesOf({ graph, rows }: Explanation): GraphBox[] {
  const forms = [...new Set(rows.map(({ form }) => form))];
  const inkOf = (form: string) => seriesInks[forms.indexOf(form) % seriesInks.length] as Ink;
  const ends = (id: string, name: string, shapes: readonly (readonly number[])[]) =>
    boxOf(id, [{ ...plainLine, text: `${name} ${shapes.map(shapeText).join(", ")}` }], "end");
  const modules = graph.modules.map((module) => {
    const own = rows.filter((row) => ownerOf(row, graph.modules) === module);
    const others = rows.filter(
      (row) => !own.includes(row) && module.params.some(({ path }) => row.params.includes(path)),
    );
    return boxOf(module.path, linesOf(module, own, others, inkOf), "module");
  });
  const joins = graph.joins.map(({ id, op }) => joinOf(id, op));
  const [first, last] = [
    ends(inputId, "input", graph.inputs),
    ends(outputId, "output", graph.outputs),
  ];
  return [first, ...modules, ...joins, last];
}

/** The module in whose box a row stands: the one that has its first parameter. */
function ownerOf({ params, path }: ExplainRow, modules: readonly ExplainedModule[]) {
  return (
    modules.find((module) => module.params.some((own) => own.path === params[0])) ??
    modules.find((module) => module.path === path) ??
    modules[0]
  );
}

function linesOf(
  { path, kind, params }: ExplainedModule,
  rows: readonly ExplainRow[],
  others: readonly ExplainRow[],
  inkOf: (form: string) => Ink,
): BoxLine[] {
  const last = path.split("/").at(-1) ?? path;
  const name = last === "" || last.startsWith(kind) ? last || kind : `${last}: ${kind}`;
  const laws = [...new Set(rows.flatMap(({ law }) => law ?? []))];
  const local = (one: string) => (path === "" ? one : one.replace(`${path}/`, ""));
  const paramLine = ({ path: own, shape }: ExplainedModule["params"][number]) => ({
    ...plainLine,
    text: `${local(own)} ${shapeText(shape)}`,
    ink: quiet,
  });
  const shown = new Set(rows.flatMap((row) => row.params));
  return [
    { ...plainLine, text: name, bold: true },
    ...rows.flatMap((row) => [
      ...params.filter((own) => row.params.includes(own.path)).map(paramLine),
      ...rowLines(row, inkOf),
    ]),
    ...params.filter((own) => !shown.has(own.path)).map(paramLine),
    ...others.map((row) => ({
      ...plainLine,
      text: `in the block of ${row.path || row.params.join(", ")}`,
      swatch: inkOf(row.form),
    })),
    ...laws.map((law) => ({ ...plainLine, text: `response: ${law}`, response: true })),
  ];
}

function rowLines(row: ExplainRow, inkOf: (form: string) => Ink): BoxLine[] {
  const { form, layout, solver, bytes, uses } = row;
  const used = uses > 1 ? `, ${uses} uses` : "";
  const metric = { ...plainLine, ink: inkOf(form), swatch: inkOf(form) };
  if (solver === "none") return [{ ...metric, text: form }];
  const solved = { ...plainLine, text: `${solver}, ${shortNumber(bytes, "B")}`, ink: quiet };
  return [{ ...metric, text: `${form}, ${layout}${used}` }, solved];
}

function boxOf(id: string, given: readonly BoxLine[], form: GraphBox["form"]): GraphBox {
  const lines = given.map((line) => ({ ...line, text: shortened(line.text, widest) }));
  const widths = lines.map(({ text, bold, swatch }) => {
    return textWidth(text, textSize) * (bold ? 1.1 : 1) + (swatch === null ? 0 : swatchWidth);
  });
  const rules = lines.some(({ response }) => response) ? 8 : 0;
  return {
    id,
    lines,
    width: Math.max(90, ...widths) + 2 * padding,
    height: lines.length * lineHeight + 2 * padding + rules - 4,
    form,
  };
}

/** A join, which shows a sum by its sign. */
function joinOf(id: string, op: string): GraphBox {
  const text = op === "add" ? "+" : op;
  const width = Math.max(22, textWidth(text, textSize) + 14);
  return { id, lines: [{ ...plainLine, text }], width, height: 22, form: "join" };
}

const shapeText = (shape: readonly number[]) => `[${shape.join(", ")}]`;
