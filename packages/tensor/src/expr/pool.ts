import { literal } from "./build.ts";
import type { CallExpr, Expr, ScalarFn, ScalarType } from "./expr.ts";

/** Whether f(x, y) = f(y, x) for a function. Then both orders become one expression. */
export type Commutes = (fn: ScalarFn) => boolean;

/** Keeps one object per expression. Equal leaves become one object, and so do equal calls on the same objects. */
export interface ExprPool {
  /** The one object for a literal or an argument. */
  leaf(node: Expr): Expr;
  /** The one object for a call on pooled arguments. If this is the first such call, it is `like` itself. */
  call(fn: ScalarFn, args: readonly Expr[], like?: CallExpr): Expr;
}

/** Makes an empty pool. */
export function exprPool(commutes: Commutes): ExprPool {
  const numbers = new Map<unknown, number>();
  const known = new Map<string, Expr>();
  const numberOf = (thing: unknown): number => {
    const number = numbers.get(thing) ?? numbers.size;
    numbers.set(thing, number);
    return number;
  };
  const intern = (key: string, make: () => Expr): Expr => {
    const found = known.get(key) ?? make();
    known.set(key, found);
    return found;
  };
  return {
    leaf: (node) => intern(leafKey(node), () => node),
    call: (fn, args, like) => {
      const ids = args.map(numberOf);
      if (commutes(fn)) ids.sort((a, b) => a - b);
      return intern(`${numberOf(fn)}(${ids.join()})`, () => {
        if (like !== undefined && args.every((inner, i) => inner === like.args[i])) return like;
        const type = fn.type(args.map((inner) => inner.type)) as ScalarType;
        return { kind: "call", type, fn, args };
      });
    },
  };
}

/** A text that tells leaves apart. */
function leafKey(node: Expr): string {
  if (node.kind === "arg") return `arg ${node.type} ${node.index}`;
  if (node.kind === "call") throw new TypeError("a call is no leaf");
  return `${node.type} ${Object.is(node.value, -0) ? "-0" : node.value}`;
}

/** Whether a node is a literal, of the given value if you pass one. 0 and −0 count as the same. */
export function isLiteral(node: Expr, value?: number): boolean {
  return node.kind === "const" && (value === undefined || node.value === value);
}

/** The value of a call on literals, as a literal. Null if an argument is no literal. */
export function fold(fn: ScalarFn, args: readonly Expr[]): Expr | null {
  const values: number[] = [];
  for (const inner of args) {
    if (inner.kind !== "const") return null;
    values.push(inner.value);
  }
  const types = args.map((inner) => inner.type);
  const value = fn.evaluate(values, types[0] ?? "float");
  return literal(value, fn.type(types) as ScalarType);
}
