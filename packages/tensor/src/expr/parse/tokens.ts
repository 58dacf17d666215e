/** A piece of a formula's text, from `start` to before `end`. */
export interface Token {
  readonly kind: "number" | "name" | "sign" | "end";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Spaces and comments. */
const spaces = /(?:\s|\/\/[^\n]*|\/\*.*?\*\/)*/suy;
const pieces = [
  [
    "number",
    /0x[\da-f]+|0b[01]+|0o[0-7]+|(?:(?:0(?!\d)|[1-9](?:_?\d)*)(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?/iuy,
  ],
  ["name", /[\p{ID_Start}$_][\p{ID_Continue}$]*/uy],
  ["sign", /[=!]==|[=!<>]=|\*\*|&&|\|\||=>|\?\?|\+\+|--|./suy],
] as const;

/** Divides a text into numbers, names and signs, as JavaScript does. Comments are left out; the last token is the end. */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  let start = matchAt(spaces, source, 0).length;
  while (start < source.length) {
    for (const [kind, pattern] of pieces) {
      const text = matchAt(pattern, source, start);
      if (text === "") continue;
      const end = start + text.length;
      tokens.push({ kind, text, start, end });
      start = end + matchAt(spaces, source, end).length;
      break;
    }
  }
  tokens.push({ kind: "end", text: "", start, end: start });
  return tokens;
}

/** The text that a pattern matches at a position, or "". */
function matchAt(pattern: RegExp, source: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0] ?? "";
}
