import type { NdArray } from "ndarray";
import type { TypedArray } from "../../dtype.ts";
import { compileExpr } from "../../expr/evaluate.ts";
import type { RowStage } from "../../plan/step.ts";
import { sizeOf } from "../../shape.ts";
import { walk } from "../../walk.ts";
import type { Kernel } from "../kernel.ts";
import { monoid } from "./reduce.ts";

/** The values of a row: one for each element, or one number for the whole row. */
type Row = Float64Array;

/** Prepares a stage for rows of `length` elements. It reads the values before it and fills its own. */
function stageOf({ per, op, expr }: RowStage, length: number, rows: readonly Row[]) {
  const value = compileExpr(expr);
  const fold = op === undefined ? null : monoid(op, expr.type);
  const count = fold === null && per === "row" ? 1 : length;
  const own: Row = new Float64Array(fold === null ? count : 1);
  const args = new Array<number>(rows.length).fill(0);
  const pair: [number, number] = [0, 0];
  const at = (i: number): number => {
    for (let k = 0; k < args.length; k++) {
      const row = rows[k] as Row;
      args[k] = row[row.length === 1 ? 0 : i] as number;
    }
    return value(args);
  };
  const run =
    fold === null
      ? () => {
          for (let i = 0; i < count; i++) own[i] = at(i);
        }
      : () => {
          let total = fold.start;
          for (let i = 0; i < count; i++) {
            pair[0] = total;
            pair[1] = at(i);
            total = fold.combine.evaluate(pair, expr.type);
          }
          own[0] = total;
        };
  return { own, run };
}

/** Runs the stages of each row, one after the other. */
export const rows: Kernel<"rows"> = (step, memory) => {
  const { shape, rowAxes, stages, results } = step;
  const lead = shape.length - rowAxes;
  const [outer, within] = [shape.slice(0, lead), shape.slice(lead)];
  const sources = step.inputs.map(memory.view);
  const targets = step.outputs.map(memory.view);
  /** The positions of a row's elements, counted from the row's first element. */
  const placesOf = ({ stride }: NdArray<TypedArray>): Int32Array => {
    const places: number[] = [];
    const inner = stride.length > lead ? within : [];
    walk(inner, [{ stride: stride.slice(lead), offset: 0 }], ([at]) => places.push(at as number));
    return Int32Array.from(places);
  };
  const places = [...sources, ...targets].map(placesOf);
  const values: Row[] = sources.map((_, k) => new Float64Array((places[k] as Int32Array).length));
  const runs = stages.map((stage) => {
    const { own, run } = stageOf(stage, sizeOf(within), [...values]);
    values.push(own);
    return run;
  });
  return () =>
    walk(outer, [...sources, ...targets], (base) => {
      for (let k = 0; k < sources.length; k++) {
        const { data } = sources[k] as (typeof sources)[0];
        const [from, row, own] = [base[k] as number, values[k] as Row, places[k] as Int32Array];
        for (let i = 0; i < own.length; i++) row[i] = data[from + (own[i] as number)] as number;
      }
      for (const run of runs) run();
      for (let j = 0; j < targets.length; j++) {
        const { data } = targets[j] as (typeof targets)[0];
        const to = base[sources.length + j] as number;
        const row = values[sources.length + (results[j] as number)] as Row;
        const own = places[sources.length + j] as Int32Array;
        for (let i = 0; i < own.length; i++) data[to + (own[i] as number)] = row[i] as number;
      }
    });
};
