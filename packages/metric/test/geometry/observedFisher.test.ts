import { affine, compile, constant, mean, neg, variable } from "@metrigrad/graph";
import {
  fisher,
  fisherVectorProduct,
  gaussNewton,
  gaussNewtonVectorProduct,
  type ModelMetric,
  observedFisher,
} from "@metrigrad/metric";
import {
  applyModel,
  categorical,
  defModule,
  dense,
  gaussianWithScale,
  glorotUniform,
  type RowLaw as Law,
  type Module,
  ones,
  param,
  poisson,
  sequential,
} from "@metrigrad/nn";
import { reference, type Tensor, tensor } from "@metrigrad/tensor";
import { EigenvalueDecomposition, Matrix, solve } from "ml-matrix";
import test from "tape";
import { hessianOf, outputJacobians } from "../support/differences.ts";
import { asMatrix, asTensor, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";
import { rejects } from "../support/rejects.ts";

const x = matrixOf("x", 4, 2);
const inputs = asTensor(x);
const classes = tensor(Int32Array.of(1, 0, 0, 1));
const counts = tensor([
  [0, 2],
  [1, 1],
  [3, 0],
  [0, 0],
]);
const values = tensor([[0.3], [-1], [2], [0.5]]);

async function started(model: Module) {
  const backend = await reference();
  const store = await backend.store(model, { seed: 9 });
  return { store, close: () => backend.close() };
}

const model = sequential(dense(2, 3, { activation: "tanh" }), dense(3, 2));
const delta = {
  "dense0/w": asTensor(matrixOf("a", 3, 3)),
  "dense1/w": asTensor(matrixOf("b", 4, 2)),
};
const column = Matrix.columnVector(Object.values(delta).flatMap((value) => [...value.data()]));
const joined = (found: Readonly<Record<string, Tensor>>) =>
  Object.values(found).flatMap((value) => [...value.data()]);

/** Everything that a metric does by products against its dense matrix. */
async function agrees(g: ModelMetric, whole: Matrix): Promise<Record<string, number>> {
  const product = whole.mmul(column);
  const square = product.dot(column);
  const { realEigenvalues } = new EigenvalueDecomposition(whole, { assumeSymmetric: true });
  // Enough for a positive definite matrix, which conjugate gradients need.
  const settings = { absolute: 2 - 1.5 * Math.min(0, ...realEigenvalues) };
  const damped = Matrix.add(whole, Matrix.eye(17).mul(settings.absolute));
  const expected = solve(damped, column).to1DArray();
  const iterated = await g.solve(delta, { ...settings, method: "conjugate gradients" });
  return {
    apply: gap(joined(await g.apply(delta)), product.to1DArray()),
    quadratic: gap([await g.quadratic(delta)], [square]),
    trace: gap([await g.trace()], [whole.trace()]),
    block: gap(
      (await g.block("dense1/w", "dense0/w")).data(),
      whole.subMatrix(9, 16, 0, 8).to1DArray(),
    ),
    eigenvalues: gap(
      (await g.eigenvalues()).data(),
      realEigenvalues.sort((a, b) => a - b),
    ),
    solve: gap(joined(await g.solve(delta, settings)), expected),
    iterated: gap(joined(iterated), expected),
  };
}

const cases: readonly (readonly [Law, Tensor])[] = [
  [categorical(), classes],
  [poisson(), counts],
  [gaussianWithScale(), values],
];

for (const [law, labels] of cases) {
  test(`observedFisher: ${law.name}, the Hessian by second differences`, async (t) => {
    const { store, close } = await started(model);
    const g = await observedFisher(model, { inputs, targets: labels }, { store, likelihood: law });
    t.deepEqual(g.params, Object.keys(delta));
    const whole = asMatrix(await g.toDense());
    const expected = await hessianOf(model, law, store, inputs, labels);
    t.ok(
      gap(whole.to1DArray(), expected.to1DArray()) < 1e-7,
      `off by ${gap(whole.to1DArray(), expected.to1DArray())}`,
    );
    for (const [what, error] of Object.entries(await agrees(g, whole))) {
      t.ok(error < 1e-8, `${what}: ${error.toExponential(1)}`);
    }
    await g.close();
    await close();
  });
}

test("observedFisher: where it is indefinite, lengths and conjugate gradients say so", async (t) => {
  const { store, close } = await started(model);
  const likelihood = gaussianWithScale();
  const g = await observedFisher(model, { inputs, targets: values }, { store, likelihood });
  const whole = asMatrix(await g.toDense());
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(whole, {
    assumeSymmetric: true,
  });
  const least = realEigenvalues.indexOf(Math.min(...realEigenvalues));
  t.ok((realEigenvalues[least] as number) < -1e-3, "it is indefinite here");
  const vector = eigenvectorMatrix.getColumn(least);
  const down = {
    "dense0/w": tensor(Float64Array.from(vector.slice(0, 9)), { shape: [3, 3] }),
    "dense1/w": tensor(Float64Array.from(vector.slice(9)), { shape: [4, 2] }),
  };
  t.ok(gap([await g.quadratic(down)], [realEigenvalues[least] as number]) < 1e-12);
  await rejects(
    t,
    g.length(down),
    /observedFisher.length: a squared length must not be negative, got -\S+; use quadratic/,
  );
  await rejects(
    t,
    g.solve(down, { method: "conjugate gradients" }),
    /observedFisher.solve: conjugate gradients need a positive definite matrix, got a direction of curvature -\S+; pass more damping/,
  );
  const direct = await g.solve(down);
  t.ok(
    gap(
      joined(direct),
      vector.map((value) => value / (realEigenvalues[least] as number)),
    ) < 1e-8,
    "direct solving is by elimination",
  );
  await close();
});

for (const [law, labels] of cases.slice(0, 2)) {
  test(`gaussNewton: ${law.name}, in natural coordinates it is the Fisher information`, async (t) => {
    const { store, close } = await started(model);
    const settings = { store, likelihood: law };
    const g = await gaussNewton(model, { inputs, targets: labels }, settings);
    const whole = asMatrix(await g.toDense());
    const exact = await fisher(model, inputs, settings);
    t.ok(gap(whole.to1DArray(), (await exact.toDense()).data()) < 1e-12);
    for (const [what, error] of Object.entries(await agrees(g, whole))) {
      t.ok(error < 1e-8, `${what}: ${error.toExponential(1)}`);
    }
    const observed = await observedFisher(model, { inputs, targets: labels }, settings);
    t.ok(gap(whole.to1DArray(), (await observed.toDense()).data()) > 1e-2, "not the Hessian");
    await close();
  });
}

test("gaussNewton: elsewhere it is J'HJ with the Hessian H of the labels", async (t) => {
  const { store, close } = await started(model);
  const likelihood = gaussianWithScale();
  const g = await gaussNewton(model, { inputs, targets: values }, { store, likelihood });
  const { outputs, jacobians } = await outputJacobians(model, store, inputs);
  const expected = Matrix.zeros(17, 17);
  jacobians.forEach((j, s) => {
    const [mu = 0, scale = 0] = outputs[s] as number[];
    const [r, precision] = [(values.data()[s] as number) - mu, Math.exp(-2 * scale)];
    const h = new Matrix([
      [precision, 2 * r * precision],
      [2 * r * precision, 2 * r * r * precision],
    ]);
    expected.add(j.transpose().mmul(h).mmul(j).div(4));
  });
  t.ok(gap((await g.toDense()).data(), expected.to1DArray()) < 1e-9);
  await close();
});

test("products as nodes: by jvp, the law or the loss, vjp, equal to the matrices times a vector", async (t) => {
  const { store, close } = await started(model);
  const likelihood = poisson();
  const { output, parameters } = applyModel(model, constant(inputs));
  const wrt = parameters.map(({ variable: one }) => one);
  const vectors = parameters.map(({ path }) => constant(delta[path as keyof typeof delta]));
  const loss = neg(mean(likelihood.logProb(constant(counts), output)));
  const outputs = [
    ...fisherVectorProduct(output, likelihood, wrt, vectors),
    ...gaussNewtonVectorProduct(loss, output, wrt, vectors),
  ];
  const program = await compile({ outputs }, store);
  const handles = await program.run();
  const found = await Promise.all(handles.map((handle) => handle.read()));
  const g = await fisher(model, inputs, { store, likelihood });
  const expected = asMatrix(await g.toDense())
    .mmul(column)
    .to1DArray();
  t.ok(gap(joined({ a: found[0] as Tensor, b: found[1] as Tensor }), expected) < 1e-13, "Fisher");
  t.ok(gap(joined({ a: found[2] as Tensor, b: found[3] as Tensor }), expected) < 1e-13, "GN");
  t.throws(() => fisherVectorProduct(output, likelihood, wrt, []), /jvp: .*tangent/);
  t.throws(
    () => gaussNewtonVectorProduct(mean(variable("elsewhere", [2])), output, wrt, vectors),
    /grad: a differentiable path must lead from every value to the loss/,
  );
  await close();
});

test("observedFisher, fisher: parameters that the output does not depend on have no curvature", async (t) => {
  const half = defModule({
    name: "half",
    params: { w: param([3, 2], glorotUniform), idle: param([2], ones) },
    apply: ({ w }, rows) => affine(rows, w),
  })();
  const { store, close } = await started(half);
  const settings = { store, likelihood: categorical() };
  const observed = await observedFisher(half, { inputs, targets: classes }, settings);
  for (const g of [observed, await fisher(half, inputs, settings)]) {
    t.equal(g.size, 8);
    t.ok(asMatrix(await g.block("idle", "w")).norm() === 0 && (await g.trace()) > 0.1);
  }
  await close();
});

test("observedFisher: targets and likelihood are checked", async (t) => {
  const { store, close } = await started(model);
  const likelihood = categorical();
  await rejects(
    t,
    observedFisher(model, { inputs } as never, { store, likelihood }),
    /observedFisher: the batch must have targets, got inputs alone; pass \{ inputs, targets \}/,
  );
  await rejects(
    t,
    gaussNewton(model, { inputs, targets: classes }, { store } as never),
    /gaussNewton: likelihood must be the law of the model's output, got undefined/,
  );
  await close();
});

test("a split whose targets are its inputs observes them scaled", async (t) => {
  const own = sequential(dense(2, 4)) as Module;
  const { store, close } = await started(own);
  const bytes = tensor(Uint8Array.of(0, 255, 51, 102, 204, 153, 255, 0), { shape: [4, 2] });
  const floats = Float32Array.from(bytes.data(), (value) => value / 255);
  const scaled = tensor(floats, { shape: [4, 2] });
  const step = { "dense0/w": asTensor(matrixOf("a", 3, 4)) };
  const settings = { likelihood: gaussianWithScale(), store };
  const quadratic = async (batch: Parameters<typeof observedFisher>[1]) =>
    (await observedFisher(own, batch, settings)).quadratic(step);
  const split = {
    inputs: bytes,
    targets: bytes,
    targetsAre: "inputs",
    inputScale: 1 / 255,
  } as const;
  const expected = await quadratic({ inputs: scaled, targets: scaled });
  t.ok(gap([await quadratic(split)], [expected]) < 1e-5);
  const { targetsAre: _, ...stored } = split;
  t.ok(gap([await quadratic(stored)], [expected]) > 1, "unlike bytes as they are stored");
  await close();
});
