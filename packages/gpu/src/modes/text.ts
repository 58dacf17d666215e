import { type Expr, expandAll, postorder } from "@metrigrad/tensor";
import { ruleOf } from "./rules.ts";

/** Expressions as lines of a gpu.js kernel. */
export interface KernelText {
  readonly lines: readonly string[];
  readonly results: readonly string[];
  /** Numbers that have no literal or that compilers must not know. They are passed as arguments `c0`, `c1`, … */
  readonly numbers: readonly number[];
}

/**
 * Returns expressions of floats and booleans as kernel text; null if they hold integers, which the floats of these
 * kernels cannot keep.
 */
export function kernelText(exprs: readonly Expr[], args: readonly string[]): KernelText | null {
  const roots = expandAll(exprs);
  const lines: string[] = [];
  const numbers: number[] = [];
  const number = (value: number) => {
    const known = numbers.findIndex((other) => Object.is(other, value));
    return `c${known < 0 ? numbers.push(value) - 1 : known}`;
  };
  const texts = new Map<Expr, string>();
  for (const node of postorder(roots)) {
    if (node.type !== "float" && node.type !== "bool") return null;
    if (node.kind === "arg") texts.set(node, args[node.index] as string);
    else if (node.kind === "const") texts.set(node, literal(Math.fround(node.value), number));
    else {
      const rule = ruleOf(node.fn);
      if (rule === undefined) return null;
      const operands = node.args.map((inner) => texts.get(inner) as string);
      const name = `t${lines.length}`;
      lines.push(
        `const ${name} = ${rule(operands as unknown as [string, string, string], number)};`,
      );
      texts.set(node, name);
    }
  }
  return { lines, results: roots.map((root) => texts.get(root) as string), numbers };
}

function literal(value: number, number: (value: number) => string): string {
  if (!Number.isFinite(value) || Object.is(value, -0)) return number(value);
  const text = Number.isInteger(value) && Math.abs(value) < 1e15 ? value.toFixed(1) : String(value);
  return value < 0 ? `(${text})` : text;
}
