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
export function splitArrow(given: readonly Token[], fail: Fail): ArrowParts {
  if (!given.some(isArrow)) return { params: null, body: given };
  const tokens = unwrapped(given);
  const arrow = tokens.findIndex(isArrow);
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
  const names = list.filter((_, i) => i % 2 === 0);
  const again = names.find(({ text }, i) => names.findIndex((one) => one.text === text) < i);
  if (again !== undefined) fail("parameters must have different names", again);
  return { params: names.map(({ text }) => text), body };
}

function isArrow({ kind, text }: Token): boolean {
  return kind === "sign" && text === "=>";
}

/** Takes parentheses around the whole off, which an arrow function may have. */
function unwrapped(tokens: readonly Token[]): readonly Token[] {
  const open: number[] = [];
  const closes = new Map<number, number>();
  for (const [at, { text }] of tokens.entries()) {
    if (text === "(") open.push(at);
    if (text === ")") closes.set(open.pop() ?? -1, at);
  }
  let [from, to] = [0, tokens.length - 2];
  while (from < to && closes.get(from) === to) {
    from++;
    to--;
  }
  return [...tokens.slice(from, to + 1), ...tokens.slice(-1)];
}
