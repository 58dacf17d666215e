import fc from "fast-check";
import test from "tape";
import { evaluate } from "../../src/expr/evaluate.ts";
import type { ScalarFn } from "../../src/expr/expr.ts";
import { scalarFns } from "../../src/expr/functions.ts";
import { javascriptSyntax } from "../../src/expr/javascript.ts";
import { parseExpr } from "../../src/expr/parse.ts";
import { printCode } from "../../src/expr/print.ts";
import { randomArgs, randomExpr } from "./random.ts";

/** What JavaScript lacks, for floats. */
const lacking = [
  "erf",
  "round",
  "toI32",
  "toU32",
  "sigmoid",
  "logaddexp",
  "softplus",
  "square",
  "rsqrt",
  "log2",
  "log10",
  "softsign",
  "tan",
  "atan",
  "atan2",
  "asin",
  "acos",
  "sinh",
  "cosh",
  "asinh",
  "acosh",
  "atanh",
  "lgamma",
  "digamma",
];
const helpers = lacking.map((name) => {
  const { evaluate: value } = scalarFns[name] as ScalarFn;
  return (...args: number[]) => value(args, "float");
});

test("kernels are JavaScript", (t) => {
  const expr = parseExpr("n * 3 < 7 ? exp(x) : x ** 2 + erf(x)", {
    args: ["x", "n"],
    types: ["float", "i32"],
  });
  const { lines, results } = printCode([expr], { args: ["x", "n"], syntax: javascriptSyntax });
  t.deepEqual(lines, []);
  t.deepEqual(results, ["(Math.imul(n, 3) | 0) < 7 ? Math.exp(x) : x ** 2 + erf(x)"]);
  t.end();
});

test("integer results are brought back into 32 bits as a whole", (t) => {
  const source = "toI32(c ? u : u + 1) - toI32(c)";
  const expr = parseExpr(source, { args: ["c", "u"], types: ["bool", "u32"] });
  const { results } = printCode([expr], { args: ["c", "u"], syntax: javascriptSyntax });
  t.deepEqual(results, ["(((c ? u : (u + 1 >>> 0)) | 0) - Number(c) | 0)"]);
  t.end();
});

test("random kernels give the values of their expressions", (t) => {
  fc.assert(
    fc.property(randomExpr(), randomArgs, (expr, args) => {
      const code = printCode([expr], { syntax: javascriptSyntax });
      const body = [...code.lines, `return Number(${code.results[0]});`].join("\n");
      const run = new Function(...lacking, "x0", "x1", "x2", "x3", "x4", body);
      const got = run(...helpers, ...args.slice(0, 4), args[4] === 1);
      const wanted = evaluate(expr, args);
      return Object.is(got + 0, wanted + 0);
    }),
    { numRuns: 3000, seed: 41 },
  );
  t.pass("3000 kernels");
  t.end();
});
