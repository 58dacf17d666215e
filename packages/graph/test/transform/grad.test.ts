import { GraphError, ShapeError, tensor } from "@metrigrad/tensor";
import test from "tape";
import {
  exp,
  grad,
  input,
  matmul,
  mul,
  relu,
  sin,
  sum,
  tanh,
  valueAndGrad,
  variable,
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
