import { type DType, storedType } from "../../dtype.ts";
import type { Expr, ScalarFn, ScalarType } from "../../expr/expr.ts";
import { primitiveFns } from "../../expr/functions.ts";
import { printExpr } from "../../expr/print.ts";
import { scalarTypeOf } from "../../expr/scalarType.ts";
import { postorder } from "../../expr/walk.ts";
import type { Plan } from "../plan.ts";
import type { View } from "../view.ts";
import type { Refuse } from "./refuse.ts";

const primitives: ReadonlySet<ScalarFn> = new Set(Object.values(primitiveFns));

/** The scalar type of a view's elements. */
export function typeOfView(plan: Plan, view: View): ScalarType {
  return scalarTypeOf(plan.buffers[view.buffer]?.dtype as DType);
}

/** Checks the types of the arguments in expressions. */
export function checkCalls(
  exprs: readonly Expr[],
  types: readonly ScalarType[],
  refuse: Refuse,
): void {
  for (const node of postorder(exprs)) {
    if (node.kind === "arg" && types[node.index] !== node.type) {
      const type = types[node.index] ?? "nothing";
      refuse(`argument ${node.index} must be ${type}, as its input is`, node.type);
    }
    if (node.kind === "call") checkCall(node.fn, node.args, node, refuse);
  }
}

/** Checks expressions against the types of their arguments, and against the types of the outputs that they fill. */
export function checkExprs(
  plan: Plan,
  exprs: readonly Expr[],
  types: readonly ScalarType[],
  outputs: readonly View[],
  refuse: Refuse,
): void {
  if (exprs.length !== outputs.length) {
    refuse(`there must be an output for each of ${exprs.length} expressions`, `${outputs.length}`);
  }
  checkCalls(exprs, types, refuse);
  exprs.forEach((expr, j) => {
    const dtype = plan.buffers[outputs[j]?.buffer as number]?.dtype as DType;
    const wanted = storedType(expr.type, plan.float);
    const wide = expr.type === "float" && dtype === "f64";
    if (dtype !== wanted && !wide)
      refuse(`outputs[${j}] must be ${wanted}, as ${printExpr(expr)} is`, dtype);
  });
}

function checkCall(fn: ScalarFn, args: readonly Expr[], node: Expr, refuse: Refuse): void {
  const types = args.map((inner) => inner.type);
  if (args.length !== fn.arity || fn.type(types) !== node.type) {
    refuse(`${fn.name} must give ${node.type} of fitting types`, `(${types.join(", ")})`);
  }
  if (!primitives.has(fn) && fn.define === undefined) {
    refuse("functions must be primitive or have a definition", fn.name);
  }
}
