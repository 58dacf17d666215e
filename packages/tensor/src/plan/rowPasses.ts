import type { Expr } from "../expr/expr.ts";
import { argsOf } from "../expr/walk.ts";
import type { RowsStep } from "./step.ts";

/** In which pass over a row each stage is computed. */
export interface RowPasses {
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
export function rowPasses({ inputs, stages }: RowsStep): RowPasses {
  const reads = stages.map(({ expr }) => {
    return indicesOf(expr).flatMap((index) => (index < inputs.length ? [] : [index - inputs.length]));
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
