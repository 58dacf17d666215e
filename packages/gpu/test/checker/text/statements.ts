import { readExpression, readUnary } from "./expressions.ts";
import type { Reader } from "./reader.ts";
import type { Case, Expression, Statement } from "./tree.ts";

/** Reads statements between braces. */
export function readBlock(reader: Reader): Statement {
  const { at } = reader;
  reader.expect("{");
  const body: Statement[] = [];
  while (!reader.takes("}")) if (!reader.takes(";")) body.push(readStatement(reader));
  return { kind: "block", body, at };
}

const readers: Readonly<Record<string, (reader: Reader, at: number) => Statement>> = {
  if: readIf,
  for: readFor,
  while: (reader, at) => {
    const condition = readExpression(reader);
    return { kind: "loop", begin: null, condition, step: null, body: readBlock(reader), at };
  },
  switch: readSwitch,
  return: (reader, at) => {
    const value = reader.is(";") ? null : readExpression(reader);
    reader.expect(";");
    return { kind: "return", value, at };
  },
  break: (reader, at) => {
    reader.expect(";");
    return { kind: "break", at };
  },
  continue: (reader, at) => {
    reader.expect(";");
    return { kind: "continue", at };
  },
};

function readStatement(reader: Reader): Statement {
  if (reader.is("{")) return readBlock(reader);
  const { at, token } = reader;
  const own = Object.hasOwn(readers, token.text) ? readers[token.text] : undefined;
  if (own !== undefined && reader.takes(token.text)) return own(reader, at);
  const simple = readSimple(reader);
  reader.expect(";");
  return simple;
}

/** Reads what may begin or step a `for`: a declaration, an assignment, or a call. */
function readSimple(reader: Reader): Statement {
  const { at } = reader;
  for (const word of ["let", "var"]) if (reader.takes(word)) return readLocal(reader, word, at);
  const target = readUnary(reader);
  const { text: sign } = reader.token;
  if (reader.takes("++") || reader.takes("--")) {
    const one: Expression = { kind: "number", value: 1, type: "int", at };
    return { kind: "assign", target, sign: sign[0] as string, value: one, at };
  }
  if (/^(?:[-+*/%&|^]|<<|>>)?=$/.test(sign) && reader.takes(sign)) {
    const value = readExpression(reader);
    return { kind: "assign", target, sign: sign.slice(0, -1) || null, value, at };
  }
  if (target.kind !== "call") throw reader.error("this statement is not understood", at);
  return { kind: "call", call: target, at };
}

function readLocal(reader: Reader, word: string, at: number): Statement {
  const mutable = word === "var";
  const name = reader.word();
  const type = reader.takes(":") ? reader.type() : null;
  const value = reader.takes("=") ? readExpression(reader) : null;
  if (value === null && (!mutable || type === null)) throw reader.error(`${name} has no value`, at);
  return { kind: "declare", name, mutable, type, value, at };
}

function readIf(reader: Reader, at: number): Statement {
  const condition = readExpression(reader);
  const then = readBlock(reader);
  if (!reader.takes("else")) return { kind: "if", condition, then, otherwise: null, at };
  const next = reader.at;
  const otherwise = reader.takes("if") ? readIf(reader, next) : readBlock(reader);
  return { kind: "if", condition, then, otherwise, at };
}

function readFor(reader: Reader, at: number): Statement {
  reader.expect("(");
  const begin = reader.is(";") ? null : readSimple(reader);
  reader.expect(";");
  const condition = reader.is(";") ? null : readExpression(reader);
  reader.expect(";");
  const step = reader.is(")") ? null : readSimple(reader);
  reader.expect(")");
  return { kind: "loop", begin, condition, step, body: readBlock(reader), at };
}

function readSwitch(reader: Reader, at: number): Statement {
  const value = readExpression(reader);
  reader.expect("{");
  const cases: Case[] = [];
  while (!reader.takes("}")) cases.push(readCase(reader));
  return { kind: "switch", value, cases, at };
}

function readCase(reader: Reader): Case {
  if (reader.takes("default")) {
    reader.takes(":");
    return { values: [null], body: readBlock(reader) };
  }
  reader.expect("case");
  const values: (Expression | null)[] = [];
  while (!reader.is("{") && !reader.takes(":")) {
    values.push(reader.takes("default") ? null : readExpression(reader));
    if (!reader.takes(",") && !reader.is(":") && !reader.is("{")) reader.expect(":");
  }
  return { values, body: readBlock(reader) };
}
