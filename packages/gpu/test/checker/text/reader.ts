import { TextError, type Token, tokensOf } from "./tokens.ts";
import type { Scalar, Type } from "./tree.ts";

const scalars = ["bool", "u32", "i32", "f32"] as const satisfies readonly Scalar[];

/** Whether a type of this name may begin here. */
export const isTypeName = (name: string) =>
  /^(?:vec[234]|array|atomic)$/.test(name) || isScalarName(name);

const isScalarName = (name: string): name is (typeof scalars)[number] =>
  (scalars as readonly string[]).includes(name);

/** Reads the pieces of a text in order. */
export class Reader {
  readonly text: string;
  private readonly tokens: Token[];
  private next = 0;

  constructor(text: string) {
    this.text = text;
    this.tokens = tokensOf(text);
  }

  get token(): Token {
    return this.tokens[this.next] as Token;
  }

  get at(): number {
    return this.token.at;
  }

  /** The error for a text that is not understood here. */
  error(what: string, at = this.at): TextError {
    return new TextError(this.text, at, what);
  }

  /** Whether a sign or word comes next. */
  is(text: string): boolean {
    const { token } = this;
    return token.text === text && token.kind !== "number";
  }

  /** Passes by a sign or word if it comes next, and says whether it did. */
  takes(text: string): boolean {
    if (!this.is(text)) return false;
    this.next++;
    return true;
  }

  expect(text: string): void {
    if (!this.takes(text)) throw this.error(`${JSON.stringify(text)} must come here`);
  }

  /** Takes what comes next, which must be of a kind. */
  take(kind: Token["kind"]): Token {
    const { token } = this;
    if (token.kind !== kind) throw this.error(`a ${kind} must come here`);
    this.next++;
    return token;
  }

  word(): string {
    return this.take("word").text;
  }

  /** Reads what stands between commas, up to and with a closing sign. */
  list<T>(close: string, read: () => T): T[] {
    const all: T[] = [];
    while (!this.takes(close)) {
      all.push(read());
      if (!this.is(close)) this.expect(",");
    }
    return all;
  }

  /** Passes by the end of a list of types, which may be the first half of another sign. */
  closeAngle(): void {
    const { token } = this;
    if (this.takes(">")) return;
    if (token.kind !== "sign" || token.text[0] !== ">") throw this.error('">" must come here');
    this.tokens[this.next] = { kind: "sign", text: token.text.slice(1), at: token.at + 1 };
  }

  type(): Type {
    const { at } = this;
    const name = this.word();
    if (isScalarName(name)) return { kind: "scalar", of: name };
    if (!isTypeName(name)) throw this.error(`the type ${name} is not understood`, at);
    this.expect("<");
    const of = this.type();
    const count = name === "array" && this.takes(",") ? this.count() : null;
    this.closeAngle();
    if (name === "array") return { kind: "array", of, count };
    if (of.kind !== "scalar") throw this.error(`${name} must be of scalars`, at);
    if (name === "atomic") return { kind: "atomic", of: of.of };
    return { kind: "vector", of: of.of, size: Number(name.slice(3)) };
  }

  /** Reads a positive whole number. */
  count(): number {
    const { text, at } = this.take("number");
    const value = Number.parseInt(text, 10);
    if (!(value > 0)) throw this.error("a positive number must come here", at);
    return value;
  }
}
