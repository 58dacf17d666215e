/** Metrics under a change of parameters. */
import { affine, constant, div, exp, matmul, type Node, sub } from "@metrigrad/graph";
import { fisher, pullbackMetric } from "@metrigrad/metric";
import { bernoulli, defModule, type Module, param, zeros } from "@metrigrad/nn";
import { Matrix, solve } from "ml-matrix";
import test from "tape";
import { backends, type Tested } from "../support/backends.ts";
import { asMatrix, asTensor, augmented, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";

const x = matrixOf("x", 9, 2);
const labels = matrixOf("labels", 9, 1)
  .to1DArray()
  .map((value) => (value > 0 ? 1 : 0));

/** Logistic regression with log odds X̃Λ(θ), θ [3, 1]. */
function regression(lambda: (theta: Node) => Node): Module {
  const define = defModule({
    name: "regression",
    params: { theta: param([3, 1], zeros) },
    apply: ({ theta }, rows) => affine(rows, lambda(theta)),
  });
  return define();
}

/**
 * g at θ in a model whose parameter it is, by the whole-model Fisher information, and the metric at
 * λ = Λ(θ) pulled back to θ, which must be the same.
 */
async function metricAt(lambda: (theta: Node) => Node, theta: Matrix, image: Matrix, on: Tested) {
  const at = async (model: Module, value: Matrix) => {
    const store = await on.store(model);
    await store.write("theta", asTensor(value));
    return { store, g: await fisher(model, asTensor(x), { store, likelihood: bernoulli() }) };
  };
  const here = await at(regression(lambda), theta);
  const there = await at(regression(itself), image);
  const pulled = await pullbackMetric(there.g, {
    store: there.store,
    at: { theta: asTensor(theta) },
    map: (own) => ({ theta: lambda(own.theta as Node) }),
  });
  const [g, inner, back] = await Promise.all([
    here.g.toDense(),
    there.g.toDense(),
    pulled.toDense(),
  ]);
  await here.store.close();
  await there.store.close();
  return { g: asMatrix(g), inner: asMatrix(inner), back: asMatrix(back) };
}

const theta = matrixOf("theta", 3, 1, 0.5);
const itself = (value: Node) => value;
const sinh = (value: Node) => div(sub(exp(value), exp(sub(0, value))), 2);

for (const on of backends) {
  test(`T14 g_Θ = A'g_ΛA for Λ = AΘ, on ${on.name}`, async (t) => {
    const a = matrixOf("A", 3, 3);
    const map = (value: Node) => matmul(constant(asTensor(a)), value);
    const { g, inner, back } = await metricAt(map, theta, a.mmul(theta), on);
    t.ok(gap(g.to1DArray(), a.transpose().mmul(inner).mmul(a).to1DArray()) < on.limit(1e-12, 2e-6));
    t.ok(gap(back.to1DArray(), g.to1DArray()) < on.limit(1e-12, 2e-6), "pulled back");
  });

  test(`T14 Λ = sinh Θ: steps in Θ and in Λ differ by an order of 2 in γ, on ${on.name}`, async (t) => {
    const lambda = new Matrix(theta.to2DArray().map((row) => row.map(Math.sinh)));
    const slope = Matrix.diag(theta.to1DArray().map(Math.cosh));
    const { g: inTheta, inner: inLambda, back } = await metricAt(sinh, theta, lambda, on);
    t.ok(gap(back.to1DArray(), inTheta.to1DArray()) < on.limit(1e-12, 1e-6), "pulled back");
    t.ok(
      gap(inTheta.to1DArray(), slope.mmul(inLambda).mmul(slope).to1DArray()) <
        on.limit(1e-12, 1e-6),
      "J'gJ",
    );
    const rows = augmented(x);
    const errors = rows
      .mmul(lambda)
      .to1DArray()
      .map((odds, s) => 1 / (1 + Math.exp(-odds)) - (labels[s] as number));
    const gradient = rows.transpose().mmul(Matrix.columnVector(errors)).div(rows.rows);
    const alongLambda = solve(inLambda, gradient);
    const alongTheta = solve(inTheta, slope.mmul(gradient));
    const apart = (gamma: number) => {
      const byTheta = Matrix.sub(theta, Matrix.mul(alongTheta, gamma)).to1DArray().map(Math.sinh);
      return gap(byTheta, Matrix.sub(lambda, Matrix.mul(alongLambda, gamma)).to1DArray());
    };
    // The steps come from the metrics of this backend and are followed in float64.
    const order = Math.log2(apart(0.01) / apart(0.005));
    t.ok(Math.abs(order - 2) < 0.05, `order ${order.toFixed(3)}`);
  });
}
