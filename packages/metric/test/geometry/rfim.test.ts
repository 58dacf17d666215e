import { relu } from "@metrigrad/graph";
import { fullMetrics, linearMetrics, metrics, rfim, standardMetrics } from "@metrigrad/metric";
import { batchNorm, categorical, dense, sequential } from "@metrigrad/nn";
import { reference, tensor } from "@metrigrad/tensor";
import { EigenvalueDecomposition, Matrix, solve } from "ml-matrix";
import test from "tape";
import { asMatrix, asTensor, augmented, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";
import { rejects } from "../support/rejects.ts";

const x = matrixOf("x", 6, 3);
const batch = asTensor(x);

async function network() {
  const model = sequential(dense(3, 4, { activation: "tanh" }), batchNorm(4), dense(4, 2));
  const backend = await reference();
  const store = await backend.store(model, { seed: 4 });
  const options = { store, likelihood: categorical(), metrics: standardMetrics };
  const g = await rfim(model, batch, options);
  return { model, store, g, close: () => backend.close() };
}

const delta = {
  "dense0/w": asTensor(matrixOf("d0", 4, 4)),
  "dense1/w": asTensor(matrixOf("d1", 5, 2)),
};

test("rfim: a block for every layer with a metric, what takes the plain gradient apart", async (t) => {
  const { g, close } = await network();
  const shown = g.blocks.map(({ path, params, law, form, d, m, n, matrices }) => {
    return { path, params, law, form, d, m, n, matrices };
  });
  t.deepEqual(shown, [
    {
      path: "dense0",
      params: ["dense0/w"],
      law: "bernoulli{-1, 1}",
      form: "unitGram",
      d: 4,
      m: 4,
      n: 6,
      matrices: 4,
    },
    {
      path: "dense1",
      params: ["dense1/w"],
      law: "gaussian(1)",
      form: "sharedGram",
      d: 5,
      m: 2,
      n: 6,
      matrices: 1,
    },
  ]);
  t.deepEqual(g.plain, ["batchNorm0/scale", "batchNorm0/offset"]);
  t.match(g.blocks[0]?.source ?? "", /Sun and Nielsen 2017/);
  await close();
});

test("rfim: fullMetrics gives every module its metric, the last layer by the likelihood", async (t) => {
  const { model, store, close } = await network();
  const shown = async (options: Partial<Parameters<typeof rfim>[2]>) => {
    const { blocks, plain } = await rfim(model, batch, { store, ...options });
    return { blocks: blocks.map(({ path, form, law }) => [path, form, law]), plain };
  };
  const given = { likelihood: categorical(), metrics: fullMetrics };
  t.deepEqual(await shown(given), {
    blocks: [
      ["dense0", "unitGram", "bernoulli{-1, 1}"],
      ["batchNorm0", "scale and offset", "gaussian(1)"],
      ["dense1", "softmaxGram", "categorical"],
    ],
    plain: [],
  });
  const unknown = await shown({ metrics: fullMetrics });
  t.deepEqual(unknown.blocks[2], ["dense1", "sharedGram", "gaussian(1)"], "none given");
  await close();
});

test("rfim: by default layers have the linear form, as rngd has it", async (t) => {
  const { model, store, close } = await network();
  const { blocks, plain } = await rfim(model, batch, { store, likelihood: categorical() });
  t.deepEqual(
    blocks.map(({ path, form, law }) => [path, form, law]),
    [
      ["dense0", "sharedGram", "gaussian(1)"],
      ["dense1", "sharedGram", "gaussian(1)"],
    ],
  );
  t.deepEqual(plain, ["batchNorm0/scale", "batchNorm0/offset"]);
  await close();
});

test("rfim: the first layer's metric is ḡ_i = (1/n) Σ sech² t_si x̃x̃'", async (t) => {
  const { g, store, close } = await network();
  const rows = augmented(x);
  const outputs = rows.mmul(asMatrix(await store.read("dense0/w")));
  const expected = Array.from({ length: 4 }, (_, i) => {
    const nu = outputs.getColumn(i).map((value) => 1 / Math.cosh(value) ** 2 / 6);
    return rows.transpose().mmul(Matrix.diag(nu)).mmul(rows);
  });
  const [block] = g.blocks;
  const matrices = await block?.toMatrices();
  t.deepEqual(matrices?.shape, [4, 4, 4]);
  t.ok(
    gap(
      matrices?.data() ?? [],
      expected.flatMap((one) => one.to1DArray()),
    ) < 1e-13,
  );
  const traces = (await block?.trace())?.data() ?? [];
  t.ok(
    gap(
      traces,
      expected.map((one) => one.trace()),
    ) < 1e-13,
    "traces",
  );
  const spectra = await block?.eigenvalues();
  const values = expected.flatMap((one) =>
    new EigenvalueDecomposition(one).realEigenvalues.sort((a, b) => a - b),
  );
  t.deepEqual(spectra?.shape, [4, 4]);
  t.ok(gap(spectra?.data() ?? [], values) < 1e-12, "eigenvalues, ascending");
  const dets = (await block?.logdet({ relative: 0.1, absolute: 0.2 }))?.data() ?? [];
  const logdets = expected.map((one) => {
    const shift = Matrix.eye(4).mul(0.1 * one.trace() + 0.2);
    const { realEigenvalues } = new EigenvalueDecomposition(Matrix.add(one, shift));
    return realEigenvalues.reduce((sum, value) => sum + Math.log(value), 0);
  });
  t.ok(gap(dets, logdets) < 1e-11, "logdet of the damped matrices");
  await close();
});

test("rfim: toDense is over the flattened parameter, and apply, quadratic and solve agree with it", async (t) => {
  const { g, close } = await network();
  for (const block of g.blocks) {
    const [name = ""] = block.params;
    const value = delta[name as keyof typeof delta];
    const whole = asMatrix(await block.toDense());
    const column = Matrix.columnVector([...value.data()]);
    t.equal(whole.rows, block.d * block.m);
    const product = whole.mmul(column);
    t.ok(gap((await block.apply(value)).data(), product.to1DArray()) < 1e-12, "apply");
    const squared = column.transpose().mmul(product).get(0, 0);
    t.ok(Math.abs((await block.quadratic(value)) - squared) < 1e-12, "quadratic");
    const lambda = 0.3;
    const damped = Matrix.add(whole, Matrix.eye(whole.rows).mul(lambda));
    const solved = await block.solve(value, { absolute: lambda });
    t.ok(gap(solved.data(), solve(damped, column).to1DArray()) < 1e-11, "solve");
  }
  await close();
});

test("rfim: whole-model products are those of the blocks", async (t) => {
  const { g, close } = await network();
  const parts = await Promise.all(
    g.blocks.map((block) => block.quadratic(delta[block.params[0] as keyof typeof delta])),
  );
  const total = parts.reduce((sum, part) => sum + part, 0);
  t.ok(Math.abs((await g.quadratic(delta)) - total) < 1e-12, "quadratic");
  t.ok(Math.abs((await g.length(delta)) - Math.sqrt(total)) < 1e-12, "length");
  const [first] = Object.keys(delta);
  const part = await g.quadratic({ "dense0/w": delta["dense0/w"] });
  t.ok(Math.abs(part - (parts[0] ?? 0)) < 1e-12, `only ${first}`);
  const scale = tensor([1, 2, 3, 4]);
  const solved = await g.solve({ ...delta, "batchNorm0/scale": scale }, { relative: 1e-2 });
  t.equal(solved["batchNorm0/scale"], scale, "the plain gradient comes back");
  const back = await g.apply({ "dense1/w": solved["dense1/w"] as typeof scale });
  const lambda = 1e-2 * ((await g.blocks[1]?.trace())?.item() ?? 0);
  const sum = Array.from(back["dense1/w"]?.data() ?? [], (value, i) => {
    return value + lambda * (solved["dense1/w"]?.data()[i] as number);
  });
  t.ok(gap(sum, delta["dense1/w"].data()) < 1e-10, "(g + λI)x = v with relative damping");
  await g.close();
  await close();
});

test("rfim: sees the parameters as they are when a value is asked for", async (t) => {
  const { g, store, close } = await network();
  const [block] = g.blocks;
  const before = await block?.trace();
  await store.write("dense0/w", asTensor(matrixOf("other", 4, 4, 2)));
  const after = await block?.trace();
  t.ok(gap(before?.data() ?? [], after?.data() ?? []) > 1e-3);
  await close();
});

test("rfim: values asked for at once do not disturb each other", async (t) => {
  const { g, close } = await network();
  const one = delta["dense0/w"];
  const two = asTensor(matrixOf("two", 4, 4));
  const [block] = g.blocks;
  const together = await Promise.all([block?.quadratic(one), block?.quadratic(two)]);
  t.deepEqual(together, [await block?.quadratic(one), await block?.quadratic(two)]);
  await close();
});

test("rfim: another table", async (t) => {
  const model = dense(3, 2, { activation: relu });
  const backend = await reference();
  const store = await backend.store(model);
  const g = await rfim(model, { inputs: batch }, { store, metrics: linearMetrics });
  t.deepEqual(
    g.blocks.map(({ form }) => form),
    ["sharedGram"],
  );
  t.deepEqual(g.blocks[0]?.params, ["w"]);
  await backend.close();
});

test("rfim: few rows make a singular metric: an undamped solve is refused, logdet is −∞", async (t) => {
  const model = dense(3, 2);
  const backend = await reference();
  const store = await backend.store(model);
  const g = await rfim(model, tensor([[1, 2, 3]]), { store });
  const v = asTensor(matrixOf("v", 4, 2));
  await rejects(
    t,
    g.solve({ w: v }),
    /block of w, solve: the damped metric must be regular to working precision, got a singular one .* pass more damping/,
  );
  t.deepEqual([...((await g.blocks[0]?.logdet())?.data() ?? [])], [Number.NEGATIVE_INFINITY]);
  await rejects(
    t,
    g.solve({ w: v }, { absolute: -1 }),
    /solve: damping must be finite and not negative, got relative 0, absolute -1/,
  );
  await backend.close();
});

test("rfim: a batch of another shape, unknown names and wrong values are refused", async (t) => {
  const { model, store, g, close } = await network();
  const options = { store };
  await rejects(
    t,
    rfim(model, tensor(1), options),
    /rfim, inputs: every value must be a tensor \[n, …\].* got \[\]; stack/,
  );
  await rejects(
    t,
    rfim(model, tensor(new Float64Array(0), { shape: [0, 3] }), options),
    /rfim, inputs: every value .*n ≥ 1, got \[0, 3\]/,
  );
  await rejects(
    t,
    rfim(model, tensor([[1, 2]]), options),
    /dense at dense0: its input must be \[n, 3\], or \[n, …, 3\], got \[1, 2\]; check/,
  );
  await rejects(
    t,
    rfim(model, batch, { store, metrics: metrics() }),
    /metric of dense0: the table must have a row for dense or for how dense0\/w acts as affine \(it has: none\)/,
  );
  const w = delta["dense1/w"];
  await rejects(
    t,
    g.length({ weights: w }),
    /rfim.length: names must be of the model's parameters \(dense0\/w, dense1\/w, batchNorm0\/scale, batchNorm0\/offset\), got weights; correct the name/,
  );
  await rejects(
    t,
    g.apply({ "dense0/w": w }),
    /rfim.apply, dense0\/w: the value must have the parameter's shape \[4, 4\], got \[5, 2\]/,
  );
  await rejects(
    t,
    g.quadratic({ "batchNorm0/scale": tensor([1, 1, 1, 1]) }),
    /rfim.quadratic: batchNorm0\/scale must have a metric, got the plain gradient; leave it out, or add a row/,
  );
  await rejects(
    t,
    g.blocks[0]?.apply(w) as Promise<unknown>,
    /block of dense0, dense0\/w: the value must have .* \[4, 4\], got \[5, 2\]/,
  );
  await close();
});

test("rfim: a NaN in the batch is named", async (t) => {
  const model = dense(2, 1);
  const backend = await reference();
  const store = await backend.store(model);
  const g = await rfim(model, tensor([[1, Number.NaN]]), { store });
  await rejects(
    t,
    g.blocks[0]?.eigenvalues() as Promise<unknown>,
    /the metric must be finite, got NaN or infinity; look for NaN in the batch/,
  );
  await backend.close();
});
