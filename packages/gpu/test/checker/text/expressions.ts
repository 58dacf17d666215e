import { isTypeName, type Reader } from "./reader.ts";
import type { Expression, Scalar } from "./tree.ts";

/** How strongly operators bind. */
const levels: Readonly<Record<string, number>> = {
  ...{ "||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "!=": 6 },
  ...{ "<": 7, ">": 7, "<=": 7, ">=": 7, "<<": 8, ">>": 8 },
  ...{ "+": 9, "-": 9, "*": 10, "/": 10, "%": 10 },
};

/** Reads an expression whose operators bind at least so strongly. */
export function readExpression(reader: Reader, least = 1): Expression {
  let left = readUnary(reader);
  for (;;) {
    const { kind, text: sign, at } = reader.token;
    const level = kind === "sign" ? (levels[sign] ?? 0) : 0;
    if (level < least) return left;
    reader.expect(sign);
    left = { kind: "binary", sign, left, right: readExpression(reader, level + 1), at };
  }
}

/** Reads an expression without operators between two values. */
export function readUnary(reader: Reader): Expression {
  const { at } = reader;
  for (const sign of ["-", "!", "~", "&"]) {
    if (reader.takes(sign)) return { kind: "unary", sign, of: readUnary(reader), at };
  }
  return readParts(reader, readPrimary(reader));
}

/** Reads the indices and members behind a value. */
function readParts(reader: Reader, whole: Expression): Expression {
  let value = whole;
  for (;;) {
    const { at } = reader;
    if (reader.takes("[")) {
      value = { kind: "index", of: value, index: readExpression(reader), at };
      reader.expect("]");
    } else if (reader.takes(".")) value = { kind: "member", of: value, name: reader.word(), at };
    else return value;
  }
}

function readPrimary(reader: Reader): Expression {
  const { kind, text, at } = reader.token;
  if (reader.takes("(")) {
    const inside = readExpression(reader);
    reader.expect(")");
    return inside;
  }
  if (kind === "number") return readNumber(reader);
  if (kind !== "word") throw reader.error("a value must come here");
  if (reader.takes("true") || reader.takes("false")) {
    return { kind: "bool", value: text === "true", at };
  }
  if (reader.takes("bitcast")) return readBitcast(reader, at);
  if (isTypeName(text)) return { kind: "make", type: reader.type(), args: readArgs(reader), at };
  reader.word();
  return reader.is("(")
    ? { kind: "call", name: text, args: readArgs(reader), at }
    : { kind: "name", name: text, at };
}

function readArgs(reader: Reader): Expression[] {
  reader.expect("(");
  return reader.list(")", () => readExpression(reader));
}

function readBitcast(reader: Reader, at: number): Expression {
  reader.expect("<");
  const type = reader.type();
  reader.closeAngle();
  const [of, ...more] = readArgs(reader);
  if (of === undefined || more.length > 0) throw reader.error("bitcast takes one value", at);
  return { kind: "bitcast", type, of, at };
}

const suffixes: Readonly<Record<string, Scalar>> = { u: "u32", i: "i32", f: "f32" };

function readNumber(reader: Reader): Expression {
  const { text, at } = reader.take("number");
  const isHex = text.startsWith("0x");
  const suffix = isHex ? /[iu]$/ : /[iuf]$/;
  const value = Number(text.replace(suffix, ""));
  const plain = isHex || !/[.eE]/.test(text) ? "int" : "float";
  const type = suffixes[suffix.exec(text)?.[0] ?? ""] ?? plain;
  if (!isInside(value, type)) throw reader.error(`${text} is too large for ${type}`, at);
  return { kind: "number", value: type === "f32" ? Math.fround(value) : value, type, at };
}

function isInside(value: number, type: Scalar): boolean {
  if (type === "u32") return value < 2 ** 32;
  if (type === "i32") return value < 2 ** 31;
  return type === "int" ? Number.isSafeInteger(value) : Number.isFinite(Math.fround(value));
}
