/** Inputs of other kinds: integers, trees, and stored values with a scale. */
import { add, gather, matmul, type Node, reshape } from "@metrigrad/graph";
import {
  explain,
  fisher,
  fullMetrics,
  gaussNewton,
  kl,
  metrics,
  observedFisher,
  partition,
  rfim,
} from "@metrigrad/metric";
import {
  type AnyModule,
  categorical,
  defModule,
  dense,
  glorotUniform,
  param,
  sequential,
} from "@metrigrad/nn";
import { type Store, type Tensor, tensor } from "@metrigrad/tensor";
import test from "tape";
import { onReference } from "../support/backends.ts";
import { asTensor, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";
import { rejects } from "../support/rejects.ts";

const [words, width, n] = [5, 2, 4] as const;
const indices = [3, 0, 3, 4] as const;
const tokens = tensor(Int32Array.from(indices));
const oneHot = tensor(
  Float64Array.from(
    indices.flatMap((word) => Array.from({ length: words }, (_, i) => Number(i === word))),
  ),
  { shape: [n, words] },
);
const labels = tensor(Int32Array.of(0, 2, 1, 1));
const likelihood = categorical();

const embedding = defModule({
  name: "embedding",
  params: { table: param([words, width], glorotUniform) },
  apply: ({ table }, x: Node) => gather(table, x),
});
/** The same by a product with one-hot rows. */
const projection = defModule({
  name: "embedding",
  params: { table: param([words, width], glorotUniform) },
  apply: ({ table }, x: Node) => matmul(x, table),
});
const values = {
  "embedding0/table": asTensor(matrixOf("table", words, width)),
  "dense0/w": asTensor(matrixOf("w", width + 1, 3)),
};

async function started(model: AnyModule): Promise<Store> {
  const store = await onReference.store(model);
  for (const [path, value] of Object.entries(values)) await store.write(path, value);
  return store;
}

const data = async (value: Promise<Tensor> | undefined) => [...((await value)?.data() ?? [])];

/** Everything that is asked of a model on inputs, as lists of numbers by name. */
async function geometry(model: AnyModule, inputs: Tensor) {
  const store = await started(model);
  const batch = { inputs, targets: labels };
  const options = { store, likelihood };
  const delta = {
    "embedding0/table": asTensor(matrixOf("delta", words, width)),
    "dense0/w": asTensor(matrixOf("step", width + 1, 3)),
  };
  const found: Record<string, number[]> = {
    fisher: await data((await fisher(model, inputs, options)).toDense()),
    "fisher of labels": await data(
      (await fisher(model, inputs, { ...options, kind: { labels } })).toDense(),
    ),
    observed: await data((await observedFisher(model, batch, options)).toDense()),
    gaussNewton: await data((await gaussNewton(model, batch, options)).toDense()),
    kl: [await kl(model, inputs, { ...options, delta })],
  };
  for (const [name, table] of Object.entries({
    full: fullMetrics,
    whole: partition(model, "whole"),
    kfac: metrics.kfac({ metrics: fullMetrics }),
  })) {
    const { blocks } = await rfim(model, inputs, { ...options, metrics: table });
    for (const block of blocks) found[`${name}, ${block.params}`] = await data(block.toDense());
  }
  await store.close();
  return found;
}

test("integer inputs: an embedding has the geometry of one-hot rows", async (t) => {
  const got = await geometry(sequential(embedding(), dense(width, 3)), tokens);
  const expected = await geometry(sequential(projection(), dense(width, 3)), oneHot);
  t.deepEqual(Object.keys(got), Object.keys(expected));
  for (const [name, one] of Object.entries(expected)) {
    // K-FAC has its own form for the rows of a product, and counts for rows by index.
    if (name === "kfac, embedding0/table") continue;
    t.ok(gap(got[name] ?? [], one) < 1e-12, name);
  }
  const counts = [1, 0, 0, 2, 1].flatMap((count) => [count / n, count / n]);
  const table = got["kfac, embedding0/table"] ?? [];
  t.deepEqual(
    counts.map((_, at) => table[at * (words * width + 1)]),
    counts,
  );
});

test("integer inputs: explain takes their type, and counts no multiply-adds per row of the table", (t) => {
  const model = sequential(embedding(), dense(width, 3));
  const { rows } = explain(model, { batchSize: n, inputs: { shape: [], type: "i32" } });
  t.deepEqual(
    rows.map(({ path, params, form, d, m, solver }) => [path, params, form, d, m, solver]),
    [
      ["embedding0", ["embedding0/table"], "lookupGram", words, width, "diagonal"],
      ["dense0", ["dense0/w"], "sharedGram", width + 1, 3, "dense"],
    ],
  );
  t.end();
});

const mixed = defModule({
  name: "mixed",
  options: () => ({ words: embedding(), image: dense(3, width), top: dense(width, 3) }),
  children: ({ words: first, image, top }) => [first, image, top],
  apply: (_, x: { readonly word: Node; readonly image: Node }, { options, call }) => {
    const image = reshape(x.image, [-1, 3]);
    return call(options.top, add(call(options.words, x.word), call(options.image, image)));
  },
});

const pixels = Uint8Array.from({ length: n * 3 }, (_, i) => (67 * i) % 256);
const bytes = tensor(pixels, { shape: [n, 3] });
const scaled = tensor(
  Float64Array.from(pixels, (value) => value / 255),
  { shape: [n, 3] },
);

test("trees of inputs: leaves by name, integers among them, with a scale for those that are stored", async (t) => {
  const model = mixed();
  const store = await onReference.store(model, 2);
  const likelihoods = { store, likelihood };
  const forms = {
    "by path": { inputs: { word: tokens, image: bytes }, inputScale: { image: 1 / 255 } },
    floats: { inputs: { word: tokens, image: scaled } },
  };
  const found: Record<string, number[][]> = {};
  for (const [name, batch] of Object.entries(forms)) {
    const with_ = { ...batch, targets: labels };
    const { blocks } = await rfim(model, batch, { ...likelihoods, metrics: fullMetrics });
    found[name] = [
      await data((await fisher(model, batch, likelihoods)).toDense()),
      await data((await observedFisher(model, with_, likelihoods)).toDense()),
      [
        await kl(model, batch, {
          ...likelihoods,
          delta: { "dense0/w": asTensor(matrixOf("d", 4, width)) },
        }),
      ],
      ...(await Promise.all(blocks.map((block) => data(block.toDense())))),
    ];
    t.deepEqual(
      blocks.map(({ params }) => params),
      [["embedding0/table"], ["dense0/w"], ["dense1/w"]],
    );
  }
  const [a = [], b = []] = Object.values(found);
  t.equal(a.length, 6);
  for (const [k, one] of b.entries()) t.ok(gap(a[k] ?? [], one) < 1e-12);
  const { rows } = explain(model, {
    batchSize: n,
    inputs: { word: { shape: [], type: "i32" }, image: [3] },
  });
  t.deepEqual(
    rows.map(({ path }) => path),
    ["embedding0", "dense0", "dense1"],
  );
  await store.close();
});

test("a batch with inputScale: the metric is that of the scaled inputs", async (t) => {
  const model = dense(3, 2);
  const store = await onReference.store(model, 4);
  const dense1 = async (batch: Parameters<typeof rfim>[1]) =>
    data((await rfim(model, batch, { store })).blocks[0]?.toDense());
  const expected = await dense1(scaled);
  t.ok(gap(await dense1({ inputs: bytes, inputScale: 1 / 255 }), expected) < 1e-14, "u8");
  const floats = tensor(Float64Array.from(pixels), { shape: [n, 3] });
  t.ok(gap(await dense1({ inputs: floats, inputScale: 1 / 255 }), expected) < 1e-14, "floats");
  t.ok(gap(await dense1(bytes), expected) > 1, "not without");
  await store.close();
});

test("a batch of halves has the metric of the floats that they are", async (t) => {
  const model = dense(3, 2);
  const store = await onReference.store(model, 4);
  const dense1 = async (batch: Parameters<typeof rfim>[1]) =>
    data((await rfim(model, batch, { store })).blocks[0]?.toDense());
  const halves = tensor(
    Float64Array.from(pixels, (value) => value / 300),
    { shape: [n, 3], dtype: "f16" },
  );
  const floats = tensor(Float64Array.from(halves.data()), { shape: [n, 3] });
  t.ok(gap(await dense1(halves), await dense1(floats)) < 1e-14);
  t.ok(gap(await dense1({ inputs: halves, targets: halves }), await dense1(floats)) < 1e-14);
  t.ok(gap(await dense1({ inputs: halves, inputScale: 2 }), await dense1(floats)) > 0.1);
  await store.close();
});

test("a batch whose leaves have different numbers of samples is refused by path", async (t) => {
  const model = mixed();
  const store = await onReference.store(model);
  const short = tensor(Int32Array.of(1, 2));
  await rejects(
    t,
    rfim(model, { inputs: { word: tokens, image: asTensor(matrixOf("i", 3, 3)) } }, { store }),
    /rfim, inputs: every value must be a tensor \[4, …\], .*, got \[3, 3\] at image; stack/,
  );
  await rejects(
    t,
    observedFisher(
      model,
      { inputs: { word: tokens, image: bytes }, targets: short },
      { store, likelihood },
    ),
    /observedFisher, targets: every value must be a tensor \[4, …\]/,
  );
  await store.close();
});

test("a batch with weights: every geometry is that of samples repeated as often as they count", async (t) => {
  const model = sequential(dense(3, 3, { activation: "tanh" }), dense(3, 3));
  const store = await onReference.store(model, 4);
  const options = { store, likelihood };
  const counts = [2, 0, 1, 3];
  const again = counts.flatMap((count, s) => new Array<number>(count).fill(s));
  const some = matrixOf("some", n, 3);
  const repeated = {
    inputs: asTensor(some.selection(again, [0, 1, 2])),
    targets: tensor(Int32Array.from(again, (s) => labels.data()[s] as number)),
  };
  const counted = { inputs: asTensor(some), targets: labels, weights: tensor(counts) };
  const ask = async (batch: typeof repeated) => ({
    fisher: await data((await fisher(model, batch, options)).toDense()),
    trace: [await (await fisher(model, batch, { ...options, memoryBudget: 200 })).trace()],
    empirical: await data(
      (await fisher(model, batch, { ...options, kind: { labels: batch.targets } })).toDense(),
    ),
    observed: await data((await observedFisher(model, batch, options)).toDense()),
    gaussNewton: await data((await gaussNewton(model, batch, options)).toDense()),
    kl: [
      await kl(model, batch, { ...options, delta: { "dense0/w": asTensor(matrixOf("d", 4, 3)) } }),
    ],
    rfim: await data(
      (await rfim(model, batch, { ...options, metrics: fullMetrics })).blocks[1]?.toDense(),
    ),
  });
  const [got, expected] = [await ask(counted), await ask(repeated)];
  for (const [name, one] of Object.entries(expected))
    t.ok(gap(got[name as keyof typeof got], one) < 1e-12, name);
  await store.close();
});

test("a batch with names that it does not know, or with weights that are none, is refused", async (t) => {
  const model = dense(3, 2);
  const store = await onReference.store(model);
  const inputs = scaled;
  await rejects(
    t,
    rfim(model, { inputs, labels } as never, { store }),
    /rfim, batch: options must be among inputs, targets, weights, inputScale, targetsAre, got labels/,
  );
  const odd = [
    [tensor([1, -1, 1, 1]), /got \[4\] with -1/],
    [tensor([0, 0, 0, 0]), /not all 0, got \[4\] with 0/],
    [tensor([[1], [1], [1], [1]]), /must be \[4\], finite, .* got \[4, 1\]/],
    [tensor([1, 1]), /fisher, weights: every value must be a tensor \[4, …\]/],
  ] as const;
  for (const [weights, message] of odd)
    await rejects(t, fisher(model, { inputs, weights }, { store, likelihood }), message);
  await store.close();
});
