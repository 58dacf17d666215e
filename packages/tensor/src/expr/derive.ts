import { mul, neg } from "./arithmetic.ts";
import { call, literal } from "./build.ts";
import type { CallExpr, Expr } from "./expr.ts";
import { addTerm, type Guard, type Guarded, sumOf, valueOf } from "./guard.ts";
import { select } from "./logic.ts";
import { isLiteral } from "./pool.ts";
import { simplify } from "./simplify.ts";
import { postorder } from "./walk.ts";

/**
 * Differentiates an expression with respect to an argument.
 *
 * It accumulates in reverse over the sub-expressions, which are shared. So the derivative's size is in proportion to the size of
 * `expr`. The branch that a `select` does not take adds 0, even if its derivative is not finite.
 *
 * @param expr - The expression.
 * @param index - The number of the argument.
 * @returns The simplified derivative, or null if it is zero everywhere. It is null too if the expression or the argument is no
 *   float.
 * @nothrow
 * @category Expressions
 */
export function derivative(expr: Expr, index: number): Expr | null {
  const root = simplify(expr);
  const order = postorder([root]);
  const dependent = new Set<Expr>();
  for (const node of order) {
    if (node.type !== "float") continue;
    const is = node.kind === "arg" ? node.index === index : argsOfCall(node).some(has(dependent));
    if (is) dependent.add(node);
  }
  if (!dependent.has(root)) return null;
  const terms = new Map<Expr, Guarded[]>([[root, [{ guard: null, value: literal(1) }]]]);
  const guards: Guards = new Map();
  for (const node of order.reverse()) {
    const adjoint = sumOf(terms.get(node) ?? []);
    if (adjoint === null || !dependent.has(node)) continue;
    if (node.kind === "arg") return nonZero(simplify(valueOf(adjoint)));
    pullBack(node as CallExpr, adjoint, guards, (inner, term) => {
      if (!dependent.has(inner)) return;
      const list = terms.get(inner) ?? [];
      addTerm(list, term);
      terms.set(inner, list);
    });
  }
  return null;
}

const argsOfCall = (node: Expr): readonly Expr[] => (node.kind === "call" ? node.args : []);
const has = (set: ReadonlySet<Expr>) => (node: Expr) => set.has(node);
const nonZero = (expr: Expr): Expr | null => (isLiteral(expr, 0) ? null : expr);

/** Passes the derivative by a call on to the arguments of the call. */
function pullBack(
  node: CallExpr,
  adjoint: Guarded,
  guards: Guards,
  give: (inner: Expr, term: Guarded) => void,
): void {
  const { guard, value } = adjoint;
  if (node.fn === select) {
    const [condition, yes, no] = node.args as readonly [Expr, Expr, Expr];
    give(yes, { guard: within(guards, guard, condition, true), value });
    give(no, { guard: within(guards, guard, condition, false), value });
    return;
  }
  node.fn.partials(node.args, node).forEach((partial, i) => {
    if (partial === null || isLiteral(partial, 0)) return;
    give(node.args[i] as Expr, { guard, value: times(value, partial) });
  });
}

/** The guards made so far, by their last condition. */
type Guards = Map<Expr, Guard[]>;

/** The guard of one branch of a condition, inside of another guard. Equal guards are one object. */
function within(guards: Guards, outer: Guard | null, condition: Expr, holds: boolean): Guard {
  const known = guards.get(condition) ?? [];
  guards.set(condition, known);
  const found = known.find((guard) => guard.holds === holds && guard.outer === outer);
  if (found !== undefined) return found;
  const made = { condition, holds, outer };
  known.push(made);
  return made;
}

/** x·y, without needless factors of 1 and −1. */
function times(x: Expr, y: Expr): Expr {
  if (isLiteral(x, 1)) return y;
  if (isLiteral(y, 1)) return x;
  if (isLiteral(x, -1)) return call(neg, y);
  return isLiteral(y, -1) ? call(neg, x) : call(mul, x, y);
}
