import type { Expr } from "./expr.ts";
import { infixSyntax } from "./infix.ts";
import { type Phrase, precedence, type Syntax } from "./syntax.ts";
import { postorder } from "./walk.ts";

/** How to write expressions. */
export interface PrintOptions {
  /** Texts of the arguments; x0, x1, … by default. */
  readonly args?: readonly string[];
  /** The language; the expression language by default. */
  readonly syntax?: Syntax;
  /** Whether calls that are used more than once get a line of their own. */
  readonly share?: boolean;
}

/** Lines that name shared parts, and the text of each expression. */
export interface PrintedCode {
  /** Definitions of shared parts, in order. */
  readonly lines: readonly string[];
  /** A text for each expression. */
  readonly results: readonly string[];
}

/** Expressions as text; shared calls become lines `t0`, `t1`, … unless `share` is false. */
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

const longest = 1000;

/**
 * An expression as one line with as few parentheses as possible; `parseExpr` reads it back (a whole
 * number of type i32 or u32 only beside another integer). Shared parts are written out unless
 * `share` is true or the text would be too long; then they come first, as in `t0 = exp(x0); t0 * (1 + t0)`.
 */
export function printExpr(expr: Expr, options: PrintOptions = {}): string {
  if (options.share !== true) {
    const text = wholeText(expr, options);
    if (text !== null && (options.share === false || text.length <= longest)) return text;
  }
  const { lines, results } = printCode([expr], { ...options, share: true });
  return [...lines, ...results].join("; ");
}

/** The text without sharing, or null where it exceeds what a string can hold. */
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

function countUses(order: readonly Expr[], roots: readonly Expr[]): Map<Expr, number> {
  const uses = new Map<Expr, number>();
  const use = (node: Expr) => uses.set(node, (uses.get(node) ?? 0) + 1);
  for (const node of order) if (node.kind === "call") node.args.forEach(use);
  roots.forEach(use);
  return uses;
}
