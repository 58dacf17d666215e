import type { Expr } from "./expr.ts";
import { infixSyntax } from "./infix.ts";
import { type Phrase, precedence, type Syntax } from "./syntax.ts";
import { postorder } from "./walk.ts";

/**
 * Options of {@link printExpr} and {@link printCode}.
 *
 * @category Expressions
 */
export interface PrintOptions {
  /** The texts of the arguments; x0, x1, … by default. */
  readonly args?: readonly string[];
  /** The language; the expression language ({@link infixSyntax}) by default. */
  readonly syntax?: Syntax;
  /**
   * Whether a call that is used more than once gets a line of its own.
   *
   * `printCode` does so by default. `printExpr` does so by default only for long texts.
   */
  readonly share?: boolean;
}

/**
 * The lines that name shared parts, and the text of each expression.
 *
 * @category Expressions
 */
export interface PrintedCode {
  /** The definitions of shared parts, in order. */
  readonly lines: readonly string[];
  /** The text of each expression. It may use the names of shared parts. */
  readonly results: readonly string[];
}

/**
 * Writes expressions as text. A shared call becomes a line `t0`, `t1`, … unless `share` is false.
 *
 * @param exprs - The expressions.
 * @param options - The language, the texts of the arguments, and whether parts are shared.
 * @returns The lines and the texts.
 * @throws RangeError if `share` is false and a text is longer than JavaScript allows.
 * @category Expressions
 */
export function printCode(exprs: readonly Expr[], options: PrintOptions = {}): PrintedCode {
  const { args = [], syntax = infixSyntax, share = true } = options;
  const order = postorder(exprs);
  const uses = share ? countUses(order, exprs) : new Map<Expr, number>();
  const lines: string[] = [];
  const phrases = new Map<Expr, Phrase>();
  const phraseOf = (node: Expr) => phrases.get(node) as Phrase;
  for (const node of order) {
    if (node.kind === "const") phrases.set(node, syntax.literal(node.value, node.type));
    else if (node.kind === "arg") phrases.set(node, name(args[node.index] ?? `x${node.index}`));
    else {
      const types = node.args.map((inner) => inner.type);
      const phrase = syntax.call(node.fn, node.args.map(phraseOf), types);
      const named = (uses.get(node) ?? 0) > 1 ? `t${lines.length}` : null;
      if (named !== null) lines.push(syntax.declare(named, phrase.text, node.type));
      phrases.set(node, named === null ? phrase : name(named));
    }
  }
  return { lines, results: exprs.map((expr) => phraseOf(expr).text) };
}

/** A longer text is written with shared parts, unless `share` is false. */
const longest = 1000;

/**
 * Writes an expression as one line with as few parentheses as possible. {@link parseExpr} reads it back.
 *
 * An i32 or u32 literal reads back as an integer only beside another integer. Texts above 1000 characters name shared parts
 * first, as in `t0 = exp(x0); t0 * (1 + t0)`. `share: true` always does so, and `share: false` never.
 *
 * @param expr - The expression.
 * @param options - The language, the texts of the arguments, and whether parts are shared.
 * @returns The line.
 * @nothrow
 * @category Expressions
 */
export function printExpr(expr: Expr, options: PrintOptions = {}): string {
  if (options.share !== true) {
    const text = wholeText(expr, options);
    if (text !== null && (options.share === false || text.length <= longest)) return text;
  }
  const { lines, results } = printCode([expr], { ...options, share: true });
  return [...lines, ...results].join("; ");
}

/** The text without shared parts, or null if it is longer than JavaScript allows. */
function wholeText(expr: Expr, options: PrintOptions): string | null {
  try {
    return printCode([expr], { ...options, share: false }).results[0] as string;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function name(text: string): Phrase {
  return { text, level: precedence.atom };
}

/** How often each expression is used, as an argument or as a root. */
function countUses(order: readonly Expr[], roots: readonly Expr[]): Map<Expr, number> {
  const uses = new Map<Expr, number>();
  const use = (node: Expr) => uses.set(node, (uses.get(node) ?? 0) + 1);
  for (const node of order) if (node.kind === "call") node.args.forEach(use);
  roots.forEach(use);
  return uses;
}
