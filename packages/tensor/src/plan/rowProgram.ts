import type { Expr } from "../expr/expr.ts";
import { substitute } from "../expr/substitute.ts";
import { argsOf } from "../expr/walk.ts";
import type { RowsStep } from "./step.ts";

/** Stages that are computed together, as expressions of inputs and of stages that are known before. */
export interface RowWork {
  /** The stage of each expression. */
  readonly stages: readonly number[];
  readonly exprs: readonly Expr[];
}

/** What there is to do with a row, in order: numbers, then a pass over its elements, and so on; numbers at the end. */
export interface RowProgram {
  /** Numbers that are made of others, before each pass and after the last one. */
  readonly numbers: readonly RowWork[];
  /** What is reduced, and elements that a later pass reads or that are a result. */
  readonly passes: readonly RowWork[];
  /** By stage: the place of its elements among those that a later pass reads; −1 for others. */
  readonly keptAt: readonly number[];
  /** How many stages are kept. */
  readonly kept: number;
}

/** In which pass over a row each stage is computed. */
interface RowPasses {
  /** How many passes there are. */
  readonly count: number;
  /** By stage: its pass; a number per row that is not reduced is computed before it, `count` is after all. */
  readonly pass: readonly number[];
  /** By stage: whether a later pass reads the elements that it computes. */
  readonly later: readonly boolean[];
}

/** The arguments that an expression reads. */
function indicesOf(expr: Expr): number[] {
  return argsOf(expr).flatMap((arg) => (arg?.kind === "arg" ? [arg.index] : []));
}

/**
 * The passes that a step over rows takes: what is reduced in one can be read in the next. Elements are computed
 * where they are read first.
 */
function passesOf({ inputs, stages }: RowsStep): RowPasses {
  const reads = stages.map(({ expr }) => {
    return indicesOf(expr).flatMap((index) =>
      index < inputs.length ? [] : [index - inputs.length],
    );
  });
  // The first pass that may read a stage.
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
 * Puts the stages of a step into passes over a row; elements that only their own pass reads become part of its
 * expressions.
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
      // What is reduced is a number that only later work has.
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
