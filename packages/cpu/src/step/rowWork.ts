import { type Expr, type RowsStep, rowPasses, substitute } from "@metrigrad/tensor";
import { type Analysis, analyse } from "../loop/body.ts";

/** Stages that are computed together, as expressions of what is known before. */
export interface RowWork {
  /** The stage of each expression. */
  readonly stages: readonly number[];
  readonly exprs: readonly Expr[];
  readonly analysis: Analysis;
}

/** What a step over rows does with a row, in order: numbers, then a pass, and so on; numbers at the end. */
export interface RowProgram {
  readonly numbers: readonly RowWork[];
  readonly passes: readonly RowWork[];
  /** By stage: the place of its elements among those that are kept for a later pass; −1 for those that are not. */
  readonly keptAt: readonly number[];
  /** How many stages are kept. */
  readonly kept: number;
}

/** Puts the stages of a step into passes; elements that only their own pass reads become part of its expressions. */
export function rowProgram(step: RowsStep): RowProgram {
  const { inputs, stages, results } = step;
  const { count, pass, later } = rowPasses(step);
  const isNumber = (s: number) => stages[s]?.per === "row" && stages[s]?.op === undefined;
  const work = (chosen: (s: number) => boolean, wanted: (s: number) => boolean): RowWork => {
    const known: Expr[] = [];
    const own: number[] = [];
    const exprs: Expr[] = [];
    stages.forEach(({ op, expr }, s) => {
      if (!chosen(s)) return;
      const whole = substitute(expr, known);
      // What is reduced is a number that only later work has.
      if (op === undefined) known[inputs.length + s] = whole;
      if (!wanted(s)) return;
      own.push(s);
      exprs.push(whole);
    });
    return { stages: own, exprs, analysis: analyse(exprs) };
  };
  const numbers = Array.from({ length: count + 1 }, (_, at) =>
    work(
      (s) => isNumber(s) && pass[s] === at,
      () => true,
    ),
  );
  const passes = Array.from({ length: count }, (_, at) =>
    work(
      (s) => !isNumber(s) && pass[s] === at,
      (s) => stages[s]?.op !== undefined || later[s] === true || results.includes(s),
    ),
  );
  let kept = 0;
  const keptAt = later.map((is) => (is ? kept++ : -1));
  return { numbers, passes, keptAt, kept };
}
