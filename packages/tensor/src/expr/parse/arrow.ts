import type { Fail } from "./fail.ts";
import type { Token } from "./tokens.ts";

/** A formula's parameters, or null where it is an expression alone, and the tokens of its expression. */
export interface ArrowParts {
  readonly params: readonly string[] | null;
  readonly body: readonly Token[];
}

/** Takes the parameters of an arrow function off: x => … or (x, y) => …. */
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
