import { ShapeError } from "../errors.ts";
import type { Expr } from "./expr.ts";
import { argsOf, postorder } from "./walk.ts";

/** Fills `results` with the values of expressions for the given argument values. */
export type ExprProgram = (args: ArrayLike<number>, results: { [index: number]: number }) => void;

/**
 * Several expressions as one function that computes each shared sub-expression once. Arithmetic is
 * float64, or exact 32-bit; booleans are 0 and 1. Argument k is `args[k]`, unchecked.
 */
export function compileExprs(exprs: readonly Expr[]): ExprProgram {
  const order = postorder(exprs);
  const slotOf = new Map(order.map((node, slot) => [node, slot]));
  const slots = new Array<number>(order.length).fill(0);
  const loaded: number[] = [];
  const indices: number[] = [];
  const calls: (() => void)[] = [];
  order.forEach((node, slot) => {
    if (node.kind === "const") slots[slot] = node.value;
    else if (node.kind === "arg") {
      loaded.push(slot);
      indices.push(node.index);
    } else {
      const { evaluate } = node.fn;
      const from = node.args.map((inner) => slotOf.get(inner) as number);
      const type = node.args[0]?.type ?? node.type;
      const values = new Array<number>(from.length).fill(0);
      calls.push(() => {
        for (let i = 0; i < from.length; i++) values[i] = slots[from[i] as number] as number;
        slots[slot] = evaluate(values, type);
      });
    }
  });
  const outputs = exprs.map((expr) => slotOf.get(expr) as number);
  return (args, results) => {
    for (let i = 0; i < loaded.length; i++) {
      slots[loaded[i] as number] = args[indices[i] as number] as number;
    }
    for (const run of calls) run();
    for (let j = 0; j < outputs.length; j++) results[j] = slots[outputs[j] as number] as number;
  };
}

/** An expression as a function of its argument values; see `compileExprs`. */
export function compileExpr(expr: Expr): (args: ArrayLike<number>) => number {
  const program = compileExprs([expr]);
  const result = [0];
  return (args) => {
    program(args, result);
    return result[0] as number;
  };
}

/** The value of an expression. Throws ShapeError where an argument that it reads is missing. */
export function evaluate(expr: Expr, args: ArrayLike<number>): number {
  const needed = argsOf(expr).length;
  if (args.length < needed) {
    throw new ShapeError({
      where: "evaluate",
      must: `the expression must be given its ${needed} argument(s)`,
      got: String(args.length),
      todo: "pass a value for each argument",
    });
  }
  return compileExpr(expr)(args);
}
