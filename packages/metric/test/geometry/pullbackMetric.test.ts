import { constant, matmul, type Node, reshape, sum } from "@metrigrad/graph";
import { fisher, pullbackMetric, rfim } from "@metrigrad/metric";
import { categorical, dense, sequential } from "@metrigrad/nn";
import { reference, type Tensor, tensor } from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";
import test from "tape";
import { asMatrix, asTensor, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";
import { rejects } from "../support/rejects.ts";

const x = asTensor(matrixOf("x", 5, 2));
const model = sequential(dense(2, 3, { activation: "tanh" }), dense(3, 2));
const likelihood = categorical();

async function started() {
  const backend = await reference();
  const store = await backend.store(model, { seed: 3 });
  return { store, close: () => backend.close() };
}

const [u, v] = [matrixOf("u", 3, 1), matrixOf("v", 1, 3)];
const at = { u: asTensor(u), v: asTensor(v) };
/** A layer's weights of rank one: Λ = uv'. */
const outer = ({ u: left, v: right }: Readonly<Record<string, Node>>) => ({
  "dense0/w": matmul(left as Node, right as Node),
});

/** ∂ vec(uv')/∂(u, v), row-major, [9, 6]. */
function jacobian(): Matrix {
  const j = Matrix.zeros(9, 6);
  for (let a = 0; a < 3; a++) {
    for (let b = 0; b < 3; b++) {
      j.set(3 * a + b, a, v.get(0, b));
      j.set(3 * a + b, 3 + b, u.get(a, 0));
    }
  }
  return j;
}

test("pullbackMetric: J'g_ΛJ for a map onto some of the parameters, of fisher and of rfim", async (t) => {
  const { store, close } = await started();
  await store.write("dense0/w", asTensor(u.mmul(v)));
  const j = jacobian();
  const whole = await fisher(model, x, { store, likelihood });
  const corner = asMatrix(await whole.block("dense0/w", "dense0/w"));
  const local = await rfim(model, x, { store });
  const own = asMatrix((await local.blocks[0]?.toDense()) as Tensor);
  for (const [metric, inner] of [
    [whole, corner],
    [local, own],
  ] as const) {
    const g = await pullbackMetric(metric, { store, at, map: outer });
    t.deepEqual([g.params, g.size], [["u", "v"], 6]);
    const expected = j.transpose().mmul(inner).mmul(j);
    t.ok(gap((await g.toDense()).data(), expected.to1DArray()) < 1e-13, "toDense");
    t.ok(gap([await g.trace()], [expected.trace()]) < 1e-13, "trace");
    const step = { u: asTensor(matrixOf("du", 3, 1)), v: asTensor(matrixOf("dv", 1, 3)) };
    const column = Matrix.columnVector([...step.u.data(), ...step.v.data()]);
    const moved = j.mmul(column);
    const there = { "dense0/w": asTensor(Matrix.from1DArray(3, 3, moved.to1DArray())) };
    t.ok(gap([await g.length(step)], [await metric.length(there)]) < 1e-12, "lengths are the same");
    const { u: solved, v: rest } = await g.solve(step, { absolute: 0.1 });
    const back = Matrix.add(expected, Matrix.eye(6).mul(0.1)).mmul(
      Matrix.columnVector([...(solved?.data() ?? []), ...(rest?.data() ?? [])]),
    );
    t.ok(gap(back.to1DArray(), column.to1DArray()) < 1e-10, "solve");
    await g.close();
  }
  await close();
});

test("pullbackMetric: the store must hold Λ(Θ), and Λ its parameters", async (t) => {
  const { store, close } = await started();
  const g = await fisher(model, x, { store, likelihood });
  await rejects(
    t,
    pullbackMetric(g, { store, at, map: outer }),
    /pullbackMetric: the store must hold Λ\(Θ\), at which the metric is taken, got dense0\/w off by \S+; write it first: store.write\("dense0\/w", …\)/,
  );
  await rejects(
    t,
    pullbackMetric(g, { store, at, map: () => ({ w: constant(tensor([1])) }) }),
    /pullbackMetric: map must give values of the store's parameters \(dense0\/w, dense1\/w\) in their shapes, got w; correct/,
  );
  await rejects(
    t,
    pullbackMetric(g, {
      store,
      at,
      map: ({ u: left }) => ({ "dense0/w": reshape(sum(left as Node), [1]) }),
    }),
    /in their shapes, got dense0\/w \[1\] for \[3, 3\]; correct/,
  );
  await close();
});
