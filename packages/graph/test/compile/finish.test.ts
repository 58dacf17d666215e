import { checkPlan, type MatmulStep, type Plan, printExpr, type Step } from "@metrigrad/tensor";
import test from "tape";
import {
  add,
  double,
  einsum,
  exp,
  fill,
  greater,
  input,
  matmul,
  max,
  mul,
  type Node,
  type PlanRequest,
  planOf,
  relu,
  scan,
  sub,
  sum,
  tanh,
  transpose,
  type Update,
  variable,
  withMetricScope,
} from "../../src/index.ts";

const x = input("x", [6, 4]);
const w = input("w", [4, 5]);
const bias = input("bias", [5]);

/** A checked plan. */
function planned(outputs: readonly Node[], rest: Partial<PlanRequest> = {}): Plan {
  const { plan } = planOf({ outputs, updates: [], float: "f32", ...rest });
  checkPlan(plan);
  return plan;
}
const kinds = (plan: Plan) => plan.steps.map((step) => step.kind);
const updating = (...updates: readonly Update[]) => planned([], { updates });
/** What a product computes of its elements. */
function formulas(step: Step | undefined): string[] {
  const { epilogue } = step as MatmulStep;
  const names = ["ab", ...(epilogue?.inputs ?? []).map((_, i) => `x${i}`)];
  return (epilogue?.exprs ?? []).map((expr) => printExpr(expr, { args: names }));
}

test("finish: bias and activation are the epilogue of a product", (t) => {
  const plan = planned([tanh(add(matmul(x, w), bias))]);
  t.deepEqual(kinds(plan), ["matmul"]);
  t.deepEqual(formulas(plan.steps[0]), ["tanh(ab + x0)"]);
  t.equal(plan.steps[0]?.label, "matmul+tanh");
  t.equal(plan.arenaBytes, 0, "the product has no place of its own");
  t.end();
});

test("finish: what others read is one more output, the product too", (t) => {
  const product = matmul(x, w);
  const before = add(product, bias);
  const plan = planned([sum(relu(before)), sum(product, { axis: 0 }), greater(before, 0)]);
  t.deepEqual(kinds(plan), ["matmul", "reduce", "reduce"]);
  t.deepEqual([...formulas(plan.steps[0])].sort(), ["ab", "ab + x0", "ab + x0 > 0"]);
  const both = planned([product, relu(before)]);
  t.deepEqual(kinds(both), ["matmul"]);
  t.deepEqual(formulas(both.steps[0])[0], "ab");
  t.end();
});

test("finish: of several products the last one runs with the loop", (t) => {
  const plan = planned([tanh(add(matmul(x, w), matmul(mul(x, x), w)))]);
  t.deepEqual(kinds(plan).slice(-2), ["matmul", "matmul"]);
  t.deepEqual(formulas(plan.steps.at(-1)).length, 1);
  t.deepEqual(formulas(plan.steps.at(-2)), []);
  t.end();
});

test("finish: not what needs the whole product, or reads it in another order or shape", (t) => {
  const product = matmul(x, w);
  const shifted = exp(sub(product, max(product, { axis: 1, keepDims: true })));
  t.deepEqual(kinds(planned([shifted])), ["matmul", "rows"]);
  const square = matmul(x, input("y", [4, 6]));
  t.deepEqual(kinds(planned([add(square, transpose(square))])), ["matmul", "map"]);
  t.deepEqual(kinds(planned([add(product, input("z", [2, 6, 5]))])), ["matmul", "map"]);
  t.end();
});

test("finish: not products of one row or column, which are reductions", (t) => {
  const row = input("row", [1, 4]);
  const column = input("column", [4, 1]);
  t.deepEqual(kinds(planned([tanh(matmul(row, w))])), ["matmul", "map"]);
  t.deepEqual(kinds(planned([tanh(matmul(x, column))])), ["matmul", "map"]);
  t.deepEqual(kinds(planned([tanh(einsum("ij,jk->ik", x, column))])), ["matmul", "map"]);
  t.deepEqual(kinds(planned([tanh(einsum("ij,jk->ik", x, w))])), ["matmul"]);
  t.end();
});

test("finish: not loops with other floats than the product", (t) => {
  const wide = matmul(double(x), double(w));
  const mixed = (node: Node) => kinds(planned([node], { mixed: true }));
  t.deepEqual(mixed(tanh(wide)).slice(-1), ["matmul"]);
  t.deepEqual(mixed(mul(wide, input("z", [6, 5]))).slice(-2), ["matmul", "map"]);
  t.deepEqual(mixed(tanh(double(matmul(x, w)))), ["matmul", "map", "map"]);
  t.end();
});

test("finish: a variable is updated by the product of its gradient, in place", (t) => {
  const v = variable("v", [4, 5]);
  const g = input("g", [6, 5]);
  const gradient = matmul(transpose(x), g);
  const next = sub(v, mul(0.1, gradient));
  const plan = updating([v, next]);
  t.deepEqual(kinds(plan), ["matmul"]);
  t.equal(plan.arenaBytes, 0);
  const held = updating([v, next, greater(sum(x), 0)]);
  t.deepEqual(kinds(held), ["reduce", "matmul"], "a choice between old and new");
  t.ok(formulas(held.steps[1])[0]?.includes("?"), String(formulas(held.steps[1])[0]));
  const across = mul(0.1, einsum("ni,nj->ji", g, x));
  t.deepEqual(
    kinds(updating([v, sub(v, across)])),
    ["matmul"],
    "also in another order of its axes",
  );
  t.end();
});

test("finish: not where an update would lose its place", (t) => {
  const v = variable("v", [4, 5]);
  const a = input("a", [4, 4]);
  const reads = updating([v, add(v, matmul(a, v))]);
  t.deepEqual(kinds(reads), ["matmul", "map"], "the product reads what is updated");
  const gradient = matmul(transpose(x), input("g", [6, 5]));
  const plan = planned([sum(mul(gradient, gradient))], { updates: [[v, sub(v, gradient)]] });
  t.notOk(plan.steps.some(({ kind }) => kind === "copy"));
  t.deepEqual(formulas(plan.steps.find(({ kind }) => kind === "matmul")), [], "others read it");
  t.end();
});

test("finish: in the body of a loop, and not in the way of what it carries", (t) => {
  const rows = input("rows", [3, 6, 4]);
  const square = input("square", [5, 5]);
  const body = (next: (h: Node, slice: Node) => Node) => {
    const { carry } = scan(
      (h: Node, s: Node) => ({ carry: next(h, s), y: [] }),
      fill([6, 5], 0),
      rows,
    );
    const loop = planned([carry]).steps.find(({ kind }) => kind === "loop");
    return loop?.kind === "loop" ? loop.body.map(({ kind }) => kind) : [];
  };
  const given = body((h, s) => tanh(add(matmul(s, w), h)));
  t.deepEqual(given, ["matmul"], "h is written where it was");
  const read = body((h) => tanh(add(matmul(h, square), h)));
  t.deepEqual(read, ["matmul", "map"], "all of h is read before any of it is written");
  t.end();
});

test("finish: the share of a metric counts the terms of the product", (t) => {
  const product = matmul(x, w);
  const [step] = planned([withMetricScope("metric", () => tanh(product))]).steps;
  t.equal(step?.metric, 1 / 5, "4 terms and one function");
  const [whole] = planned([withMetricScope("metric", () => tanh(matmul(x, w)))]).steps;
  t.equal(whole?.metric, 1);
  t.end();
});
