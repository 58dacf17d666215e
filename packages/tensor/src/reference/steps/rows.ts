import type { NdArray } from "ndarray";
import type { TypedArray } from "../../dtype.ts";
import { compileExpr } from "../../expr/evaluate.ts";
import type { RowStage } from "../../plan/step.ts";
import { sizeOf } from "../../shape.ts";
import { walk } from "../../walk.ts";
import type { Kernel } from "../kernel.ts";
import { monoid } from "./reduce.ts";

/** A stage of a row of so many elements: its values, of one where it is a number per row. */
function stageOf({ per, op, expr }: RowStage, length: number) {
  const value = compileExpr(expr);
  const fold = op === undefined ? null : monoid(op, expr.type);
  const count = op === undefined && per === "row" ? 1 : length;
  return (rows: readonly number[][]): number[] => {
    const args = new Array<number>(rows.length);
    const values = Array.from({ length: count }, (_, i) => {
      for (let k = 0; k < rows.length; k++) {
        const row = rows[k] as number[];
        args[k] = row[row.length === 1 ? 0 : i] as number;
      }
      return value(args);
    });
    if (fold === null) return values;
    const join = (x: number, y: number) => fold.combine.evaluate([x, y], expr.type);
    return [values.reduce(join, fold.start)];
  };
}

/** The stages of a row after each other. */
export const rows: Kernel<"rows"> = (step, memory) => {
  const { shape, rowAxes, stages, results } = step;
  const lead = shape.length - rowAxes;
  const [outer, within] = [shape.slice(0, lead), shape.slice(lead)];
  const sources = step.inputs.map(memory.view);
  const targets = step.outputs.map(memory.view);
  const run = stages.map((stage) => stageOf(stage, sizeOf(within)));
  /** Visits the elements of a view in the row that begins at a position. */
  const along = ({ stride }: NdArray<TypedArray>, offset: number, visit: (at: number) => void) => {
    const inner = stride.length > lead ? within : [];
    walk(inner, [{ stride: stride.slice(lead), offset }], ([at]) => visit(at as number));
  };
  return () =>
    walk(outer, [...sources, ...targets], (base) => {
      const values = sources.map((source, k) => {
        const row: number[] = [];
        along(source, base[k] as number, (at) => row.push(source.data[at] as number));
        return row;
      });
      for (const stage of run) values.push(stage(values));
      targets.forEach((target, j) => {
        const row = values[sources.length + (results[j] as number)] as number[];
        let i = 0;
        along(target, base[sources.length + j] as number, (at) => {
          target.data[at] = row[i++] as number;
        });
      });
    });
};
