import {
  arg,
  argsOf,
  type Expr,
  type MapStep,
  moveAlike,
  postorder,
  type ReduceStep,
  type RowStage,
  type RowsStep,
  sameShape,
  substitute,
  type View,
} from "@metrigrad/tensor";
import { sameView } from "./views.ts";

/** A step that may become part of a step over rows. */
export type RowPart = MapStep | ReduceStep;

/** The rows that parts have in common, without axes of size 1. */
export interface Rows {
  readonly shape: readonly number[];
  /** The number of last axes that make a row. */
  readonly rowAxes: number;
}

/** A view without axes of size 1. */
export function squeezed(view: View): View {
  const wide = (_: number, axis: number) => view.shape[axis] !== 1;
  return { ...view, shape: view.shape.filter(wide), strides: view.strides.filter(wide) };
}

/** The shape of a number per row. */
export function rowShape({ shape, rowAxes }: Rows): readonly number[] {
  return shape.slice(0, shape.length - rowAxes);
}

/** A view of one number per row, in place of a view that repeats the number along the row. */
function perRow(view: View, rows: Rows): View {
  const lead = rows.shape.length - rows.rowAxes;
  const repeats = view.strides.slice(lead).every((stride) => stride === 0);
  if (view.shape.length === lead || !repeats) return view;
  return { ...view, shape: view.shape.slice(0, lead), strides: view.strides.slice(0, lead) };
}

/** Where an argument of a part comes from: an input of the whole step, or a stage. */
type Source = { readonly input: number } | { readonly stage: number };

/** A stage, before the arguments have their final numbers. */
interface Draft {
  readonly expr: Expr;
  readonly sources: readonly Source[];
  readonly per: RowStage["per"];
  readonly op?: RowStage["op"];
  readonly output: View;
}

/**
 * Makes one step of several parts, in their order. It gives all their outputs.
 *
 * Null if a part reads what another part writes in another way than along the same rows.
 */
export function linkRows(parts: readonly RowPart[], rows: Rows): RowsStep | null {
  const writes = parts.flatMap(({ outputs }) => outputs.map(({ buffer }) => buffer));
  const written = new Set(writes);
  // Two values in one buffer may be parts of a whole, or one may take the place of the other.
  if (written.size < writes.length) return null;
  const inputs: View[] = [];
  const drafts: Draft[] = [];
  for (const part of parts) {
    const sources: Source[] = [];
    for (const view of part.inputs) {
      const own = perRow(squeezed(view), rows);
      const same = (other: View) =>
        sameShape(own.shape, other.shape) && sameView(own, other) && moveAlike(own, other);
      if (written.has(view.buffer)) {
        const stage = drafts.findIndex(({ output }) => same(output));
        if (stage < 0) return null;
        sources.push({ stage });
      } else {
        const known = inputs.findIndex(same);
        sources.push({ input: known < 0 ? inputs.push(own) - 1 : known });
      }
    }
    const isElement = sameShape(
      part.shape.filter((n) => n !== 1),
      rows.shape,
    );
    part.exprs.forEach((expr, j) => {
      const output = squeezed(part.outputs[j] as View);
      if (part.kind === "reduce") {
        drafts.push({ expr, sources, per: "row", op: part.ops[j] as RowStage["op"], output });
      } else drafts.push({ expr, sources, per: isElement ? "element" : "row", output });
    });
  }
  const stages = drafts.map(({ expr, sources, per, op }): RowStage => {
    const args = argsOf(expr).map((old) => {
      if (old?.kind !== "arg") return undefined;
      const source = sources[old.index] as Source;
      const index = "input" in source ? source.input : inputs.length + source.stage;
      return arg(index, old.type);
    });
    return { per, expr: substitute(expr, args), ...(op !== undefined && { op }) };
  });
  const { shape, rowAxes } = rows;
  const label = "";
  return {
    ...{ kind: "rows", shape, rowAxes, inputs, stages },
    ...{ results: stages.map((_, s) => s), outputs: drafts.map(({ output }) => output), label },
  };
}

/** The number of values that a part computes per element. */
export function valuesIn({ exprs }: RowPart): number {
  return postorder(exprs).filter(({ kind }) => kind === "call").length + exprs.length;
}
