import { BackendError, type Expr, expandAll, postorder, type ScalarType } from "@metrigrad/tensor";
import { ruleOf, type Term } from "./rules.ts";

/** Returns a literal of a scalar type as WGSL. */
export function literalText(value: number, type: ScalarType): string {
  if (type === "bool") return String(value !== 0);
  if (type === "u32") return `${value >>> 0}u`;
  if (type === "i32")
    return value === -(2 ** 31) ? "bitcast<i32>(0x80000000u)" : `i32(${value | 0})`;
  const float = Math.fround(value);
  if (Number.isNaN(float)) return "fromBits(0x7fc00000u)";
  if (!Number.isFinite(float)) return `fromBits(${float > 0 ? "0x7f800000u" : "0xff800000u"})`;
  if (Object.is(float, -0)) return "fromBits(0x80000000u)";
  return `${float}f`;
}

/**
 * Returns lines that compute expressions, one for each sub-expression, and the names of their values.
 *
 * `args` are the texts of the arguments. `prefix` keeps the names apart from others in scope.
 */
export function expressionLines(
  exprs: readonly Expr[],
  args: readonly string[],
  prefix = "t",
): { readonly lines: readonly string[]; readonly results: readonly string[] } {
  const roots = expandAll(exprs);
  const lines: string[] = [];
  const terms = new Map<Expr, Term>();
  const byText = new Map<string, string>();
  const named = (text: string): string => {
    const known = byText.get(text);
    if (known !== undefined) return known;
    const name = `${prefix}${lines.length}`;
    lines.push(`let ${name} = ${text};`);
    byText.set(text, name);
    return name;
  };
  for (const node of postorder(roots)) {
    const { type } = node;
    if (node.kind === "const") {
      const text = named(literalText(node.value, type));
      terms.set(node, { text, type, literal: node.value });
    } else if (node.kind === "arg") {
      terms.set(node, { text: args[node.index] as string, type });
    } else {
      const rule = ruleOf(node.fn);
      if (rule === undefined) throw unknown(node.fn.name);
      const operands = node.args.map((inner) => terms.get(inner) as Term);
      terms.set(node, {
        text: named(rule(operands as unknown as Parameters<typeof rule>[0])),
        type,
      });
    }
  }
  return { lines, results: roots.map((root) => (terms.get(root) as Term).text) };
}

function unknown(name: string): BackendError {
  return new BackendError({
    where: `gpu, expression ${name}`,
    must: "a function must be a primitive or have a `define`",
    got: "neither",
    todo: "give it a `define` in terms of primitives",
  });
}
