import { type Expression, parseExpressionAt } from "acorn";
import type { Fail } from "./fail.ts";

/** The names of the parameters, where the text is an arrow function, and the expression. */
export interface Parsed {
  readonly params: readonly string[] | null;
  readonly body: Expression;
}

/** Reads a JavaScript expression or arrow function. */
export function parseSyntax(source: string, fail: Fail): Parsed {
  const root = read(source, fail);
  if (root.type !== "ArrowFunctionExpression") return { params: null, body: root };
  const params = root.params.map((param) =>
    param.type === "Identifier" ? param.name : fail("parameters must be plain names", param),
  );
  if (root.body.type === "BlockStatement" || root.async) {
    return fail("an arrow function must be (x, y) => expression", root);
  }
  return { params, body: root.body };
}

function read(source: string, fail: Fail): Expression {
  let root: Expression;
  try {
    root = parseExpressionAt(source, 0, { ecmaVersion: 2022, preserveParens: true });
  } catch (error) {
    const { message, pos } = error as SyntaxError & { pos: number };
    return fail(`it must be a JavaScript expression (${message.split(" (")[0]})`, { start: pos });
  }
  const rest = source.slice(root.end);
  const gap = rest.length - rest.trimStart().length;
  if (gap < rest.length) fail("it must be one expression", { start: root.end + gap });
  while (root.type === "ParenthesizedExpression") root = root.expression;
  return root;
}
