import { checkPlan } from "@metrigrad/tensor";
import test from "tape";
import {
  add,
  exp,
  grad,
  gram,
  input,
  matmul,
  mul,
  type Node,
  planOf,
  replaceNodes,
  sin,
  square,
  sum,
  transpose,
  vmap,
  withMetricScope,
  withScope,
} from "../../src/index.ts";

const x = input("x", [4, 3]);

/** Kinds of the steps of a plan with the shares of them that are on a metric. */
function sharesOf(...outputs: readonly Node[]): [string, number | undefined][] {
  const { plan } = planOf({ outputs, updates: [], float: "f64" });
  checkPlan(plan);
  return plan.steps.map(({ kind, metric }) => [kind, metric]);
}

test("nodes of a metric's scope are marked, and scopes within keep the mark", (t) => {
  const [marked, inner] = withMetricScope("dense/0", () => [
    sin(x),
    withScope("inside", () => sin(x)),
  ]);
  t.deepEqual([marked?.scope, marked?.role], ["metric/dense/0", "metric"]);
  t.deepEqual([inner?.scope, inner?.role], ["inside", "metric"]);
  t.equal(sin(x).role, null, "not afterwards");
  t.equal(withScope("metricHead", () => sin(x)).role, null, "a name means nothing");
  t.throws(() => withMetricScope("a", () => matmul(x, x)));
  t.equal(sin(x).role, null, "nor after an error");
  t.end();
});

test("what is derived from marked nodes is marked", (t) => {
  const marked = withMetricScope("a", () => sin(x));
  const plain = exp(marked);
  const derived = {
    "a gradient": grad(sum(plain), x),
    "a batch": vmap((one) => replaceNodes([marked], new Map([[x as Node, one]])))(
      input("many", [2, 4, 3]),
    )[0],
    "a substitution": replaceNodes([marked], new Map([[x as Node, mul(x, 2)]]))[0],
  };
  for (const [name, node] of Object.entries(derived)) t.equal(node?.role, "metric", name);
  t.end();
});

test("steps of a plan say how much of them is on a metric", (t) => {
  const made = (make: () => Node) => withMetricScope("a", make);
  t.deepEqual(sharesOf(gram(x)), [["gram", undefined]]);
  t.deepEqual(sharesOf(made(() => gram(x))), [["gram", 1]]);
  t.deepEqual(sharesOf(withScope("metricHead", () => exp(x))), [["map", undefined]]);
  t.deepEqual(
    sharesOf(made(() => square(exp(add(sin(x), 1))))),
    [["map", 1]],
    "of all fused nodes",
  );
  const half = exp(
    add(
      made(() => add(sin(x), 1)),
      1,
    ),
  );
  t.deepEqual(sharesOf(half), [["map", 0.5]], "two of four");
  const reduced = made(() => sum(exp(x)));
  t.deepEqual(sharesOf(reduced), [["reduce", 1]]);
  t.deepEqual(sharesOf(sum(made(() => exp(x)))), [["reduce", 0.5]], "one of two");
  const product = matmul(
    transpose(x),
    made(() => matmul(x, input("w", [3, 3]))),
  );
  t.deepEqual(sharesOf(product), [
    ["matmul", 1],
    ["matmul", undefined],
  ]);
  t.end();
});
