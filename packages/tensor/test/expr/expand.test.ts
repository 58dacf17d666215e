import fc from "fast-check";
import test from "tape";
import { arg, call } from "../../src/expr/build.ts";
import { compileExprs } from "../../src/expr/evaluate.ts";
import { expand } from "../../src/expr/expand.ts";
import type { Expr, ScalarFn } from "../../src/expr/expr.ts";
import { derivedFns, primitiveFns, scalarFns } from "../../src/expr/functions.ts";
import { postorder } from "../../src/expr/walk.ts";
import { close } from "./differences.ts";
import { randomArgs, randomExpr } from "./random.ts";

const primitives = new Set<ScalarFn>(Object.values(primitiveFns));

test("expanded expressions use primitives only and have the same values", (t) => {
  const names = [...Object.keys(derivedFns), "add", "mul", "select", "lt"];
  fc.assert(
    fc.property(
      randomExpr(names.map((name) => scalarFns[name] as never)),
      randomArgs,
      (expr, args) => {
        const expanded = expand(expr);
        const foreign = postorder([expanded]).some(
          (e) => e.kind === "call" && !primitives.has(e.fn),
        );
        const values: number[] = [];
        compileExprs([expr, expanded])(args, values);
        return !foreign && close(values[0] as number, values[1] as number, 1e-9);
      },
    ),
    { numRuns: 1000, seed: 51 },
  );
  t.pass("1000 expressions");
  t.end();
});

test("definitions in terms of definitions are expanded, shared parts stay shared", (t) => {
  const swish: ScalarFn = {
    ...derivedFns.sigmoid,
    name: "swish",
    evaluate: ([x = 0]) => x / (1 + Math.exp(-x)),
    define: ([x]) => call(primitiveFns.mul, x as Expr, call(derivedFns.sigmoid, x as Expr)),
  };
  const inner = call(swish, arg(0));
  const outer = expand(call(primitiveFns.add, inner, inner));
  t.ok(outer.kind === "call" && outer.args[0] === outer.args[1]);
  t.is(postorder([outer]).length, 9);
  const plain = call(primitiveFns.sin, arg(0));
  t.is(expand(plain), plain, "what is primitive is the same object");
  t.end();
});
