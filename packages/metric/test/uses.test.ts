import {
  add,
  gather,
  matmul,
  type Node,
  reshape,
  slice,
  stack,
  sum,
  tanh,
  transpose,
} from "@metrigrad/graph";
import {
  type AnyModule,
  bernoulli,
  categorical,
  defModule,
  dense,
  gaussian,
  glorotUniform,
  independent,
  param,
  sequential,
  zeros,
} from "@metrigrad/nn";
import { type Backend, reference, type Store, type Tensor, tensor } from "@metrigrad/tensor";
import test from "tape";
import {
  fisher,
  fullMetrics,
  linearMetrics,
  type MetricTable,
  metrics,
  paperMetrics,
  rfim,
  stackedMetrics,
  standardMetrics,
} from "../src/index.ts";
import { drawnOf } from "./support/draws.ts";

const [n, T, d, m] = [3, 4, 2, 3] as const;

const sequences = drawnOf("sequences", n, T, d);
const rows = drawnOf("rows", n, d);

/** Every table that works on uses. */
const tables: Readonly<Record<string, MetricTable>> = {
  linear: linearMetrics,
  standard: standardMetrics,
  full: fullMetrics,
  paper: paperMetrics,
  kfac: metrics.kfac(),
  ekfac: metrics.ekfac(),
  diagonal: metrics.diagonal(),
  quasiDiagonal: metrics.quasiDiagonal(),
  stacked: stackedMetrics(),
};

/** f(XW + b) with parameters of its own, under names that nobody knows. */
const ownLayer = defModule({
  name: "ownLayer",
  options: (inputs: number, outputs: number, activation: ((t: Node) => Node) | null = null) => ({
    inputs,
    outputs,
    activation,
  }),
  params: ({ inputs, outputs }) => ({
    kernel: param([inputs, outputs], glorotUniform),
    shift: param([outputs], zeros, { decay: "none" }),
  }),
  apply: ({ kernel, shift }, x, { options: { activation } }) => {
    const preActivation = add(matmul(x, kernel), shift);
    const response = activation === null ? preActivation : activation(preActivation);
    return { response, preActivation };
  },
});

/** tanh(XW + b), which does not say what the activation was applied to. */
const bareLayer = defModule({
  name: "bareLayer",
  options: (inputs: number, outputs: number) => ({ inputs, outputs }),
  params: ({ inputs, outputs }) => ({
    kernel: param([inputs, outputs], glorotUniform),
    shift: param([outputs], zeros, { decay: "none" }),
  }),
  apply: ({ kernel, shift }, x) => tanh(add(matmul(x, kernel), shift)),
});

/** A layer called once for each position of [n, T, d]. */
const calledApart = defModule({
  name: "calledApart",
  options: (layer: ReturnType<typeof dense>) => ({ layer }),
  children: ({ layer }) => [layer],
  apply: (_, x, { options: { layer }, call }) => {
    const steps = Array.from({ length: T }, (__, t) => {
      const one = reshape(slice(x, [null, [t, t + 1]]), [n, d]);
      return call(layer, one);
    });
    return stack(steps, 1);
  },
});

async function denseOf(
  backend: Backend,
  model: AnyModule,
  batch: Tensor,
  table: MetricTable,
  values: Readonly<Record<string, Tensor>>,
  likelihood: Parameters<typeof rfim>[2]["likelihood"],
): Promise<Float64Array[]> {
  const store = await backend.store(model, { seed: 3 });
  await write(store, values);
  const found = await rfim(model, batch, {
    store,
    metrics: table,
    ...(likelihood === undefined ? {} : { likelihood }),
  });
  const all: Float64Array[] = [];
  for (const block of found.blocks) all.push(Float64Array.from((await block.toDense()).data()));
  await found.close();
  await store.close();
  return all;
}

async function write(store: Store, values: Readonly<Record<string, Tensor>>): Promise<void> {
  for (const [path, value] of Object.entries(values)) await store.write(path, value);
}

function gap(a: readonly Float64Array[], b: readonly Float64Array[]): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  const gaps = a.map((one, k) => {
    const other = b[k] as Float64Array;
    if (one.length !== other.length) return Number.POSITIVE_INFINITY;
    return one.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - (other[i] as number))),
      0,
    );
  });
  return Math.max(...gaps);
}

const sizeOfAll = (all: readonly Float64Array[]) =>
  Math.max(...all.flatMap((one) => [...one.map(Math.abs)]));

for (const [name, table] of Object.entries(tables)) {
  test(`uses, ${name}: a module of one's own with X, W and b apart has the metric of dense`, async (t) => {
    const backend = await reference();
    const [w0, w1] = [drawnOf("w0", d + 1, m), drawnOf("w1", m + 1, 2)];
    const part = (value: Tensor, from: number, to: number) => {
      const columns = value.shape[1] as number;
      return tensor(value.data().slice(from * columns, to * columns), {
        shape: to - from === 1 ? [columns] : [to - from, columns],
      });
    };
    const known = await denseOf(
      backend,
      sequential(dense(d, m, { activation: "tanh" }), dense(m, 2)),
      rows,
      table,
      { "dense0/w": w0, "dense1/w": w1 },
      categorical(),
    );
    const own = await denseOf(
      backend,
      sequential(ownLayer(d, m, tanh), ownLayer(m, 2)),
      rows,
      table,
      {
        "ownLayer0/kernel": part(w0, 0, d),
        "ownLayer0/shift": part(w0, d, d + 1),
        "ownLayer1/kernel": part(w1, 0, m),
        "ownLayer1/shift": part(w1, m, m + 1),
      },
      categorical(),
    );
    t.ok(sizeOfAll(known) > 1e-3);
    t.ok(gap(known, own) < 1e-12, `off by ${gap(known, own)}`);
    const bare = await denseOf(
      backend,
      sequential(bareLayer(d, m), ownLayer(m, 2)),
      rows,
      table,
      {
        "bareLayer0/kernel": part(w0, 0, d),
        "bareLayer0/shift": part(w0, d, d + 1),
        "ownLayer0/kernel": part(w1, 0, m),
        "ownLayer0/shift": part(w1, m, m + 1),
      },
      categorical(),
    );
    t.ok(gap(known, bare) < 1e-12, `without a pre-activation off by ${gap(known, bare)}`);
    await backend.close();
  });

  test(`uses, ${name}: a layer on [n, T, d] is the layer called T times`, async (t) => {
    const backend = await reference();
    const w = { w: drawnOf("w", d + 1, m) };
    for (const activation of [undefined, "tanh"] as const) {
      const settings = activation === undefined ? {} : { activation };
      const likelihood = independent(gaussian(), 1);
      const folded = await denseOf(backend, dense(d, m, settings), sequences, table, w, likelihood);
      const apart = await denseOf(
        backend,
        calledApart(dense(d, m, settings)),
        sequences,
        table,
        { "dense0/w": w.w },
        likelihood,
      );
      t.ok(gap(folded, apart) < 1e-12, `${activation ?? "linear"}: off by ${gap(folded, apart)}`);
    }
    await backend.close();
  });
}

test("uses: where positions respond independently the folded layer's block is the whole model's Fisher information", async (t) => {
  const backend = await reference();
  for (const law of [independent(categorical(), 1), independent(gaussian(), 1)]) {
    const model = dense(d, m);
    const store = await backend.store(model, { seed: 3 });
    await store.write("w", drawnOf("w", d + 1, m));
    const whole = await fisher(model, sequences, { store, likelihood: law });
    const found = await rfim(model, sequences, { store, likelihood: law, metrics: fullMetrics });
    const [block] = found.blocks;
    const [a, b] = [await whole.toDense(), await block?.toDense()];
    t.ok(
      gap([Float64Array.from(a.data())], [Float64Array.from(b?.data() ?? [])]) < 1e-12,
      law.name,
    );
    await whole.close();
    await found.close();
  }
  await backend.close();
});

test("uses: K-FAC of a layer that is called several times stays a Kronecker product", async (t) => {
  const backend = await reference();
  const model = calledApart(dense(d, m));
  const store = await backend.store(model, { seed: 3 });
  const found = await rfim(model, sequences, {
    store,
    likelihood: independent(gaussian(), 1),
    metrics: metrics.kfac(),
  });
  t.equal(found.blocks.length, 1);
  t.deepEqual(found.blocks[0]?.solvers[0], "kronecker");
  await backend.close();
});

test("uses: an embedding's metric is how often each row is looked up, per sample", async (t) => {
  const embedding = defModule({
    name: "embedding",
    params: { table: param([5, 2], glorotUniform) },
    apply: ({ table }, tokens: Node) => gather(table, tokens),
  });
  const model = sequential(embedding());
  const backend = await reference();
  const store = await backend.store(model);
  const tokens = tensor(Int32Array.of(0, 1, 1, 4, 4, 4), { shape: [2, 3] });
  const found = await rfim(model, tokens, { store });
  const dense = (await found.blocks[0]?.toDense()) as Tensor;
  const diagonal = Array.from({ length: 10 }, (_, i) => dense.data()[i * 11]);
  t.deepEqual(diagonal, [0.5, 0.5, 1, 1, 0, 0, 0, 0, 1.5, 1.5]);
  await backend.close();
});

test("uses: tied weights, used straight and transposed, have the sum of both blocks", async (t) => {
  const w = param([d, m], glorotUniform);
  const encode = defModule({
    name: "encode",
    params: { w },
    apply: ({ w: own }, x) => matmul(x, own),
  });
  const decode = defModule({
    name: "decode",
    params: { w },
    apply: ({ w: own }, h) => matmul(h, transpose(own)),
  });
  const model = sequential(encode(), decode());
  const backend = await reference();
  const store = await backend.store(model, { seed: 2 });
  t.deepEqual(
    store.variables.map(({ path }) => path),
    ["encode0/w"],
  );
  const found = await rfim(model, rows, { store });
  const [block] = found.blocks;
  t.equal(found.blocks.length, 1);
  const own = (await block?.toDense())?.data() ?? [];
  // I_m ⊗ X'X/n and H'H/n on the other side, by hand.
  const x = rows.data();
  const value = (await store.read("encode0/w")).data();
  const h = Array.from({ length: n * m }, (_, i) => {
    const [s, j] = [Math.floor(i / m), i % m];
    return Array.from(
      { length: d },
      (__, a) => (x[s * d + a] as number) * (value[a * m + j] as number),
    ).reduce((p, q) => p + q);
  });
  let off = 0;
  for (let a = 0; a < d; a++) {
    for (let j = 0; j < m; j++) {
      for (let b = 0; b < d; b++) {
        for (let k = 0; k < m; k++) {
          let expected = 0;
          for (let s = 0; s < n; s++) {
            if (j === k) expected += ((x[s * d + a] as number) * (x[s * d + b] as number)) / n;
            if (a === b) expected += ((h[s * m + j] as number) * (h[s * m + k] as number)) / n;
          }
          off = Math.max(
            off,
            Math.abs(expected - (own[(a * m + j) * d * m + b * m + k] as number)),
          );
        }
      }
    }
  }
  t.ok(off < 1e-12, `off by ${off}`);
  await backend.close();
});

test("uses: tied weights with biases of their own keep activation and likelihood", async (t) => {
  const w = param([d, m], glorotUniform);
  const encode = defModule({
    name: "encode",
    params: { w, b: param([m], glorotUniform) },
    apply: ({ w: own, b }, x) => tanh(add(matmul(x, own), b)),
  });
  const decode = defModule({
    name: "decode",
    params: { w, b: param([d], glorotUniform) },
    apply: ({ w: own, b }, h) => add(matmul(h, transpose(own)), b),
  });
  const backend = await reference();
  const model = sequential(encode(), decode());
  const store = await backend.store(model, { seed: 2 });
  const likelihood = bernoulli();
  const found = await rfim(model, rows, { store, likelihood, metrics: fullMetrics });
  const block = found.blocks.find(({ params }) => params.includes("encode0/w"));
  const own = (await block?.toDense())?.data() ?? [];
  // ν(t)xx' of each unit and p(1 − p)hh' of each output, by hand.
  const read = async (path: string) => Array.from((await store.read(path)).data());
  const [values, b, c] = [
    await read("encode0/w"),
    await read("encode0/b"),
    await read("decode0/b"),
  ];
  const at = (a: number, j: number) => values[a * m + j] as number;
  const all = (count: number) => Array.from({ length: count }, (_, i) => i);
  const sumOver = (count: number, f: (i: number) => number) =>
    all(count).reduce((sum, i) => sum + f(i), 0);
  const x = all(n).map((s) => all(d).map((a) => rows.data()[s * d + a] as number));
  const inputs = x.map((row) =>
    all(m).map((j) => (b[j] as number) + sumOver(d, (a) => (row[a] as number) * at(a, j))),
  );
  const h = inputs.map((row) => row.map(Math.tanh));
  const p = h.map((row) =>
    all(d).map((a) => {
      const logit = (c[a] as number) + sumOver(m, (j) => (row[j] as number) * at(a, j));
      return 1 / (1 + Math.exp(-logit));
    }),
  );
  const pick = (of: readonly (readonly number[])[], s: number, i: number) => of[s]?.[i] as number;
  let off = own.length === (d * m) ** 2 ? 0 : Number.POSITIVE_INFINITY;
  for (const [i, value] of Array.from(own).entries()) {
    const [row, column] = [Math.floor(i / (d * m)), i % (d * m)];
    const [a, j, e, k] = [Math.floor(row / m), row % m, Math.floor(column / m), column % m];
    const expected = sumOver(n, (s) => {
      const encoded = j === k ? (1 - pick(h, s, j) ** 2) * pick(x, s, a) * pick(x, s, e) : 0;
      const spread = pick(p, s, a) * (1 - pick(p, s, a));
      return (encoded + (a === e ? spread * pick(h, s, j) * pick(h, s, k) : 0)) / n;
    });
    off = Math.max(off, Math.abs(expected - value));
  }
  t.ok(off < 1e-12, `off by ${off}`);
  await found.close();
  await backend.close();
});

test("uses: the last layer's likelihood is found behind reshapes and fixed linear maps", async (t) => {
  const mean = defModule({ name: "mean", apply: (_, x: Node) => sum(x, { axis: 1 }) });
  const flat = defModule({ name: "flat", apply: (_, x: Node) => reshape(x, [-1, T * m]) });
  const backend = await reference();
  for (const tail of [mean, flat]) {
    const model = sequential(dense(d, m), tail());
    const store = await backend.store(model, { seed: 3 });
    const whole = await fisher(model, sequences, { store, likelihood: categorical() });
    const found = await rfim(model, sequences, {
      store,
      likelihood: categorical(),
      metrics: fullMetrics,
    });
    const [block] = found.blocks;
    t.equal(block?.law, "categorical");
    if (tail === flat) {
      // Positions share one response: rows of a sample add up as if they were independent.
      t.equal(block?.form, "factorGram");
    }
    await whole.close();
    await found.close();
  }
  await backend.close();
});
