import {
  BackendError,
  type Expr,
  expandAll,
  type ScalarFn,
  type ScalarType,
} from "@metrigrad/tensor";
import type { Rule } from "./emitter.ts";
import { ruleOf } from "./rules/table.ts";

/** A sub-expression. Arguments are indices of earlier nodes. */
export type ScalarNode =
  | { readonly op: "const"; readonly type: ScalarType; readonly value: number }
  | { readonly op: "arg"; readonly type: ScalarType; readonly index: number }
  | {
      readonly op: "call";
      readonly type: ScalarType;
      readonly rule: Rule;
      readonly args: readonly number[];
    };

/** Several expressions in primitives. Every distinct sub-expression is there once, and arguments come first. */
export interface Scalars {
  readonly nodes: readonly ScalarNode[];
  /** The node of each expression. */
  readonly roots: readonly number[];
}

/** Lists the sub-expressions of expressions; equal ones are merged. Throws BackendError. */
export function scalarsOf(exprs: readonly Expr[]): Scalars {
  const nodes: ScalarNode[] = [];
  const byKey = new Map<string, number>();
  const done = new Map<Expr, number>();
  const functions = new Map<ScalarFn, number>();
  const add = (expr: Expr, key: string, make: () => ScalarNode) => {
    const index = byKey.get(key) ?? nodes.push(make()) - 1;
    byKey.set(key, index);
    done.set(expr, index);
  };
  const visit = (expr: Expr) => {
    const { type } = expr;
    if (expr.kind === "const") {
      const { value } = expr;
      const name = Object.is(value, -0) ? "-0" : String(value);
      add(expr, `${type} ${name}`, () => ({ op: "const", type, value }));
    } else if (expr.kind === "arg") {
      const { index } = expr;
      add(expr, `${type} arg ${index}`, () => ({ op: "arg", type, index }));
    } else {
      const { fn } = expr;
      const args = expr.args.map((arg) => done.get(arg) as number);
      const id = functions.get(fn) ?? functions.size;
      functions.set(fn, id);
      add(expr, `${id}(${args.join()})`, () => ({ op: "call", type, rule: lookUp(fn), args }));
    }
  };
  const roots = expandAll(exprs);
  const stack = [...roots].reverse();
  for (let expr = stack.at(-1); expr !== undefined; expr = stack.at(-1)) {
    const waiting = expr.kind === "call" ? expr.args.filter((arg) => !done.has(arg)) : [];
    if (waiting.length > 0) {
      stack.push(...waiting);
    } else {
      stack.pop();
      if (!done.has(expr)) visit(expr);
    }
  }
  return { nodes, roots: roots.map((root) => done.get(root) as number) };
}

function lookUp(fn: ScalarFn): Rule {
  const rule = ruleOf(fn);
  if (rule) return rule;
  throw new BackendError({
    where: `cpu, expression ${fn.name}`,
    must: "a function must be a primitive or have a `define`",
    got: "neither",
    todo: "give it a `define` in terms of primitives",
  });
}
