import test from "tape";
import { GraphError } from "../../src/errors.ts";
import { evaluate } from "../../src/expr/evaluate.ts";
import { parseExpr, parseFunction } from "../../src/expr/parse.ts";

const values: readonly (readonly [string, readonly number[], number])[] = [
  ["1 + 2 * 3 - 4 / 8", [], 6.5],
  ["x - y - 1", [5, 2], 2],
  ["x / y / 2", [12, 3], 2],
  ["2 ** 3 ** 2", [], 512],
  ["(2 ** 3) ** 2", [], 64],
  ["x ** -2", [2], 0.25],
  ["-x * -3", [2], 6],
  ["-(x + 1)", [2], -3],
  ["1e-3 * 0x10", [], 0.016],
  ["x > 0 ? x : -x", [-3], 3],
  ["x > 0 ? 1 : x > -1 ? 2 : 3", [-0.5], 2],
  ["x > 0 && x < 1 || y === 2 ? 1 : 0", [5, 2], 1],
  ["!(x >= 1) ? 1 : 0", [1], 0],
  ["x == y ? 1 : 0", [2, 2], 1],
  ["x != y ? 1 : 0", [2, 2], 0],
  ["x !== y ? 1 : 0", [2, 3], 1],
  ["x <= 2 ? true ? 5 : 6 : 7", [2], 5],
  ["Math.sqrt(x) + max(x, Math.min(2, 3))", [9], 12],
  ["cos(pi) + Math.cos(Math.PI)", [], -2],
  ["log(e) + Math.log(Math.E)", [], 2],
  ["0.5*x*(1+erf(x/sqrt(2)))", [0], 0],
  ["(x, y) => y - x", [1, 5], 4],
  ["x => x + 1", [1], 2],
  ["(y, x) => ((y - x))", [1, 5], -4],
  ["b + a * b", [2, 3], 8],
  ["-Infinity < x ? 1 : 0", [3], 1],
  ["sigmoid(x)", [0], 0.5],
  ["x // half\n/ 2", [3], 1.5],
  ["/* twice\n of it */ x * 2 /**/", [3], 6],
  ["(-x) ** 2", [3], 9],
  ["-(x ** 2)", [3], -9],
  [".5e1 + 1. + 0b11 + 0o17 + 0", [], 24],
  ["β_1 * $x", [2, 3], 6],
  ["() => 4", [], 4],
  ["(((x) => (x) * (2)))", [3], 6],
  ["1_000 + x", [3], 1003],
  ["x - -x", [3], 6],
  ["1 - 2 - 3 < 0 === true ? 1 : 0", [], 1],
];

test("texts mean what JavaScript means by them", (t) => {
  for (const [source, args, wanted] of values)
    t.is(evaluate(parseExpr(source), args), wanted, source);
  t.end();
});

test("arguments are numbered by appearance, or as they are given", (t) => {
  t.deepEqual(parseFunction("b + a * b").args, ["b", "a"]);
  t.deepEqual(parseFunction("(a, b) => b").args, ["a", "b"]);
  t.deepEqual(parseFunction("b", { args: ["a", "b"] }).args, ["a", "b"]);
  t.is(evaluate(parseExpr("a - b", { args: ["b", "a"] }), [1, 5]), 4);
  t.is(evaluate(parseExpr("e + pi", { args: ["pi", "e"] }), [1, 5]), 6, "arguments hide constants");
  t.is(evaluate(parseExpr("sin - 1", { args: ["sin"] }), [3]), 2);
  t.end();
});

test("arguments have the given types, and numbers beside integers are integers", (t) => {
  const expr = parseExpr("n * 2 + -1", { types: ["i32"] });
  t.is(expr.type, "i32");
  t.is(evaluate(expr, [2 ** 31 - 1]), -3);
  t.is(parseExpr("n === 3", { types: ["u32"] }).type, "bool");
  t.is(parseExpr("c ? n : 0", { args: ["c", "n"], types: ["bool", "i32"] }).type, "i32");
  t.is(parseExpr("toFloat(n) * 0.5", { types: ["i32"] }).type, "float");
  t.end();
});

const refused: readonly (readonly [string, RegExp])[] = [
  ["x +", /a number, a name or \( must come here, got "the end" at position 3 of "x \+"/],
  ["x @ y", /it must be one expression, got "@" at position 2/],
  ["x y", /it must be one expression, got "y" at position 2/],
  ["x;", /it must be one expression, got ";" at position 1/],
  ["(x", /"\)" must come here, got "the end" at position 2/],
  ["x) + (y", /it must be one expression, got "\)" at position 1/],
  ["", /a number, a name or \( must come here, got "the end"/],
  ["x, y", /it must be one expression, got "," at position 1/],
  ["x = 1", /it must be one expression, got "=" at position 2/],
  ["x % 2", /it must be one expression, got "%" at position 2/],
  ["1 + +x", /a number, a name or \( must come here, got "\+" at position 4/],
  ["x ?? y", /it must be one expression, got "\?\?" at position 2/],
  ["x ? y", /":" must come here, got "the end" at position 5/],
  ["foo(x)", /a function must be one of abs, .*, got "foo" at position 0/],
  ["x.y", /it must be one expression, got "\." at position 1/],
  ["Math.foo", /it must be Math.PI or Math.E, got "Math.foo" at position 0/],
  ["Math.", /it must be Math.PI or Math.E/],
  ["Math.toString(x)", /a function must be one of/],
  ["x[0]", /it must be one expression, got "\[" at position 1/],
  ["sin(x, y)", /sin must have 1 argument\(s\) of fitting types, not \(float,float\)/],
  ["sin(x, 1 + -2) + y", /sin must have 1 argument\(s\) .*, got "sin\(x, 1 \+ -2\)" at position 0/],
  ["sin()", /sin must have 1 argument\(s\) of fitting types, not \(\), got "sin\(\)"/],
  ["sin(x,)", /a number, a name or \( must come here, got "\)" at position 6/],
  ["sin(...x)", /a number, a name or \( must come here, got "\." at position 4/],
  ["sin", /a name must be an argument, got "sin" at position 0/],
  ["'a' + x", /a number, a name or \( must come here, got "'" at position 0/],
  ["1n + x", /it must be one expression, got "n" at position 1/],
  ["010", /a number, a name or \( must come here, got "0" at position 0/],
  ["1.2.3", /it must be one expression, got "\.3" at position 3/],
  ["x => { return x; }", /an arrow function must be \(x, y\) => expression, got "\{"/],
  ["({ x }) => x", /parameters must be plain names/],
  ["(x, y => x", /parameters must be plain names/],
  ["=> x", /parameters must be plain names/],
  ["(x, x) => x", /parameters must have different names, got "x" at position 4/],
  ["x--x", /it must be one expression, got "--" at position 1/],
  ["--x", /a number, a name or \( must come here, got "--" at position 0/],
  ["(x) => y", /a name must be an argument, got "y" at position 7/],
  ["x => y => x", /a name must be an argument, got "y" at position 5/],
  ["x => x => x", /it must be one expression, got "=>" at position 7/],
  ["!x", /not must have 1 argument\(s\) of fitting types, not \(float\), got "!x"/],
  ["x && y", /and must have 2 argument/],
  ["1 + -x ** 2", /"\*\*" after -x must have parentheses, .*, got "\*\*" at position 7/],
  ["x ** !y ** 2", /"\*\*" after !x must have parentheses/],
];

test("everything else is refused with its position", (t) => {
  for (const [source, message] of refused) {
    try {
      parseExpr(source);
      t.fail(`${source} was accepted`);
    } catch (error) {
      t.ok(error instanceof GraphError, `${source}: ${(error as Error).message}`);
      t.match((error as Error).message, message);
      t.match((error as Error).message, /^parseExpr: .*, got .*; write numbers/s);
    }
  }
  t.throws(() => parseExpr("(x) => x", { args: ["y"] }), /its parameters must be \(y\)/);
  t.throws(() => parseExpr("x + z", { args: ["x"] }), /a name must be an argument, got "z"/);
  t.end();
});

test("long texts are read, and those that nest too deeply are refused", (t) => {
  const sum = new Array(2000).fill("x").join(" + ");
  t.is(evaluate(parseExpr(sum), [1]), 2000);
  const nested = `${"(".repeat(20_000)}x${")".repeat(20_000)}`;
  t.throws(() => parseExpr(nested), /parseExpr: it must nest less deeply/);
  t.end();
});
