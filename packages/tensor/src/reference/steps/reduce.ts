import { add, max, min, mul } from "../../expr/arithmetic.ts";
import { compileExprs } from "../../expr/evaluate.ts";
import type { ScalarFn, ScalarType } from "../../expr/expr.ts";
import { and, or, toBool, toI32, toU32 } from "../../expr/logic.ts";
import type { ReduceOp } from "../../plan/step.ts";
import { walk } from "../../walk.ts";
import type { Kernel } from "../kernel.ts";

/** The value of each reduction over no elements. */
const identities: Readonly<Record<ReduceOp, number>> = {
  sum: 0,
  max: Number.NEGATIVE_INFINITY,
  min: Number.POSITIVE_INFINITY,
  prod: 1,
};

const combiners: Readonly<Record<ReduceOp, ScalarFn>> = { sum: add, max, min, prod: mul };

/** How values of a type are combined, and the value over no elements, in the range of that type. */
export interface Monoid {
  readonly combine: ScalarFn;
  readonly start: number;
}

/** How a reduction of values of a type combines them. */
export function monoid(op: ReduceOp, type: ScalarType): Monoid {
  const start = identities[op];
  if (type === "float") return { combine: combiners[op], start };
  if (type === "bool") {
    return op === "max"
      ? { combine: or, start: 0 }
      : { combine: and, start: toBool.evaluate([start], "float") };
  }
  const bounded = (type === "i32" ? toI32 : toU32).evaluate([start], "float");
  return { combine: combiners[op], start: bounded };
}

/** Reduces expressions over some axes. */
export const reduce: Kernel<"reduce"> = (step, memory) => {
  const { shape, axes, exprs, ops } = step;
  const isReduced = (_: unknown, axis: number) => axes.includes(axis);
  const isKept = (_: unknown, axis: number) => !axes.includes(axis);
  const sources = step.inputs.map(memory.view);
  const targets = step.outputs.map(memory.view);
  const kept = sources.map(({ stride, offset }) => ({ stride: stride.filter(isKept), offset }));
  const reduced = sources.map(({ stride }) => stride.filter(isReduced));
  const program = compileExprs(exprs);
  const monoids = exprs.map(({ type }, j) => monoid(ops[j] as ReduceOp, type));
  const [outer, within] = [shape.filter(isKept), shape.filter(isReduced)];
  const args = new Array<number>(sources.length).fill(0);
  const results = new Array<number>(exprs.length).fill(0);
  const totals = new Array<number>(exprs.length).fill(0);
  const pair: [number, number] = [0, 0];
  const fold = (at: readonly number[]) => {
    for (let k = 0; k < sources.length; k++) {
      args[k] = sources[k]?.data[at[k] as number] as number;
    }
    program(args, results);
    for (let j = 0; j < exprs.length; j++) {
      pair[0] = totals[j] as number;
      pair[1] = results[j] as number;
      totals[j] = (monoids[j] as Monoid).combine.evaluate(pair, exprs[j]?.type as ScalarType);
    }
  };
  return () =>
    walk(outer, [...kept, ...targets], (base) => {
      monoids.forEach(({ start }, j) => {
        totals[j] = start;
      });
      const inner = reduced.map((stride, k) => ({ stride, offset: base[k] as number }));
      walk(within, inner, fold);
      targets.forEach(({ data }, j) => {
        data[base[sources.length + j] as number] = totals[j] as number;
      });
    });
};
