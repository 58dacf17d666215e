import { compile, constant, input } from "@metrigrad/graph";
import { fisher, rfim } from "@metrigrad/metric";
import {
  applyModel,
  bernoulli,
  categorical,
  dense,
  gaussian,
  type Law,
  type Module,
  sequential,
} from "@metrigrad/nn";
import { reference, type Store, type Tensor, tensor } from "@metrigrad/tensor";
import { EigenvalueDecomposition, Matrix, solve } from "ml-matrix";
import test from "tape";
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

test("fisher: what is missing, unknown or too large is refused", async (t) => {
  const model = twoLayers(2);
  const { store, close } = await started(model);
  const likelihood = categorical();
  await rejects(
    t,
    fisher(model, tensor([1, 2]), { store, likelihood }),
    /fisher: the batch must be .* got \[2\]; stack samples/,
  );
  await rejects(
    t,
    fisher(model, asTensor(x), { store } as unknown as Parameters<typeof fisher>[2]),
    /fisher: likelihood must be the law of the model's output, got undefined; pass \{ store, likelihood: categorical\(\) \}/,
  );
  await rejects(
    t,
    fisher(model, asTensor(x), { store, likelihood, memoryBudget: 100 }),
    /fisher: the rows \[8, 17\] must fit in memoryBudget, 100 bytes, got 1088 bytes; pass fewer samples/,
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
