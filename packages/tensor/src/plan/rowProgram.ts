import type { Expr } from "../expr/expr.ts";
import { substitute } from "../expr/substitute.ts";
import { argsOf } from "../expr/walk.ts";
import type { RowsStep } from "./step.ts";

/**
 * The stages that are computed together. Their expressions read inputs and the stages that are known before.
 *
 * @category For authors of backends
 */
export interface RowWork {
  /** The stage of each expression. */
  readonly stages: readonly number[];
  /** The expressions. Argument k is input k; after the inputs come the stages. */
  readonly exprs: readonly Expr[];
}

/**
 * The work for one row, in order: numbers, then a pass over the row's elements, and so on. Numbers come last.
 *
 * @category For authors of backends
 */
export interface RowProgram {
  /** Numbers that are made of other numbers: a list before each pass, and one after the last pass. */
  readonly numbers: readonly RowWork[];
  /** For each pass: the reductions, and the elements that a later pass reads or that are a result. */
  readonly passes: readonly RowWork[];
  /** For each stage: the place of its elements among those that are kept for a later pass, or −1. */
  readonly keptAt: readonly number[];
  /** The number of stages whose elements are kept. */
  readonly kept: number;
}

/** The pass over a row in which each stage is computed. */
interface RowPasses {
  /** The number of passes. */
  readonly count: number;
  /** For each stage its pass. A number that is not reduced is computed before this pass; `count` means after all passes. */
  readonly pass: readonly number[];
  /** For each stage: whether a later pass reads the elements that it computes. */
  readonly later: readonly boolean[];
}

/** The indices of the arguments that an expression reads. */
function indicesOf(expr: Expr): number[] {
  return argsOf(expr).flatMap((arg) => (arg?.kind === "arg" ? [arg.index] : []));
}

/**
 * Assigns stages to passes. What one pass reduces, the next pass can read.
 *
 * Elements are computed in the first pass that reads them.
 */
function passesOf({ inputs, stages }: RowsStep): RowPasses {
  const reads = stages.map(({ expr }) => {
    return indicesOf(expr).flatMap((index) =>
      index < inputs.length ? [] : [index - inputs.length],
    );
  });
  // For each stage: the first pass that may read it.
  const ready: number[] = [];
  const pass = stages.map(({ op }, s) => {
    const own = Math.max(0, ...(reads[s] as number[]).map((other) => ready[other] as number));
    ready.push(op === undefined ? own : own + 1);
    return own;
  });
  const users = stages.map((): number[] => []);
  reads.forEach((others, s) => {
    for (const other of others) users[other]?.push(s);
  });
  const usedIn = (s: number) => (users[s] as number[]).map((user) => pass[user] as number);
  for (let s = stages.length - 1; s >= 0; s--) {
    if (stages[s]?.per === "element" && users[s]?.length !== 0) pass[s] = Math.min(...usedIn(s));
  }
  const later = stages.map(({ per }, s) => {
    return per === "element" && usedIn(s).some((user) => user > (pass[s] as number));
  });
  const last = stages.map(({ per, op }, s) => {
    return per === "element" || op !== undefined ? (pass[s] as number) + 1 : 0;
  });
  return { count: Math.max(0, ...last), pass, later };
}

/**
 * Divides the stages of a step over rows into passes over a row.
 *
 * Elements that only their own pass reads become part of the expressions that read them.
 *
 * @param step - The step.
 * @returns The passes, and what is computed between them.
 * @nothrow
 * @category For authors of backends
 */
export function rowProgram(step: RowsStep): RowProgram {
  const { inputs, stages, results } = step;
  const { count, pass, later } = passesOf(step);
  const isNumber = (s: number) => stages[s]?.per === "row" && stages[s]?.op === undefined;
  const work = (chosen: (s: number) => boolean, wanted: (s: number) => boolean): RowWork => {
    const known: Expr[] = [];
    const own: number[] = [];
    const exprs: Expr[] = [];
    stages.forEach(({ op, expr }, s) => {
      if (!chosen(s)) return;
      const whole = substitute(expr, known);
      // A reduced value is a number that only later work has.
      if (op === undefined) known[inputs.length + s] = whole;
      if (!wanted(s)) return;
      own.push(s);
      exprs.push(whole);
    });
    return { stages: own, exprs };
  };
  const numbers = Array.from({ length: count + 1 }, (_, at) =>
    work(
      (s) => isNumber(s) && pass[s] === at,
      () => true,
    ),
  );
  const isLeft = (s: number) => later[s] === true || results.includes(s);
  const passes = Array.from({ length: count }, (_, at) =>
    work(
      (s) => !isNumber(s) && pass[s] === at,
      (s) => stages[s]?.op !== undefined || isLeft(s),
    ),
  );
  let kept = 0;
  const keptAt = later.map((is) => (is ? kept++ : -1));
  return { numbers, passes, keptAt, kept };
}
