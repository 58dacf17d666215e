import { ShapeError, tensor } from "@metrigrad/tensor";
import test from "tape";
import {
  grad,
  input,
  matmul,
  mul,
  reshape,
  sum,
  tanh,
  topological,
  vmap,
} from "../../src/index.ts";
import { evaluate, gap } from "../evaluate.ts";

const rows = Float64Array.from({ length: 12 }, (_, i) => Math.sin(3 * i + 1));

test("vmap: per-sample gradients equal a loop over samples", async (t) => {
  const w = input("w", [3, 2]);
  const loss = (x: Parameters<typeof tanh>[0]) => sum(tanh(matmul(reshape(x, [1, 3]), w)));
  const x = input("x", [4, 3]);
  const one = input("one", [3]);
  const perSample = vmap((row) => grad(loss(row), w))(x);
  t.deepEqual(perSample.shape, [4, 3, 2]);
  const weights = tensor([
    [0.1, -0.5],
    [1, 0.2],
    [-0.3, 0.7],
  ]);
  const [all] = await evaluate([perSample], { x: tensor(rows, { shape: [4, 3] }), w: weights });
  for (let i = 0; i < 4; i++) {
    const [single] = await evaluate([grad(loss(one), w)], {
      one: tensor(rows.slice(3 * i, 3 * i + 3)),
      w: weights,
    });
    t.ok(
      gap(single?.data() ?? [], all?.data().slice(6 * i, 6 * i + 6) ?? []) < 1e-12,
      `sample ${i}`,
    );
  }
});

test("vmap: any axis counts the cases, shared arguments have none, and it nests", async (t) => {
  const outer = vmap((a) => vmap((b, c) => mul(b, c), { inAxes: [0, null] })(a, 2), {
    inAxes: [1],
  });
  const [found] = await evaluate([
    outer(
      tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    ),
  ]);
  t.deepEqual(found?.toArray(), [
    [2, 8],
    [4, 10],
    [6, 12],
  ]);
});

test("vmap: the graph does not grow with the number of cases", (t) => {
  const size = (cases: number) => {
    const x = input("x", [cases, 3]);
    return topological([vmap((row) => sum(tanh(row)))(x)]).length;
  };
  t.equal(size(2), size(1000));
  t.end();
});

test("vmap: refuses arguments that disagree, and none to map over", (t) => {
  const a = input("a", [2]);
  const b = input("b", [3]);
  t.throws(() => vmap((x, y) => mul(x, y))(a, b), ShapeError);
  t.throws(
    () => vmap((x, y) => mul(x, y))(a, b),
    /argument 1: it must have as many cases as the others \(2\), got 3/,
  );
  t.throws(
    () => vmap((x) => x, { inAxes: [null] })(a),
    /at least one argument must have an axis of cases/,
  );
  t.throws(
    () => vmap((x, y) => mul(x, y), { inAxes: [0] })(a, a),
    /inAxes must have an entry for each of the 2 arguments, got 1/,
  );
  t.end();
});
