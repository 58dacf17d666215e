import type { ScalarFn, ScalarType } from "./expr.ts";

/**
 * The levels of how strongly the parts of a text hold together. A higher number holds tighter.
 *
 * The numbers are the `level` of a {@link Phrase}.
 *
 * @category Expressions
 */
export const precedence = {
  /** The choice `c ? x : y`. */
  choice: 3,
  /** The operator `||`. */
  or: 4,
  /** The operator `&&`. */
  and: 5,
  /** The operators `===` and `!==`. */
  equality: 9,
  /** The operators `<`, `<=`, `>` and `>=`. */
  order: 10,
  /** The operators `+` and `-` between two terms. */
  sum: 12,
  /** The operators `*` and `/`. */
  product: 13,
  /** The operator `**`. */
  power: 14,
  /** The operators `-` and `!` before a term, and negative numbers. */
  unary: 15,
  /** Names, numbers and calls. */
  atom: 20,
} as const;

/**
 * A text, and how strongly its parts hold together.
 *
 * @category Expressions
 */
export interface Phrase {
  /** The text. */
  readonly text: string;
  /** One of {@link precedence}. A context that holds tighter puts the text in parentheses. */
  readonly level: number;
}

/**
 * The rules for writing expressions in a language.
 *
 * @category Expressions
 */
export interface Syntax {
  /**
   * Writes a literal.
   *
   * @param value - The value. Booleans are 0 and 1.
   * @param type - The type of the literal.
   * @returns The text.
   */
  literal(value: number, type: ScalarType): Phrase;
  /**
   * Writes a call of a function.
   *
   * @param fn - The function.
   * @param args - The texts of the arguments.
   * @param types - The types of the arguments.
   * @returns The text.
   */
  call(fn: ScalarFn, args: readonly Phrase[], types: readonly ScalarType[]): Phrase;
  /**
   * Writes a line that names a sub-expression for the lines below it.
   *
   * @param name - The name.
   * @param value - The text of the sub-expression.
   * @param type - The type of the sub-expression.
   * @returns The line.
   */
  declare(name: string, value: string, type: ScalarType): string;
}

/**
 * Returns the text of a phrase, in parentheses if it holds together less strongly than `level`.
 *
 * @param phrase - The phrase.
 * @param level - How strongly the context holds together; one of {@link precedence}.
 * @returns The text.
 * @nothrow
 * @category Expressions
 */
export function inside(phrase: Phrase, level: number): string {
  return phrase.level < level ? `(${phrase.text})` : phrase.text;
}

/**
 * Writes `x ∘ y` for an operator that groups to the left.
 *
 * @param symbol - The operator.
 * @param level - How strongly it holds together; one of {@link precedence}.
 * @param args - The two operands.
 * @returns The phrase.
 * @nothrow
 * @category Expressions
 */
export function infix(symbol: string, level: number, args: readonly Phrase[]): Phrase {
  const [x, y] = args as readonly [Phrase, Phrase];
  return { text: `${inside(x, level)} ${symbol} ${inside(y, level + 1)}`, level };
}

/**
 * Writes `x ** y`. The operator groups to the right, and a sign before x needs parentheses.
 *
 * @param symbol - The operator.
 * @param args - The base and the exponent.
 * @returns The phrase.
 * @nothrow
 * @category Expressions
 */
export function power(symbol: string, args: readonly Phrase[]): Phrase {
  const [x, y] = args as readonly [Phrase, Phrase];
  const level = precedence.power;
  return { text: `${inside(x, precedence.atom)} ${symbol} ${inside(y, level)}`, level };
}

/**
 * Writes `-x` or `!x`.
 *
 * @param symbol - The operator.
 * @param args - The operand, as a list of one.
 * @returns The phrase.
 * @nothrow
 * @category Expressions
 */
export function prefix(symbol: string, args: readonly Phrase[]): Phrase {
  return {
    text: `${symbol}${inside(args[0] as Phrase, precedence.atom)}`,
    level: precedence.unary,
  };
}

/**
 * Writes `c ? x : y`. A choice in c or x gets parentheses.
 *
 * @param args - The condition and the two branches.
 * @returns The phrase.
 * @nothrow
 * @category Expressions
 */
export function choice(args: readonly Phrase[]): Phrase {
  const [c, x, y] = args as readonly [Phrase, Phrase, Phrase];
  const level = precedence.choice;
  const text = `${inside(c, level + 1)} ? ${inside(x, level + 1)} : ${inside(y, level)}`;
  return { text, level };
}

/**
 * Writes a call `f(x, y)`.
 *
 * @param name - The name of the function.
 * @param args - The arguments.
 * @returns The phrase.
 * @nothrow
 * @category Expressions
 */
export function functionCall(name: string, args: readonly Phrase[]): Phrase {
  // Concatenation does not copy the texts, and join does. Shared parts may make the texts huge.
  let list = "";
  for (const { text } of args) list += list === "" ? text : `, ${text}`;
  return { text: `${name}(${list})`, level: precedence.atom };
}

/**
 * Writes a number as JavaScript does, exact to the last bit.
 *
 * @param value - The number.
 * @returns The phrase.
 * @nothrow
 * @category Expressions
 */
export function numberLiteral(value: number): Phrase {
  const text = Object.is(value, -0) ? "-0" : String(value);
  return { text, level: text.startsWith("-") ? precedence.unary : precedence.atom };
}
