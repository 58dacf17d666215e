import { GraphError, ShapeError, tensor } from "@metrigrad/tensor";
import test from "tape";
import {
  exp,
  grad,
  greaterEqual,
  input,
  log,
  matmul,
  mul,
  type Node,
  relu,
  sin,
  square,
  sub,
  sum,
  tanh,
  valueAndGrad,
  variable,
  where,
} from "../../src/index.ts";
import { differences, evaluate, gap } from "../evaluate.ts";

const x0 = Float64Array.of(0.3, -1.2, 0.7, 2.1, -0.4, 0.9);
const c = tensor([
  [1, -2],
  [0.5, 3],
]);

/** Σ tanh(exp(sin x) C) over x [3, 2], a chain through products, maps and reductions. */
function lossOf(x: ReturnType<typeof input>) {
  return sum(tanh(mul(matmul(exp(sin(x)), c), 0.3)));
}

test("grad: equals central differences of the loss", async (t) => {
  const x = input("x", [3, 2]);
  const at = async (values: Float64Array) => {
    const [loss] = await evaluate([lossOf(x)], { x: tensor(values, { shape: [3, 2] }) });
    return [loss?.item() ?? Number.NaN];
  };
  const [slopes] = await differences(at, x0);
  const [found] = await evaluate([grad(lossOf(x), x)], { x: tensor(x0, { shape: [3, 2] }) });
  t.ok(gap(found?.data() ?? [], slopes ?? []) < 1e-9);
});

test("grad: third order of x⁴ is 24x", async (t) => {
  const x = input("x", []);
  const fourth = mul(mul(x, x), mul(x, x));
  const third = grad(grad(grad(fourth, x), x), x);
  const [found] = await evaluate([third], { x: 1.5 });
  t.ok(Math.abs((found?.item() ?? 0) - 36) < 1e-12);
});

test("grad: a value used twice adds up, and nodes inside the graph may be asked for", async (t) => {
  const x = input("x", []);
  const y = mul(x, 3);
  const loss = mul(y, y);
  const [byX, byY] = await evaluate(grad(loss, [x, y]), { x: 2 });
  t.deepEqual([byX?.item(), byY?.item()], [36, 12]);
});

test("grad: refuses losses that are no scalars and values without a path", (t) => {
  const x = input("x", [2]);
  const w = variable("w", [2]);
  t.throws(() => grad(x, x), ShapeError);
  t.throws(() => grad(x, x), /grad: the loss must be a float scalar .* got float \[2\]/);
  t.throws(() => grad(sum(x), [x, w]), GraphError);
  t.throws(
    () => grad(sum(x), [w]),
    /a differentiable path must lead .* none from variable w; leave it out/,
  );
  t.end();
});

test("grad: unused values are zeros where asked for", async (t) => {
  const x = input("x", [2]);
  const w = variable("w", [3]);
  const { value, grads } = valueAndGrad(sum(relu(x)), [x, w], { unused: "zero" });
  const [loss, byX, byW] = await evaluate([value, ...grads], { x: [1, -1] });
  t.equal(loss?.item(), 1);
  t.deepEqual(byX?.toArray(), [1, 0]);
  t.deepEqual(byW?.toArray(), [0, 0, 0]);
});

test("grad: the branch that where does not take contributes nothing, not even NaN", async (t) => {
  const x = input("x", [5]);
  const values = [-2, -0.5, 1.5, 89, 2000];
  const e = exp(x);
  const small = greaterEqual(0, x);
  const unused: Record<string, [y: Node, slope: (v: number) => number]> = {
    "a chain": [where(small, square(mul(e, 0.5)), 1), (v) => (v <= 0 ? 0.5 * Math.exp(2 * v) : 0)],
    "the other way round": [
      where(greaterEqual(x, 0), 1, square(mul(0.5, e))),
      (v) => (v < 0 ? 0.5 * Math.exp(2 * v) : 0),
    ],
    "a value used twice": [where(small, mul(e, e), 1), (v) => (v <= 0 ? 2 * Math.exp(2 * v) : 0)],
    "both branches": [
      where(small, mul(e, e), mul(x, 3)),
      (v) => (v <= 0 ? 2 * Math.exp(2 * v) : 3),
    ],
    nested: [
      where(small, where(greaterEqual(x, -1), mul(e, e), exp(mul(x, x))), x),
      (v) => (v > 0 ? 1 : v >= -1 ? 2 * Math.exp(2 * v) : 2 * v * Math.exp(v * v)),
    ],
    "a logarithm": [
      where(greaterEqual(x, 1), log(sub(x, 1)), 0),
      (v) => (v >= 1 ? 1 / (v - 1) : 0),
    ],
  };
  for (const [name, [y, slope]] of Object.entries(unused)) {
    const first = grad(sum(y), x);
    const [found, second] = await evaluate([first, grad(sum(first), x)], { x: values });
    t.ok(gap(found?.data() ?? [], values.map(slope)) < 1e-9, `${name}: ${found?.data()}`);
    const h = 1e-5;
    const bends = values.map((v) => (slope(v + h) - slope(v - h)) / (2 * h));
    t.ok(gap(second?.data() ?? [], bends) < 1e-6, `${name}, again: ${second?.data()}`);
  }
});
