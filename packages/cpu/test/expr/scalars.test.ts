import { arg, call, type Expr, literal, type ScalarFn, scalarFns } from "@metrigrad/tensor";
import test from "tape";
import { scalarsOf } from "../../src/expr/scalars.ts";

const fn = (name: string) => scalarFns[name] as ScalarFn;

test("scalars: equal sub-expressions become one, across expressions", (t) => {
  const product = () => call(fn("mul"), arg(0), literal(2));
  const { nodes, roots } = scalarsOf([
    call(fn("add"), product(), product()),
    call(fn("sub"), product(), arg(1)),
    product(),
  ]);
  t.equal(nodes.length, 6, "x, 2, x·2, x·2 + x·2, y, x·2 − y");
  t.equal(roots.length, 3);
  t.equal(nodes[roots[2] as number]?.op, "call");
  t.end();
});

test("scalars: zeros of both signs and literals of different types stay apart", (t) => {
  const { nodes } = scalarsOf([literal(0), literal(-0), literal(0, "i32"), literal(Number.NaN)]);
  t.equal(nodes.length, 4);
  t.end();
});

test("scalars: long chains need no deep recursion", (t) => {
  let chain: Expr = arg(0);
  for (let i = 0; i < 20000; i++) chain = call(fn("add"), chain, arg(1));
  t.equal(scalarsOf([chain]).nodes.length, 20002);
  t.end();
});

test("scalars: a function without kernel or definition is refused", (t) => {
  const strange: ScalarFn = { ...fn("exp"), name: "strange" };
  t.throws(
    () => scalarsOf([call(strange, arg(0))]),
    /cpu, expression strange: a function must be a primitive or have a `define`, got neither; give/,
  );
  t.end();
});
