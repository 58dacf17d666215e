import { ShapeError } from "../errors.ts";
import type { Expr } from "./expr.ts";
import { argsOf, postorder } from "./walk.ts";

/**
 * A function that computes expressions from the values of their arguments. It writes the values into `results`.
 *
 * @category Expressions
 */
export type ExprProgram = (args: ArrayLike<number>, results: { [index: number]: number }) => void;

/**
 * Compiles several expressions to one function. It computes each shared sub-expression once.
 *
 * Floats are computed in float64, and integers exactly in 32 bits. Booleans are 0 and 1. The function does not check its
 * arguments: argument k is `args[k]`.
 *
 * @param exprs - The expressions.
 * @returns A function that fills `results[j]` with the value of expression j.
 * @nothrow
 * @category Expressions
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

/**
 * Compiles an expression to a function of the values of its arguments. It computes as {@link compileExprs} does.
 *
 * @param expr - The expression.
 * @returns A function that returns the value.
 * @nothrow
 * @category Expressions
 */
export function compileExpr(expr: Expr): (args: ArrayLike<number>) => number {
  const program = compileExprs([expr]);
  const result = [0];
  return (args) => {
    program(args, result);
    return result[0] as number;
  };
}

/**
 * Returns the value of an expression.
 *
 * @param expr - The expression.
 * @param args - The values of the arguments; booleans are 0 and 1.
 * @returns The value.
 * @throws {@link ShapeError} if an argument that the expression reads is missing.
 * @category Expressions
 */
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
