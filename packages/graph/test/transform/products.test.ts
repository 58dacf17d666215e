import { ShapeError, tensor } from "@metrigrad/tensor";
import test from "tape";
import {
  constant,
  exp,
  grad,
  hessian,
  hvp,
  input,
  jacobian,
  jvp,
  matmul,
  mul,
  sin,
  sum,
  vjp,
} from "../../src/index.ts";
import { differences, evaluate, gap } from "../evaluate.ts";

const x0 = Float64Array.of(0.3, -1.2, 0.7, 0.5);
const c = tensor([
  [1, -2, 0.3],
  [0.5, 3, -1],
]);
const f = (x: ReturnType<typeof input>) => sin(matmul(exp(mul(x, 0.5)), c));
const feeds = { x: tensor(x0, { shape: [2, 2] }) };

async function slopes(): Promise<number[][]> {
  const x = input("x", [2, 2]);
  return differences(async (values) => {
    const [y] = await evaluate([f(x)], { x: tensor(values, { shape: [2, 2] }) });
    return y?.data() ?? [];
  }, x0);
}

test("jacobian: equals central differences, with the shapes of output and input", async (t) => {
  const x = input("x", [2, 2]);
  const node = jacobian(f(x), x);
  t.deepEqual(node.shape, [2, 3, 2, 2]);
  const [found] = await evaluate([node], feeds);
  t.ok(gap(found?.data() ?? [], (await slopes()).flat()) < 1e-9);
});

test("vjp and jvp: equal the Jacobian from either side", async (t) => {
  const x = input("x", [2, 2]);
  const bars = [0.2, -1, 0.5, 2, 0.1, -0.3];
  const dots = [1, 0.5, -0.25, 2];
  const rows = await slopes();
  const [back] = vjp([f(x)], [x], [tensor(Float64Array.from(bars), { shape: [2, 3] })]);
  const [forward] = jvp([f(x)], [x], [tensor(Float64Array.from(dots), { shape: [2, 2] })]);
  const [found, along] = await evaluate([back, forward] as never, feeds);
  const expected = dots.map((_, i) =>
    rows.reduce((s, row, k) => s + (bars[k] ?? 0) * (row[i] ?? 0), 0),
  );
  const pushed = rows.map((row) => row.reduce((s, value, i) => s + value * (dots[i] ?? 0), 0));
  t.ok(gap(found?.data() ?? [], expected) < 1e-9, "vjp");
  t.ok(gap(along?.data() ?? [], pushed) < 1e-9, "jvp");
});

test("vjp: a cotangent of another shape is refused", (t) => {
  const x = input("x", [2, 2]);
  t.throws(() => vjp([x], [x], [constant(1)]), ShapeError);
  t.throws(
    () => vjp([x], [x], [constant(1)]),
    /cotangent 0: it must have its value's shape \[2, 2\], got \[\]/,
  );
  t.end();
});

test("hessian and hvp: equal central differences of the gradient", async (t) => {
  const x = input("x", [2, 2]);
  const loss = sum(f(x));
  const curvature = await differences(async (values) => {
    const [g] = await evaluate([grad(loss, x)], { x: tensor(values, { shape: [2, 2] }) });
    return g?.data() ?? [];
  }, x0);
  const vector = [1, -0.5, 2, 0.3];
  const [product] = hvp(loss, [x], [tensor(Float64Array.from(vector), { shape: [2, 2] })]);
  const [whole, along] = await evaluate([hessian(loss, x), product] as never, feeds);
  const expected = curvature.map((row) =>
    row.reduce((s, value, i) => s + value * (vector[i] ?? 0), 0),
  );
  t.deepEqual(whole?.shape, [2, 2, 2, 2]);
  t.ok(gap(whole?.data() ?? [], curvature.flat()) < 1e-8, "hessian");
  t.ok(gap(along?.data() ?? [], expected) < 1e-8, "hvp");
});

test("vjp, jvp and hvp refuse vectors that do not go with their values", (t) => {
  const x = input("x", [2]);
  const y = sin(x);
  t.throws(() => vjp([y], [x], []), /vjp: there must be a cotangent for each of 1 values, got 0/);
  t.throws(() => vjp([y], [x], [[1]]), /vjp, cotangent 0: it must have its value's shape \[2\]/);
  t.throws(() => jvp([y], [x], [[1]]), /jvp, tangent 0: it must have its value's shape \[2\]/);
  t.throws(() => hvp(sum(y), [x], []), /hvp: there must be a vector for each of 1 values/);
  t.end();
});
