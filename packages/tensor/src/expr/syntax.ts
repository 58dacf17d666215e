import type { ScalarFn, ScalarType } from "./expr.ts";

/** How strongly parts of a text hold together; higher is tighter, calls and names are `atom`. */
export const precedence = {
  choice: 3,
  or: 4,
  and: 5,
  equality: 9,
  order: 10,
  sum: 12,
  product: 13,
  power: 14,
  unary: 15,
  atom: 20,
} as const;

/** A text and how strongly it holds together. */
export interface Phrase {
  /** The text itself. */
  readonly text: string;
  /** One of `precedence`: a tighter context puts it in parentheses. */
  readonly level: number;
}

/** How expressions are written in some language. */
export interface Syntax {
  /** A literal. */
  literal(value: number, type: ScalarType): Phrase;
  /** A call of `fn`; `types` are those of its arguments. */
  call(fn: ScalarFn, args: readonly Phrase[], types: readonly ScalarType[]): Phrase;
  /** A line that names a sub-expression for later lines. */
  declare(name: string, value: string, type: ScalarType): string;
}

/** The phrase in parentheses where it holds together less strongly than `level`. */
export function inside(phrase: Phrase, level: number): string {
  return phrase.level < level ? `(${phrase.text})` : phrase.text;
}

/** `x ∘ y` for an operator that groups to the left. */
export function infix(symbol: string, level: number, args: readonly Phrase[]): Phrase {
  const [x, y] = args as readonly [Phrase, Phrase];
  return { text: `${inside(x, level)} ${symbol} ${inside(y, level + 1)}`, level };
}

/** `x ** y`, which groups to the right and takes no sign on its left. */
export function power(symbol: string, args: readonly Phrase[]): Phrase {
  const [x, y] = args as readonly [Phrase, Phrase];
  const level = precedence.power;
  return { text: `${inside(x, precedence.atom)} ${symbol} ${inside(y, level)}`, level };
}

/** `-x` or `!x`. */
export function prefix(symbol: string, args: readonly Phrase[]): Phrase {
  return {
    text: `${symbol}${inside(args[0] as Phrase, precedence.atom)}`,
    level: precedence.unary,
  };
}

/** `c ? x : y`, with choices in its first two parts in parentheses. */
export function choice(args: readonly Phrase[]): Phrase {
  const [c, x, y] = args as readonly [Phrase, Phrase, Phrase];
  const level = precedence.choice;
  const text = `${inside(c, level + 1)} ? ${inside(x, level + 1)} : ${inside(y, level)}`;
  return { text, level };
}

/** `f(x, y)`. */
export function functionCall(name: string, args: readonly Phrase[]): Phrase {
  // Concatenation, unlike join, does not copy the texts: shared parts may make them huge.
  let list = "";
  for (const { text } of args) list += list === "" ? text : `, ${text}`;
  return { text: `${name}(${list})`, level: precedence.atom };
}

/** A number as JavaScript writes it, exact to the last bit. */
export function numberLiteral(value: number): Phrase {
  const text = Object.is(value, -0) ? "-0" : String(value);
  return { text, level: text.startsWith("-") ? precedence.unary : precedence.atom };
}
