import { postorder, type Step, stepViews } from "@metrigrad/tensor";
import test from "tape";
import {
  add,
  exp,
  input,
  log,
  matmul,
  mul,
  type Node,
  planOf,
  relu,
  reshape,
  sin,
  sqrt,
  sub,
  sum,
  tanh,
  variable,
} from "../../src/index.ts";

function stepsOf(outputs: readonly Node[]): readonly Step[] {
  return planOf({ outputs, updates: [], float: "f32" }).plan.steps;
}
const kinds = (steps: readonly Step[]) => steps.map((step) => step.kind);

test("fuse: a chain of element-wise ops is one loop", (t) => {
  const x = input("x", [8, 8]);
  const chain = sqrt(add(exp(sin(mul(x, 2))), tanh(log(add(mul(x, x), 1)))));
  t.deepEqual(kinds(stepsOf([chain])), ["map"]);
  t.end();
});

test("fuse: a reduction computes its operand on the way", (t) => {
  const x = input("x", [8, 8]);
  t.deepEqual(kinds(stepsOf([sum(mul(exp(x), sin(x)))])), ["reduce"]);
  t.end();
});

test("fuse: equal sub-expressions are computed once, unused ones never", (t) => {
  const x = input("x", [4]);
  exp(x);
  const steps = stepsOf([add(tanh(x), mul(tanh(x), 3))]);
  t.deepEqual(kinds(steps), ["map"]);
  const text = JSON.stringify(steps, (key, value) => (key === "fn" ? value.name : value));
  t.equal(text.match(/"tanh"/g)?.length, 2, "one shared object, written out at both of its uses");
  const [map] = steps;
  if (map?.kind !== "map") return t.end("no map");
  const [whole] = map.exprs;
  t.equal(
    whole?.kind === "call" && whole.args[1]?.kind === "call" && whole.args[1].args[0],
    whole?.kind === "call" && whole.args[0],
  );
  t.end();
});

test("fuse: constants are folded and neutral elements vanish", (t) => {
  const x = input("x", [4]);
  const same = mul(add(x, mul(0, 3)), sub(3, 2));
  t.deepEqual(kinds(stepsOf([same])), ["copy"], "only the copy to the output is left");
  t.end();
});

test("fuse: values that one pass can update are updated in one pass", (t) => {
  const g = input("g", [100]);
  const m = variable("m", [100]);
  const v = variable("v", [100]);
  const w = variable("w", [100]);
  const nextM = add(mul(m, 0.9), mul(g, 0.1));
  const nextV = add(mul(v, 0.99), mul(mul(g, g), 0.01));
  const nextW = sub(w, mul(0.1, mul(nextM, sqrt(nextV))));
  const { plan } = planOf({
    outputs: [],
    updates: [
      [m, nextM],
      [v, nextV],
      [w, nextW],
    ],
    float: "f32",
  });
  t.deepEqual(kinds(plan.steps), ["map"]);
  t.equal(plan.arenaBytes, 0, "in place, without scratch");
  t.end();
});

test("fuse: loops are not joined around something that must run between them", (t) => {
  const x = input("x", [4, 4]);
  const first = relu(add(x, 1));
  const between = matmul(first, first);
  const steps = stepsOf([first, mul(first, between)]);
  t.deepEqual(kinds(steps), ["map", "matmul"], "the second one runs with what is between");
  t.end();
});

test("fuse: loops are not joined around another joined loop", (t) => {
  const u = sin(input("x", [4, 4]));
  const d = sin(input("y", [4, 4]));
  const v = add(u, matmul(d, d));
  // Joined with d, so that u → matmul → {d, c} → matmul → v: u cannot run with v.
  const c = sin(add(d, matmul(u, u)));
  const steps = stepsOf([v, c]);
  t.deepEqual(kinds(steps), ["map", "matmul", "matmul"], "u; then d and c; then v");
  t.deepEqual(
    steps.map((step) => stepViews(step).writes.length),
    [1, 2, 1],
  );
  t.end();
});

test("fuse: a loop stays small enough to be compiled as one function", (t) => {
  let x: Node = input("x", [4]);
  const results: Node[] = [];
  for (let i = 0; i < 3000; i++) {
    x = mul(sin(x), add(x, 0.5));
    if (i % 10 === 0) results.push(x);
  }
  const steps = stepsOf([x, ...results]);
  t.ok(steps.length >= 3000 / 500 && steps.length < 30, `${steps.length} steps`);
  for (const step of steps) {
    if (step.kind === "map") t.ok(postorder(step.exprs).length < 1200, "values and operands");
  }
  t.end();
});

test("a cheap value is computed anew in a few loops, but once for many", (t) => {
  const x = input("x", [8]);
  const shared = add(x, 1);
  const loops = (count: number) =>
    Array.from({ length: count }, (_, i) => sum(matmul(reshape(mul(shared, i + 2), [2, 4]), w)));
  const w = input("w", [4, 2]);
  const additions = (count: number) =>
    stepsOf(loops(count))
      .flatMap((step) => (step.kind === "map" ? postorder(step.exprs) : []))
      .filter((expr) => expr.kind === "call" && expr.fn.name === "add").length;
  t.equal(additions(10), 10);
  t.equal(additions(40), 1);
  t.end();
});
