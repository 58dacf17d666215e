/** A piece of a text: its kind, what is written, and where it begins. */
export interface Token {
  readonly kind: "number" | "word" | "sign" | "end";
  readonly text: string;
  readonly at: number;
}

const spaces = /(?:\s+|\/\/[^\n]*)+/y;
const words = /[A-Za-z_]\w*/y;
const signs =
  /->|\+\+|--|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%&|^~!<>=(){}[\];:,.@]/y;
/** All that may belong to a number, so that `0.5u` is one wrong number instead of two pieces. */
const numbers = /(?:0x[0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\w*/y;
const rightNumber =
  /^(?:0x[0-9a-fA-F]+[iu]?|(?:0|[1-9]\d*)[iuf]?|(?:\d+\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][+-]?\d+)?f?)$/;

/** Says what of a text the checker does not understand. */
export class TextError extends Error {
  constructor(text: string, at: number, what: string) {
    const line = text.slice(0, at).split("\n").length;
    const near = text.slice(at, at + 60).replace(/\s+/g, " ");
    super(`WGSL, line ${line}: ${what}, at "${near}"`);
    this.name = "TextError";
  }
}

/** Returns the pieces of a text, with one of kind `end` behind them. Throws TextError. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const matched = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? "";
  };
  for (;;) {
    at += matched(spaces).length;
    if (at === text.length) return [...tokens, { kind: "end", text: "", at }];
    const token = tokenAt(text, at, matched);
    tokens.push(token);
    at += token.text.length;
  }
}

function tokenAt(text: string, at: number, matched: (pattern: RegExp) => string): Token {
  const number = matched(numbers);
  if (number !== "" && !rightNumber.test(number)) {
    throw new TextError(text, at, `${number} is not a number`);
  }
  if (number !== "") return { kind: "number", text: number, at };
  const word = matched(words);
  if (word !== "") return { kind: "word", text: word, at };
  const sign = matched(signs);
  if (sign !== "") return { kind: "sign", text: sign, at };
  throw new TextError(text, at, `${JSON.stringify(text[at])} is not understood`);
}
