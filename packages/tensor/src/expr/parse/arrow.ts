import type { Fail } from "./fail.ts";
import type { Token } from "./tokens.ts";

/** The parameters of a formula, and the tokens of its expression. */
export interface ArrowParts {
  /** The names of the parameters, or null if the formula is no arrow function. */
  readonly params: readonly string[] | null;
  /** The tokens of the expression. The last one is the end. */
  readonly body: readonly Token[];
}

/** Separates the parameters of an arrow function, x => … or (x, y) => …, from its body. */
export function splitArrow(tokens: readonly Token[], fail: Fail): ArrowParts {
  const arrow = tokens.findIndex(({ kind, text }) => kind === "sign" && text === "=>");
  if (arrow === -1) return { params: null, body: tokens };
  const head = tokens.slice(0, arrow);
  const isBare = head.length === 1;
  const list = isBare ? head : head.slice(1, -1);
  const isClosed = isBare || (head[0]?.text === "(" && head.at(-1)?.text === ")");
  const isList = list.every(({ kind, text }, i) => (i % 2 === 0 ? kind === "name" : text === ","));
  if (!isClosed || !isList) {
    fail("parameters must be plain names, as in (x, y) => x * y", head[0] ?? (tokens[0] as Token));
  }
  const body = tokens.slice(arrow + 1);
  const [first] = body;
  if (first?.text === "{") fail("an arrow function must be (x, y) => expression", first);
  return { params: list.filter((_, i) => i % 2 === 0).map(({ text }) => text), body };
}
