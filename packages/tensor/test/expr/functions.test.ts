import test from "tape";
import { arg, call } from "../../src/expr/build.ts";
import { derivative } from "../../src/expr/derive.ts";
import { compileExpr } from "../../src/expr/evaluate.ts";
import type { Expr, ScalarFn, ScalarType } from "../../src/expr/expr.ts";
import { derivedFns, primitiveFns, scalarFns } from "../../src/expr/functions.ts";
import { close, slope } from "./differences.ts";

/** Points in the domain of every function that takes floats and gives one, away from kinks. */
const points: Record<string, readonly (readonly number[])[]> = {
  add: [
    [1.5, -2],
    [0, 0],
  ],
  sub: [
    [1.5, -2],
    [0, 0],
  ],
  mul: [
    [1.5, -2],
    [0, 3],
  ],
  div: [
    [1.5, -2],
    [-1, 0.25],
  ],
  neg: [[1.5], [-2]],
  abs: [[1.5], [-2]],
  sign: [[1.5], [-2]],
  min: [
    [1.5, -2],
    [-3, 4],
  ],
  max: [
    [1.5, -2],
    [-3, 4],
  ],
  floor: [[1.5], [-2.25]],
  ceil: [[1.5], [-2.25]],
  round: [[1.25], [-2.25]],
  sqrt: [[0.01], [4]],
  exp: [[-3], [0], [2]],
  expm1: [[-3], [1e-3], [2]],
  log: [[0.01], [1], [30]],
  log1p: [[-0.5], [1e-3], [30]],
  sin: [[-4], [0.5], [2]],
  cos: [[-4], [0.5], [2]],
  tanh: [[-3], [0.1], [1]],
  erf: [[-2], [-0.3], [0.2], [1.2], [4.5]],
  pow: [
    [2, 3],
    [0.5, -1.5],
    [3, 0.5],
    [1, 7],
  ],
  sigmoid: [[-8], [0], [3]],
  logaddexp: [
    [1, 2],
    [-5, 3],
    [0.7, 0.7],
    [30, -30],
  ],
  softplus: [[-8], [0.1], [3]],
  square: [[-2], [0], [3]],
  rsqrt: [[0.01], [4]],
  log2: [[0.01], [1], [30]],
  log10: [[0.01], [1], [30]],
  softsign: [[-3], [0.2], [50]],
  tan: [[-1.2], [0.3], [4]],
  atan: [[-30], [-0.3], [0.5], [1.5]],
  atan2: [
    [1, 2],
    [-3, 0.5],
    [0.3, -2],
    [-2, -2.5],
  ],
  asin: [[-0.9], [0.1], [0.6]],
  acos: [[-0.9], [0.1], [0.6]],
  sinh: [[-3], [0.1], [2]],
  cosh: [[-3], [0.1], [2]],
  asinh: [[-30], [-0.3], [0.4], [5]],
  acosh: [[1.1], [3], [40]],
  atanh: [[-0.9], [0.1], [0.6]],
  lgamma: [[-1.6], [0.3], [1.4], [3], [20]],
  digamma: [[-1.6], [0.3], [1.4], [3], [20]],
};

/** Functions of floats that are constant wherever they are continuous, or are tested elsewhere. */
const others = [
  "lt",
  "le",
  "gt",
  "ge",
  "eq",
  "ne",
  "isFinite",
  "toFloat",
  "toI32",
  "toU32",
  "toBool",
];

const accepts = (fn: ScalarFn) => fn.type(new Array<ScalarType>(fn.arity).fill("float"));

test("tables of functions are keyed by their names", (t) => {
  for (const table of [primitiveFns, derivedFns, scalarFns]) {
    for (const [key, fn] of Object.entries(table))
      if (key !== fn.name) t.fail(`${key}: ${fn.name}`);
  }
  const wanted = Object.values(scalarFns).filter((fn) => accepts(fn) !== null);
  const rows = new Set([...Object.keys(points), ...others]);
  t.deepEqual(
    wanted.map((fn) => fn.name).filter((name) => !rows.has(name)),
    [],
    "each has a row",
  );
  t.deepEqual(
    Object.values(primitiveFns).filter((fn) => fn.define !== undefined),
    [],
  );
  t.ok(Object.values(derivedFns).every((fn: ScalarFn) => fn.define !== undefined));
  t.end();
});

/** The derivative as a function; 0 where there is none. */
function derived(
  expr: Expr,
  index: number,
): { expr: Expr | null; at: (x: readonly number[]) => number } {
  const found = derivative(expr, index);
  return { expr: found, at: found === null ? () => 0 : compileExpr(found) };
}

const replaced = (values: readonly number[], index: number, x: number) =>
  values.map((value, i) => (i === index ? x : value));

for (const [name, rows] of Object.entries(points)) {
  const fn = scalarFns[name] as ScalarFn;
  const expr = call(fn, ...Array.from({ length: fn.arity }, (_, i) => arg(i)));

  test(`derivatives of ${name} are those of finite differences`, (t) => {
    for (let i = 0; i < fn.arity; i++) {
      const first = derived(expr, i);
      for (const row of rows) {
        const wanted = slope((x) => fn.evaluate(replaced(row, i, x), "float"), row[i] as number);
        const got = first.at(row);
        t.ok(
          close(got, wanted, 1e-8, 1e-3),
          `∂${i} at (${row}): ${got}, differences say ${wanted}`,
        );
      }
      for (let j = 0; j < fn.arity && first.expr !== null; j++) {
        const second = derived(first.expr, j);
        for (const row of rows) {
          const wanted = slope((x) => first.at(replaced(row, j, x)), row[j] as number);
          const got = second.at(row);
          t.ok(close(got, wanted, 1e-7, 1e-3), `∂${i}∂${j} at (${row}): ${got}, ${wanted}`);
        }
      }
    }
    t.end();
  });

  const { define } = fn;
  if (define === undefined) continue;
  test(`${name} is its definition`, (t) => {
    const args = Array.from({ length: fn.arity }, (_, i) => arg(i));
    const defined = compileExpr(define(args));
    const special = [-Infinity, -1000, -1, 0, 1, 1000, Infinity, Number.NaN];
    const pairs = special.flatMap((x) => special.map((y) => [x, y]));
    for (const row of [...rows, ...(fn.arity === 1 ? special.map((x) => [x]) : pairs)]) {
      const [got, wanted] = [defined(row), fn.evaluate(row, "float")];
      if (!close(got, wanted, 1e-14)) t.fail(`at (${row}): ${got} for ${wanted}`);
    }
    t.pass("at all points");
    t.end();
  });
}
