/** T24: one natural step with γ = 1 on a conjugate model is the exact posterior, and −ELBO becomes −ln p(y). */
import {
  add,
  type Coordinates,
  categoricalFamily,
  constant,
  cpu,
  diagonal,
  diagonalGaussianFamily,
  dirichletFamily,
  distribution,
  expandDims,
  type GaussianStatistics,
  gammaFamily,
  gaussianFamily,
  matmul,
  mul,
  type Node,
  naturalGradient,
  type ParameterSpec,
  square,
  sub,
  sum,
  tensor,
  trainingStep,
  transpose,
  uniformStream,
} from "metrigrad";
import { CholeskyDecomposition, inverse, Matrix } from "ml-matrix";
import test from "tape";

const stream = uniformStream({ seed: 3, path: "conjugate" });
const normals = (n: number, d: number, from: number) =>
  Array.from({ length: n }, (_, i) =>
    Array.from({ length: d }, (_, j) => stream.normal(from + i * d + j)),
  );
const node = (matrix: Matrix) => constant(tensor(matrix.to2DArray()));

/** −ln N(y | 0, K) by its definition, on the host. */
function negativeLogGaussian(y: readonly number[], k: Matrix): number {
  const factor = new CholeskyDecomposition(k);
  const column = Matrix.columnVector([...y]);
  const quadratic = column.transpose().mmul(factor.solve(column)).get(0, 0);
  const logdet = factor.lowerTriangularMatrix.diag().reduce((s, one) => s + 2 * Math.log(one), 0);
  return 0.5 * (quadratic + logdet + y.length * Math.log(2 * Math.PI));
}

/** −E ln N(y | Aw, σ²I) under w ~ N(mean, covariance), in nats. */
function expectedLoss(a: Node, y: Node, variance: number, mean: Node, covariance: Node): Node {
  const spread = sum(diagonal(matmul(matmul(a, covariance), transpose(a))));
  const misses = sub(expandDims(y, 1), matmul(a, expandDims(mean, 1)));
  const squares = add(sum(square(misses)), spread);
  const logs = 0.5 * (y.shape[0] as number) * Math.log(2 * Math.PI * variance);
  return add(mul(squares, 0.5 / variance), logs);
}

/** The losses before and after one step, and the parameters after it. */
async function oneStep<K extends string>(
  q: ReturnType<typeof distribution<K>>,
  loss: (natural: Coordinates<K>) => Node,
  before: Readonly<Record<string, number[] | number[][]>> = {},
) {
  const backend = await cpu({ float: "f64" });
  const store = await backend.store(q);
  const specs = q.params as Readonly<Record<string, ParameterSpec>>;
  for (const [name, value] of Object.entries(before)) {
    await store.write(specs[name] as ParameterSpec, tensor(value as number[]));
  }
  const step = await trainingStep(store, {
    optimizer: naturalGradient(),
    feeds: {},
    report: true,
    loss: (_, { apply }) => loss(apply(q)),
  });
  const first = await step.run({});
  const second = await step.run({});
  const params = Object.fromEntries(
    await Promise.all(
      Object.entries(specs).map(
        async ([name, spec]) => [name, [...(await store.read(spec)).data()]] as const,
      ),
    ),
  );
  await backend.close();
  return { before: first.loss, after: second.loss, params, report: first.report };
}

function close(t: test.Test, got: number, expected: number, what: string, within = 1e-10): void {
  t.ok(
    Math.abs(got - expected) <= within * Math.max(1, Math.abs(expected)),
    `${what}: ${got} and ${expected}`,
  );
}

const [n, d, variance] = [7, 3, 0.3];
const x = new Matrix(normals(n, d, 0));
const y = normals(n, 1, 100).flat();
const evidence = () =>
  negativeLogGaussian(y, x.mmul(x.transpose()).add(Matrix.eye(n).mul(variance)));
const far = {
  linear: [1, -2, 0.5],
  quadratic: [
    [-2, 0.3, 0.1],
    [0.3, -1, 0],
    [0.1, 0, -0.7],
  ],
};

test("T24: Bayesian linear regression, from the prior and from elsewhere", async (t) => {
  const family = gaussianFamily(d);
  const prior = { linear: constant(tensor([0, 0, 0])), quadratic: mul(node(Matrix.eye(d)), -0.5) };
  const loss = (natural: Coordinates<GaussianStatistics>) => {
    const { mean, covariance } = family.toMoments(natural);
    const fit = expectedLoss(node(x), constant(tensor(y)), variance, mean, covariance);
    return add(fit, family.kl(natural, prior));
  };
  for (const [where, start] of [
    ["the prior", {}],
    ["elsewhere", far],
  ] as const) {
    const { before, after, params } = await oneStep(distribution(family), loss, start);
    t.ok(before > evidence() + 1, `${where}: the bound is loose before`);
    close(t, after, evidence(), `${where}: −ELBO and −ln p(y)`);
    // The posterior by its own formula: S⁻¹ = I + X'X/σ², S⁻¹μ = X'y/σ².
    const precision = x
      .transpose()
      .mmul(x)
      .mul(1 / variance)
      .add(Matrix.eye(d));
    const linear = x
      .transpose()
      .mmul(Matrix.columnVector(y))
      .mul(1 / variance)
      .to1DArray();
    for (const [i, one] of linear.entries())
      close(t, params.linear?.[i] as number, one, `${where}: S⁻¹μ`);
    for (const [i, one] of precision.mul(-0.5).to1DArray().entries())
      close(t, params.quadratic?.[i] as number, one, `${where}: −½S⁻¹`);
  }
});

test("T24: the mean of numbers with a known variance, a batch of two by the diagonal family", async (t) => {
  const family = diagonalGaussianFamily(1);
  const data = normals(2, 5, 200);
  const zero = constant(tensor([[0], [0]]));
  const prior = family.fromMoments({ mean: zero, variance: add(zero, 4) });
  const loss = (natural: Coordinates<GaussianStatistics>) => {
    const { mean, variance: own } = family.toMoments(natural);
    const misses = sub(constant(tensor(data)), mean);
    const squares = add(square(misses), own);
    const fit = add(mul(squares, 0.5 / variance), 0.5 * Math.log(2 * Math.PI * variance));
    return add(sum(fit), sum(family.kl(natural, prior)));
  };
  const { after } = await oneStep(distribution(family, { batch: [2] }), loss);
  const k = Matrix.ones(5, 5).mul(4).add(Matrix.eye(5).mul(variance));
  const exact = data.reduce((total, one) => total + negativeLogGaussian(one, k), 0);
  close(t, after, exact, "−ELBO and −ln p(y)");
});

test("T24: Gaussian process regression, whitened and not", async (t) => {
  const count = 12;
  const at = normals(count, 1, 300).flat();
  const values = at.map((one, i) => Math.sin(2 * one) + 0.3 * stream.normal(400 + i));
  const kernel = new Matrix(
    at.map((a, i) =>
      at.map((b, j) => 1.5 * Math.exp(-0.5 * ((a - b) / 0.7) ** 2) + (i === j ? 1e-4 : 0)),
    ),
  );
  const root = new CholeskyDecomposition(kernel).lowerTriangularMatrix;
  const exact = negativeLogGaussian(values, Matrix.add(kernel, Matrix.eye(count).mul(0.1)));
  const family = gaussianFamily(count);
  const none = constant(tensor(new Float64Array(count)));
  const ways = {
    whitened: { a: root, prior: Matrix.eye(count) },
    "not whitened": { a: Matrix.eye(count), prior: inverse(kernel) },
  };
  for (const [name, { a, prior }] of Object.entries(ways)) {
    const to = { linear: none, quadratic: mul(node(prior), -0.5) };
    const { before, after } = await oneStep(distribution(family), (natural) => {
      const { mean, covariance } = family.toMoments(natural);
      const fit = expectedLoss(node(a), constant(tensor(values)), 0.1, mean, covariance);
      return add(fit, family.kl(natural, to));
    });
    t.ok(before > exact + 5, `${name}: ${before} before`);
    close(t, after, exact, `${name}: −ELBO and −ln p(y)`, name === "whitened" ? 1e-10 : 1e-8);
  }
});

test("T24: gamma with Poisson, Dirichlet and categorical with labels, from elsewhere", async (t) => {
  const counts = [3, 0, 2, 5, 1];
  const total = counts.reduce((a, b) => a + b, 0);
  const factorials = counts.reduce((sum, one) => sum + lnGamma(one + 1), 0);
  const rate = gammaFamily();
  const own = rate.fromShape({ shape: constant(tensor(2.5)), rate: constant(tensor(1.2)) });
  const poisson = await oneStep(
    distribution(rate),
    (natural) => {
      const m = rate.toExpectation(natural);
      const fit = sub(mul(m.linear, counts.length), sub(mul(m.log, total), factorials));
      return add(fit, rate.kl(natural, own));
    },
    { log: 0.3, linear: -4 } as never,
  );
  // ∫ Gamma(λ) Π Poisson(yᵢ | λ) dλ.
  const [a, b] = [2.5 + total, 1.2 + counts.length];
  const known = 2.5 * Math.log(1.2) - lnGamma(2.5) + lnGamma(a) - a * Math.log(b) - factorials;
  close(t, poisson.after, -known, "gamma: −ELBO and −ln p(y)");

  const shares = dirichletFamily(3);
  const alpha = [0.7, 1.4, 2];
  const times = [4, 0, 3];
  const labels = await oneStep(
    distribution(shares),
    (natural) => {
      const prior = { log: sub(constant(tensor(alpha)), 1) };
      const fit = sum(mul(shares.toExpectation(natural).log, constant(tensor(times))));
      return sub(shares.kl(natural, prior), fit);
    },
    { log: [1, -0.5, 0.2] },
  );
  const beta = (x: readonly number[]) =>
    x.reduce((s, one) => s + lnGamma(one), 0) - lnGamma(x.reduce((s, one) => s + one, 0));
  const after = alpha.map((one, k) => one + (times[k] as number));
  close(t, labels.after, beta(alpha) - beta(after), "Dirichlet: −ELBO and −ln p(y)");

  const classes = categoricalFamily(3);
  const [chances, likelihoods] = [
    [0.5, 0.2, 0.3],
    [0.1, 0.7, 0.4],
  ];
  const logs = (values: readonly number[] = []) => constant(tensor(values.map(Math.log)));
  const mixture = await oneStep(
    distribution(classes),
    (natural) => {
      const fit = sum(mul(classes.toExpectation(natural).label, logs(likelihoods)));
      return sub(classes.kl(natural, { label: logs(chances) }), fit);
    },
    { label: [1, -2, 0.5] },
  );
  close(t, mixture.after, -Math.log(0.05 + 0.14 + 0.12), "categorical: −ELBO and −ln p(y)");
});

/** ln Γ(x) for x > 0: by Stirling's series from x + 20 on down. */
function lnGamma(x: number): number {
  const y = x + 20;
  const shift = Array.from({ length: 20 }, (_, k) => Math.log(x + k)).reduce(
    (s, one) => s + one,
    0,
  );
  const series = 1 / (12 * y) - 1 / (360 * y ** 3) + 1 / (1260 * y ** 5) - 1 / (1680 * y ** 7);
  return (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
