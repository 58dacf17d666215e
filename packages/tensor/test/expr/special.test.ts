import test from "tape";
import { arg, call } from "../../src/expr/build.ts";
import { derivative } from "../../src/expr/derive.ts";
import { evaluate } from "../../src/expr/evaluate.ts";
import type { Expr, ScalarFn, ScalarType } from "../../src/expr/expr.ts";
import { type PrimitiveName, scalarFns } from "../../src/expr/functions.ts";

const value = (name: string, args: readonly number[], type: ScalarType = "float") =>
  (scalarFns[name] as ScalarFn).evaluate(args, type);

const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN];

const floats: readonly (readonly [string, readonly number[], number])[] = [
  ["sigmoid", [1000], 1],
  ["sigmoid", [-1000], 0],
  ["sigmoid", [inf], 1],
  ["sigmoid", [-inf], 0],
  ["softplus", [1000], 1000],
  ["softplus", [-1000], 0],
  ["softplus", [inf], inf],
  ["softplus", [-inf], 0],
  ["softplus", [nan], nan],
  ["softplus", [0], Math.LN2],
  ["logaddexp", [-inf, -inf], -inf],
  ["logaddexp", [inf, inf], inf],
  ["logaddexp", [inf, -inf], inf],
  ["logaddexp", [-inf, 3], 3],
  ["logaddexp", [nan, 3], nan],
  ["logaddexp", [1000, 1000], 1000 + Math.LN2],
  ["pow", [0, 0], 1],
  ["pow", [nan, 0], 1],
  ["pow", [-8, 1 / 3], nan],
  ["pow", [-2, 3], -8],
  ["pow", [0, -1], inf],
  ["min", [nan, 1], nan],
  ["max", [1, nan], nan],
  ["sign", [nan], nan],
  ["round", [0.5], 0],
  ["round", [1.5], 2],
  ["round", [2.5], 2],
  ["round", [-1.5], -2],
  ["round", [-2.5], -2],
  ["round", [0.49999999999999994], 0],
  ["round", [2 ** 52 + 1], 2 ** 52 + 1],
  ["round", [inf], inf],
  ["round", [-inf], -inf],
  ["round", [nan], nan],
  ["erf", [inf], 1],
  ["erf", [-inf], -1],
  ["erf", [nan], nan],
  ["tanh", [1000], 1],
  ["eq", [nan, nan], 0],
  ["ne", [nan, nan], 1],
  ["lt", [nan, 1], 0],
  ["ge", [nan, 1], 0],
  ["isFinite", [inf], 0],
  ["isFinite", [nan], 0],
  ["isFinite", [1e308], 1],
  ["toI32", [3e9], 2 ** 31 - 1],
  ["toI32", [-3e9], -(2 ** 31)],
  ["toI32", [-2.9], -2],
  ["toI32", [-0.5], 0],
  ["toI32", [nan], 0],
  ["toU32", [-1], 0],
  ["toU32", [5e9], 2 ** 32 - 1],
  ["toU32", [2.9], 2],
  ["toBool", [nan], 1],
  ["toBool", [-0], 0],
];

test("functions of floats at special points", (t) => {
  for (const [name, args, wanted] of floats) t.is(value(name, args), wanted, `${name}(${args})`);
  t.end();
});

const integers: readonly (readonly [PrimitiveName, ScalarType, readonly number[], number])[] = [
  ["add", "i32", [2 ** 31 - 1, 1], -(2 ** 31)],
  ["add", "u32", [2 ** 32 - 1, 2], 1],
  ["sub", "u32", [0, 1], 2 ** 32 - 1],
  ["sub", "i32", [-(2 ** 31), 1], 2 ** 31 - 1],
  ["mul", "u32", [0xffffffff, 0xffffffff], 1],
  ["mul", "i32", [123456789, 987654321], -67153019],
  ["div", "i32", [-7, 2], -3],
  ["div", "i32", [-(2 ** 31), -1], -(2 ** 31)],
  ["div", "u32", [0xffffffff, 2], 0x7fffffff],
  ["div", "u32", [5, 0], 0],
  ["neg", "i32", [-(2 ** 31)], -(2 ** 31)],
  ["neg", "i32", [0], 0],
  ["abs", "i32", [-(2 ** 31)], -(2 ** 31)],
  ["bitAnd", "u32", [0xf0f0f0f0, 0xff000000], 0xf0000000],
  ["bitOr", "u32", [0xf0000000, 0x0f], 0xf000000f],
  ["bitXor", "i32", [-1, 0x0f], -16],
  ["shiftLeft", "u32", [0x80000001, 1], 2],
  ["shiftLeft", "i32", [1, 33], 2],
  ["shiftRight", "u32", [0x80000000, 31], 1],
  ["shiftRight", "i32", [-8, 1], -4],
  ["toI32", "u32", [0xffffffff], -1],
  ["toU32", "i32", [-1], 0xffffffff],
  ["toFloat", "bool", [1], 1],
  ["not", "bool", [1], 0],
];

test("integers wrap, truncate and keep their bits", (t) => {
  for (const [name, type, args, wanted] of integers) {
    t.is(value(name, args, type), wanted, `${name}(${args}) of ${type}`);
  }
  t.end();
});

const partials: readonly (readonly [string, readonly number[], readonly number[]])[] = [
  ["sigmoid", [1000], [0]],
  ["sigmoid", [-1000], [0]],
  ["softplus", [-inf], [0]],
  ["softplus", [inf], [1]],
  ["logaddexp", [-inf, -inf], [0.5, 0.5]],
  ["logaddexp", [-inf, 3], [0, 1]],
  ["logaddexp", [inf, 3], [1, 0]],
  ["abs", [0], [0]],
  ["min", [2, 2], [0.5, 0.5]],
  ["max", [2, 2], [0.5, 0.5]],
  ["pow", [0, 0], [0, 0]],
  ["pow", [0, 1], [1, 0]],
  ["pow", [0, 2], [0, 0]],
  ["pow", [-2, 2], [-4, nan]],
  ["sqrt", [0], [inf]],
  ["erf", [inf], [0]],
];

test("first derivatives at special points", (t) => {
  for (const [name, at, wanted] of partials) {
    const fn = scalarFns[name] as ScalarFn;
    const expr = call(fn, ...at.map((_, i) => arg(i)));
    const got = at.map((_, i) => evaluate(derivative(expr, i) as Expr, at) + 0);
    t.deepEqual(got, wanted, `${name} at (${at})`);
  }
  t.end();
});

test("integers, booleans and steps have no derivative", (t) => {
  const i = arg(0, "i32");
  t.is(derivative(call(scalarFns.add as ScalarFn, i, i), 0), null);
  t.is(derivative(call(scalarFns.toFloat as ScalarFn, i), 0), null);
  for (const name of ["floor", "ceil", "round", "sign", "lt", "toI32"]) {
    const fn = scalarFns[name] as ScalarFn;
    t.is(
      derivative(call(fn, ...Array.from({ length: fn.arity }, (_, k) => arg(k))), 0),
      null,
      name,
    );
  }
  t.end();
});
