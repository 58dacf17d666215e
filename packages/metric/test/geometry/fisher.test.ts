import { compile, constant, input } from "@metrigrad/graph";
import { fisher, rfim } from "@metrigrad/metric";
import {
  applyModel,
  bernoulli,
  categorical,
  dense,
  gaussian,
  gaussianWithScale,
  type RowLaw as Law,
  type Module,
  poisson,
  sequential,
} from "@metrigrad/nn";
import { reference, type Store, type Tensor, tensor } from "@metrigrad/tensor";
import { EigenvalueDecomposition, Matrix, solve } from "ml-matrix";
import test from "tape";
import { deviation } from "../support/deviation.ts";
import { outputJacobians, scoresOf } from "../support/differences.ts";
import { asMatrix, asTensor, augmented, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";
import { rejects } from "../support/rejects.ts";

const x = matrixOf("x", 4, 2);

async function started(model: Module) {
  const backend = await reference();
  const store = await backend.store(model, { seed: 9 });
  return { store, close: () => backend.close() };
}

function twoLayers(outputs: number): Module {
  return sequential(dense(2, 3, { activation: "tanh" }), dense(3, outputs));
}

const sizes = { "dense0/w": [3, 3], "dense1/w": [4, 2] } as const;

/** (1/n) Σ_s Σ_y p(y) ∂l ∂l' with every outcome y and ∂l by central differences. */
async function byEnumeration(model: Module, law: Law, store: Store, m: number): Promise<Matrix> {
  const outcomes = law.outcomes(m) as Tensor;
  const rows = constant(asTensor(x));
  const { output } = applyModel(model, rows);
  const [count = 0, ...rest] = outcomes.shape;
  const y = input("y", [x.rows, ...rest], rest.length === 0 ? "i32" : "float");
  const program = await compile({ outputs: law.logProb(y, output) }, store);
  const width = outcomes.size / count;
  const logProb = async (q: number) => {
    const one = outcomes.data().slice(q * width, (q + 1) * width);
    const repeated = Array.from({ length: x.rows }, () => [...one]).flat();
    const data = rest.length === 0 ? Int32Array.from(repeated) : Float64Array.from(repeated);
    const value = await (
      await program.run({ y: tensor(data, { shape: [x.rows, ...rest] }) })
    ).read();
    return [...value.data()];
  };
  const names = Object.keys(sizes);
  const total = Matrix.zeros(17, 17);
  for (let q = 0; q < count; q++) {
    const p = (await logProb(q)).map(Math.exp);
    const scores: number[][] = [];
    for (const name of names) {
      const home = await store.read(name);
      for (let k = 0; k < home.size; k++) {
        const at = async (step: number) => {
          const moved = Float64Array.from(home.data(), (value, i) => value + (i === k ? step : 0));
          await store.write(name, tensor(moved, { shape: home.shape }));
          return logProb(q);
        };
        const [up, down] = [await at(1e-5), await at(-1e-5)];
        scores.push(up.map((value, s) => (value - (down[s] as number)) / 2e-5));
      }
      await store.write(name, home);
    }
    for (let s = 0; s < x.rows; s++) {
      const score = Matrix.columnVector(scores.map((one) => one[s] as number));
      total.add(score.mmul(score.transpose()).mul((p[s] as number) / x.rows));
    }
  }
  return total;
}

for (const law of [categorical(), bernoulli(), bernoulli({ values: [-1, 1] })]) {
  test(`fisher: ${law.name}, two layers = E[∂l ∂l'] over all outcomes`, async (t) => {
    const model = twoLayers(2);
    const { store, close } = await started(model);
    const g = await fisher(model, asTensor(x), { store, likelihood: law });
    t.deepEqual(g.params, Object.keys(sizes));
    t.equal(g.size, 17);
    const expected = await byEnumeration(model, law, store, 2);
    const whole = asMatrix(await g.toDense());
    t.ok(gap(whole.to1DArray(), expected.to1DArray()) < 1e-8);
    await close();
  });
}

test("fisher: gaussian, one layer = σ⁻² x̃x̃' ⊗ I", async (t) => {
  const model = dense(2, 3);
  const { store, close } = await started(model);
  const g = await fisher(
    model,
    { inputs: asTensor(x) },
    { store, likelihood: gaussian({ sigma: 0.5 }) },
  );
  const rows = augmented(x);
  const one = rows
    .transpose()
    .mmul(rows)
    .mul(4 / x.rows);
  const expected = one.kroneckerProduct(Matrix.eye(3));
  t.ok(gap((await g.toDense()).data(), expected.to1DArray()) < 1e-13);
  const { blocks } = await rfim(model, asTensor(x), { store });
  const local = asMatrix((await blocks[0]?.toDense()) as Tensor).mul(4);
  t.ok(gap(local.to1DArray(), expected.to1DArray()) < 1e-13, "the output layer's RFIM, with its σ");
  await close();
});

test("fisher: blocks, products, eigenvalues and solving are those of the dense matrix", async (t) => {
  const model = twoLayers(2);
  const { store, close } = await started(model);
  const g = await fisher(model, asTensor(x), { store, likelihood: categorical() });
  const whole = asMatrix(await g.toDense());
  const corner = asMatrix(await g.block("dense0/w", "dense1/w"));
  t.ok(gap(corner.to1DArray(), whole.subMatrix(0, 8, 9, 16).to1DArray()) < 1e-14, "off-diagonal");
  t.ok(Math.max(...corner.to1DArray().map(Math.abs)) > 1e-3, "which is not zero");
  const diagonal = await g.block("dense1/w", "dense1/w");
  t.ok(gap(diagonal.data(), whole.subMatrix(9, 16, 9, 16).to1DArray()) < 1e-14, "diagonal");
  t.ok(Math.abs((await g.trace()) - whole.trace()) < 1e-13, "trace");
  const { realEigenvalues } = new EigenvalueDecomposition(whole, { assumeSymmetric: true });
  t.ok(
    gap(
      (await g.eigenvalues()).data(),
      realEigenvalues.sort((a, b) => a - b),
    ) < 1e-12,
    "eigenvalues from the rows",
  );
  const delta = {
    "dense0/w": asTensor(matrixOf("a", 3, 3)),
    "dense1/w": asTensor(matrixOf("b", 4, 2)),
  };
  const column = Matrix.columnVector([...delta["dense0/w"].data(), ...delta["dense1/w"].data()]);
  const product = whole.mmul(column).to1DArray();
  const applied = await g.apply(delta);
  t.deepEqual(applied["dense1/w"]?.shape, [4, 2]);
  const joined = [...(applied["dense0/w"]?.data() ?? []), ...(applied["dense1/w"]?.data() ?? [])];
  t.ok(gap(joined, product) < 1e-13, "apply");
  const squared = column
    .to1DArray()
    .reduce((sum, value, i) => sum + value * (product[i] as number), 0);
  t.ok(Math.abs((await g.quadratic(delta)) - squared) < 1e-12, "quadratic");
  t.ok(Math.abs((await g.length(delta)) - Math.sqrt(squared)) < 1e-12, "length");
  const lambda = 0.01 * whole.trace() + 0.1;
  const expected = solve(Matrix.add(whole, Matrix.eye(17).mul(lambda)), column).to1DArray();
  const solved = await g.solve(delta, { relative: 0.01, absolute: 0.1 });
  const found = [...(solved["dense0/w"]?.data() ?? []), ...(solved["dense1/w"]?.data() ?? [])];
  t.ok(gap(found, expected) < 1e-12, "solve");
  await g.close();
  await close();
});

test("fisher: with more rows than parameters the eigenvalues come from the matrix", async (t) => {
  const model = dense(2, 2);
  const { store, close } = await started(model);
  const g = await fisher(model, asTensor(matrixOf("many", 9, 2)), {
    store,
    likelihood: categorical(),
  });
  t.ok(g.rows > g.size);
  const values = [...(await g.eigenvalues()).data()];
  // Soft-max: the directions that move all logits alike have length 0.
  t.ok(
    values.slice(0, 3).every((value) => Math.abs(value) < 1e-14) && (values[3] as number) > 1e-3,
  );
  await close();
});

/** Laws with their Fisher information in o, in plain JavaScript. */
const others: readonly { readonly law: Law; readonly information: (o: number[]) => number[] }[] = [
  { law: poisson(), information: (o) => o.map(Math.exp) },
  { law: gaussianWithScale(), information: ([, s = 0]) => [Math.exp(-2 * s), 2] },
  { law: gaussian({ sigma: 0.5 }), information: () => [4, 4] },
];

for (const { law, information } of others) {
  test(`fisher: ${law.name}, two layers = (1/n) Σ J'FJ with J by finite differences`, async (t) => {
    const model = twoLayers(2);
    const { store, close } = await started(model);
    const { outputs, jacobians } = await outputJacobians(model, store, asTensor(x));
    const expected = Matrix.zeros(17, 17);
    jacobians.forEach((j, s) => {
      const f = Matrix.diag(information(outputs[s] as number[]));
      expected.add(j.transpose().mmul(f).mmul(j).div(x.rows));
    });
    const g = await fisher(model, asTensor(x), { store, likelihood: law });
    t.equal(g.kind, "exact");
    t.ok(gap((await g.toDense()).data(), expected.to1DArray()) < 1e-9);
    await close();
  });
}

test("fisher: without room for rows it is the same by products", async (t) => {
  const model = twoLayers(2);
  const { store, close } = await started(model);
  const settings = { store, likelihood: categorical() };
  const rich = await fisher(model, asTensor(x), settings);
  const tight = await fisher(model, asTensor(x), { ...settings, memoryBudget: 300 });
  const delta = { "dense0/w": asTensor(matrixOf("a", 3, 3)) };
  const [a, b] = [await rich.toDense(), await tight.toDense()];
  t.ok(gap(b.data(), a.data()) < 1e-13, "toDense");
  t.ok(Math.abs((await tight.trace()) - (await rich.trace())) < 1e-13, "trace, a sample at a time");
  const corner = await tight.block("dense0/w", "dense1/w");
  t.deepEqual(corner.shape, [9, 8]);
  t.ok(gap(corner.data(), (await rich.block("dense0/w", "dense1/w")).data()) < 1e-13, "block");
  t.ok(gap((await tight.eigenvalues()).data(), (await rich.eigenvalues()).data()) < 1e-12);
  t.ok(Math.abs((await tight.length(delta)) - (await rich.length(delta))) < 1e-12, "length");
  const damping = { relative: 0.01, absolute: 0.05 };
  const [iterated, factored] = [
    await tight.solve(delta, damping),
    await rich.solve(delta, damping),
  ];
  for (const name of Object.keys(sizes)) {
    t.ok(gap(iterated[name]?.data() ?? [], factored[name]?.data() ?? []) < 1e-8, `solve, ${name}`);
  }
  const direct = await tight.solve(delta, { ...damping, method: "direct" });
  t.ok(gap(direct["dense1/w"]?.data() ?? [], factored["dense1/w"]?.data() ?? []) < 1e-11);
  await tight.close();
  await rich.close();
  await close();
});

test("fisher: conjugate gradients say where they do not get to", async (t) => {
  const model = twoLayers(2);
  const { store, close } = await started(model);
  const g = await fisher(model, asTensor(x), { store, likelihood: categorical() });
  const v = { "dense1/w": asTensor(matrixOf("b", 4, 2)) };
  const method = "conjugate gradients";
  await rejects(
    t,
    g.solve(v, { method, absolute: 1e-3, iterations: 2 }),
    /fisher.solve: conjugate gradients must reach the tolerance 1e-10 in 2 iterations, got a relative residual of \S+; pass more damping/,
  );
  await rejects(
    t,
    g.solve(v, { method, absolute: -1 }),
    /fisher.solve: damping must be finite and not negative, got relative 0, absolute -1; pass/,
  );
  const loose = await g.solve(v, { method, absolute: 0.1, tolerance: 1e-2 });
  const right = await g.solve(v, { absolute: 0.1 });
  const off = gap(loose["dense1/w"]?.data() ?? [], right["dense1/w"]?.data() ?? []);
  t.ok(off > 1e-9 && off < 0.05, `a loose tolerance is off by ${off}`);
  await close();
});

for (const law of [categorical(), poisson()]) {
  test(`fisher: ${law.name}, Monte-Carlo within 4.5 standard errors of the exact one, seed 4`, async (t) => {
    const model = twoLayers(2);
    const { store, close } = await started(model);
    const samples = 600;
    const exact = asMatrix(
      await (await fisher(model, asTensor(x), { store, likelihood: law })).toDense(),
    );
    const settings = { store, likelihood: law, kind: { samples, seed: 4 } };
    const g = await fisher(model, asTensor(x), settings);
    t.equal(g.kind, "Monte-Carlo");
    t.equal(g.rows, 4 * samples);
    const { rows, weight } = await g.toRows();
    const all = asMatrix(rows);
    const off = deviation(all, 4, samples, exact);
    t.ok(off < 4.5, `largest of 153 deviations: ${off.toFixed(1)} standard errors`);
    const wrong = deviation(all, 4, samples, Matrix.mul(exact, 1.3));
    t.ok(wrong > 4.5, `30 % off rings: ${wrong.toFixed(1)}`);
    const dense = await g.toDense();
    t.ok(gap(dense.data(), all.transpose().mmul(all).mul(weight).to1DArray()) < 1e-12, "R'R");
    const delta = { "dense1/w": asTensor(matrixOf("b", 4, 2)) };
    const column = Matrix.columnVector([...new Array(9).fill(0), ...delta["dense1/w"].data()]);
    const applied = await g.apply(delta);
    t.ok(
      gap(
        Object.values(applied).flatMap((value) => [...value.data()]),
        asMatrix(dense).mmul(column).to1DArray(),
      ) < 1e-12,
      "products see the same draws",
    );
    const other = await fisher(model, asTensor(x), { ...settings, kind: { samples, seed: 5 } });
    t.ok(gap((await other.toDense()).data(), dense.data()) > 1e-4, "another seed, other draws");
    await close();
  });
}

test("fisher: the empirical kind is made of the labels' scores, and is another matrix", async (t) => {
  const model = twoLayers(2);
  const { store, close } = await started(model);
  const likelihood = categorical();
  const labels = tensor(Int32Array.of(1, 0, 0, 1));
  const g = await fisher(model, asTensor(x), { store, likelihood, kind: { labels } });
  t.equal(g.kind, "empirical");
  const scores = await scoresOf(model, likelihood, store, asTensor(x), labels);
  t.ok(gap((await g.toRows()).rows.data(), scores.to1DArray()) < 1e-9, "scores");
  const dense = await g.toDense();
  t.ok(gap(dense.data(), scores.transpose().mmul(scores).div(4).to1DArray()) < 1e-9, "their mean");
  const exact = await fisher(model, asTensor(x), { store, likelihood });
  t.ok(gap(dense.data(), (await exact.toDense()).data()) > 0.01);
  await close();
});

test("fisher: drawing leaves the store's random state as it was", async (t) => {
  const model = dense(2, 2);
  const { store, close } = await started(model);
  const names = store.variables.map(({ path }) => path);
  const settings = { store, likelihood: categorical(), kind: { samples: 3 } };
  const g = await fisher(model, asTensor(x), settings);
  const [once, twice] = [await g.trace(), await g.trace()];
  t.equal(once, twice, "a second run sees the same draws");
  t.deepEqual(
    store.variables.map(({ path }) => path),
    names,
  );
  await close();
});

test("fisher: what is missing, unknown or too large is refused", async (t) => {
  const model = twoLayers(2);
  const { store, close } = await started(model);
  const likelihood = categorical();
  await rejects(
    t,
    fisher(model, tensor(1), { store, likelihood }),
    /fisher, inputs: every value must be a tensor \[n, …\], one row per sample, n ≥ 1, got \[\]; stack samples/,
  );
  await rejects(
    t,
    fisher(model, asTensor(x), { store } as unknown as Parameters<typeof fisher>[2]),
    /fisher: likelihood must be the law of the model's output, got undefined; pass \{ store, likelihood: categorical\(\) \}/,
  );
  const tight = await fisher(model, asTensor(x), { store, likelihood, memoryBudget: 100 });
  await rejects(
    t,
    tight.toRows(),
    /fisher.toRows: the rows \[8, 17\] must fit in memoryBudget, 100 bytes, got 1088 bytes; pass fewer samples/,
  );
  for (const kind of [{ samples: 0 }, { samples: 1.5 }, "empirical"]) {
    await rejects(
      t,
      fisher(model, asTensor(x), { store, likelihood, kind: kind as never }),
      /fisher: kind must be "exact", \{ samples: 1, 2, … \} or \{ labels \}, got .*; leave it out/,
    );
  }
  await rejects(
    t,
    fisher(model, asTensor(x), { store, likelihood, kind: { labels: tensor([1, 0]) } }),
    /fisher, labels: every value must be a tensor \[4, …\], one row per sample, n ≥ 1, got \[2\]; stack/,
  );
  const g = await fisher(model, asTensor(x), { store, likelihood });
  await rejects(
    t,
    g.block("dense0/w", "w"),
    /fisher.block: names must be of the model's parameters \(dense0\/w, dense1\/w\), got w/,
  );
  await rejects(
    t,
    g.apply({ w: tensor([1]) }),
    /fisher.apply: names must be of the model's parameters .* got w/,
  );
  await close();
});
