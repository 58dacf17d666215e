import { call, literal } from "../build.ts";
import type { Expr, ScalarFn } from "../expr.ts";
import { select } from "../logic.ts";
import type { Fail } from "./fail.ts";
import { binaryOperators, mathConstants, namedConstants, unaryOperators } from "./operators.ts";
import type { Token } from "./tokens.ts";

/** What the names in a text mean. */
export interface Names {
  readonly functions: Readonly<Record<string, ScalarFn>>;
  /** The argument of that name, or null if there is no such argument. */
  argument(name: string): Expr | null;
}

/** Reads an expression by operator precedence (Pratt, "Top down operator precedence", 1973). */
export class Parser {
  private readonly tokens: readonly Token[];
  private readonly names: Names;
  private readonly fail: Fail;
  private at = 0;

  constructor(tokens: readonly Token[], names: Names, fail: Fail) {
    this.tokens = tokens;
    this.names = names;
    this.fail = fail;
  }

  /** The expression that all tokens together make. */
  whole(): Expr {
    const expr = this.choice();
    if (this.next.kind !== "end") this.fail("it must be one expression", this.next);
    return expr;
  }

  private get next(): Token {
    return this.tokens[this.at] as Token;
  }

  /** The end of the last token that was read. */
  private get end(): number {
    return this.tokens[this.at - 1]?.end ?? 0;
  }

  private take(): Token {
    const token = this.next;
    if (token.kind !== "end") this.at++;
    return token;
  }

  /** Reads a sign if it comes next, and returns whether it did. */
  private accepts(sign: string): boolean {
    const found = this.next.kind === "sign" && this.next.text === sign;
    if (found) this.at++;
    return found;
  }

  private expect(sign: string): void {
    if (!this.accepts(sign)) this.fail(`"${sign}" must come here`, this.next);
  }

  /** A choice `test ? then : otherwise`, or anything that binds tighter. */
  private choice(): Expr {
    const { start } = this.next;
    const test = this.binary(1);
    if (!this.accepts("?")) return test;
    const chosen = this.choice();
    this.expect(":");
    return this.apply(select, [test, chosen, this.choice()], start);
  }

  /** Terms joined by operators whose precedence is at least `least`. */
  private binary(least: number): Expr {
    const { start } = this.next;
    let left = this.unary();
    for (;;) {
      const operator = binaryOperators.get(this.next.text);
      if (operator === undefined || operator.precedence < least) return left;
      this.take();
      const { fn, precedence, fromRight = false } = operator;
      const right = this.binary(fromRight ? precedence : precedence + 1);
      left = this.apply(fn, [left, right], start);
    }
  }

  private unary(): Expr {
    const { text, start } = this.next;
    const fn = unaryOperators.get(text);
    if (fn === undefined) return this.primary();
    this.take();
    const x = this.unary();
    if (this.next.text === "**") {
      this.fail(
        `"**" after ${text}x must have parentheses, (${text}x) ** y or ${text}(x ** y)`,
        this.next,
      );
    }
    const isNegative = text === "-" && x.kind === "const";
    return isNegative ? literal(-x.value, x.type) : this.apply(fn, [x], start);
  }

  private primary(): Expr {
    if (this.accepts("(")) {
      const inner = this.choice();
      this.expect(")");
      return inner;
    }
    const token = this.take();
    if (token.kind === "number") return literal(Number(token.text.replaceAll("_", "")));
    if (token.kind === "name") return this.named(token);
    return this.fail("a number, a name or ( must come here", token);
  }

  /** A constant, an argument or a call. */
  private named({ text, start }: Token): Expr {
    if (text === "true" || text === "false") return literal(Number(text === "true"), "bool");
    const ofMath = text === "Math" && this.accepts(".");
    const name = ofMath ? this.take().text : text;
    const position = { start, end: this.end };
    if (this.accepts("(")) {
      const { functions } = this.names;
      const known = `a function must be one of ${Object.keys(functions).join(", ")}`;
      if (!Object.hasOwn(functions, name)) this.fail(known, position);
      return this.apply(functions[name] as ScalarFn, this.args(), start);
    }
    if (ofMath) {
      const value = mathConstants.get(name);
      return value === undefined
        ? this.fail("it must be Math.PI or Math.E", position)
        : literal(value);
    }
    const value = namedConstants.get(name);
    const constant = value === undefined ? null : literal(value);
    return (
      this.names.argument(name) ?? constant ?? this.fail("a name must be an argument", position)
    );
  }

  /** The arguments of a call. The opening parenthesis was read before. */
  private args(): Expr[] {
    const args: Expr[] = [];
    if (this.accepts(")")) return args;
    do args.push(this.choice());
    while (this.accepts(","));
    this.expect(")");
    return args;
  }

  /** A call of a function. Fails if the number or the types of the arguments do not fit. */
  private apply(fn: ScalarFn, given: readonly Expr[], start: number): Expr {
    const args = withTypedNumbers(given);
    const types = args.map(({ type }) => type);
    if (args.length !== fn.arity || fn.type(types) === null) {
      const must = `${fn.name} must have ${fn.arity} argument(s) of fitting types, not (${types})`;
      this.fail(must, { start, end: this.end });
    }
    return call(fn, ...args);
  }
}

/** Makes integers of whole numbers that are beside an integer, of its type. */
function withTypedNumbers(args: readonly Expr[]): readonly Expr[] {
  const integer = args.find(({ type }) => type === "i32" || type === "u32");
  if (integer === undefined) return args;
  return args.map((inner) =>
    inner.kind === "const" && inner.type === "float" && Number.isInteger(inner.value)
      ? literal(inner.value, integer.type)
      : inner,
  );
}
