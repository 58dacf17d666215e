import type { CallExpression, Expression, MemberExpression } from "acorn";
import { call, literal } from "../build.ts";
import type { Expr, ScalarFn } from "../expr.ts";
import { select } from "../logic.ts";
import type { Fail } from "./fail.ts";
import { binaryOperators, mathConstants, namedConstants, unaryOperators } from "./operators.ts";

/** What names mean. */
export interface Names {
  readonly functions: Readonly<Record<string, ScalarFn>>;
  /** The argument of that name, or null where there can be none. */
  argument(name: string): Expr | null;
}

/** A syntax node as its parts and how to make an expression of them. */
interface Piece {
  readonly parts: readonly Expression[];
  make(parts: readonly Expr[]): Expr;
}

/** Makes an expression of a syntax tree, without recursion. */
export function convertSyntax(root: Expression, names: Names, fail: Fail): Expr {
  const values: Expr[] = [];
  const stack: { piece: Piece; next: number }[] = [{ piece: pieceOf(root, names, fail), next: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const part = top.piece.parts[top.next++];
    if (part !== undefined) {
      stack.push({ piece: pieceOf(part, names, fail), next: 0 });
    } else {
      const count = top.piece.parts.length;
      values.push(top.piece.make(values.splice(values.length - count, count)));
      stack.pop();
    }
  }
  return values[0] as Expr;
}

function pieceOf(node: Expression, names: Names, fail: Fail): Piece {
  switch (node.type) {
    case "Literal":
      return leaf(literalOf(node.value) ?? fail("literals must be numbers or booleans", node));
    case "Identifier":
      return leaf(named(node.name, names) ?? fail("a name must be an argument", node));
    case "ParenthesizedExpression":
      return { parts: [node.expression], make: ([inner]) => inner as Expr };
    case "ConditionalExpression":
      return apply(select, [node.test, node.consequent, node.alternate], node, fail);
    case "UnaryExpression":
      return apply(unaryOperators.get(node.operator), [node.argument], node, fail);
    case "BinaryExpression":
    case "LogicalExpression":
      return apply(
        binaryOperators.get(node.operator),
        [node.left as Expression, node.right],
        node,
        fail,
      );
    case "MemberExpression": {
      const value = mathConstants.get(mathName(node) ?? "");
      return leaf(
        value === undefined ? fail("it must be Math.PI or Math.E", node) : literal(value),
      );
    }
    case "CallExpression":
      return apply(functionOf(node, names, fail), node.arguments as Expression[], node, fail);
    default:
      return fail(`${node.type} must not occur`, node);
  }
}

function leaf(expr: Expr): Piece {
  return { parts: [], make: () => expr };
}

function literalOf(value: unknown): Expr | null {
  if (typeof value === "number") return literal(value);
  return typeof value === "boolean" ? literal(Number(value), "bool") : null;
}

function named(name: string, names: Names): Expr | null {
  const argument = names.argument(name);
  if (argument !== null) return argument;
  const value = namedConstants.get(name);
  return value === undefined ? null : literal(value);
}

function mathName(node: Expression | MemberExpression): string | null {
  if (node.type !== "MemberExpression" || node.computed || node.optional) return null;
  const { object, property } = node;
  const ofMath = object.type === "Identifier" && object.name === "Math";
  return ofMath && property.type === "Identifier" ? property.name : null;
}

function functionOf(node: CallExpression, names: Names, fail: Fail): ScalarFn {
  const { callee } = node;
  const name = callee.type === "Identifier" ? callee.name : mathName(callee as Expression);
  if (name !== null && Object.hasOwn(names.functions, name))
    return names.functions[name] as ScalarFn;
  return fail(`a function must be one of ${Object.keys(names.functions).join(", ")}`, callee);
}

function apply(
  fn: ScalarFn | undefined,
  parts: readonly Expression[],
  node: Expression,
  fail: Fail,
): Piece {
  if (fn === undefined) return fail("this operator must not occur", node);
  const make = (values: readonly Expr[]) => {
    const args = withTypedNumbers(values);
    const types = args.map((inner) => inner.type);
    if (args.length !== fn.arity || fn.type(types) === null) {
      fail(`${fn.name} must have ${fn.arity} argument(s) of fitting types, not (${types})`, node);
    }
    const [x] = args;
    const negative = node.type === "UnaryExpression" && node.operator === "-";
    return negative && x?.kind === "const" ? literal(-x.value, x.type) : call(fn, ...args);
  };
  return { parts, make };
}

/** Whole numbers beside an integer are integers of its type. */
function withTypedNumbers(args: readonly Expr[]): readonly Expr[] {
  const integer = args.find(({ type }) => type === "i32" || type === "u32");
  if (integer === undefined) return args;
  return args.map((inner) =>
    inner.kind === "const" && inner.type === "float" && Number.isInteger(inner.value)
      ? literal(inner.value, integer.type)
      : inner,
  );
}
