import {
  checkPlan,
  type Plan,
  printStep,
  reference,
  sizeOf,
  stepViews,
  tensor,
} from "@metrigrad/tensor";
import test from "tape";
import {
  add,
  compile,
  exp,
  gelu,
  grad,
  input,
  matmul,
  mean,
  mul,
  type Node,
  planOf,
  reshape,
  sin,
  sum,
  tanh,
} from "../../src/index.ts";
import { gap } from "../evaluate.ts";

const x = input("x", [2, 3, 4]);
const w = input("w", [4, 5]);
const bias = input("bias", [5]);

function planned(...outputs: readonly Node[]): Plan {
  const { plan } = planOf({ outputs, updates: [], float: "f32" });
  checkPlan(plan);
  return plan;
}
const kinds = (plan: Plan) => plan.steps.map((step) => step.kind);

test("sink: an activation behind rows of several axes runs with their product", (t) => {
  t.deepEqual(kinds(planned(tanh(matmul(x, w)))), ["matmul"]);
  const tall = add(matmul(reshape(x, [6, 4]), w), bias);
  const plan = planned(mul(tanh(reshape(tall, [2, 3, 5])), 2));
  t.deepEqual(kinds(plan), ["matmul"]);
  t.deepEqual(plan.outputs[0]?.shape, [2, 3, 5]);
  t.deepEqual(kinds(planned(mul(reshape(tall, [2, 3, 5]), tanh(reshape(tall, [2, 3, 5]))))), [
    "matmul",
  ]);
  t.end();
});

test("sink: not where something else has the shape, and not what a reduction computes on its way", (t) => {
  const product = matmul(x, w);
  t.deepEqual(kinds(planned(add(product, input("z", [2, 3, 5])))), ["matmul", "map"]);
  t.deepEqual(kinds(planned(add(product, bias))), ["matmul", "map"], "a bias of the last axis");
  t.deepEqual(kinds(planned(sum(mul(product, product)))), ["matmul", "reduce"]);
  const still = reshape(exp(input("y", [6, 5])), [2, 3, 5]);
  const [map] = planned(sin(still)).steps;
  t.deepEqual(map?.kind === "map" && map.shape, [6, 5], "a loop before it stays");
  t.end();
});

test("sink: what several loops make of a product and a bias is kept once", (t) => {
  const product = add(matmul(reshape(x, [6, 4]), w), bias);
  const loss = sum(mul(gelu(product), input("g", [6, 5])));
  const [first] = planned(loss, grad(loss, w)).steps;
  // The value before the activation, and the error function, but not what is cheap to make of them.
  t.equal(first && stepViews(first).writes.length, 3, first && printStep(first));
  t.end();
});

test("sink: values and gradients are those of every node on its own", async (t) => {
  const random = (...shape: number[]) =>
    tensor(
      Float64Array.from({ length: sizeOf(shape) }, (_, at) => Math.sin(1.3 * at + shape.length)),
      { shape },
    );
  const feeds = { x: random(2, 3, 4), w: random(4, 5), bias: random(5) };
  const tall = add(matmul(reshape(x, [6, 4]), w), bias);
  const hidden = gelu(reshape(tall, [2, 3, 5]));
  const loss = mean(mul(hidden, add(hidden, matmul(x, w))));
  const outputs = [hidden, loss, ...grad(loss, [w, bias, x])];
  const backend = await reference();
  const store = await backend.store([], { float: "f64" });
  for (const [at, handle] of (await (await compile({ outputs }, store)).run(feeds)).entries()) {
    const got = await handle.read();
    const alone = await compile({ outputs: [outputs[at] as Node], unfused: true }, store);
    const [wanted] = await alone.run(feeds);
    const off = gap(got.data(), (await (wanted as typeof handle).read()).data());
    t.ok(off < 1e-14, `output ${at}: ${off}`);
  }
  await backend.close();
});
