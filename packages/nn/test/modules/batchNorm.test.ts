import { compile, constant, type Node } from "@metrigrad/graph";
import { applyModel, batchNorm, defModule, dense, type Module, sequential } from "@metrigrad/nn";
import { reference, ShapeError, type Store, tensor } from "@metrigrad/tensor";
import test from "tape";
import { gap, numbers } from "../support/evaluate.ts";
import { waves, wavesNode } from "../support/waves.ts";

const rows = [
  [1, 10],
  [3, 30],
  [5, 20],
  [-1, 40],
];
const x = constant(tensor(rows));
const column = (of: readonly (readonly number[])[], j: number) => of.map((row) => row[j] as number);
const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
/** Of n − `less` degrees of freedom. */
const varianceOf = (values: readonly number[], less = 0) =>
  values.reduce((sum, v) => sum + (v - meanOf(values)) ** 2, 0) / (values.length - less);

/** Three batches of [4, 2], of other means and spreads. */
const batches = [0, 1, 2].map((turn) =>
  rows.map((row) => row.map((v, j) => v * (1 + turn) - 3 * turn + Math.sin(v + j))),
);

/** Runs the updates of training steps, one per batch. */
async function trained(
  model: Module,
  data: readonly (readonly (readonly number[])[])[],
  body: (store: Store) => Promise<void>,
  rowWeights: Node | null = null,
): Promise<void> {
  const backend = await reference();
  const store = await backend.store(model);
  for (const batch of data) {
    const now = constant(tensor(batch.map((row) => [...row])));
    const { updates } = applyModel(model, now, { mode: "train", rowWeights });
    const program = await compile({ outputs: [], updates }, store);
    await program.run();
    await program.close();
  }
  await body(store);
  await backend.close();
}

/** Σ (1 − m)^(t − i) vᵢ / Σ (1 − m)^(t − i): the average of t batches, the newer ones heavier. */
function averageOf(values: readonly number[], momentum: number): number {
  const weights = values.map((_, i) => (1 - momentum) ** (values.length - 1 - i));
  const total = weights.reduce((a, b) => a + b, 0);
  return values.reduce((sum, v, i) => sum + v * (weights[i] as number), 0) / total;
}

const both = [0, 1] as const;
const model = batchNorm(2, { epsilon: 0.01 });

test("batchNorm: training uses the batch's statistics", async (t) => {
  const { output } = applyModel(model, x, { mode: "train" });
  const expected = rows.flatMap((row) =>
    row.map((v, j) => {
      const values = column(rows, j);
      return (v - meanOf(values)) / Math.sqrt(varianceOf(values) + 0.01);
    }),
  );
  t.ok(gap(await numbers(output, { owner: model }), expected) < 1e-13);
});

test("batchNorm: running statistics are averages of the batches seen", async (t) => {
  for (const momentum of [0.1, 0.5, 1]) {
    for (const unbiased of [true, false]) {
      const norm = batchNorm(2, { momentum, unbiased });
      for (const count of [1, 2, 3]) {
        const seen = batches.slice(0, count);
        await trained(norm, seen, async (store) => {
          const expected = (of: (values: readonly number[]) => number) =>
            both.map((j) =>
              averageOf(
                seen.map((batch) => of(column(batch, j))),
                momentum,
              ),
            );
          const name = `momentum ${momentum}, ${unbiased ? "n − 1" : "n"}, ${count} batches`;
          const mean = (await store.read("mean")).data();
          t.ok(gap(mean, expected(meanOf)) < 1e-12, `mean, ${name}`);
          const variance = (await store.read("variance")).data();
          const spread = expected((values) => varianceOf(values, unbiased ? 1 : 0));
          t.ok(gap(variance, spread) < 1e-10, `variance, ${name}`);
          const share = (await store.read("seen")).item();
          t.ok(Math.abs(share - (1 - (1 - momentum) ** count)) < 1e-14, `seen, ${name}`);
        });
      }
    }
  }
});

test("batchNorm: inference moves nothing and uses the running statistics", async (t) => {
  await trained(model, batches.slice(0, 2), async (store) => {
    const [mean, variance] = await Promise.all(
      ["mean", "variance"].map(async (name) => [...(await store.read(name)).data()]),
    );
    await store.write("scale", tensor([2, 3]));
    await store.write("offset", tensor([1, -1]));
    const applied = applyModel(model, x, { mode: "infer" });
    t.equal(applied.updates.length, 0);
    const inferring = await compile({ outputs: applied.output }, store);
    const expected = rows.flatMap((row) =>
      row.map((v, j) => {
        const spread = Math.sqrt((variance?.[j] as number) + 0.01);
        const standard = (v - (mean?.[j] as number)) / spread;
        return standard * (j === 0 ? 2 : 3) + (j === 0 ? 1 : -1);
      }),
    );
    t.ok(gap((await (await inferring.run()).read()).data(), expected) < 1e-12);
  });
  t.ok(
    gap(
      await numbers(applyModel(model, x).output, { owner: model }),
      rows.flat().map((v) => v / Math.sqrt(1.01)),
    ) < 1e-12,
    "before the first batch: mean 0 and variance 1",
  );
});

test("batchNorm: used twice in one model, it moves its statistics twice", async (t) => {
  const norm = batchNorm(2, { momentum: 0.25, unbiased: false });
  const twice = defModule({
    name: "twice",
    children: () => [norm],
    apply: (_, h, { call }) => {
      const [first, second] = batches.slice(0, 2).map((batch) => constant(tensor(batch)));
      call(norm, first as Node);
      call(norm, second as Node);
      return h;
    },
  });
  await trained(twice(), [rows], async (store) => {
    const seen = batches.slice(0, 2);
    const of = (statistic: (values: readonly number[]) => number) =>
      both.map((j) =>
        averageOf(
          seen.map((batch) => statistic(column(batch, j))),
          0.25,
        ),
      );
    t.ok(gap((await store.read("batchNorm0/mean")).data(), of(meanOf)) < 1e-12);
    t.ok(gap((await store.read("batchNorm0/variance")).data(), of(varianceOf)) < 1e-10);
    t.ok(Math.abs((await store.read("batchNorm0/seen")).item() - (1 - 0.75 ** 2)) < 1e-14);
  });
});

test("batchNorm: rows of weight 0 do not count", async (t) => {
  const rowWeights = constant(tensor([1, 1, 1, 0]));
  const { output } = applyModel(model, x, { mode: "train", rowWeights });
  const kept = rows.slice(0, 3);
  const alone = await numbers(applyModel(model, tensor(kept), { mode: "train" }).output, {
    owner: model,
  });
  const weighted = await numbers(output, { owner: model });
  t.ok(gap(weighted.slice(0, 6), alone) < 1e-13);
  await trained(
    model,
    [rows],
    async (store) => {
      const of = (j: number) => column(kept, j);
      t.ok(
        gap(
          (await store.read("mean")).data(),
          both.map((j) => meanOf(of(j))),
        ) < 1e-12,
      );
      t.ok(
        gap(
          (await store.read("variance")).data(),
          both.map((j) => varianceOf(of(j), 1)),
        ) < 1e-11,
        "n − 1 of the rows that count",
      );
    },
    rowWeights,
  );
});

test("batchNorm: a row of weight 2 counts as two", async (t) => {
  const double = [...rows, rows[1] as number[]];
  const rowWeights = constant(tensor([1, 2, 1, 1]));
  const weighted = await numbers(applyModel(model, x, { mode: "train", rowWeights }).output, {
    owner: model,
  });
  const repeated = applyModel(model, tensor(double), { mode: "train" }).output;
  t.ok(gap(weighted, (await numbers(repeated, { owner: model })).slice(0, 8)) < 1e-12);
});

test("batchNorm: images have statistics per channel over samples and positions", async (t) => {
  const [n, c, h, w] = [3, 2, 2, 2];
  const images = waves([n, c, h, w]);
  // [n, c, h, w] as rows [n·h·w, c].
  const asRows = (values: ArrayLike<number>, samples = n) =>
    Array.from({ length: samples * h * w }, (_, r) =>
      Array.from({ length: c }, (__, j) => {
        const [s, position] = [Math.floor(r / (h * w)), r % (h * w)];
        return values[(s * c + j) * h * w + position] as number;
      }),
    );
  const node = constant(tensor(images, { shape: [n, c, h, w] }));
  for (const rowWeights of [null, constant(tensor([1, 1, 0]))]) {
    const samples = rowWeights === null ? n : 2;
    const flat = asRows(images, samples);
    const expected = constant(tensor(flat));
    const whole = applyModel(model, node, { mode: "train", rowWeights });
    const byRows = applyModel(model, expected, { mode: "train" });
    const got = asRows(await numbers(whole.output, { owner: model }))
      .slice(0, flat.length)
      .flat();
    t.ok(gap(got, await numbers(byRows.output, { owner: model })) < 1e-12, "response");
    for (const [k, [, value]] of whole.updates.entries()) {
      const other = byRows.updates[k]?.[1] as Node;
      const [a, b] = [
        await numbers(value as Node, { owner: model }),
        await numbers(other, { owner: model }),
      ];
      t.ok(gap(a, b) < 1e-12, `statistic ${k}`);
    }
  }
  t.equal(applyModel(model, node).output.shape.length, 4, "inferring");
  t.throws(() => applyModel(model, wavesNode([2, 3, 2])), /got \[2, 3, 2\]/);
});

test("batchNorm: one row has no spread, and leaves no NaN", async (t) => {
  await trained(batchNorm(2), [[[3, 4]]], async (store) => {
    t.deepEqual((await store.read("mean")).toArray(), [3, 4]);
    t.deepEqual((await store.read("variance")).toArray(), [0, 0]);
  });
});

test("batchNorm: scale and offset are parameters without decay, statistics are none", (t) => {
  const { parameters, applications } = applyModel(model, x);
  t.deepEqual(
    parameters.map(({ path, decay }) => [path, decay]),
    [
      ["scale", "none"],
      ["offset", "none"],
    ],
  );
  t.equal(applications.length, 1);
  t.deepEqual(Object.keys(applications[0]?.trained ?? {}), ["scale", "offset"]);
  t.deepEqual(
    model.variables.map(({ path, spec }) => `${path}: ${spec.role}`),
    ["scale: parameter", "offset: parameter", "mean: state", "variance: state", "seen: state"],
  );
  t.end();
});

test("batchNorm: defaults are PyTorch's, and those of the paper have a name", async (t) => {
  const defaults = { features: 3, momentum: 0.1, epsilon: 1e-5, unbiased: true };
  t.deepEqual(batchNorm(3).options, defaults);
  const paper = { features: 3, momentum: 0.001, epsilon: 1e-3, unbiased: false };
  const made = batchNorm.paper(3);
  t.deepEqual(made.options, paper);
  t.equal(made.definition, batchNorm, "it is of the same kind");
  await trained(batchNorm.paper(2), batches, async (store) => {
    const of = both.map((j) =>
      averageOf(
        batches.map((batch) => varianceOf(column(batch, j))),
        1e-3,
      ),
    );
    t.ok(gap((await store.read("variance")).data(), of) < 1e-9);
  });
});

test("batchNorm: an input of another width is refused", (t) => {
  t.throws(
    () => applyModel(batchNorm(3), x),
    /batchNorm: its input must be \[n, 3\] or \[n, 3, …\], got \[4, 2\]; give it the width of the layer before it/,
  );
  t.throws(() => applyModel(sequential(dense(2, 3), batchNorm(2)), x), /got \[4, 3\]/);
  t.end();
});

test("batchNorm: settings out of range are refused", (t) => {
  t.throws(
    () => batchNorm(0),
    /features must be a positive integer, momentum within \(0, 1\] and epsilon positive, got 0, 0.1 and 0.00001; call batchNorm/,
  );
  for (const momentum of [0, -1, 2, Number.NaN]) {
    t.throws(() => batchNorm(3, { momentum }), ShapeError, `momentum ${momentum}`);
  }
  t.throws(() => batchNorm(3, { epsilon: 0 }), ShapeError);
  t.end();
});

test("batchNorm: statistics that were written count fully, as PyTorch's do", async (t) => {
  const norm = batchNorm(2);
  const backend = await reference();
  const store = await backend.store(norm);
  await store.write("mean", tensor([5, 5]));
  const column = [0, 1, 2];
  const { updates } = applyModel(norm, constant(tensor(column.map((v) => [v, 2 * v]))), {
    mode: "train",
  });
  const program = await compile({ outputs: [], updates }, store);
  await program.run();
  // 0.9·5 + 0.1·1 and 0.9·5 + 0.1·2; the variance 0.9·1 + 0.1·1 and 0.9·1 + 0.1·4.
  t.ok(gap((await store.read("mean")).data(), [4.6, 4.7]) < 1e-12);
  t.ok(gap((await store.read("variance")).data(), [1, 1.3]) < 1e-12);
  t.equal((await store.read("seen")).item(), 1);
  await backend.close();
});
